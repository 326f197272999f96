"""The file of a mirror: created, opened, migrated, locked."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr
from gitfleet_fleet.files import sqlite_file
from gitfleet_fleet.files.kind import FileKind
from gitfleet_fleet.files.lock import FileLock

from .errors import MirrorError
from .schema import migrations

__all__ = ["MIRROR", "MirrorFile", "check_output", "checked_path", "existing_path", "open_read_only", "resolved_path"]

APPLICATION = 0x47464D52
"""Identifies mirrors in the header of their files (``GFMR``)."""
_BESIDE = ("", "-wal", "-shm", "-cache", "-cache-wal", "-cache-shm", ".lock")
"""Endings of the names of a mirror and of the files that belong to it."""
_NO_FOLDER = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
MIRROR = FileKind("mirror", APPLICATION, MirrorError)


class MirrorFile:
    """A mirror that this process has locked: one process updates it at a time, any number read it meanwhile.

    Args:
        path: Its absolute path, of :func:`checked_path`.

    Raises:
        ConfigurationError: The file is something else, or of a newer release. It was not changed.
        MirrorError: It is in use by another update, or damaged, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(MIRROR, path)
        try:
            self._lock.acquire()
            with sqlite_file.file_errors(MIRROR, path):
                self._connection = sqlite_file.connect(MIRROR, path, len(migrations.STEPS), migrations.migrate)
                self._connection.execute("PRAGMA foreign_keys = ON")
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError):
                raise MirrorError(f"the mirror {path} cannot be used: {error}") from error
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The file. One thread at a time uses it; foreign keys are checked at each commit."""
        return self._connection

    def errors(self) -> AbstractContextManager[None]:
        """Context manager that turns errors of SQLite into errors of the mirror.

        Raises:
            MirrorError: The file cannot be used.
        """
        return sqlite_file.file_errors(MIRROR, self.path)

    def close(self) -> None:
        """Close the file and unlock it. What is not committed is dropped."""
        try:
            with suppress(sqlite3.Error):  # as it cannot write: everything that was committed is in the file
                self._connection.close()
        finally:
            self._lock.release()


def checked_path(given: object) -> Path:
    """Return the absolute path of a file that is a mirror or can become one. It changes nothing.

    Raises:
        ConfigurationError: It cannot be one.
    """
    return sqlite_file.checked_path(MIRROR, given)


def resolved_path(given: object) -> Path:
    """Return the absolute path that is given. The file need not exist, nor be writable.

    Raises:
        ConfigurationError: It is no path, or that of a folder or a device.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"mirror must be the path of a file, not {shorten_repr(given)}")
    try:
        path = Path(os.path.realpath(given))
        is_other = path.exists() and not path.is_file()
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"mirror cannot be {shorten_repr(given)}: {error}") from None
    if is_other:
        raise ConfigurationError(f"mirror must be the path of a file, not {shorten_repr(given)}")
    return path


def existing_path(given: object) -> Path:
    """Return the absolute path of a file that can be a mirror and exists.

    Raises:
        ConfigurationError: There is none.
    """
    path = resolved_path(given)
    if not path.exists() or not path.stat().st_size:
        raise ConfigurationError(
            f"there is no mirror {path}; `gitfleet mirror TARGETS --db FILE` or Mirror.update() creates one"
        )
    return path


def check_output(mirror: object, output: str | os.PathLike[str]) -> None:
    """Check that what is written from a mirror does not replace the mirror, or a file that belongs to it.

    Args:
        mirror: Path of the mirror.
        output: Path of the file to write. It need not exist.

    Raises:
        ConfigurationError: It is one of these files.
    """
    path = resolved_path(mirror)
    found = Path(os.path.realpath(output))
    is_same = found.parent == path.parent and found.name in {f"{path.name}{ending}" for ending in _BESIDE}
    if is_same or (path.exists() and found.exists() and found.samefile(path)):
        raise ConfigurationError(f"{found} belongs to the mirror {path}; write to another file")


def open_read_only(given: object) -> sqlite3.Connection:
    """Return a connection that can only read. It works while an update writes. Any thread may use it, one at a time.

    Raises:
        ConfigurationError: There is no such file, or it is not a mirror, or of a newer release.
        MirrorError: It is damaged.
    """
    path = existing_path(given)
    with sqlite_file.file_errors(MIRROR, path):
        sqlite_file.check(MIRROR, path)
        try:
            return _open_to_read(path, "mode=ro")
        except sqlite3.OperationalError as error:
            # Readers share a file beside the mirror, which needs a folder that can be written. Without a write-ahead
            # log there is no writer, and the file can be read alone.
            log = sqlite_file.log_of(path)
            if error.sqlite_errorcode & 0xFF not in _NO_FOLDER or (log.exists() and log.stat().st_size):
                raise
            return _open_to_read(path, "mode=ro&immutable=1")


def _open_to_read(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        timeout=sqlite_file.PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        sqlite_file.check_version(MIRROR, path, len(migrations.STEPS), connection)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
