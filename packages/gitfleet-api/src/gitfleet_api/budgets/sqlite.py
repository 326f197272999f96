"""Budgets in an SQLite file, for all processes of one machine."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._internal.at_fork import hold_at_fork
from .._internal.reference import Reference
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .base import BudgetReply, BudgetReport, Budgets
from .encoding import decode, encode, for_store, for_worker
from .policy import exchange

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["SQLiteBudgets"]

_APPLICATION_ID = 0x47464275
"""Marks the file as one with budgets, so that no other database is changed by mistake."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS budgets (key TEXT PRIMARY KEY, state TEXT NOT NULL, expires REAL NOT NULL) STRICT"
_BUSY = 5.0
"""Seconds to wait for other processes: each holds the lock for less than a millisecond."""
_SWEEP = 300.0
"""Seconds between two removals of budgets that don't matter any more."""


class SQLiteBudgets(Budgets):
    """Budgets that all processes of one machine share through an SQLite file.

    The file has hashes of tokens or logins and numbers, no secret. It is created with access for its owner only. It
    must be on a local disk. A file that is removed is created again.

    Args:
        path: The file.
        reserve: Calls of each window of each budget that are left for other programs; at most half of the window.

    Raises:
        ConfigurationError: ``path`` can't be a file for budgets, or ``reserve`` is negative or no integer.
    """

    def __init__(self, path: str | os.PathLike[str], *, reserve: int = 0) -> None:
        super().__init__(reserve=reserve)
        self.path: Path = _checked(path)
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None  # device and inode of the open file
        self._swept_at = 0.0
        self._lock = threading.Lock()
        hold_at_fork(self)

    def __repr__(self) -> str:
        return f"SQLiteBudgets({str(self.path)!r}, reserve={self.reserve})"

    def reference(self) -> Reference[Budgets]:
        """Return how another process of this machine opens the file."""
        return Reference(SQLiteBudgets, (("path", str(self.path)), ("reserve", self.reserve)))

    def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
        """Record what a worker says, lease what it wants, and return a reply for each report."""
        # All processes of a machine have this clock; the worker's may have been started before it was set. Compared
        # first, because the wait for other processes is no difference between clocks: it would make windows longer.
        offset = time.time() - now
        with self._lock:
            return self._transact(worker, reports, offset)

    def _transact(self, worker: str, reports: Sequence[BudgetReport], offset: float) -> list[BudgetReply]:
        import sqlite3  # imported here because few programs need it

        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                present = time.time()
                replies = [self._exchange(connection, worker, report, offset, present) for report in reports]
                if present > self._swept_at + _SWEEP or present < self._swept_at:
                    connection.execute("DELETE FROM budgets WHERE expires < ?", (present,))
                    self._swept_at = present
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError:
            self._close()  # the file may be new, or replaced, by the next exchange
            raise
        return replies

    def _exchange(
        self, connection: sqlite3.Connection, worker: str, report: BudgetReport, offset: float, present: float
    ) -> BudgetReply:
        row = connection.execute("SELECT state FROM budgets WHERE key = ?", (report.key,)).fetchone()
        state = decode(None if row is None else row[0])
        reply = exchange(state, worker, for_store(report, offset), self.reserve, present)
        connection.execute(
            "INSERT INTO budgets VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET state = excluded.state, expires = excluded.expires",
            (report.key, encode(state), state.expires_at(present)),
        )
        return for_worker(reply, offset)

    def close(self) -> None:
        """Close the file. A later exchange opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection, self._opened = self._connection, None, None
        if connection is not None:
            connection.close()

    def _before_fork(self) -> None:
        # SQLite in the child would take the locks of this process for its own, and change the file without any.
        self._lock.acquire()
        self._close()

    def _after_fork(self) -> None:
        self._lock.release()

    def _open(self) -> sqlite3.Connection:
        """Return the connection to the file that is there now."""
        if self._connection is not None and self._opened == _identity(self.path):
            return self._connection
        self._close()
        created = not self.path.exists()
        if created:
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        import sqlite3

        connection = sqlite3.connect(self.path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._opened = connection, _identity(self.path)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if found != _APPLICATION_ID and (found or tables):
            raise ConfigurationError(f"{str(self.path)!r} is another SQLite database; give budgets a file of their own")
        connection.execute("PRAGMA journal_mode = WAL")
        # After a power failure the last transactions may be missing, which costs nothing: servers state their limits.
        connection.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(_SCHEMA)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _checked(path: object) -> Path:
    if not isinstance(path, str | os.PathLike) or isinstance(path, bytes) or not str(path) or "\0" in str(path):
        raise ConfigurationError(f"path must be that of a file, not {shorten_repr(path)}")
    from pathlib import Path

    checked = Path(path)
    if checked.is_dir() or not checked.absolute().parent.is_dir():
        problem = (
            "is a folder; give a file" if checked.is_dir() else "is in a folder that does not exist; create it first"
        )
        raise ConfigurationError(f"{shorten_repr(str(path))} {problem}")
    return checked.absolute()
