"""The repositories of a ledger: listings of all targets, which a later run can use again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..files.cells import utc_text
from ..outcome import Status
from ..repository import Repository
from .info import info_to_json

__all__ = ["REUSED_FOR", "FoundRepository", "ListedTarget", "Scans"]

REUSED_FOR = timedelta(hours=1)
"""Age of a listing up to which a run uses it again to continue an interrupted one. It costs one call per 100
repositories, so a new one is cheap compared with the units of an older run."""
_LISTED = "ok"


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository of a target.

    Attributes:
        target: Text of the target.
        repo: The repository. It has an id.
    """

    target: str
    repo: Repository


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """What became of a target.

    Attributes:
        text: The target, as ``github:python``.
        status: ``ok``, or why it could not be listed.
        code: Code of the error. None if it was listed.
        message: Message of the error. None if it was listed.
        repositories: Number of its repositories.
    """

    text: str
    status: Status
    code: str | None = None
    message: str | None = None
    repositories: int = 0


class Scans:
    """The listings of one fleet.

    Args:
        connection: The file.
        fingerprint: Hash of the targets and filters of the fleet.
    """

    def __init__(self, connection: sqlite3.Connection, fingerprint: str) -> None:
        self._connection = connection
        self._fingerprint = fingerprint

    def reusable(self, *, any_age: bool) -> int | None:
        """Return the last listing of the ledger, if it is of this fleet and recent. It may lack targets.

        An earlier one has lost the repositories that the last one has, too.

        Args:
            any_age: Whether it may be old.
        """
        query = "SELECT id, started, fingerprint FROM scans ORDER BY id DESC LIMIT 1"
        number, started, fingerprint = self._connection.execute(query).fetchone() or (0, "", "")
        if fingerprint != self._fingerprint:
            return None
        age = datetime.now(UTC) - datetime.fromisoformat(started)
        return int(number) if any_age or timedelta(0) <= age < REUSED_FOR else None

    def begin(self) -> int:
        """Begin a new listing and return its number."""
        now = utc_text(datetime.now(UTC))
        query = "INSERT INTO scans (fingerprint, started) VALUES (?, ?)"
        number = self._connection.execute(query, (self._fingerprint, now)).lastrowid
        assert number is not None  # noqa: S101  a row was inserted
        self._connection.execute(
            "DELETE FROM targets WHERE scan IN (SELECT id FROM scans WHERE fingerprint = ? AND id <> ?)",
            (self._fingerprint, number),
        )
        return number

    def listed(self, scan: int) -> set[str]:
        """Return the targets that a listing has."""
        query = "SELECT target FROM targets WHERE scan = ? AND status = ?"
        return {target for (target,) in self._connection.execute(query, (scan, _LISTED))}

    def add(
        self, scan: int, found: Sequence[FoundRepository], targets: Sequence[ListedTarget], *, with_info: bool
    ) -> None:
        """Add repositories, and targets that are listed to their end, in a transaction of the caller."""
        now = utc_text(datetime.now(UTC))
        self._connection.executemany(
            "INSERT INTO repositories (provider, server, provider_id, full_name, former_name, label, target, info, "
            "scan, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (server, provider_id) DO UPDATE SET full_name = excluded.full_name, "
            "former_name = excluded.former_name, label = excluded.label, target = excluded.target, "
            "info = excluded.info, scan = excluded.scan, last_seen = excluded.last_seen, vanished = NULL",
            (_row(item, scan, now, with_info=with_info) for item in found),
        )
        self._connection.executemany(
            "INSERT INTO targets VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scan, target) DO UPDATE SET "
            "status = excluded.status, code = excluded.code, message = excluded.message, "
            "repositories = excluded.repositories",
            ((scan, item.text, item.status, item.code, item.message, item.repositories) for item in targets),
        )

    def lacks_info(self, scan: int) -> bool:
        """Return whether a repository of a listing was stored without its object."""
        query = "SELECT EXISTS (SELECT * FROM repositories WHERE scan = ? AND info IS NULL)"
        return bool(self._connection.execute(query, (scan,)).fetchone()[0])

    def finish(self, scan: int) -> int:
        """End a listing, in a transaction of the caller: mark the repositories that it lacks.

        Those of a target that could not be listed, but may exist, remain.

        Returns:
            The number of repositories that are marked now.
        """
        mine = "scan IN (SELECT id FROM scans WHERE fingerprint = ?) AND vanished IS NULL"
        unlisted = "SELECT target FROM targets WHERE scan = ? AND status NOT IN (?, 'gone')"
        self._connection.execute(
            f"UPDATE repositories SET scan = ? WHERE {mine} AND lower(target) IN "  # noqa: S608  constants
            f"(SELECT lower(target) FROM ({unlisted}))",
            (scan, self._fingerprint, scan, _LISTED),
        )
        now = utc_text(datetime.now(UTC))
        return self._connection.execute(
            f"UPDATE repositories SET vanished = ? WHERE {mine} AND scan <> ?",  # noqa: S608  constants
            (now, self._fingerprint, scan),
        ).rowcount

    def size(self, scan: int) -> int:
        """Return the number of repositories of a listing."""
        query = "SELECT count(*) FROM repositories WHERE scan = ?"
        return int(self._connection.execute(query, (scan,)).fetchone()[0])


def _row(item: FoundRepository, scan: int, now: str, *, with_info: bool) -> tuple[Any, ...]:
    repo = item.repo
    info = info_to_json(repo.info) if with_info and repo.info is not None else None
    names = repo.full_name, repo.former_name, repo.label, item.target
    return (str(repo.provider), repo.server, repo.id, *names, info, scan, now, now)
