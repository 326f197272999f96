"""Rows of models into the tables of a mirror.

Everything here is synchronous and runs in the one thread that uses the connection.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gitfleet_api import ConfigurationError
from gitfleet_fleet.files.cells import Cell
from gitfleet_fleet.files.sqlite_file import transaction

from .accounts import AccountWriter, accounts_in
from .changes import Changes, Tally
from .names import quoted
from .repository_rows import RepositoryRows
from .schema.tables import TABLES, Table, table_of
from .search_rows import Pair, SearchWriter
from .statements import Statements, as_id, statements

__all__ = ["Id", "Writer"]

Id = int | str
"""Id of a repository or an account at its provider; login of an owner for the table ``member``."""


class Writer:
    """Statements that change the tables with data. Each method needs a transaction, except :meth:`transaction`.

    Each method sets ``last_seen`` of a row to its ``now``, so that after a complete walk the rows that it has not seen
    are those with an older ``last_seen``: see :meth:`count_unseen` and :meth:`delete_unseen`.

    Args:
        connection: The file, of :class:`~gitfleet_mirror.file.MirrorFile`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tally = Tally()
        self._accounts = AccountWriter(connection)
        self._repositories = RepositoryRows(connection)
        self._search = SearchWriter(connection)

    @property
    def changes(self) -> Mapping[str, Changes]:
        """What all committed transactions of this writer have changed, by table. Includes ``account`` and ``topic``."""
        return self._tally.committed

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Commit at the end of the block, or roll back what it did if it raises.

        Use one for a page of rows and the state of its unit.
        """
        try:
            with transaction(self._connection):
                yield
        except BaseException:
            self._tally.roll_back()
            self._accounts.forget()
            raise
        self._tally.commit()

    def upsert(self, table: str, provider: str, parent: Id | None, rows: Sequence[object], now: str) -> Changes:
        """Insert rows, and update those with other values. Of rows with equal values only ``last_seen`` is written.

        Accounts in the rows (owner, author, assignees, ...) get into ``account`` in their short form. Rows of
        ``repository`` also write ``repository_name`` and ``topic``; they can be ``RepoInfo``, which leaves the further
        columns of ``RepoDetails`` as they are. Of two rows with the same key the last one counts. A row without an id
        (an account of GitLab without a token) is left out.

        Args:
            table: Name of the table.
            provider: Label of the server, as ``github``.
            parent: Id of the repository, or login of the owner for ``member``. None for ``repository`` and ``account``.
            rows: Models of the table, all of one class.
            now: Time of the update, of :func:`gitfleet_mirror.names.time_text`. It is not earlier than that of the
                walk which the rows are a page of.

        Returns:
            The changes of this table. Those of ``account`` and ``topic`` are in :attr:`changes` only.

        Raises:
            ConfigurationError: The rows do not belong into the table, or a value does not have the type of its column.
            sqlite3.Error: The file cannot be written.
        """
        if not rows:
            return Changes()
        model: Any = type(rows[0])
        found = statements(table, model)
        leading = _leading(provider, as_id(parent) if found.table.parent == "repository_id" else parent)
        if len(leading) + found.key_width != len(found.table.primary_key):
            raise ConfigurationError(f"the table {table} needs {'a' if parent is None else 'no'} parent")
        cells = found.encode(rows)
        changed, pairs, changes = self._write(found, leading, rows, cells, now)
        self._tally.add(table, changes)
        self._search.write(found, leading, pairs)
        if changed and table != "account":
            accounts = accounts_in(found, changed, [values for _, values in pairs])
            self._tally.add("account", self._accounts.write(provider, accounts, now))
        if table == "account":
            self._accounts.forget()
        if table == "repository":
            self._write_topics(provider, rows, changed, now)
        return changes

    def _write(
        self,
        found: Statements,
        leading: tuple[Cell, ...],
        rows: Sequence[object],
        cells: Sequence[tuple[Cell, ...]],
        now: str,
    ) -> tuple[list[object], list[Pair], Changes]:
        """Write rows. Return those that were inserted or changed, their former and present cells, and the numbers."""
        execute = self._connection.execute
        changed: list[object] = []
        pairs: list[Pair] = []
        equal: list[tuple[str, int]] = []
        inserted = restored = 0
        text_key = found.table.has_text_key
        for row, values in zip(rows, cells, strict=True):
            key = found.key_of(values)
            if key is None:
                continue
            known = execute(found.find, (*leading, *key)).fetchone()
            if known is None:
                execute(found.insert, (*leading, *(key if text_key else ()), *values, now, now))
                inserted += 1
            elif known[1] is None and known[2:] == values:
                equal.append((now, known[0]))
                continue
            else:
                execute(found.update, (now, *values, known[0]))
                restored += known[1] is not None
            changed.append(row)
            pairs.append((known and known[2:], values))
        self._connection.executemany(found.touch, equal)
        updated = len(changed) - inserted - restored
        return changed, pairs, Changes(inserted=inserted, changed=updated, restored=restored)

    def _write_topics(self, provider: str, rows: Sequence[Any], changed: Sequence[Any], now: str) -> None:
        self._repositories.write_names(provider, [(row.id, row.full_name) for row in rows], now)
        for repo in changed:
            if repo.topics is not None:
                self.upsert("topic", provider, repo.id, self._repositories.topics(repo), now)
                self.delete_unseen("topic", provider, repo.id, now, now)
        touched = {repo.id for repo in changed if repo.topics is not None}
        for repo in rows:
            if repo.id not in touched:
                self.see_all("topic", provider, repo.id, now)

    def see(self, table: str, provider: str, parent: Id | None, keys: Iterable[Id], now: str) -> None:
        """Set ``last_seen`` of rows by their key (id, name or sha; see :func:`.statements.key_text` for other keys).

        For rows that exist without having been listed again, as commits that a head still reaches.
        """
        found = table_of(table)
        self._connection.execute(
            f"UPDATE {quoted(table)} SET last_seen = ? WHERE {_parent(found)} AND {_among(found)}",  # noqa: S608
            (now, *_leading(provider, parent), json.dumps(list(keys))),
        )

    def see_all(self, table: str, provider: str, parent: Id, now: str) -> None:
        """Set ``last_seen`` of all rows of a parent that are not deleted: nothing has changed since the last walk."""
        self._connection.execute(
            f"UPDATE {quoted(table)} SET last_seen = ? "  # noqa: S608  names are quoted
            f"WHERE {_parent(table_of(table))} AND deleted_at IS NULL AND last_seen <> ?",
            (now, provider, parent, now),
        )

    def count(self, table: str, provider: str, parent: Id | None) -> int:
        """Return the number of rows that are not deleted."""
        return self.count_unseen(table, provider, parent, "~")  # behind all times

    def count_unseen(self, table: str, provider: str, parent: Id | None, before: str, since: str = "") -> int:
        """Return the number of rows that are not deleted and were last seen before a time.

        Args:
            table: Name of the table.
            provider: Label of the server.
            parent: Id of the repository, or login of the owner.
            before: When the complete walk began.
            since: Only rows that were last seen at this time or later.
        """
        row = self._connection.execute(
            f"SELECT count(*) FROM {quoted(table)} WHERE {_unseen(table_of(table))}",  # noqa: S608  names are quoted
            (*_leading(provider, parent), before, since),
        ).fetchone()
        return int(row[0])

    def delete_unseen(
        self, table: str, provider: str, parent: Id | None, before: str, now: str, since: str = ""
    ) -> int:
        """Set ``deleted_at`` of the rows that are not deleted and were last seen before a time.

        Args:
            table: Name of the table.
            provider: Label of the server.
            parent: Id of the repository, or login of the owner.
            before: When the complete walk began: all rows that it has seen have this ``last_seen`` or a later one.
            now: Time of the update.
            since: Only rows that were last seen at this time or later.

        Returns:
            The number of rows.
        """
        number = self._connection.execute(
            f"UPDATE {quoted(table)} SET deleted_at = ? WHERE {_unseen(table_of(table))}",  # noqa: S608
            (now, *_leading(provider, parent), before, since),
        ).rowcount
        return self._deleted(table, number)

    def delete(self, table: str, provider: str, parent: Id | None, keys: Iterable[Id], now: str) -> int:
        """Set ``deleted_at`` of rows by their key (id, name or sha), and return the number of those that had none."""
        found = table_of(table)
        number = self._connection.execute(
            f"UPDATE {quoted(table)} SET deleted_at = ? "  # noqa: S608  names are quoted
            f"WHERE {_parent(found)} AND {_among(found)} AND deleted_at IS NULL",
            (now, *_leading(provider, parent), json.dumps(list(keys))),
        ).rowcount
        return self._deleted(table, number)

    def delete_repository(self, provider: str, repository_id: Id, now: str) -> int:
        """Set ``deleted_at`` of a repository and of all its rows that have none, and remove the state of its units.

        If the repository is seen again, :meth:`upsert` restores its row, and the walks of its units restore theirs.

        Returns:
            The number of rows of all tables.
        """
        number = self.delete("repository", provider, None, [repository_id], now)
        for table in TABLES:
            if table.parent == "repository_id":
                number += self.delete_unseen(table.name, provider, repository_id, "~", now)
        self._connection.execute(
            "DELETE FROM _unit WHERE provider = ? AND repository_id = ? AND kind <> 'members'",
            (provider, repository_id),
        )
        return number

    def _deleted(self, table: str, number: int) -> int:
        self._tally.add(table, Changes(deleted=number))
        return number


def _leading(provider: str, parent: Cell) -> tuple[Cell, ...]:
    return (provider,) if parent is None else (provider, parent)


def _parent(table: Table) -> str:
    return "provider = ?" if table.parent is None else f"provider = ? AND {quoted(table.parent)} = ?"


def _unseen(table: Table) -> str:
    return f"{_parent(table)} AND deleted_at IS NULL AND last_seen < ? AND last_seen >= ?"


def _among(table: Table) -> str:
    return f"{quoted(table.own_key[-1])} IN (SELECT value FROM json_each(?))"  # noqa: S608
