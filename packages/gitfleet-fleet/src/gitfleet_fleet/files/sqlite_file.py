"""SQLite files: checked, created, migrated, and their errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr

from .kind import FileKind

__all__ = ["check", "check_version", "checked_path", "connect", "file_errors", "log_of", "transaction"]

Migrate = Callable[[sqlite3.Connection, int], None]
"""Brings tables of a version (0: an empty file) to the present one, and sets ``user_version``."""

PATIENCE = 10.0
"""Seconds to wait for the lock of another program, as one that copies rows."""
_APPLICATION_AT = 68
"""Position of the application id in the header of a SQLite file: 4 bytes."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def checked_path(kind: FileKind, given: object) -> Path:
    """Return the absolute path of a file that is of a kind or can become one. It changes nothing.

    Raises:
        ConfigurationError: It cannot be one.
    """
    noun = kind.noun
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"{noun} must be the path of a file, not {shorten_repr(given)}")
    try:
        path = Path(os.path.realpath(given))
        if path.is_dir() or not path.parent.is_dir():
            raise ConfigurationError(f"{noun} must be a file in a folder that exists, not {shorten_repr(given)}")
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"{noun} must be a file, not {shorten_repr(given)}")
        if path.exists() and path.stat().st_nlink > 1:  # locks and the write-ahead log belong to one name
            raise ConfigurationError(f"the {noun} {path} has several names (hard links); keep one, and copy the file")
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(f"{noun} cannot be {shorten_repr(given)}: {error}") from None
    for place in (path, path.parent):
        if place.exists() and not os.access(place, os.W_OK):
            raise ConfigurationError(f"the {noun} {path} cannot be written: {place} is read-only")
    return path


@contextmanager
def file_errors(kind: FileKind, path: Path) -> Generator[None, None, None]:
    """Turn errors of SQLite into errors of a kind of files.

    Raises:
        GitFleetError: The file cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _DAMAGED:
            text = f"is damaged ({error}); restore a copy, or start a new one; remove {log_of(path).name}, too"
            raise kind.error(f"the {kind.noun} {path} {text}", "damaged") from error
        if code in _BUSY:
            raise kind.error(f"the {kind.noun} {path} is locked by another program ({error})", "locked") from error
        if code in _FULL:
            text = f"cannot be written ({error}): is the disk full? {kind.rerun}"
            raise kind.error(f"the {kind.noun} {path} {text}", "full") from error
        raise kind.error(f"the {kind.noun} {path} cannot be used: {error}", "failed") from error


def connect(kind: FileKind, path: Path, version: int, migrate: Migrate) -> sqlite3.Connection:
    """Open a file; create it if there is none, and migrate it if it is of an older release.

    The caller has its lock.

    Args:
        kind: The kind.
        path: Its absolute path.
        version: Number of the present version of its tables (``user_version``), from 1.
        migrate: Creates or changes the tables.

    Raises:
        ConfigurationError: The file is something else, or of a newer release. It was not changed.
        sqlite3.Error: It cannot be used.
        OSError: The same.
    """
    if not path.exists() or path.stat().st_size == 0:
        _create(kind, path, migrate)
    check(kind, path)
    connection = _open(path)
    try:
        found = check_version(kind, path, version, connection)
        if found < version:
            migrate(connection, found)
    except BaseException:
        connection.close()
        raise
    return connection


def check_version(kind: FileKind, path: Path, newest: int, connection: sqlite3.Connection) -> int:
    """Return the version of the tables of a file.

    Args:
        kind: The kind.
        path: Path of the file.
        newest: The version of this release.
        connection: The file.

    Raises:
        ConfigurationError: It is of a newer release.
    """
    version = _pragma(connection, "user_version")
    if version > newest:
        raise ConfigurationError(
            f"the {kind.noun} {path} is of a newer release of GitFleet (version {version} of its tables; this release "
            f"has {newest}): update GitFleet, or use another file"
        )
    return version


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


def check(kind: FileKind, path: Path) -> None:
    """Raise if a file is of another kind. It takes no lock, and creates no file beside it.

    Raises:
        ConfigurationError: It is something else.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        application = _pragma(connection, "application_id")
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            problem = f"{path} is not a {kind.noun}, and not a SQLite file; it was not changed"
            raise ConfigurationError(problem) from None
        if code != sqlite3.SQLITE_CORRUPT:
            raise
        # Perhaps a process was killed while it copied pages from the write-ahead log: the header may state pages that
        # the file does not have yet. Opening it for writing repairs that.
        application = _application_in_header(path)
    finally:
        connection.close()
    if application != kind.application:
        raise ConfigurationError(f"{path} is a SQLite file of another program, not a {kind.noun}; it was not changed")


def log_of(path: Path) -> Path:
    """Return the path of the write-ahead log of a file. It has commits that are not in the file yet."""
    return path.with_name(f"{path.name}-wal")


def _application_in_header(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(_APPLICATION_AT)
        return int.from_bytes(file.read(4), "big")


def _create(kind: FileKind, path: Path, migrate: Migrate) -> None:
    """Create an empty file. It appears complete, so that a killed process never leaves half of one.

    Raises:
        ConfigurationError: There is a write-ahead log of a file that is no longer there.
    """
    log = log_of(path)
    if log.exists() and log.stat().st_size > 0:  # SQLite would write its pages into the new file
        raise ConfigurationError(
            f"the {kind.noun} {path} is missing or empty, but {log.name}, the last commits of an interrupted run, is "
            f"still beside it; move it together with its {kind.noun}, or remove it"
        )
    fresh = path.with_name(f".{path.name}.new")
    for suffix in ("", "-journal", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = _open(fresh)
    try:
        connection.execute(f"PRAGMA application_id = {kind.application}")
        # Readers do not wait for the writer. Network drives lack it: there it keeps its former mode.
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, 0)
    finally:
        connection.close()
    fresh.replace(path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    # A commit survives the end of the process. After a loss of power the last ones may be missing, but never a part of
    # one, and what they did is repeated. FULL would wait for the disk at each commit.
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:  # the file is damaged, or locked
        connection.close()
        raise
    return connection


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
