"""What the packages export is what was written down."""

from __future__ import annotations

import pytest

from support.tools import tool

api_report = tool("api_report")


@pytest.mark.parametrize("name", api_report.MODULES)
def test_the_public_names_and_signatures_are_those_written_down(name: str) -> None:
    """After a change that was meant: python tools/api_report.py, and commit what it writes."""
    pytest.importorskip(name.partition(".")[0], exc_type=ImportError)
    written = (api_report.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert api_report.report(name) == written


def test_every_file_is_of_a_module_that_is_still_reported() -> None:
    assert {file.stem for file in api_report.FOLDER.glob("*.txt")} == set(api_report.MODULES)
