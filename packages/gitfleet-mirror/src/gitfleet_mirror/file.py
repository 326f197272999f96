"""The file of a mirror: created, opened, migrated, locked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

__all__ = ["MirrorFile", "checked_path", "open_read_only"]


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

    @property
    def connection(self) -> sqlite3.Connection:
        """The file. One thread at a time uses it; foreign keys are checked at each commit."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the file and unlock it. What is not committed is dropped."""
        raise NotImplementedError


def checked_path(given: object) -> Path:
    """Return the absolute path of a file that is a mirror or can become one. It changes nothing.

    Raises:
        ConfigurationError: It cannot be one.
    """
    raise NotImplementedError


def open_read_only(given: object) -> sqlite3.Connection:
    """Return a connection that can only read. It works while an update writes.

    Raises:
        ConfigurationError: There is no such file, or it is not a mirror, or of a newer release.
        MirrorError: It is damaged.
    """
    raise NotImplementedError
