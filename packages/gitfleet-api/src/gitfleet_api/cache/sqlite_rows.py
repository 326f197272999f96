"""The entries in a SQLite cache: the statements that read, write and evict them."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

__all__ = ["find", "read", "size_of", "write"]

_OVERHEAD = 200
"""Bytes of an entry in the tables and indexes, in addition to its data."""


def size_of(key: str, data: bytes) -> int:
    """Return how much an entry adds to the total size."""
    return len(key) + len(data) + _OVERHEAD


def read(connection: sqlite3.Connection, key: str) -> bytes | None:
    """Return the data of an entry. It writes nothing, so that no reader waits for a writer."""
    row = connection.execute("SELECT data FROM contents WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def find(connection: sqlite3.Connection, keys: Collection[str]) -> set[str]:
    """Return those of some keys that have an entry."""
    return {key for key in keys if connection.execute("SELECT 1 FROM contents WHERE key = ?", (key,)).fetchone()}


def write(connection: sqlite3.Connection, rows: Mapping[str, bytes], used: Mapping[str, float], max_bytes: int) -> None:
    """Store entries in one transaction, which also keeps the total size of the file below its bound.

    Args:
        connection: The connection.
        rows: Data by key.
        used: When entries were last used, by key.
        max_bytes: The bound.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        total = _total(connection)
        for key, when in used.items():
            connection.execute("UPDATE entries SET used = ? WHERE key = ? AND used < ?", (when, key, when))
        for key, data in rows.items():
            old = connection.execute("SELECT size FROM entries WHERE key = ?", (key,)).fetchone()
            size = size_of(key, data)
            total += size - (0 if old is None else _integer(old[0]))
            connection.execute("REPLACE INTO contents VALUES (?, ?)", (key, data))
            connection.execute("REPLACE INTO entries VALUES (?, ?, ?)", (key, size, time.time()))
        if total > max_bytes:
            total = _evict(connection, max_bytes)
        connection.execute("REPLACE INTO total VALUES (1, ?)", (total,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _total(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT bytes FROM total").fetchone()
    return row[0] if row is not None and isinstance(row[0], int) else _sum(connection)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0  # the table was changed


def _sum(connection: sqlite3.Connection) -> int:
    (total,) = connection.execute("SELECT total(size) FROM entries").fetchone()
    return int(total)


def _evict(connection: sqlite3.Connection, max_bytes: int) -> int:
    """Evict the least recently used entries until the total is 10 % below the bound; return the new total."""
    total = _sum(connection)
    if total <= max_bytes:
        return total
    last: object = None
    for used, size in connection.execute("SELECT used, size FROM entries ORDER BY used").fetchall():
        total -= _integer(size)
        last = used
        if total <= max_bytes * 0.9:
            break
    connection.execute("DELETE FROM contents WHERE key IN (SELECT key FROM entries WHERE used <= ?)", (last,))
    connection.execute("DELETE FROM entries WHERE used <= ?", (last,))
    return _sum(connection)
