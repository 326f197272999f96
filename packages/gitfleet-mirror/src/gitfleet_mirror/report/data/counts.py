"""Numbers with what they leave out, and short forms of queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Known", "NamedCount", "known", "named_counts", "row"]

Parameters = Mapping[str, object] | Sequence[object]


@dataclass(frozen=True, slots=True)
class Known:
    """A number, and how many rows it leaves out because they lack the value."""

    value: int
    """The number."""
    missing: int = 0
    """Rows without the value."""


@dataclass(frozen=True, slots=True)
class NamedCount:
    """A number of rows by a name."""

    name: str
    """The name, as the server sent it."""
    count: int
    """Number of rows."""


def row(connection: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> tuple[Any, ...]:
    """Return the only row of a query."""
    found: tuple[Any, ...] = connection.execute(sql, parameters).fetchone()
    return found


def known(connection: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Known:
    """Return the two columns of a query: a number, None if there are no rows, and how many rows lack the value."""
    value, missing = row(connection, sql, parameters)
    return Known(value or 0, missing or 0)


def named_counts(connection: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> tuple[NamedCount, ...]:
    """Return the rows of a query with a name and a number."""
    return tuple(NamedCount(str(name), count) for name, count in connection.execute(sql, parameters))
