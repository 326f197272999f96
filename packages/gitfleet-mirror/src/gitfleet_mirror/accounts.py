"""The accounts inside other rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from gitfleet_fleet.files.cells import Cell

from .changes import Changes
from .schema.tables import ACCOUNT_COLUMNS
from .statements import Statements, as_id

__all__ = ["AccountWriter", "accounts_in"]

_LISTS = ("assignees", "reviewers")
"""Fields with lists of accounts."""
_MOST = 20_000
"""Accounts that are remembered, so that a page does not look up those that the pages before it had."""
_FIND = "SELECT login, type, avatar_url, html_url FROM account WHERE provider = ? AND id = ?"
_INSERT = (
    "INSERT INTO account (provider, id, first_seen, last_seen, login, type, avatar_url, html_url) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE account SET last_seen = ?, login = ?, type = ?, avatar_url = ?, html_url = ? WHERE provider = ? AND id = ?"
)

Short = tuple[Cell, ...]
"""Login, type and the two URLs of an account."""


def accounts_in(
    statements: Statements, rows: Sequence[object], cells: Sequence[tuple[Cell, ...]]
) -> Iterator[tuple[Cell, Short]]:
    """Yield id and short form of each account in rows that has an id.

    Args:
        statements: The statements for the rows.
        rows: The rows.
        cells: Their cells.
    """
    groups = _groups(tuple(column.name for column in statements.columns))
    lists = [name for name in _LISTS if name in statements.model.__dataclass_fields__]  # type: ignore[attr-defined]
    for row, values in zip(rows, cells, strict=True):
        for identity, *others in groups:
            if values[identity] is not None:
                yield values[identity], tuple(values[index] for index in others)
        for name in lists:
            for account in getattr(row, name) or ():
                if account.id is not None:
                    yield as_id(account.id), (account.login, account.type, account.avatar_url, account.html_url)


@cache
def _groups(names: tuple[str, ...]) -> list[list[int]]:
    """Return the columns of each account: of the row itself, and of the objects inside it."""
    prefixes = [name.removesuffix("login") for name in names if name == "login" or name.endswith("_login")]
    return [
        [names.index(prefix + name) for name in ACCOUNT_COLUMNS]
        for prefix in prefixes
        if all(prefix + name in names for name in ACCOUNT_COLUMNS)
    ]


class AccountWriter:
    """Writes accounts in their short form. A value that a response lacks does not replace one that is known.

    Args:
        connection: The file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, Cell], Short] = {}

    def forget(self) -> None:
        """Forget what is in the file, after a transaction that was rolled back."""
        self._known = {}

    def write(self, provider: str, accounts: Iterable[tuple[Cell, Short]], now: str) -> Changes:
        """Insert accounts, and update those with other values.

        Args:
            provider: Label of the server.
            accounts: Id and short form of each.
            now: Time of the update.
        """
        inserted = changed = 0
        for identity, short in accounts:
            key = provider, identity
            known = self._known.get(key)
            if known == short:
                continue
            present = short
            if known is None:
                known = self._connection.execute(_FIND, key).fetchone()
            if known is None:
                self._connection.execute(_INSERT, (*key, now, now, *short))
                inserted += 1
            else:
                present = tuple(old if new is None else new for new, old in zip(short, known, strict=True))
                if present != known:
                    self._connection.execute(_UPDATE, (now, *present, *key))
                    changed += 1
            if len(self._known) >= _MOST:
                self._known = {}
            self._known[key] = present
        return Changes(inserted=inserted, changed=changed)
