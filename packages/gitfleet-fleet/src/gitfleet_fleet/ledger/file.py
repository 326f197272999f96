"""The file of a ledger: checked, created, migrated, and its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr

from ..errors import LedgerError
from .schema import APPLICATION, MIGRATIONS

__all__ = ["checked_path", "connect", "connect_read_only", "file_errors", "transaction"]

PATIENCE = 10.0
"""Seconds to wait for the lock of another program, as one that copies rows."""
_APPLICATION_AT = 68
"""Position of the application id in the header of a SQLite file: 4 bytes."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def checked_path(given: object) -> Path:
    """Return the absolute path of a file that is a ledger or can become one. It changes nothing.

    Raises:
        ConfigurationError: It cannot be one.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"ledger must be the path of a file, not {shorten_repr(given)}")
    try:
        path = Path(os.path.realpath(given))
        if path.is_dir() or not path.parent.is_dir():
            raise ConfigurationError(f"ledger must be a file in a folder that exists, not {shorten_repr(given)}")
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"ledger must be a file, not {shorten_repr(given)}")
        if path.exists() and path.stat().st_nlink > 1:  # locks and the write-ahead log belong to one name
            raise ConfigurationError(f"the ledger {path} has several names (hard links); keep one, and copy the file")
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(f"ledger cannot be {shorten_repr(given)}: {error}") from None
    for place in (path, path.parent):
        if place.exists() and not os.access(place, os.W_OK):
            raise ConfigurationError(f"the ledger {path} cannot be written: {place} is read-only")
    return path


@contextmanager
def file_errors(path: Path) -> Generator[None, None, None]:
    """Turn errors of SQLite into errors of the ledger.

    Raises:
        LedgerError: The file cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _DAMAGED:
            problem = f"is damaged ({error}); restore a copy, or start a new one; remove {path.name}-wal, too"
            raise LedgerError(f"the ledger {path} {problem}", code="ledger_damaged") from error
        if code in _BUSY:
            problem = f"is locked by another program ({error})"
            raise LedgerError(f"the ledger {path} {problem}", code="ledger_locked") from error
        if code in _FULL:
            problem = f"cannot be written ({error}): is the disk full? Run it again to continue"
            raise LedgerError(f"the ledger {path} {problem}", code="ledger_full") from error
        raise LedgerError(f"the ledger {path} cannot be used: {error}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a ledger; create it if there is none, and migrate it if it is of an older release.

    The caller has its lock.

    Raises:
        ConfigurationError: The file is something else, or of a newer release. It was not changed.
        sqlite3.Error: It cannot be used.
        OSError: The same.
    """
    if not path.exists() or path.stat().st_size == 0:
        _create(path)
    _check(path)
    connection = _open(path)
    try:
        _migrate(connection, _version(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection | None:
    """Open a ledger to read it, while another process may write it. It creates, changes and locks no ledger.

    Returns:
        None if there is no ledger yet.

    Raises:
        ConfigurationError: The file is something else, or of a newer release.
        sqlite3.Error: It cannot be used.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    _check(path)
    log = path.with_name(f"{path.name}-wal")
    # Without a write-ahead log everything is in the file. Another mode would then create the log.
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        if _version(connection, path) < len(MIGRATIONS):
            connection.close()
            return None  # a run would migrate it
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Commit at the end of the block, or roll back what it did if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def _create(path: Path) -> None:
    """Create an empty ledger. It appears complete, so that a killed process never leaves half of one.

    Raises:
        ConfigurationError: There is a write-ahead log of a ledger that is no longer there.
    """
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > 0:  # SQLite would write its pages into the new ledger
        raise ConfigurationError(
            f"the ledger {path} is missing or empty, but {log.name}, the last commits of an interrupted run, is still "
            "beside it; move it together with its ledger, or remove it"
        )
    fresh = path.with_name(f".{path.name}.new")
    for suffix in ("", "-journal", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = _open(fresh)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        # Readers do not wait for the writer. Network drives lack it: there it keeps its former mode.
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection, 0)
    finally:
        connection.close()
    fresh.replace(path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    # A commit survives the end of the process. After a loss of power the last ones may be missing, but never a part of
    # one, and their units are repeated. FULL would wait for the disk at each commit.
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:  # the file is damaged, or locked
        connection.close()
        raise
    return connection


def _check(path: Path) -> None:
    """Raise if the file is no ledger. It takes no lock, and creates no file beside it.

    Raises:
        ConfigurationError: It is something else.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        application = _pragma(connection, "application_id")
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            raise ConfigurationError(f"{path} is not a ledger, and not a SQLite file; it was not changed") from None
        if code != sqlite3.SQLITE_CORRUPT:
            raise
        # Perhaps a process was killed while it copied pages from the write-ahead log: the header may state pages that
        # the file does not have yet. Opening it for writing repairs that.
        application = _application_in_header(path)
    finally:
        connection.close()
    if application != APPLICATION:
        raise ConfigurationError(f"{path} is a SQLite file of another program, not a ledger; it was not changed")


def _application_in_header(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(_APPLICATION_AT)
        return int.from_bytes(file.read(4), "big")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the tables.

    Raises:
        ConfigurationError: It is of a newer release.
    """
    version = _pragma(connection, "user_version")
    if version > len(MIGRATIONS):
        raise ConfigurationError(
            f"the ledger {path} is of a newer release of GitFleet (version {version} of its tables; this release "
            f"has {len(MIGRATIONS)}): update GitFleet, or use another file"
        )
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
