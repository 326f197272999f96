"""Columns with one type, for formats that need it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from gitfleet_api.tables.schema import TableColumn

from .names import quoted

__all__ = ["settled_columns"]


def settled_columns(
    connection: sqlite3.Connection, table: str, columns: Sequence[TableColumn]
) -> tuple[TableColumn, ...]:
    """Return the columns of a table without the kind ``id``: integers if there is no text in it, otherwise text.

    Args:
        connection: The file.
        table: Name of the table.
        columns: Its columns.
    """
    name = quoted(table)
    found = []
    for column in columns:
        cell = quoted(column.name)
        if column.kind == "id":
            is_text = _exists(connection, f"{name} WHERE typeof({cell}) = 'text'")
            found.append(column._replace(kind="text" if is_text else "integer"))
        else:
            source = f"{name}, json_each({name}.{cell})"
            found.append(column._replace(inner=tuple(_inside(connection, source, item) for item in column.inner)))
    return tuple(found)


def _inside(connection: sqlite3.Connection, source: str, column: TableColumn) -> TableColumn:
    if column.kind != "id":
        return column
    path = f'$."{column.name}"'
    is_text = _exists(connection, f"{source} WHERE json_type(json_each.value, '{path}') = 'text'")
    return column._replace(kind="text" if is_text else "integer")


def _exists(connection: sqlite3.Connection, query: str) -> bool:
    return bool(connection.execute(f"SELECT EXISTS (SELECT * FROM {query})").fetchone()[0])  # noqa: S608
