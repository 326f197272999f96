"""The statements that create the tables and indexes."""

from __future__ import annotations

from collections.abc import Iterator

from gitfleet_api.tables.schema import TableColumn
from gitfleet_fleet.files.cells import sql_type

from ..names import quoted
from .tables import KEY, TABLES, TIMES, Table

__all__ = ["STATE", "columns_of_table", "indexes", "table_statements"]

_ID = "INTEGER"
"""Ids of GitHub and GitLab are integers. SQLite also stores text in such a column; other programs would take a column
without a type for binary data."""
# No table that users read is WITHOUT ROWID: DuckDB counts rows by their ROWID.
STATE = """
-- Every name that a repository had, and when it was seen under it.
CREATE TABLE IF NOT EXISTS repository_name (
    provider TEXT NOT NULL,
    repository_id INTEGER NOT NULL,
    full_name TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (provider, repository_id, first_seen, full_name),
    FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX IF NOT EXISTS repository_name_full_name ON repository_name (full_name);

CREATE TABLE IF NOT EXISTS _update (
    number INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,              -- NULL: it was interrupted, or is running
    calls INTEGER NOT NULL,     -- counted calls
    targets TEXT NOT NULL,      -- JSON
    version TEXT NOT NULL       -- release of GitFleet
);

CREATE TABLE IF NOT EXISTS _server (
    provider TEXT PRIMARY KEY,  -- as github
    base_url TEXT NOT NULL UNIQUE
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS _target (
    target TEXT COLLATE NOCASE PRIMARY KEY, -- as github:python
    provider TEXT NOT NULL,
    status TEXT NOT NULL,       -- of the last try to list it
    code TEXT,
    message TEXT,
    repositories INTEGER NOT NULL,
    listed_at TEXT,             -- start of the update that listed it completely for the last time
    principal TEXT              -- who saw that listing
) WITHOUT ROWID;

-- The repositories that listings of a target have returned.
CREATE TABLE IF NOT EXISTS _listed (
    target TEXT COLLATE NOCASE NOT NULL,
    provider TEXT NOT NULL,
    repository_id NOT NULL,
    listed_at TEXT NOT NULL,    -- the last of these listings
    PRIMARY KEY (target, provider, repository_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS _unit (
    provider TEXT NOT NULL,
    repository_id NOT NULL,     -- of the kind members: login of the owner
    kind TEXT NOT NULL,         -- as branches
    arguments TEXT NOT NULL,    -- canonical JSON; empty without arguments
    status TEXT,                -- of the last try
    code TEXT,
    message TEXT,
    tried_by INTEGER,           -- the update of the last try
    complete_at TEXT,           -- start of the last complete walk
    principal TEXT,             -- who saw that walk
    pages INTEGER,              -- its pages
    mark TEXT,                  -- how far it came
    PRIMARY KEY (provider, repository_id, kind, arguments)
) WITHOUT ROWID;
"""
"""Tables that are not derived from models."""


def columns_of_table(table: Table) -> list[tuple[str, str]]:
    """Return name and declaration of each column of a table."""
    key = set(table.primary_key)
    found = [("provider", "TEXT NOT NULL")]
    if table.parent is not None:
        found.append((table.parent, f"{_ID if table.parent == 'repository_id' else 'TEXT'} NOT NULL"))
    if table.has_text_key:
        found.append((KEY, "TEXT NOT NULL"))
    found += [(column.name, _declared(column, in_key=column.name in key)) for column in table.columns]
    first, last, deleted = TIMES
    return [*found, (first, "TEXT NOT NULL"), (last, "TEXT NOT NULL"), (deleted, "TEXT")]


def table_statements(table: Table) -> Iterator[str]:
    """Yield the statements that create a table and its indexes."""
    columns = [f"{quoted(name)} {declared}" for name, declared in columns_of_table(table)]
    key = ", ".join(quoted(name) for name in table.primary_key)
    parts = [*columns, f"PRIMARY KEY ({key})"]
    if table.parent == "repository_id":
        parts.append(
            "FOREIGN KEY (provider, repository_id) REFERENCES repository (provider, id) DEFERRABLE INITIALLY DEFERRED"
        )
    inner = ",\n    ".join(parts)
    yield f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} (\n    {inner}\n)"


def indexes() -> Iterator[str]:
    """Yield the statements that create the indexes."""
    for table in TABLES:
        for column in table.indexes:
            yield _index(table, column, quoted(column))
        if "number" in {column.name for column in table.columns}:
            yield _index(table, "number", "provider, repository_id, number")


def _index(table: Table, name: str, columns: str) -> str:
    return f"CREATE INDEX IF NOT EXISTS {quoted(f'{table.name}_{name}')} ON {quoted(table.name)} ({columns})"


def _declared(column: TableColumn, *, in_key: bool) -> str:
    kind = _ID if column.kind == "id" else sql_type(column)
    return f"{kind}{' NOT NULL' if in_key else ''}"
