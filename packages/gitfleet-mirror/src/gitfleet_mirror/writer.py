"""Rows of models into the tables of a mirror.

Everything here is synchronous and runs in the one thread that uses the connection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Changes", "Id", "Walk", "Writer"]

Id = int | str
"""Id of a repository or an account at its provider; login of an owner for the table ``member``."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Numbers of rows by what happened to them. Rows whose values are equal count nowhere."""

    inserted: int = 0
    """Rows that the table did not have."""
    changed: int = 0
    """Rows with another value in a column of the model."""
    deleted: int = 0
    """Rows that got a ``deleted_at``."""
    restored: int = 0
    """Rows that had a ``deleted_at`` and are there again, with the same values or others."""

    def __add__(self, other: Changes) -> Changes:
        """Return the sums."""
        return Changes(
            self.inserted + other.inserted,
            self.changed + other.changed,
            self.deleted + other.deleted,
            self.restored + other.restored,
        )

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return self != _NO_CHANGES


_NO_CHANGES = Changes()


@dataclass(frozen=True, slots=True)
class Walk:
    """All pages of the rows of one table and parent. It remembers which rows it has seen."""

    number: int
    """Number, unique for a connection."""
    table: str
    """Name of the table."""
    provider: str
    """Label of the server."""
    parent: Id | None
    """Id of the repository, or login of the owner. None for a table without a parent."""


class Writer:
    """Statements that change the tables with data. Each method needs a transaction, except :meth:`transaction`.

    Args:
        connection: The file, of :func:`gitfleet_mirror.file.open_file`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def changes(self) -> Mapping[str, Changes]:
        """What all committed transactions of this writer have changed, by table. Includes ``account`` and ``topic``."""
        raise NotImplementedError

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Commit at the end of the block, or roll back what it did if it raises.

        Use one for a page of rows and the state of its unit.
        """
        raise NotImplementedError
        yield

    def upsert(
        self,
        table: str,
        provider: str,
        parent: Id | None,
        rows: Sequence[object],
        now: str,
        walk: Walk | None = None,
    ) -> Changes:
        """Insert rows, and update those with other values. Rows with equal values are not written.

        Accounts in the rows (owner, author, assignees, ...) get into ``account`` with their short form. Rows of
        ``repository`` also write ``repository_name`` and ``topic``; they can be ``RepoInfo``, which leaves the further
        columns of ``RepoDetails`` as they are. Of two rows with the same key the last one counts. A row without an id
        (an account of GitLab without a token) is left out.

        Args:
            table: Name of the table.
            provider: Label of the server, as ``github``.
            parent: Id of the repository, or login of the owner for ``member``. None for ``repository`` and ``account``.
            rows: Models of the table.
            now: Time of the update, of :func:`gitfleet_mirror.names.time_text`.
            walk: The walk that the rows are a page of. None if they are from elsewhere.

        Raises:
            ConfigurationError: A value does not have the type of its column.
            sqlite3.Error: The file cannot be written.
        """
        raise NotImplementedError

    def begin_walk(self, table: str, provider: str, parent: Id | None) -> Walk:
        """Begin a walk through all pages of a unit."""
        raise NotImplementedError

    def end_walk(self, walk: Walk, now: str) -> int:
        """End a walk that was complete: set ``last_seen`` of its rows to ``now``.

        Returns:
            The number of rows of the parent that it has not seen and that are not deleted: see :meth:`delete_unseen`.
            They keep an older ``last_seen``.
        """
        raise NotImplementedError

    def drop_walk(self, walk: Walk) -> None:
        """Forget a walk that ended early. Does nothing after :meth:`end_walk`."""
        raise NotImplementedError

    def see(self, table: str, provider: str, parent: Id | None, keys: Iterable[Id], now: str) -> None:
        """Set ``last_seen`` of rows by their last key column (id, name or sha).

        For rows that are known to exist without having been listed again, as commits that a head still reaches.
        """
        raise NotImplementedError

    def see_all(self, table: str, provider: str, parent: Id, now: str) -> None:
        """Set ``last_seen`` of all rows of a parent that are not deleted: nothing has changed since the last walk."""
        raise NotImplementedError

    def count_unseen(self, table: str, provider: str, parent: Id | None, before: str) -> int:
        """Return the number of rows that are not deleted and were last seen before a time."""
        raise NotImplementedError

    def delete_unseen(self, table: str, provider: str, parent: Id | None, before: str, now: str) -> int:
        """Set ``deleted_at`` of the rows that are not deleted and were last seen before a time.

        Args:
            table: Name of the table.
            provider: Label of the server.
            parent: Id of the repository, or login of the owner.
            before: When the last complete walk ended (the ``now`` of :meth:`end_walk`).
            now: Time of the update.

        Returns:
            The number of rows.
        """
        raise NotImplementedError

    def delete(self, table: str, provider: str, parent: Id | None, keys: Iterable[Id], now: str) -> int:
        """Set ``deleted_at`` of rows by their last key column (id, name or sha), and return their number."""
        raise NotImplementedError

    def delete_repository(self, provider: str, repository_id: Id, now: str) -> int:
        """Set ``deleted_at`` of a repository and of all its rows that have none, and remove the state of its units.

        If the repository is seen again, :meth:`upsert` restores its row, and the walks of its units restore theirs.

        Returns:
            The number of rows of all tables.
        """
        raise NotImplementedError
