"""What belongs to the row of a repository: its names and its topics."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gitfleet_api import RepoInfo
from gitfleet_fleet.files.cells import Cell

from .schema.tables import Topic

__all__ = ["RepositoryRows"]

_LAST = (
    "SELECT first_seen, full_name FROM repository_name WHERE provider = ? AND repository_id = ? "
    "ORDER BY last_seen DESC, first_seen DESC LIMIT 1"
)
_SEE = (
    "UPDATE repository_name SET last_seen = ? "
    "WHERE provider = ? AND repository_id = ? AND first_seen = ? AND full_name = ?"
)
_ADD = (
    "INSERT INTO repository_name (provider, repository_id, full_name, first_seen, last_seen) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen"
)


class RepositoryRows:
    """Writes the names of repositories.

    Args:
        connection: The file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write_names(self, provider: str, names: Iterable[tuple[Cell, str]], now: str) -> None:
        """Add names that repositories did not have last, and set ``last_seen`` of the others.

        Args:
            provider: Label of the server.
            names: Id and full name of each repository.
            now: Time of the update.
        """
        for identity, name in names:
            last = self._connection.execute(_LAST, (provider, identity)).fetchone()
            if last is not None and last[1] == name:
                self._connection.execute(_SEE, (now, provider, identity, *last))
            else:
                self._connection.execute(_ADD, (provider, identity, name, now, now))

    @staticmethod
    def topics(repo: RepoInfo) -> list[Topic]:
        """Return the topics of a repository as rows."""
        return [Topic(name) for name in repo.topics or ()]
