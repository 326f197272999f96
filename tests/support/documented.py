"""The code in the documentation, as a module."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: Path) -> list[str]:
    """The Python blocks of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def module_of(page: str) -> ModuleType:
    """All Python blocks of a page of docs/, run one after another in a module of their own.

    They import what people do, GitFleet; tests of a page are skipped where there are its parts only.
    """
    pytest.importorskip("GitFleet", reason="gitfleet, which the documentation imports, is not installed")
    made = ModuleType(f"documented_{page.removesuffix('.md').replace('-', '_')}")
    sys.modules[made.__name__] = made  # where dataclasses and their annotations look for names
    exec("\n".join(blocks(DOCS / page)), made.__dict__)  # noqa: S102  our own documentation
    return made
