"""Comparisons of a mirror with another one, and with the data of a forge."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from gitfleet_testing import Fleet, Repository

__all__ = ["damages", "differences", "unequal", "wrongly_deleted"]

_HISTORY = ("first_seen", "last_seen", "deleted_at")


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The tables with data, and their columns without those of the history."""
    found = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        if not name.startswith("_") and "deleted_at" in columns:
            found[name] = [column for column in columns if column not in _HISTORY]
    return found


def _rows(connection: sqlite3.Connection, table: str, columns: Iterable[str]) -> Counter[tuple[Any, ...]]:
    names = ", ".join(f'"{column}"' for column in columns)
    return Counter(connection.execute(f'SELECT {names} FROM "{table}" WHERE deleted_at IS NULL'))  # noqa: S608


def differences(mirror: Path, fresh: Path, *, omit: Iterable[str] = ()) -> list[str]:
    """Return the rows that two mirrors do not share, apart from history: at most three of each table.

    Accounts that no row refers to any more stay in the older mirror.

    Args:
        mirror: the file.
        fresh: the other file.
        omit: names of tables that are not compared.
    """
    found: list[str] = []
    with closing(sqlite3.connect(mirror)) as old, closing(sqlite3.connect(fresh)) as new:
        tables = _tables(old)
        if tables != _tables(new):
            return ["the mirrors have different tables"]
        for table, columns in tables.items():
            if table in omit:
                continue
            ours, theirs = _rows(old, table, columns), _rows(new, table, columns)
            surplus = Counter() if table == "account" else ours - theirs
            lacking = theirs - ours
            found += [f"{table}: {surplus.total()} more, {lacking.total()} fewer"] if surplus or lacking else []
            found += [f"{table}: only in the mirror: {row}" for row in list(surplus)[:3]]
            found += [f"{table}: only in the fresh one: {row}" for row in list(lacking)[:3]]
        found += _search_differences(old, new)
    return found


def _search_differences(old: sqlite3.Connection, new: sqlite3.Connection) -> list[str]:
    """Compare what a full-text search finds in rows that exist."""
    query = "SELECT kind, key FROM search WHERE search MATCH 'renamed OR title OR release' AND deleted_at IS NULL"
    ours, theirs = (Counter(connection.execute(query)) for connection in (old, new))
    return [] if ours == theirs else [f"search: {ours.total()} rows instead of {theirs.total()}"]


_ROWS_OF_FORGE: dict[str, tuple[str, Callable[[Fleet, Repository], Iterable[tuple[Any, ...]]]]] = {
    "branch": ("name, commit_sha", lambda _, item: ((branch.name, branch.sha) for branch in item.branches)),
    "tag": ("name, commit_sha", lambda fleet, item: ((tag.name, tag.sha) for tag in fleet.history(item).tags)),
    "commit": (
        "sha, message",
        lambda fleet, item: ((commit.sha, commit.message) for commit in fleet.history(item).commits_from(item) or ()),
    ),
    "release": (
        "id, tag_name, name",
        lambda fleet, item: ((one.id, one.tag, one.name) for one in fleet.history(item).releases),
    ),
    "issue": (
        "id, number, title, state",
        lambda fleet, item: ((one.id, one.number, one.title, one.state) for one in fleet.history(item).issues),
    ),
    "pull_request": (
        "number, title, draft",
        lambda fleet, item: ((one.number, one.title, int(one.draft)) for one in fleet.history(item).pulls),
    ),
    "language": (
        "language",
        lambda fleet, item: ((name,) for name in fleet.history(item).languages),
    ),
}


def damages(mirror: Path) -> list[str]:
    """Return what SQLite finds wrong with a file: its pages, its indexes and its foreign keys."""
    with closing(sqlite3.connect(mirror)) as connection:
        (ok,) = connection.execute("PRAGMA integrity_check").fetchone()
        found = [] if ok == "ok" else [f"integrity_check: {ok}"]
        return found + [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(3)]


def unequal(
    mirror: Path, fleet: Fleet, tables: Iterable[str] = tuple(_ROWS_OF_FORGE), provider: str = "github"
) -> list[str]:
    """Return how the rows of a mirror differ from a forge's data; nothing if they are equal.

    Args:
        mirror: the file.
        fleet: the data.
        tables: names of the tables to compare, in addition to ``repository``.
        provider: label of the server.
    """
    found = damages(mirror)
    with closing(sqlite3.connect(mirror)) as connection:
        repositories = {item.id: item for item in fleet.repositories}
        live = dict(
            connection.execute(
                "SELECT id, full_name FROM repository WHERE deleted_at IS NULL AND provider = ?", [provider]
            )
        )
        if live != {number: item.full_name for number, item in repositories.items()}:
            wrong = live.items() ^ {(number, item.full_name) for number, item in repositories.items()}
            found.append(f"repository: {sorted(wrong)[:4]}")
        for table in tables:
            columns, make = _ROWS_OF_FORGE[table]
            query = f'SELECT repository_id, {columns} FROM "{table}" WHERE deleted_at IS NULL AND provider = ?'  # noqa: S608
            have = Counter(connection.execute(query, [provider]))
            want = Counter((number, *row) for number, item in repositories.items() for row in make(fleet, item))
            if have != want:
                more, fewer = have - want, want - have
                found.append(f"{table}: {more.total()} more {list(more)[:2]}, {fewer.total()} fewer {list(fewer)[:2]}")
    return found


_KEYS_OF_FORGE: dict[str, tuple[str, Callable[[Fleet, Repository], Iterable[object]]]] = {
    "branch": ("name", lambda _, item: (branch.name for branch in item.branches)),
    "tag": ("name", lambda fleet, item: (tag.name for tag in fleet.history(item).tags)),
    "commit": ("sha", lambda fleet, item: (commit.sha for commit in fleet.history(item).commits_from(item) or ())),
    "contributor": ("login", lambda _, item: (person.login for person in item.contributors)),
    "release": ("id", lambda fleet, item: (one.id for one in fleet.history(item).releases)),
    "issue": ("id", lambda fleet, item: (one.id for one in fleet.history(item).issues)),
    "pull_request": ("number", lambda fleet, item: (one.number for one in fleet.history(item).pulls)),
}


def wrongly_deleted(mirror: Path, fleet: Fleet) -> list[str]:
    """Return the rows that a mirror has as deleted and a forge has, at most three of each table."""
    found = []
    with closing(sqlite3.connect(mirror)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'repository'").fetchone():
            return []  # it was killed before the file was created
        repositories = {item.id: item for item in fleet.repositories}
        gone = connection.execute("SELECT id, full_name FROM repository WHERE deleted_at IS NOT NULL").fetchall()
        found += [f"repository: {row}" for row in gone if row[0] in repositories]
        for table, (column, make) in _KEYS_OF_FORGE.items():
            query = f'SELECT repository_id, {column} FROM "{table}" WHERE deleted_at IS NOT NULL'  # noqa: S608
            gone = connection.execute(query).fetchall()
            there = {
                (number, key)
                for number in {row[0] for row in gone} & repositories.keys()
                for key in make(fleet, repositories[number])
            }
            found += [f"{table}: {row}" for row in gone if row in there][:3]
    return found
