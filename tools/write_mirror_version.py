"""Write the tables of the present version of a mirror: ``python tools/write_mirror_version.py``.

The file ``tests/mirror/version_N.sql`` is a mirror of version N. A test compares the newest one with a new mirror, and
opens all of them. A change of a model, an index or a view changes the tables: add a step to
``gitfleet_mirror.schema.migrations.STEPS``, and run this. Files of released versions never change.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gitfleet_mirror.file import APPLICATION
from gitfleet_mirror.schema import migrations

__all__ = ["FOLDER", "main", "schema"]

FOLDER = Path(__file__).parents[1] / "tests" / "mirror"


def main() -> None:
    """Write the file."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.migrate(connection, 0)
        version = len(migrations.STEPS)
        head = f"PRAGMA application_id = {APPLICATION};\nPRAGMA user_version = {version};\n"
        (FOLDER / f"version_{version}.sql").write_text(head + schema(connection), encoding="utf-8")


def schema(connection: sqlite3.Connection) -> str:
    """Return the statements that create the tables, indexes, views and triggers of a file."""
    virtual = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")
    ]
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL "
        "ORDER BY type <> 'table', sql LIKE 'CREATE VIRTUAL%', type, name"
    )
    # A virtual table creates the tables in which it stores its rows.
    found = [sql for name, sql in rows if not any(name.startswith(f"{table}_") for table in virtual)]
    return "".join(f"{sql};\n" for sql in found)


if __name__ == "__main__":
    main()
