"""The table of the rows of a kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from gitfleet_api import ConfigurationError
from gitfleet_api.tables.schema import TableColumn

from ..files.cells import Cell, sql_type
from ..files.names import quoted

__all__ = ["LEADING", "RowTable"]

LEADING = ("provider", "repository")
"""The columns in front of those of the rows, as in the table of a fleet."""
_KEY = ("unit_id", "row_number")


class RowTable:
    """The table of one kind. Several lists of arguments of a kind share it.

    Args:
        name: Its name.
        columns: The columns of the rows.

    Raises:
        ConfigurationError: The name of a column cannot be used.
    """

    def __init__(self, name: str, columns: Sequence[TableColumn]) -> None:
        self._name = name
        self._columns = tuple(columns)
        seen: set[str] = set()
        for column in (*_KEY, *LEADING, *(column.name for column in columns)):
            if column.lower() in seen:
                raise ConfigurationError(f"{name}: two columns would be called {column!r}; rename a field")
            seen.add(column.lower())
        names = ", ".join(quoted(column) for column in (*_KEY, *LEADING, *(column.name for column in columns)))
        marks = ", ".join("?" * (len(columns) + 4))
        self._insert = f"INSERT INTO {quoted(name)} ({names}) VALUES ({marks})"  # noqa: S608  names are quoted
        self._delete = f"DELETE FROM {quoted(name)} WHERE unit_id = ?"  # noqa: S608

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Create the table, or add the columns that it lacks.

        Raises:
            ConfigurationError: A column has another type.
        """
        columns = "".join(f", {quoted(column.name)} {sql_type(column)}" for column in self._columns)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {quoted(self._name)} (unit_id INTEGER NOT NULL REFERENCES units (id), "
            "row_number INTEGER NOT NULL, provider TEXT NOT NULL, repository TEXT NOT NULL"
            f"{columns}, UNIQUE (unit_id, row_number))"
        )
        types = {
            name.lower(): kind for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({quoted(self._name)})")
        }
        for column in self._columns:
            found = types.get(column.name.lower())
            if found is None:
                connection.execute(
                    f"ALTER TABLE {quoted(self._name)} ADD COLUMN {quoted(column.name)} {sql_type(column)}"
                )
            elif found.upper() != sql_type(column):
                raise ConfigurationError(
                    f"the ledger has a table {self._name!r} with another type of {column.name!r}; use another file"
                )

    def replace(
        self, connection: sqlite3.Connection, unit: int, leading: tuple[str, str], rows: Sequence[tuple[Cell, ...]]
    ) -> None:
        """Replace the rows of a unit.

        Args:
            connection: The file, in a transaction.
            unit: Id of the unit.
            leading: The values of :data:`LEADING`.
            rows: The rows.
        """
        connection.execute(self._delete, (unit,))
        if rows:
            connection.executemany(self._insert, [(unit, number, *leading, *row) for number, row in enumerate(rows)])
