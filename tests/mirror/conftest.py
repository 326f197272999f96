"""A mirror in a new file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitfleet_mirror.file import MirrorFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fleet.sqlite"


@pytest.fixture
def mirror(path: Path) -> Iterator[MirrorFile]:
    found = MirrorFile(path)
    yield found
    found.close()
