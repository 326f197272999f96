"""The figures in the introduction are those of the benchmark tables."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from support.documented import DOCS, ROOT

BENCHMARKS = (DOCS / "benchmarks.md").read_text("utf-8")
CLAIM = re.compile(
    r"\*\*(?P<times>\d+) times less CPU than PyGithub\.\*\* "
    r"Listing 10,000 repositories takes (?P<seconds>[\d.]+) s of CPU time and (?P<megabytes>\d+) MB of memory; "
    r"PyGithub needs (?P<peer_seconds>[\d.]+) s and (?P<peer_megabytes>\d+) MB"
)
SPREAD = 0.25  # two runs on the same machine differ by less


def _measured(heading: str, client: str) -> dict[str, float]:
    """The row of a client in the first results table whose heading has these words."""
    table = re.split(rf"^### .*{heading}.*$", BENCHMARKS, maxsplit=1, flags=re.MULTILINE)[1]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]
    row = next(row for row in rows if row[0].lower().startswith(client.lower()))
    return {name: float(cell.replace(",", "")) for name, cell in zip(rows[0][1:], row[1:], strict=True)}


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "index.md"], ids=lambda page: page.name)
def test_the_claim_of_the_introduction_was_measured(page: Path) -> None:
    claim = CLAIM.search(" ".join(page.read_text("utf-8").split()))
    assert claim is not None
    ours, theirs = (
        _measured("10,000 repositories", "gitfleet, native engine"),
        _measured("10,000 repositories", "PyGithub"),
    )
    assert int(claim["times"]) <= theirs["CPU s"] / ours["CPU s"] + 0.5
    assert float(claim["seconds"]) == pytest.approx(ours["CPU s"], rel=SPREAD)
    assert float(claim["peer_seconds"]) == pytest.approx(theirs["CPU s"], rel=SPREAD)
    assert float(claim["megabytes"]) == pytest.approx(ours["peak MB"], rel=SPREAD)
    assert float(claim["peer_megabytes"]) == pytest.approx(theirs["peak MB"], rel=SPREAD)


def _texts_of(picture: Path) -> dict[str, str]:
    """The texts in a PNG file: its chunks have a length, a type, data and a checksum."""
    data, position, found = picture.read_bytes(), 8, {}
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"tEXt":
            name, _, text = data[position + 8 : position + 8 + length].partition(b"\0")
            found[name.decode("latin-1")] = text.decode("latin-1")
        position += length + 12
    return found


def test_the_chart_of_the_readme_has_the_figures_of_its_table() -> None:
    part = BENCHMARKS.partition("<!-- chart: begin -->")[2].partition("<!-- chart: end -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("|")]
    assert json.loads(_texts_of(DOCS / "benchmarks" / "readme.png")["Description"]) == rows[2:]
    clients = " ".join(row[0] for row in rows[2:])
    for client in ("native engine", "pure Python engine", "httpx", "githubkit", "PyGithub", "python-gitlab"):
        assert client in clients


@pytest.mark.parametrize("name", ["_static/report.png", "benchmarks/readme.png"])
def test_the_pictures_of_the_readme_are_small(name: str) -> None:
    assert (DOCS / name).stat().st_size < 150_000
