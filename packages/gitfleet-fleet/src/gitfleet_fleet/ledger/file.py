"""The file of a ledger."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from ..errors import LedgerError
from ..files import sqlite_file
from ..files.kind import FileKind
from .schema import APPLICATION, MIGRATIONS

__all__ = ["LEDGER", "checked_path", "connect", "file_errors"]

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


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;")
