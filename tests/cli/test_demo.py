"""The demo: its steps, the engines side by side, and the commands to try next."""

from __future__ import annotations

import re

import pytest

from GitFleet.demo.progress import Progress
from gitfleet_api import backends
from support.command_line import CommandLine

pytest.importorskip("gitfleet_fleet", reason="gitfleet-fleet is not installed")

ENGINES = [info.name for info in backends() if info.usable]


def _times(out: str, name: str) -> tuple[list[float], str]:
    """The times of the engines in a row of the table, and the words behind them."""
    found = re.search(rf"^{name} +((?:[\d.]+ *){{{len(ENGINES)}}})(.*)$", out, re.MULTILINE)
    assert found is not None, out
    return [float(value) for value in found[1].split()], found[2]


def _check_ratio(out: str, name: str) -> None:
    """Compare the ratio in a row with its figures, which have two decimals."""
    values, words = _times(out, name)
    if len(ENGINES) == 1:
        assert words == ""
        return
    ratio = re.fullmatch(r"(\w+) needs ([\d.]+) times what (\w+) needs", words)
    assert ratio is not None, words
    slower, faster = (ENGINES[values.index(pick(values))] for pick in (max, min))
    assert (ratio[1], ratio[3]) == (slower, faster) or values[0] == values[1]
    least, most = (max(values) - 0.005) / (min(values) + 0.005), (max(values) + 0.005) / (min(values) - 0.005)
    assert least - 0.05 <= float(ratio[2]) <= most + 0.05


def test_the_demo_shows_its_steps_the_ratio_of_its_figures_and_what_to_try_next(gitfleet: CommandLine) -> None:
    done = gitfleet.run("demo")
    assert done.code == 0, done.err
    steps = [
        "starting a local forge",
        "1. 3 organizations",
        "engine ",
        "2. a job for",
        "killed after",
        "What to try next",
    ]
    places = [done.out.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    assert re.findall(r"^(\w+) +\d+ of \d+ (?:repositories|units)", done.err, re.MULTILINE)[0] == ENGINES[0]
    assert done.out.count("2500/2500") == len(ENGINES)
    _check_ratio(done.out, "wall s")
    _check_ratio(done.out, "CPU s")
    assert re.search(r"^  .* -m gitfleet branches github:OWNER", done.out, re.MULTILINE)


def test_progress_is_five_lines_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("job", 100)
    for done in range(1, 101):
        progress.show(done, "units")
    progress.end()
    assert capsys.readouterr().err.splitlines() == [f"job     {done} of 100 units" for done in (20, 40, 60, 80, 100)]
