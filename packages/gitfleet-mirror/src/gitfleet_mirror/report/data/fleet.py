"""Size and growth of the fleet, languages, licenses, and the table of all repositories."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .counts import Known, NamedCount, known, named_counts, row
from .months import months_between, previous_month

__all__ = ["Fleet", "Growth", "Names", "RepositoryRow", "Size", "read_fleet"]

_MAX_ROWS = 2_000
_MAX_MONTHS = 480

_SIZE = """
SELECT count(*), count(DISTINCT provider || '/' || substr(full_name, 1, length(full_name) - length(name) - 1))
FROM repository WHERE deleted_at IS NULL"""
_PROVIDERS = """
SELECT provider, count(*) FROM repository WHERE deleted_at IS NULL GROUP BY provider ORDER BY 2 DESC, 1"""
_SUM = 'SELECT sum("{0}"), sum("{0}" IS NULL) FROM repository WHERE deleted_at IS NULL'
_CREATED = """
SELECT substr(created_at, 1, 7), count(*) FROM repository
WHERE deleted_at IS NULL AND created_at IS NOT NULL GROUP BY 1 ORDER BY 1"""
_NO_DATE = "SELECT count(*) FROM repository WHERE deleted_at IS NULL AND {} IS NULL"
_PUSHED = """
SELECT CASE WHEN days < 30 THEN 0 WHEN days < 90 THEN 1 WHEN days < 365 THEN 2 WHEN days < 1095 THEN 3 ELSE 4 END,
       count(*)
FROM (SELECT julianday(:now) - julianday(pushed_at) AS days FROM repository
      WHERE deleted_at IS NULL AND pushed_at IS NOT NULL)
GROUP BY 1"""
PUSH_AGES = ("under 30 days", "30 to 89 days", "90 days to 1 year", "1 to 3 years", "over 3 years")

# GitLab sends no main language: there it is the largest of the repository's languages.
_LANGUAGE = """
SELECT r.provider, r.id, coalesce(nullif(r.language, ''), (
  SELECT l.language FROM language AS l
  WHERE l.provider = r.provider AND l.repository_id = r.id AND l.deleted_at IS NULL
  ORDER BY l.amount DESC, l.language LIMIT 1)) AS name
FROM repository AS r WHERE r.deleted_at IS NULL"""
_LANGUAGES = f"SELECT name, count(*) FROM ({_LANGUAGE}) WHERE name IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
_NO_LANGUAGE = f"""
SELECT count(*), sum(EXISTS (SELECT 1 FROM _unit AS u WHERE u.provider = m.provider AND u.repository_id = m.id
                             AND u.kind = 'languages' AND u.complete_at IS NOT NULL))
FROM ({_LANGUAGE}) AS m WHERE m.name IS NULL"""
_LICENSES = """
SELECT license, count(*) FROM repository WHERE deleted_at IS NULL AND license IS NOT NULL AND license <> ''
GROUP BY 1 ORDER BY 2 DESC, 1"""
# Listings send no license. The other columns are NULL, too, as long as the details were not read.
_NO_LICENSE = """
SELECT count(*), sum(coalesce(has_issues, has_wiki, allow_forking, has_projects, disabled, is_template) IS NOT NULL
  OR EXISTS (SELECT 1 FROM _unit AS u WHERE u.provider = r.provider AND u.repository_id = r.id
             AND u.kind = 'details' AND u.complete_at IS NOT NULL))
FROM repository AS r WHERE r.deleted_at IS NULL AND (r.license IS NULL OR r.license = '')"""
_REPOSITORIES = f"""
SELECT r.provider, r.id, r.full_name, r.html_url, r.description, m.name, r.license, r.stargazers_count, r.forks_count,
       r.open_issues_count, r.pushed_at, r.archived, r.fork, r.private
FROM repository AS r JOIN ({_LANGUAGE}) AS m ON m.provider = r.provider AND m.id = r.id
WHERE r.deleted_at IS NULL
ORDER BY r.stargazers_count DESC NULLS LAST, r.full_name LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the fleet."""

    repositories: int
    """Repositories that exist."""
    owners: int
    """Owners of them."""
    providers: tuple[NamedCount, ...]
    """Repositories by provider."""
    archived: Known
    """Archived repositories."""
    forks: Known
    """Forks."""
    private: Known
    """Repositories that are not public."""
    stars: Known
    """Sum of the stars."""
    deleted: int
    """Repositories that an update found deleted. They count nowhere else."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Repositories that exist now, by the month of their creation."""

    months: tuple[str, ...]
    """Months, as ``2026-11``, without gaps."""
    totals: tuple[int, ...]
    """Repositories created until the end of each month."""
    missing: int
    """Repositories without a time of creation."""


@dataclass(frozen=True, slots=True)
class Names:
    """Repositories by a name that some do not have."""

    counts: tuple[NamedCount, ...]
    """Repositories by name, the most frequent first."""
    none: int
    """Repositories of which the mirror knows that they have none."""
    unread: int
    """Repositories of which it is not known, because that was not read."""


@dataclass(frozen=True, slots=True)
class RepositoryRow:
    """A row of the table of repositories. Values that the mirror does not have are None."""

    provider: str
    id: int | str
    full_name: str
    html_url: str | None
    description: str | None
    language: str | None
    license: str | None
    stars: int | None
    forks: int | None
    open_issues: int | None
    pushed_at: str | None
    archived: int | None
    fork: int | None
    private: int | None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything about the repositories themselves."""

    size: Size
    growth: Growth
    pushed: tuple[NamedCount, ...]
    """Repositories by the time since their last push."""
    never_pushed: int
    """Repositories without a time of a push."""
    languages: Names
    licenses: Names
    rows: tuple[RepositoryRow, ...]
    """Repositories, the ones with the most stars first; not all of a large fleet."""


def read_fleet(connection: sqlite3.Connection, now: str) -> Fleet:
    """Read everything about the repositories themselves.

    Args:
        connection: The mirror.
        now: Time that ages are counted to, as text.
    """
    pushed = dict(connection.execute(_PUSHED, {"now": now}))
    return Fleet(
        _size(connection),
        _growth(connection, now[:7]),
        tuple(NamedCount(name, pushed.get(number, 0)) for number, name in enumerate(PUSH_AGES)),
        row(connection, _NO_DATE.format("pushed_at"))[0],
        _names(connection, _LANGUAGES, _NO_LANGUAGE),
        _names(connection, _LICENSES, _NO_LICENSE),
        tuple(RepositoryRow(*found) for found in connection.execute(_REPOSITORIES, (_MAX_ROWS,))),
    )


def _size(connection: sqlite3.Connection) -> Size:
    repositories, owners = row(connection, _SIZE)
    columns = ("archived", "fork", "private", "stargazers_count")
    archived, forks, private, stars = (known(connection, _SUM.format(column)) for column in columns)
    return Size(
        repositories,
        owners,
        named_counts(connection, _PROVIDERS),
        archived,
        forks,
        private,
        stars,
        row(connection, "SELECT count(*) FROM repository WHERE deleted_at IS NOT NULL")[0],
    )


def _growth(connection: sqlite3.Connection, last: str) -> Growth:
    """Return the growth until a month. What is outside of the months shown counts in the first and the last one."""
    created = dict(connection.execute(_CREATED).fetchall())
    missing = row(connection, _NO_DATE.format("created_at"))[0]
    # It begins with a month without repositories.
    months = months_between(previous_month(min(created, default=last)), last, _MAX_MONTHS)
    for month in list(created):
        if not months[0] <= month <= months[-1]:
            shown = min(max(month, months[0]), months[-1])
            created[shown] = created.get(shown, 0) + created.pop(month)
    totals: list[int] = []
    for month in months:
        totals.append((totals[-1] if totals else 0) + created.get(month, 0))
    return Growth(months, tuple(totals), missing)


def _names(connection: sqlite3.Connection, counts: str, without: str) -> Names:
    missing, none = row(connection, without)
    return Names(named_counts(connection, counts), none or 0, missing - (none or 0))
