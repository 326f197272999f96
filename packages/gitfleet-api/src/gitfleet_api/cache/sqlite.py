"""A cache in a SQLite file, which processes can share and later runs can use."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from .._internal.at_fork import renew_after_fork
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .entry import Cache, CacheEntry, CacheWarning

if TYPE_CHECKING:
    import sqlite3

__all__ = ["SQLiteCache"]

T = TypeVar("T")

_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, headers TEXT NOT NULL, columns TEXT, body BLOB NOT NULL,
    size INTEGER NOT NULL, used REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
"""
_PRUNE_EVERY = 200
"""Number of writes between checks of the total size."""


class SQLiteCache(Cache):
    """A cache in a SQLite file. The least recently used entries are evicted first.

    Several processes can use one file. It contains no tokens, but data that only their owners may see, so keep it
    private. A damaged file is renamed, with a :class:`CacheWarning` that contains the new name, and a new file is
    created.

    Args:
        path: Path of the file. If it does not exist it is created, readable only by its owner.
        max_bytes: Largest total size of the entries, in bytes.

    Raises:
        ConfigurationError: The folder of ``path`` does not exist, ``path`` is a folder, or ``max_bytes`` is not an
            integer of at least 1.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_bytes: int = 512 * 1024 * 1024) -> None:
        from pathlib import Path  # imported here because it takes 1.3 ms and few programs need it

        self._path = Path(path)
        if self._path.is_dir() or not self._path.parent.is_dir():
            raise ConfigurationError(f"the cache must be a file in a folder that exists, not {str(path)!r}")
        if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 1:
            raise ConfigurationError(f"max_bytes must be an integer of at least 1, not {shorten_repr(max_bytes)}")
        self._max_bytes = max_bytes
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._closed = False
        self._puts = 0
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"<SQLiteCache {str(self._path)!r}>"

    async def get(self, key: str) -> CacheEntry | None:
        """Return the entry that is stored under ``key``, or None.

        Args:
            key: 64 hexadecimal digits. It contains no token.
        """
        return await asyncio.to_thread(self._guarded, lambda connection: _read(connection, key))

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry.

        Args:
            key: 64 hexadecimal digits. It contains no token.
            entry: The response to store.
        """
        await asyncio.to_thread(self._guarded, lambda connection: self._write(connection, key, entry))

    async def aclose(self) -> None:
        """Close the file. Later calls find nothing and store nothing."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop_connection()

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return the result of ``work``, or warn and return None if the file cannot be used."""
        import sqlite3  # imported here because few programs need it

        with self._lock:
            if self._closed:
                return None
            try:
                return work(self._open())
            except sqlite3.OperationalError as error:  # locked for too long, disk full, no permission
                warnings.warn(f"the cache {self._path} cannot be used: {error}", CacheWarning, stacklevel=2)
            except (sqlite3.DatabaseError, ValueError, TypeError, KeyError) as error:
                self._rename_damaged(error)
            return None

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        if self._process != os.getpid():  # after a fork the child must neither use nor close the connection
            _abandoned.append(self._connection)
            self._connection, self._process = None, os.getpid()
        if self._connection is None:
            if not self._path.exists():
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False, isolation_level=None)
            try:
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _write(self, connection: sqlite3.Connection, key: str, entry: CacheEntry) -> None:
        headers = json.dumps(entry.headers)
        columns = None if entry.columns is None else json.dumps(entry.columns, separators=(",", ":"))
        size = len(headers) + len(columns or "") + len(entry.body)
        row = (key, entry.etag, entry.last_modified, headers, columns, entry.body, size, time.time())
        connection.execute("REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._puts += 1
        if self._puts % _PRUNE_EVERY == 0 or size > self._max_bytes:
            _prune(connection, self._max_bytes)

    def _rename_damaged(self, error: Exception) -> None:
        self._drop_connection()
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        try:
            self._path.rename(aside)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            message = f"the cache {self._path} is damaged ({error}); it was renamed to {aside}"
        except OSError as problem:
            self._closed = True
            message = f"the cache {self._path} is damaged ({error}) and cannot be renamed ({problem}); it is not used"
        warnings.warn(message, CacheWarning, stacklevel=2)

    def _drop_connection(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


_abandoned: list[sqlite3.Connection | None] = []
"""Connections of parent processes, referenced so that they are never closed here."""


def _prepare(connection: sqlite3.Connection) -> None:
    import sqlite3

    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found not in (0, _FORMAT):
        raise sqlite3.DatabaseError(f"format {found}, this release has format {_FORMAT}")
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version = {_FORMAT}")


def _read(connection: sqlite3.Connection, key: str) -> CacheEntry | None:
    query = "SELECT etag, last_modified, headers, columns, body FROM entries WHERE key = ?"
    row = connection.execute(query, (key,)).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE entries SET used = ? WHERE key = ?", (time.time(), key))
    etag, modified, headers, columns, body = row
    pairs = tuple((str(name), str(value)) for name, value in json.loads(headers))
    return CacheEntry(etag, modified, pairs, None if columns is None else json.loads(columns), bytes(body))


def _prune(connection: sqlite3.Connection, max_bytes: int) -> None:
    """Evict the least recently used entries until the total is 10 % below ``max_bytes``."""
    (total,) = connection.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()
    while total > max_bytes:
        rows = connection.execute("SELECT key, size FROM entries ORDER BY used LIMIT 100").fetchall()
        for key, size in rows:
            connection.execute("DELETE FROM entries WHERE key = ?", (key,))
            total -= size
            if total <= max_bytes * 0.9:
                return
