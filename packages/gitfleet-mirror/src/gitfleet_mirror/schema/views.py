"""The views: what people ask of a fleet. Rows with a ``deleted_at`` are in none of them."""

from __future__ import annotations

from collections.abc import Iterator

from gitfleet_fleet.outcome import MISSING

__all__ = ["VIEWS", "view_statements"]

STALE_DAYS = 90
"""Age from which a branch is stale, as in ``Fleet.audit``."""

_AGE = "CAST(julianday('now') - julianday({time}) AS INTEGER)"
_REPOSITORY = (
    "JOIN repository AS r ON r.provider = {row}.provider AND r.id = {row}.repository_id AND r.deleted_at IS NULL"
)

_OPEN_ISSUES = f"""
SELECT i.provider, r.full_name AS repository, i.number, i.title, i.author_login, i.labels, i.milestone, i.comments,
    i.created_at, i.updated_at, {_AGE.format(time="i.created_at")} AS age_days, i.html_url, i.repository_id, i.id
FROM issue AS i {_REPOSITORY.format(row="i")}
WHERE i.state = 'open' AND i.deleted_at IS NULL
"""

_OPEN_PULL_REQUESTS = f"""
SELECT p.provider, r.full_name AS repository, p.number, p.title, p.author_login, p.draft, p.labels, p.created_at,
    p.updated_at, {_AGE.format(time="p.created_at")} AS age_days,
    {_AGE.format(time="p.updated_at")} AS idle_days, p.html_url, p.repository_id, p.id
FROM pull_request AS p {_REPOSITORY.format(row="p")}
WHERE p.state = 'open' AND p.deleted_at IS NULL
"""

# GitHub's list of branches has no times; those of commits that are in the file are known.
_DATED_BRANCHES = f"""
SELECT b.provider, r.full_name AS repository, b.name, b.commit_sha, b.protected,
    b.name = r.default_branch AS is_default, coalesce(b.committed_at, c.committed_at) AS committed_at,
    r.archived, b.repository_id
FROM branch AS b {_REPOSITORY.format(row="b")}
LEFT JOIN "commit" AS c ON c.provider = b.provider AND c.repository_id = b.repository_id AND c.sha = b.commit_sha
WHERE b.deleted_at IS NULL
"""

_STALE_BRANCHES = f"""
SELECT provider, repository, name, committed_at, {_AGE.format(time="committed_at")} AS age_days, protected, commit_sha,
    repository_id
FROM ({_DATED_BRANCHES.strip()})
WHERE NOT coalesce(is_default, 0) AND NOT coalesce(archived, 0)
    AND committed_at < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-{STALE_DAYS} days')
"""

_BRANCHES_WITHOUT_DATE = f"""
SELECT provider, repository, name, protected, is_default, commit_sha, repository_id
FROM ({_DATED_BRANCHES.strip()})
WHERE committed_at IS NULL
"""

# DuckDB translates the text of a view for SQLite, which has no words for its count(*) and LIKE.
_BUS_FACTOR = f"""
SELECT s.provider, r.full_name AS repository, count(1) FILTER (WHERE s.larger * 2 < s.total) AS bus_factor,
    count(1) AS contributors, max(s.contributions) AS largest, s.total AS contributions, s.repository_id
FROM (
    SELECT provider, repository_id, contributions, sum(contributions) OVER (
        PARTITION BY provider, repository_id ORDER BY contributions DESC, key
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - contributions AS larger, sum(contributions) OVER (PARTITION BY provider, repository_id) AS total
    FROM contributor
    WHERE deleted_at IS NULL AND contributions > 0
        AND coalesce(type, '') <> 'Bot' AND substr(coalesce(login, ''), -5) <> '[bot]'
) AS s {_REPOSITORY.format(row="s")}
GROUP BY s.provider, s.repository_id
"""

_TIMES = {
    "commits": ('"commit"', "committed_at"),
    "issues_opened": ("issue", "created_at"),
    "issues_closed": ("issue", "closed_at"),
    "pull_requests_opened": ("pull_request", "created_at"),
    "pull_requests_merged": ("pull_request", "merged_at"),
    "releases": ("release", "published_at"),
}
"""Numbers of rows by month: for each the table and its time."""


def _activity() -> str:
    arms = []
    for name, (table, time) in _TIMES.items():
        numbers = ", ".join(f"{'count(1)' if other == name else '0'} AS {other}" for other in _TIMES)
        arms.append(
            f"SELECT provider, repository_id, substr({time}, 1, 7) AS month, {numbers} FROM {table} "
            f"WHERE {time} IS NOT NULL AND deleted_at IS NULL GROUP BY 1, 2, 3"
        )
    inner = "\n    UNION ALL ".join(arms)
    sums = ", ".join(f"sum(m.{name}) AS {name}" for name in _TIMES)
    return (
        f"SELECT m.provider, r.full_name AS repository, m.month, {sums}, m.repository_id\n"
        f"FROM (\n    {inner}\n) AS m {_REPOSITORY.format(row='m')}\nGROUP BY m.provider, m.repository_id, m.month"
    )


_STATUSES = ", ".join(f"'{status}'" for status in sorted(MISSING))
_PROBLEMS = f"""
SELECT t.provider, t.target AS repository, 'repositories' AS kind, t.status, t.code, t.message, NULL AS repository_id
FROM _target AS t WHERE t.status IN ({_STATUSES})
UNION ALL
SELECT u.provider, coalesce(r.full_name, u.repository_id), u.kind, u.status, u.code, u.message, u.repository_id
FROM _unit AS u LEFT JOIN repository AS r ON r.provider = u.provider AND r.id = u.repository_id
WHERE u.status IN ({_STATUSES}) AND r.deleted_at IS NULL
"""

VIEWS: dict[str, str] = {
    "commits": 'SELECT * FROM "commit" WHERE deleted_at IS NULL',
    "open_issues": _OPEN_ISSUES,
    "open_pull_requests": _OPEN_PULL_REQUESTS,
    "stale_branches": _STALE_BRANCHES,
    "branches_without_date": _BRANCHES_WITHOUT_DATE,
    "bus_factor": _BUS_FACTOR,
    "activity_by_month": _activity(),
    "problems": _PROBLEMS,
}
"""The query of each view by its name."""


def view_statements() -> Iterator[str]:
    """Yield the statements that create the views, in a file without them."""
    for name, query in VIEWS.items():
        yield f"CREATE VIEW {name} AS\n{query.strip()}"
