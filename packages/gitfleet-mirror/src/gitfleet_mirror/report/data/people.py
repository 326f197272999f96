"""Contributors, and how many of them a repository depends on."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .counts import NamedCount, row

__all__ = ["Contributor", "People", "SingleRepository", "read_people"]

_MAX_ROWS = 100
FACTORS: tuple[str, ...] = ("1", "2", "3", "4 to 5", "6 to 10", "over 10")

# Contributors without an account, as all of GitLab, are known by their address, or by their name.
_IDENTITY = "coalesce(id, lower(email), name, login)"
_CONTRIBUTORS = f"""
SELECT provider, coalesce(max(login), max(name), max(email)), max(html_url),
       max(type), sum(contributions), count(*)
FROM contributor WHERE deleted_at IS NULL AND contributions IS NOT NULL
GROUP BY provider, {_IDENTITY} ORDER BY 5 DESC, 2 LIMIT ?"""
_TOTAL = f"SELECT count(DISTINCT provider || '/' || {_IDENTITY}) FROM contributor WHERE deleted_at IS NULL"
_NO_NUMBER = "SELECT count(*) FROM contributor WHERE deleted_at IS NULL AND contributions IS NULL"
# As in the view `bus_factor`: a contributor counts if those before have less than half of the
# contributions. Bots do not count.
_FACTORS = """
SELECT provider, repository_id, count(*) FROM (
  SELECT provider, repository_id,
         sum(contributions) OVER (PARTITION BY provider, repository_id) AS total,
         sum(contributions) OVER (PARTITION BY provider, repository_id ORDER BY contributions DESC
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - contributions AS before
  FROM contributor WHERE deleted_at IS NULL AND contributions > 0
    AND coalesce(type, '') <> 'Bot' AND coalesce(login, '') NOT LIKE '%[bot]')
WHERE 2 * before < total GROUP BY 1, 2"""
_REPOSITORIES = """
SELECT provider, id, full_name, html_url, stargazers_count, pushed_at FROM repository
WHERE deleted_at IS NULL AND archived IS NOT 1 ORDER BY stargazers_count DESC NULLS LAST, full_name"""


@dataclass(frozen=True, slots=True)
class SingleRepository:
    """A repository that depends on one contributor."""

    name: str
    html_url: str | None
    stars: int | None
    pushed_at: str | None


@dataclass(frozen=True, slots=True)
class Contributor:
    """An author of commits, in all repositories of a provider."""

    provider: str
    name: str | None
    """Login; without an account the name in the commits. None if it has neither."""
    html_url: str | None
    type: str | None
    """``User``, ``Bot`` or ``Anonymous``. None on GitLab."""
    contributions: int
    repositories: int


@dataclass(frozen=True, slots=True)
class People:
    """Contributors, and how many of them a repository depends on."""

    top: tuple[Contributor, ...]
    """The contributors with the most contributions."""
    contributors: int
    """Number of all contributors."""
    no_number: int
    """Rows without a number of contributions."""
    factors: dict[tuple[str, int | str], int]
    """The smallest number of contributors with half of the contributions, by provider and id of the repository."""
    distribution: tuple[NamedCount, ...]
    """Repositories by that number."""
    single: tuple[SingleRepository, ...]
    """Repositories for which it is 1, without archived ones, the ones with the most stars first."""
    single_total: int
    """How many of these there are."""


def read_people(connection: sqlite3.Connection) -> People:
    """Read the contributors, and how many of them each repository depends on."""
    factors = {(provider, id_): count for provider, id_, count in connection.execute(_FACTORS)}
    counts = dict.fromkeys(FACTORS, 0)
    for factor in factors.values():
        counts[_group(factor)] += 1
    single = [found for found in connection.execute(_REPOSITORIES) if factors.get(found[:2]) == 1]
    return People(
        tuple(Contributor(*found) for found in connection.execute(_CONTRIBUTORS, (_MAX_ROWS,))),
        row(connection, _TOTAL)[0],
        row(connection, _NO_NUMBER)[0],
        factors,
        tuple(NamedCount(name, count) for name, count in counts.items()),
        tuple(SingleRepository(*found[2:]) for found in single[:_MAX_ROWS]),
        len(single),
    )


def _group(factor: int) -> str:
    if factor <= 3:
        return str(factor)
    return FACTORS[3] if factor <= 5 else FACTORS[4] if factor <= 10 else FACTORS[5]
