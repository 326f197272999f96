"""What waits: stale branches, open pull requests, open issues."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .counts import Known, NamedCount, known, row

__all__ = ["STALE_DAYS", "Branch", "OpenWork", "PullRequest", "read_open_work"]

STALE_DAYS = 90
_MAX_ROWS = 200
PULL_AGES = ("under 1 week", "1 to 4 weeks", "4 weeks to 3 months", "3 to 12 months", "over 1 year")
BRANCH_AGES = ("under 90 days", "90 days to 1 year", "1 to 2 years", "2 to 5 years", "over 5 years")

# GitHub does not send the time of a branch's commit: it is that of the commit, if the mirror has it.
_BRANCHES = """
SELECT r.provider, r.full_name, r.html_url, b.name,
       coalesce(b.committed_at, (SELECT c.committed_at FROM "commit" AS c
         WHERE c.provider = b.provider AND c.repository_id = b.repository_id AND c.sha = b.commit_sha)) AS committed_at
FROM branch AS b JOIN repository AS r ON r.provider = b.provider AND r.id = b.repository_id
WHERE b.deleted_at IS NULL AND r.deleted_at IS NULL AND r.archived IS NOT 1 AND b.name IS NOT r.default_branch"""
_OLD_BRANCHES = f"""
SELECT *, CAST(julianday(:now) - julianday(committed_at) AS INTEGER) AS days FROM ({_BRANCHES})
WHERE committed_at < :stale ORDER BY committed_at LIMIT :limit"""
_STALE = f"SELECT sum(committed_at < :stale), sum(committed_at IS NULL) FROM ({_BRANCHES})"
_BRANCH_AGES = f"""
SELECT CASE WHEN days < 90 THEN 0 WHEN days < 365 THEN 1 WHEN days < 730 THEN 2 WHEN days < 1825 THEN 3 ELSE 4 END,
       count(*)
FROM (SELECT julianday(:now) - julianday(committed_at) AS days FROM ({_BRANCHES}) WHERE committed_at IS NOT NULL)
GROUP BY 1"""
_OPEN_PULLS = """
SELECT r.provider, r.full_name, p.number, p.title, p.html_url, p.author_login, p.draft, p.created_at, p.updated_at,
       CAST(julianday(:now) - julianday(p.created_at) AS INTEGER)
FROM pull_request AS p JOIN repository AS r ON r.provider = p.provider AND r.id = p.repository_id
WHERE p.deleted_at IS NULL AND r.deleted_at IS NULL AND p.state = 'open' AND p.created_at IS NOT NULL
ORDER BY p.created_at, p.number LIMIT :limit"""
_PULL_AGES = """
SELECT CASE WHEN days < 7 THEN 0 WHEN days < 28 THEN 1 WHEN days < 91 THEN 2 WHEN days < 365 THEN 3 ELSE 4 END, count(*)
FROM (SELECT julianday(:now) - julianday(created_at) AS days FROM pull_request
      WHERE deleted_at IS NULL AND state = 'open' AND created_at IS NOT NULL)
GROUP BY 1"""
_OPEN = "SELECT count(*), sum(created_at IS NULL) FROM {} WHERE deleted_at IS NULL AND state = 'open'"
_OPEN_BY_REPOSITORY = """
SELECT provider, repository_id, count(*) FROM pull_request
WHERE deleted_at IS NULL AND state = 'open' GROUP BY 1, 2"""

_PULLS_READ = """
SELECT provider, repository_id FROM _unit
WHERE kind = 'pull_requests' AND (complete_at IS NOT NULL OR status = 'empty')"""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch whose last commit is old."""

    provider: str
    repository: str
    repository_url: str | None
    name: str
    committed_at: str
    days: int


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open pull request."""

    provider: str
    repository: str
    number: int
    title: str
    html_url: str | None
    author: str | None
    draft: int | None
    created_at: str
    updated_at: str | None
    days: int


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What waits."""

    branches: tuple[Branch, ...]
    """The branches with the oldest commits, oldest first: not the default ones, not those of archived repositories."""
    stale: Known
    """Branches without a commit for 90 days, and branches without a known time."""
    branch_ages: tuple[NamedCount, ...]
    """Branches by the age of their last commit."""
    pulls: tuple[PullRequest, ...]
    """The oldest open pull requests, oldest first."""
    open_pulls: Known
    """Open pull requests; those without a time of creation count here and are not in the table."""
    pull_ages: tuple[NamedCount, ...]
    """Open pull requests by age."""
    open_issues: Known
    """Open issues."""
    pulls_by_repository: dict[tuple[str, int | str], int]
    """Open pull requests by provider and id of the repository."""
    pulls_read: frozenset[tuple[str, int | str]]
    """Repositories whose pull requests were read completely: without a number above they have none open."""


def read_open_work(connection: sqlite3.Connection, now: str) -> OpenWork:
    """Read what waits.

    Args:
        connection: The mirror.
        now: Time that ages are counted to, as text.
    """
    (stale,) = row(connection, f"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-{STALE_DAYS} days')", {"now": now})
    given = {"now": now, "stale": stale, "limit": _MAX_ROWS}
    return OpenWork(
        tuple(Branch(*found) for found in connection.execute(_OLD_BRANCHES, given)),
        known(connection, _STALE, given),
        _ages(connection, _BRANCH_AGES, BRANCH_AGES, now),
        tuple(PullRequest(*found) for found in connection.execute(_OPEN_PULLS, given)),
        known(connection, _OPEN.format("pull_request")),
        _ages(connection, _PULL_AGES, PULL_AGES, now),
        known(connection, _OPEN.format("issue")),
        {(provider, id_): count for provider, id_, count in connection.execute(_OPEN_BY_REPOSITORY)},
        frozenset(connection.execute(_PULLS_READ)),
    )


def _ages(connection: sqlite3.Connection, sql: str, names: tuple[str, ...], now: str) -> tuple[NamedCount, ...]:
    found = dict(connection.execute(sql, {"now": now}))
    return tuple(NamedCount(name, found.get(number, 0)) for number, name in enumerate(names))
