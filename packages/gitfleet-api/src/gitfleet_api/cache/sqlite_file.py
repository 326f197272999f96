"""The file of a SQLite cache: what is in it, its connections, and its replacement when it is damaged."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["CacheFile", "UnsuitableFile", "check_suitable", "is_busy", "is_damage", "replace_damaged"]

T = TypeVar("T")

_APPLICATION = 0x47464C54
"""Identifies files of this cache in their header (``GFLT``)."""
_FORMAT = 1
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, size INTEGER NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
CREATE TABLE IF NOT EXISTS contents (key TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS total (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO total VALUES (1, 0);
"""
_MAGIC = b"SQLite format 3\0"
_BUSY = (5, 6, 15)  # SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL
_DAMAGED = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
_LONGEST_PAUSE = 60.0


class UnsuitableFile(Exception):
    """A file that belongs to something else. It is neither used nor changed.

    Attributes:
        is_database: True if it is a SQLite file.
    """

    def __init__(self, problem: str, *, is_database: bool) -> None:
        super().__init__(problem)
        self.is_database: bool = is_database


def is_busy(error: Exception) -> bool:
    """Return whether an error means that another connection has a lock."""
    return _code(error) in _BUSY


def is_damage(error: Exception) -> bool:
    """Return whether an error means that the content of the file is wrong."""
    return _code(error) in _DAMAGED


def _code(error: Exception) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def check_suitable(path: Path) -> bool:
    """Return whether a file is one of these caches; False if it is empty.

    It changes nothing, takes no lock, and creates no file beside it.

    Raises:
        UnsuitableFile: It is not.
        OSError: It cannot be read.
    """
    import sqlite3

    if path.stat().st_size == 0:
        return False
    connection = None
    try:
        # SQLite closes its files without losing the locks of other connections of this process; open() would lose them.
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, timeout=0)
        application, version = (_pragma(connection, name) for name in ("application_id", "user_version"))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise OSError(0, str(error)) from None
        application, version = _header(path)
    finally:
        if connection is not None:
            connection.close()
    if application != _APPLICATION:
        raise UnsuitableFile("a SQLite file of another program", is_database=True)
    if version != _FORMAT:
        problem = f"a cache of another release of GitFleet (format {version}; this release has format {_FORMAT})"
        raise UnsuitableFile(problem, is_database=True)
    return True


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _header(path: Path) -> tuple[int, int]:
    """Return the application and the version in the header of a damaged file."""
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        raise UnsuitableFile("no SQLite file", is_database=False)
    return int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")


class CacheFile:
    """One connection to the file, which is opened when it is needed, and again after a failure or a replacement.

    After a failure it pauses, for 1 to 60 seconds, so that a file that cannot be used does not delay every call.

    Args:
        path: Absolute path.
        writes: Whether it creates the file and writes to it.
        patience: Seconds to wait for the locks of other connections.
    """

    def __init__(self, path: Path, *, writes: bool, patience: float) -> None:
        self._path = path
        self._writes = writes
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._process = os.getpid()
        self._resume = self._pause = 0.0
        self.lock: threading.Lock = threading.Lock()

    @property
    def file(self) -> tuple[int, int] | None:
        """Device and inode of the last file that was used."""
        return self._file

    def use(self, work: Callable[[sqlite3.Connection], T], *, patience: float | None = None) -> T | None:
        """Return the result of ``work``; None if there is no file to read, or during a pause.

        Args:
            work: Uses the connection.
            patience: Seconds to wait for locks, also during a pause; None for the usual time.

        Raises:
            UnsuitableFile: The file belongs to something else.
            sqlite3.Error: The file cannot be used now.
            OSError: The same.
        """
        with self.lock:
            if patience is None and time.monotonic() < self._resume:
                return None
            try:
                connection = self._open()
                if connection is None:
                    return None
                if patience is not None:
                    connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
                result = work(connection)
            except Exception:
                self._drop()
                self._pause = min(max(1.0, self._pause * 2), _LONGEST_PAUSE)
                self._resume = time.monotonic() + self._pause
                raise
            self._pause = 0.0
            return result

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self._drop()

    def resume(self) -> None:
        """End a pause: the reason for it is gone."""
        self._resume = self._pause = 0.0

    def after_fork(self) -> None:
        """Renew the lock in a forked child."""
        self.lock = threading.Lock()

    def _open(self) -> sqlite3.Connection | None:
        if self._process != os.getpid():  # after a fork the child must neither use nor close the connection
            _abandoned.append(self._connection)
            self._connection, self._process = None, os.getpid()
        file = self._find()
        if file is None or file != self._file:
            self._drop()
            self._file = file
        if file is None or self._connection is not None:
            return self._connection
        is_cache = check_suitable(self._path)
        if not is_cache and not self._writes:
            return None
        self._connection = self._connect(is_new=not is_cache)
        return self._connection

    def _find(self) -> tuple[int, int] | None:
        for _ in range(2):
            try:
                found = self._path.stat()
            except FileNotFoundError:
                if not self._writes:
                    return None
                try:
                    os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                except FileExistsError:  # another process was faster
                    continue
                continue
            return found.st_dev, found.st_ino
        return None

    def _connect(self, *, is_new: bool) -> sqlite3.Connection:
        import sqlite3

        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw",
            uri=True,
            timeout=self._patience,
            check_same_thread=False,
            isolation_level=None,
        )
        try:
            connection.text_factory = bytes  # damaged text is not UTF-8
            connection.execute("PRAGMA synchronous = NORMAL")
            if self._writes:
                _prepare(connection, is_new=is_new)
            else:
                connection.execute("PRAGMA query_only = 1")
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


_abandoned: list[sqlite3.Connection | None] = []
"""Connections of parent processes, referenced so that they are never closed here."""


def _prepare(connection: sqlite3.Connection, *, is_new: bool) -> None:
    """Create the tables, then change to the mode in which no reader waits for a writer.

    In this order the header identifies the file from its first byte on.
    """
    import sqlite3

    if is_new:
        try:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:  # another process uses the file: the next connection tries again
        if not is_busy(error):
            raise


def replace_damaged(path: Path, file: tuple[int, int] | None) -> Path | None:
    """Rename a damaged file and create an empty one.

    Of several processes only one can create the new name, which contains the inode. None of them replaces the new file.

    Args:
        path: Its path.
        file: Its device and inode.

    Returns:
        The new name of the damaged file; None if another process has replaced it.

    Raises:
        OSError: It cannot be renamed.
    """
    path = type(path)(os.path.realpath(path))  # a symbolic link stays
    found = path.stat()
    if file is None or (found.st_dev, found.st_ino) != file:
        return None
    aside = path.with_name(f"{path.name}.damaged-{found.st_ino}")
    try:
        aside.hardlink_to(path)
    except FileExistsError:
        return None
    if aside.stat().st_ino != found.st_ino:  # replaced since then
        aside.unlink()
        return None
    try:
        _put_empty_file(path)
    except OSError:  # as on Windows, while another process has it open; a later attempt needs the name
        aside.unlink()
        raise
    return aside


def _put_empty_file(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        fresh.replace(path)
    except OSError:
        fresh.unlink()
        raise
