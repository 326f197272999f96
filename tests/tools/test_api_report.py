"""The public API is the one in tests/public_api."""

from __future__ import annotations

import pytest

from support.tools import tool

api_report = tool("api_report")


@pytest.mark.parametrize("name", api_report.MODULES)
def test_public_names_and_signatures_equal_the_report(name: str) -> None:
    """After an intended change run python tools/api_report.py, and commit the files."""
    pytest.importorskip(name.partition(".")[0], exc_type=ImportError)
    written = (api_report.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert api_report.report(name) == written


def test_every_file_belongs_to_a_reported_module() -> None:
    assert {file.stem for file in api_report.FOLDER.glob("*.txt")} == set(api_report.MODULES)
