"""What the mirror has read, what it could not read and why, and when it was updated."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gitfleet_fleet.outcome import MISSING

from .counts import NamedCount, row

__all__ = ["Coverage", "Problem", "Reading", "Target", "Update", "read_reading"]

_EXAMPLES = 3
_MAX_UPDATES = 20

_PRESENT = "JOIN repository AS r ON r.provider = u.provider AND r.id = u.repository_id AND r.deleted_at IS NULL"
_COVERAGE = f"""
SELECT u.kind, count(DISTINCT r.provider || '/' || r.id),
       count(DISTINCT CASE WHEN u.complete_at IS NOT NULL OR u.status = 'empty' THEN r.provider || '/' || r.id END),
       count(DISTINCT CASE WHEN u.complete_at IS NULL AND u.status = 'unsupported' THEN r.provider || '/' || r.id END),
       min(u.complete_at)
FROM _unit AS u {_PRESENT} GROUP BY u.kind ORDER BY u.kind"""
_STATUSES = f"""
SELECT u.kind, coalesce(u.status, 'not tried'), count(*) FROM _unit AS u {_PRESENT} GROUP BY 1, 2 ORDER BY 3 DESC"""
_FAILED_UNITS = f"""
SELECT u.kind, u.status, u.code, u.message, coalesce(r.full_name, CAST(u.repository_id AS TEXT)), r.html_url,
       u.complete_at IS NOT NULL
FROM _unit AS u LEFT JOIN repository AS r ON r.provider = u.provider AND r.id = u.repository_id
WHERE u.status IN ({", ".join(f"'{status}'" for status in sorted(MISSING))}) AND r.deleted_at IS NULL
ORDER BY u.kind, u.status, 5"""
_TARGETS = """
SELECT target, status, code, message, repositories, listed_at FROM _target ORDER BY target"""
_UPDATES = f"""
SELECT number, started, finished, calls, targets, version FROM _update ORDER BY number DESC LIMIT {_MAX_UPDATES}"""

# Parts of messages that differ between repositories with the same problem.
_REQUEST = re.compile(r"^[A-Z]+ https?://\S+: ")
_DETAIL = re.compile(r"https?://\S+|'[^']*'|\"[^\"]*\"|\S+/\S+|\d+")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many repositories one kind of rows was read for."""

    kind: str
    """Name of the call, as ``branches``."""
    tried: int
    """Repositories for which it was tried or is planned."""
    complete: int
    """Repositories of which all rows were read at least once."""
    unsupported: int
    """Repositories that have no such rows: their provider has no such call, or the feature is disabled."""
    oldest: str | None
    """Time of the complete reading that is the longest ago."""
    statuses: tuple[NamedCount, ...]
    """Repositories by the outcome of the last try."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, in any number of repositories."""

    kind: str
    """Name of the call, as ``branches``."""
    status: str
    """Outcome, as ``forbidden``."""
    code: str | None
    """Code of the error."""
    message: str | None
    """Message for the first repository."""
    count: int
    """Number of repositories."""
    kept: int
    """Repositories whose rows of an earlier update are still in the mirror."""
    examples: tuple[tuple[str, str | None], ...]
    """Names and URLs of the first repositories."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target of the mirror, as ``github:python``."""

    target: str
    status: str
    code: str | None
    message: str | None
    repositories: int | None
    listed_at: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """An update of the mirror."""

    number: int
    started: str
    finished: str | None
    """None if it was interrupted or is running."""
    calls: int | None
    targets: tuple[str, ...]
    version: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the mirror has read."""

    targets: tuple[Target, ...]
    updates: tuple[Update, ...]
    """The last updates, newest first."""
    coverage: dict[str, Coverage]
    """By kind."""
    problems: tuple[Problem, ...]
    """What could not be read, the most frequent first."""
    number_of_updates: int
    """Number of all updates."""


def read_reading(connection: sqlite3.Connection) -> Reading:
    """Read the state of the mirror."""
    return Reading(
        tuple(
            Target(target, status, code, _REQUEST.sub("", message) if message else None, repositories, listed_at)
            for target, status, code, message, repositories, listed_at in connection.execute(_TARGETS)
        ),
        tuple(
            Update(number, started, finished, calls, _texts(targets), version)
            for number, started, finished, calls, targets, version in connection.execute(_UPDATES)
        ),
        {found.kind: found for found in _coverage(connection)},
        _problems(connection),
        row(connection, "SELECT count(*) FROM _update")[0],
    )


def _texts(text: str | None) -> tuple[str, ...]:
    found = json.loads(text) if text else []
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _coverage(connection: sqlite3.Connection) -> Iterator[Coverage]:
    statuses: dict[str, list[NamedCount]] = {}
    for kind, status, count in connection.execute(_STATUSES):
        statuses.setdefault(kind, []).append(NamedCount(status, count))
    for kind, tried, complete, unsupported, oldest in connection.execute(_COVERAGE):
        yield Coverage(kind, tried, complete, unsupported, oldest, tuple(statuses.get(kind, ())))


def _problems(connection: sqlite3.Connection) -> tuple[Problem, ...]:
    """Return what could not be read. Messages that differ by names, numbers and URLs only are one problem."""
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for kind, status, code, message, *rest in connection.execute(_FAILED_UNITS):
        text = _REQUEST.sub("", message or "")
        key = (kind, status, code or "", _DETAIL.sub("", text))
        groups.setdefault(key, []).append((text or None, *rest))
    problems = [
        Problem(
            *(kind, status, code or None, group[0][0]),
            count=len(group),
            kept=sum(is_kept for *_, is_kept in group),
            examples=tuple((name, url) for _, name, url, _ in group[:_EXAMPLES]),
        )
        for (kind, status, code, _), group in groups.items()
    ]
    return tuple(sorted(problems, key=lambda problem: (-problem.count, problem.kind, problem.status)))
