"""What happened in each of the last months."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .counts import row
from .months import months_before, next_month

__all__ = ["Activity", "Months", "read_activity"]

_MONTHS = 24

# A commit that several repositories have, as forks do, counts once.
_COMMITS = """
SELECT substr(committed_at, 1, 7), count(*)
FROM (SELECT DISTINCT provider, sha, committed_at FROM "commit"
      WHERE deleted_at IS NULL AND committed_at >= :first AND committed_at < :after)
GROUP BY 1"""
_EVENTS = """
SELECT substr({column}, 1, 7), count(*) FROM {table}
WHERE deleted_at IS NULL AND {column} >= :first AND {column} < :after GROUP BY 1"""
_MISSING = "SELECT count(*) FROM {table} WHERE deleted_at IS NULL AND {column} IS NULL AND {where}"


@dataclass(frozen=True, slots=True)
class Months:
    """A number for each month."""

    counts: tuple[int, ...]
    """The numbers, in the order of the months."""
    missing: int
    """Rows that count in no month because they lack the time."""

    @property
    def total(self) -> int:
        """The sum of the numbers."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened in each of the last months."""

    months: tuple[str, ...]
    """The months, as ``2026-11``. The last one is that of the update, and not over yet."""
    commits: Months
    issues_opened: Months
    issues_closed: Months
    pulls_opened: Months
    pulls_merged: Months


def read_activity(connection: sqlite3.Connection, now: str) -> Activity:
    """Read the activity of the 24 months until a time.

    Args:
        connection: The mirror.
        now: The time, as text.
    """
    months = months_before(now[:7], _MONTHS)
    limits = {"first": months[0], "after": next_month(months[-1])}

    def series(table: str, column: str, where: str = "1", sql: str = _EVENTS) -> Months:
        found = dict(connection.execute(sql.format(table=table, column=column), limits))
        missing = row(connection, _MISSING.format(table=table, column=column, where=where))[0]
        return Months(tuple(found.get(month, 0) for month in months), missing)

    return Activity(
        months,
        series('"commit"', "committed_at", sql=_COMMITS),
        series("issue", "created_at"),
        series("issue", "closed_at", "state = 'closed'"),
        series("pull_request", "created_at"),
        series("pull_request", "merged_at", "merged"),
    )
