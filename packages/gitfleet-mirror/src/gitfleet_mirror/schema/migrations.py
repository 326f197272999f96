"""The versions of the tables, and the steps between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from gitfleet_fleet.files.sqlite_file import transaction

from ..names import quoted
from . import ddl, search, tables, views

__all__ = ["STEPS", "migrate"]

Step = Callable[[sqlite3.Connection], None]
"""Changes that follow from no model, as a renamed column. They run before the missing tables and columns are added."""


def _nothing(_: sqlite3.Connection) -> None:
    """Do nothing: only tables, columns, indexes and views are new."""


STEPS: tuple[Step, ...] = (_nothing,)
"""The step to each version of the tables, from 1. A new file has version 0.

A change of a model, an index or a view needs a new step, if only :func:`_nothing`: it makes older files get the change.
"""


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file to the present version of the tables, in one transaction. No row is lost.

    Args:
        connection: The file.
        version: Version that it has; 0 for an empty one.
    """
    with transaction(connection):
        for step in STEPS[version:]:
            step(connection)
        _add_tables(connection)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")


def _add_tables(connection: sqlite3.Connection) -> None:
    for table in tables.TABLES:
        for statement in ddl.table_statements(table):
            connection.execute(statement)
        found = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({quoted(table.name)})")}
        for name, declared in ddl.columns_of_table(table):
            if name not in found:
                connection.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(name)} {declared}")
    for statement in ddl.STATE.split(";\n"):
        connection.execute(statement)
    for (view,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        connection.execute(f"DROP VIEW {quoted(view)}")
    for statement in (*ddl.indexes(), *search.search_statements(), *views.view_statements()):
        connection.execute(statement)
