"""The rows of the full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from gitfleet_fleet.files.cells import Cell

from .schema.search import SEARCHED
from .statements import Statements

__all__ = ["Pair", "SearchWriter"]

Pair = tuple[tuple[Cell, ...] | None, tuple[Cell, ...]]
"""The former cells of a row, None if it is new, and the present ones."""
Texts = tuple[Cell, Cell]
"""Title and body."""

_ADD_ID = "INSERT INTO _search (provider, repository_id, kind, key) VALUES (?, ?, ?, ?)"
_FIND_ID = "SELECT id FROM _search WHERE provider = ? AND repository_id = ? AND kind = ? AND key = ?"
_ADD = "INSERT INTO search (rowid, title, body) VALUES (?, ?, ?)"
_DROP = "INSERT INTO search (search, rowid, title, body) VALUES ('delete', ?, ?, ?)"


class SearchWriter:
    """Adds texts to the index, and replaces those that changed.

    Args:
        connection: The file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write(self, found: Statements, leading: tuple[Cell, ...], rows: Iterable[Pair]) -> None:
        """Index rows of a table, if it has searched texts.

        Args:
            found: The statements for the rows.
            leading: Provider and parent of the rows.
            rows: Those that were inserted or changed.
        """
        kind = found.table.name
        if kind not in SEARCHED:
            return
        texts = _texts(found)
        dropped: list[tuple[Cell, ...]] = []
        added: list[tuple[Cell, ...]] = []
        for old, new in rows:
            key = found.key_of(new)
            assert key is not None  # noqa: S101  it was written
            place = (*leading, kind, *key) if len(leading) > 1 else (*leading, *key, kind, *key)
            if old is None:
                added.append((self._connection.execute(_ADD_ID, place).lastrowid, *texts(new)))
            elif texts(old) != texts(new):
                (number,) = self._connection.execute(_FIND_ID, place).fetchone()
                dropped.append((number, *texts(old)))
                added.append((number, *texts(new)))
        self._connection.executemany(_DROP, dropped)
        self._connection.executemany(_ADD, added)


def _texts(found: Statements) -> Callable[[tuple[Cell, ...]], Texts]:
    """Return a function that returns title and body of the cells of a row, as the view ``_search_text`` does."""
    searched = SEARCHED[found.table.name]
    names = [column.name for column in found.columns]
    body = names.index(searched.body)
    if searched.title is not None:
        title = names.index(searched.title)
        return lambda cells: (cells[title], cells[body])

    def lines(cells: tuple[Cell, ...]) -> Texts:
        if cells[body] is None:
            return None, None
        text, _, _ = str(cells[body]).partition("\0")  # where SQLite's functions end
        first, _, others = text.partition("\n")
        return first, others

    return lines
