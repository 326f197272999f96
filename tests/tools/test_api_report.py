"""What the packages export is what was written down."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_report", ROOT / "tools" / "api_report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


api_report = _tool()


@pytest.mark.parametrize("name", api_report.MODULES)
def test_the_public_names_and_signatures_are_those_written_down(name: str) -> None:
    """After a change that was meant: python tools/api_report.py, and commit what it writes."""
    pytest.importorskip(name.partition(".")[0], exc_type=ImportError)
    written = (api_report.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert api_report.report(name) == written


def test_every_file_is_of_a_module_that_is_still_reported() -> None:
    assert {file.stem for file in api_report.FOLDER.glob("*.txt")} == set(api_report.MODULES)
