"""Reading ledgers in tests."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["identity", "names_by_repository", "query"]

_NAMES = {"branches": "name", "contributors": "login", "pull_requests": "number"}


def identity(kind: str, row: Any) -> Any:
    """What identifies a row of a kind."""
    return getattr(row, _NAMES[kind])


def query(path: Path, text: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(text, values).fetchall()


def names_by_repository(path: Path, kind: str) -> dict[str, Counter[Any]]:
    """What identifies the rows of a kind, by repository, with how often it is there."""
    found: dict[str, Counter[Any]] = {}
    for repository, name in query(path, f"SELECT repository, {_NAMES[kind]} FROM {kind}"):  # noqa: S608
        found.setdefault(repository, Counter())[name] += 1
    return found
