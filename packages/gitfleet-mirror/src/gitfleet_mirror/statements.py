"""The statements for the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from gitfleet_api import ConfigurationError
from gitfleet_api.tables.schema import TableColumn, columns_of
from gitfleet_fleet.files.cells import Cell, encode_models

from .names import quoted
from .schema.tables import KEY, TIMES, Table, table_of

__all__ = ["Statements", "as_id", "key_text", "statements"]

_FIRST, _LAST, _DELETED = TIMES
_LONGEST = 19
"""Digits of integers that need more than 64 bits."""


class Statements:
    """The statements for rows of a model in a table.

    Args:
        table: The table.
        model: Class of the rows: the one of the table, or a base class with some of its columns, as ``RepoInfo``.

    Raises:
        ConfigurationError: The rows do not belong into the table.
    """

    def __init__(self, table: Table, model: type) -> None:
        if not issubclass(table.model, model):
            raise ConfigurationError(f"rows of {model.__name__} do not belong into the table {table.name}")
        own = {column.name: column for column in columns_of(model)}
        self.columns: tuple[TableColumn, ...] = tuple(
            own[column.name] for column in table.columns if column.name in own
        )
        self.table = table
        self.model = model
        names = [column.name for column in self.columns]
        self._key = [names.index(name) for name in table.key]
        self.key_width = len(table.own_key)
        self._pick: Callable[[tuple[Cell, ...]], Any] = itemgetter(*self._key)
        name = quoted(table.name)
        where = " AND ".join(f"{quoted(column)} = ?" for column in table.primary_key)
        columns = ", ".join(map(quoted, names))
        keys = [*table.primary_key[: -self.key_width], *((KEY,) if table.has_text_key else ())]
        inserted = [*keys, *names, _FIRST, _LAST]
        marks = ", ".join("?" * len(inserted))
        # Names are quoted; values are parameters.
        self.find = f"SELECT rowid, {_DELETED}, {columns} FROM {name} WHERE {where}"  # noqa: S608
        self.insert = f"INSERT INTO {name} ({', '.join(map(quoted, inserted))}) VALUES ({marks})"  # noqa: S608
        assigned = ", ".join(f"{quoted(column)} = ?" for column in names)
        self.update = f"UPDATE {name} SET {_LAST} = ?, {_DELETED} = NULL, {assigned} WHERE rowid = ?"  # noqa: S608
        self.touch = f"UPDATE {name} SET {_LAST} = ? WHERE rowid = ?"  # noqa: S608
        self._has_text_key = table.has_text_key
        self._ids = [index for index, column in enumerate(self.columns) if column.kind == "id"]

    def encode(self, rows: Sequence[object]) -> list[tuple[Cell, ...]]:
        """Return the cells of rows.

        Raises:
            ConfigurationError: A value does not have the type of its column.
        """
        cells = encode_models(rows, self.model, self.columns)
        if not any(isinstance(row[index], str) for row in cells for index in self._ids):
            return cells
        ids = set(self._ids)
        return [tuple(as_id(cell) if index in ids else cell for index, cell in enumerate(row)) for row in cells]

    def key_of(self, cells: tuple[Cell, ...]) -> tuple[Cell, ...] | None:
        """Return the values of the key columns of a row. None if it has no id."""
        if self._has_text_key:
            return (key_text([cells[index] for index in self._key]),)
        key = self._pick(cells) if len(self._key) > 1 else (self._pick(cells),)
        return None if None in key else key


def as_id(cell: Cell) -> Cell:
    """Return an id as a column of integers stores it: text that is an integer becomes one."""
    if isinstance(cell, str) and cell.isdecimal() and len(cell) < _LONGEST and str(int(cell)) == cell:
        return int(cell)
    return cell


def key_text(values: Sequence[Cell]) -> str:
    """Return the text of a key whose values can be None: the first one that is given, or JSON of several.

    An id identifies a contributor, without one the name and the address together do. A release has an id, on GitLab a
    tag. A branch has a name, except the one of an empty repository.
    """
    first, *others = values
    if first is not None:
        return str(first)
    if not others:
        return ""
    return str(others[0]) if len(others) == 1 else json.dumps(others, ensure_ascii=False)


@cache
def statements(table: str, model: type) -> Statements:
    """Return the statements for rows of a model in a table.

    Raises:
        ConfigurationError: The rows do not belong into the table.
    """
    return Statements(table_of(table), model)
