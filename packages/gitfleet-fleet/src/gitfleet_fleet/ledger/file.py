"""The file of a ledger."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from ..errors import LedgerError
from ..files import sqlite_file
from ..files.kind import FileKind
from .schema import APPLICATION, MIGRATIONS

__all__ = ["LEDGER", "checked_path", "connect", "connect_read_only", "file_errors"]

LEDGER = FileKind("ledger", APPLICATION, LedgerError)


def checked_path(given: object) -> Path:
    """Return the absolute path of a file that is a ledger or can become one. It changes nothing.

    Raises:
        ConfigurationError: It cannot be one.
    """
    return sqlite_file.checked_path(LEDGER, given)


def file_errors(path: Path) -> AbstractContextManager[None]:
    """Context manager that turns errors of SQLite into errors of the ledger.

    Raises:
        LedgerError: The file cannot be used.
    """
    return sqlite_file.file_errors(LEDGER, path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a ledger; create it if there is none, and migrate it if it is of an older release.

    The caller has its lock.

    Raises:
        ConfigurationError: The file is something else, or of a newer release. It was not changed.
        sqlite3.Error: It cannot be used.
        OSError: The same.
    """
    return sqlite_file.connect(LEDGER, path, len(MIGRATIONS), _migrate)


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
    sqlite_file.check(LEDGER, path)
    log = sqlite_file.log_of(path)
    # Without a write-ahead log everything is in the file. Another mode would then create the log.
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}", uri=True, timeout=sqlite_file.PATIENCE, isolation_level=None
    )
    try:
        if sqlite_file.check_version(LEDGER, path, len(MIGRATIONS), connection) < len(MIGRATIONS):
            connection.close()
            return None  # a run would migrate it
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;")
