"""``gitfleet report``."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_mirror.cursors import TargetState
from support.command_line import CommandLine
from support.mirror_fleet import NOW_TEXT, mirror_writer

pytest.importorskip("vl_convert", reason="the report is an extra: gitfleet[report]")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("mirror") / "fleet.sqlite"
    with mirror_writer(path) as (_, cursors):  # without plots, which take a second
        cursors.set_target(TargetState("github:acme", "github", "ok", repositories=0, listed_at=NOW_TEXT))
    return str(path)


def test_report_writes_a_page_and_sends_nothing(gitfleet: CommandLine, mirror: str, tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    done = gitfleet.run("report", mirror, "-o", str(output))
    page = output.read_text("utf-8")
    assert (done.code, done.out) == (0, "")
    assert done.error == f"gitfleet: wrote a report of {len(page.encode()) / 1e6:.1f} MB to {output}"
    assert page.startswith("<!doctype html>")
    assert "github:acme" in page
    assert gitfleet.forge.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_report_writes_to_a_pipe_and_prints_nothing_else(gitfleet: CommandLine, mirror: str) -> None:
    done = gitfleet.run("report", mirror)
    assert (done.code, done.err) == (0, "")
    assert done.out.rstrip().endswith("</html>")


def test_a_file_that_is_no_mirror_gives_exit_code_2_and_no_page(gitfleet: CommandLine, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("text that is longer than the header of a file of SQLite, which has one hundred bytes. " * 3)
    for given, message in ((str(tmp_path / "none"), "there is no mirror"), (str(other), "is not a mirror")):
        done = gitfleet.run("report", given, "-o", str(tmp_path / "report.html"))
        assert done.code == 2
        assert message in done.error
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_page_that_cannot_be_written_gives_exit_code_6(gitfleet: CommandLine, mirror: str, tmp_path: Path) -> None:
    done = gitfleet.run("report", mirror, "-o", str(tmp_path / "missing" / "report.html"))
    assert (done.code, "missing" in done.error) == (6, True)
