"""The tables of a report."""

from __future__ import annotations

from collections.abc import Iterator

from .cells import Cell, Column, PageTable, date, flags, link, number, text
from .data.report import ReportData
from .text import clean

__all__ = ["page_tables"]

_MAX_ROWS = 200
"""Rows of problems and targets."""
_LONG = 100
"""Characters of a title or a branch."""
_STATUSES = {
    "gone": "not found, or not visible",
    "forbidden": "not permitted",
    "blocked": "blocked by the provider",
    "unsupported": "disabled or not supported",
    "failed": "failed",
}


def page_tables(data: ReportData) -> dict[str, PageTable]:
    """Return the tables of a report by name."""
    return {table.name: table for table in _tables(data)}


def _tables(data: ReportData) -> Iterator[PageTable]:
    yield _repositories(data)
    yield _branches(data)
    yield _pulls(data)
    yield _contributors(data)
    yield _single(data)
    yield _problems(data)
    yield _coverage(data)
    yield _targets(data)
    yield _updates(data)


def _repositories(data: ReportData) -> PageTable:
    pulls, factors = data.work.pulls_by_repository, data.people.factors
    read = data.work.pulls_read
    rows = [
        (
            link(
                repo.full_name,
                repo.html_url,
                flags(archived=repo.archived, fork=repo.fork, private=repo.private),
                note=repo.description,
            ),
            text(repo.language, longest=40),
            text(repo.license, longest=40),
            number(repo.stars),
            number(repo.forks),
            number(repo.open_issues),
            number(pulls.get((repo.provider, repo.id), 0 if (repo.provider, repo.id) in read else None)),
            number(factors.get((repo.provider, repo.id))),
            date(repo.pushed_at),
        )
        for repo in data.fleet.rows
    ]
    columns = (
        Column("Repository", is_wide=True),
        Column("Language"),
        Column("License"),
        Column("Stars", "number"),
        Column("Forks", "number"),
        Column("Open issues", "number"),
        Column("Open pulls", "number"),
        Column("Bus factor", "number"),
        Column("Last push", "date"),
    )
    total = data.fleet.size.repositories
    title = "All repositories" if len(rows) == total else "Repositories with the most stars"
    return PageTable("repositories", title, columns, rows, total, "repositories", 25, (3, "descending"))


def _branches(data: ReportData) -> PageTable:
    rows = [
        (
            text(branch.name, longest=_LONG),
            link(branch.repository, branch.repository_url),
            date(branch.committed_at),
            number(branch.days),
        )
        for branch in data.work.branches
    ]
    columns = (
        Column("Branch", is_wide=True),
        Column("Repository", is_wide=True),
        Column("Last commit", "date"),
        Column("Days", "number"),
    )
    total = data.work.stale.value
    return PageTable("stale", "Stale branches", columns, rows, total, "stale branches", 10, (2, "ascending"))


def _pulls(data: ReportData) -> PageTable:
    rows = [
        (
            link(pull.title or "(no title)", pull.html_url, flags(draft=pull.draft), longest=_LONG),
            text(f"{pull.repository}#{pull.number}"),
            text(pull.author, longest=40),
            date(pull.created_at),
            date(pull.updated_at),
            number(pull.days),
        )
        for pull in data.work.pulls
    ]
    columns = (
        Column("Title", is_wide=True),
        Column("Pull request", is_wide=True),
        Column("Author"),
        Column("Opened", "date"),
        Column("Updated", "date"),
        Column("Days open", "number"),
    )
    total = data.work.open_pulls.value
    return PageTable(
        "oldest", "Oldest open pull requests", columns, rows, total, "open pull requests", 10, (3, "ascending")
    )


def _contributors(data: ReportData) -> PageTable:
    rows = [
        (
            link(person.name, person.html_url, flags(bot=person.type == "Bot"), longest=60),
            number(person.contributions),
            number(person.repositories),
            text(person.provider, longest=60),
        )
        for person in data.people.top
    ]
    columns = (
        Column("Contributor", is_wide=True),
        Column("Commits", "number"),
        Column("Repositories", "number"),
        Column("Server"),
    )
    total = data.people.contributors
    return PageTable("contributors", "Top contributors", columns, rows, total, "contributors", 10, (1, "descending"))


def _single(data: ReportData) -> PageTable:
    rows = [(link(repo.name, repo.html_url), number(repo.stars), date(repo.pushed_at)) for repo in data.people.single]
    columns = (Column("Repository", is_wide=True), Column("Stars", "number"), Column("Last push", "date"))
    title = "Repositories that depend on one contributor"
    return PageTable("single", title, columns, rows, data.people.single_total, "repositories", 6, (1, "descending"))


def _problems(data: ReportData) -> PageTable:
    lost = [target for target in data.reading.targets if target.status in _STATUSES]
    rows = [
        (
            text(f"list of {target.target}"),
            text(_STATUSES[target.status]),
            number(None),
            number(None),
            text(target.message or target.code),
        )
        for target in lost[:_MAX_ROWS]
    ]
    rows += [
        (
            text(problem.kind.replace("_", " ")),
            text(_STATUSES.get(problem.status, problem.status)),
            number(problem.count),
            number(problem.kept),
            Cell(
                clean(problem.message, 160) if problem.message else problem.code,
                note="For example " + ", ".join(clean(name, 60) for name, _ in problem.examples),
            ),
        )
        for problem in data.reading.problems[:_MAX_ROWS]
    ]
    columns = (
        Column("What"),
        Column("Reason"),
        Column("Repositories", "number"),
        Column("Older rows kept", "number"),
        Column("Message", is_wide=True),
    )
    total = len(lost) + len(data.reading.problems)
    return PageTable("problems", "Not read", columns, rows, total, "problems", 10)


def _coverage(data: ReportData) -> PageTable:
    rows = [
        (
            text(found.kind.replace("_", " ")),
            number(found.complete),
            number(found.unsupported),
            number(data.fleet.size.repositories - found.complete - found.unsupported),
            text(", ".join(f"{status.count:,} {status.name}" for status in found.statuses)),
            date(found.oldest),
        )
        for found in data.reading.coverage.values()
    ]
    columns = (
        Column("Rows"),
        Column("Repositories", "number"),
        Column("Not enabled", "number"),
        Column("Not read", "number"),
        Column("Last outcomes", is_wide=True),
        Column("Oldest reading", "date"),
    )
    return PageTable("coverage", "What the mirror contains", columns, rows, len(rows), "kinds")


def _targets(data: ReportData) -> PageTable:
    rows = [
        (
            text(target.target),
            text("listed" if target.status == "ok" else _STATUSES.get(target.status, target.status)),
            # Without a listing there is no number.
            number(target.repositories if target.listed_at else None),
            date(target.listed_at),
            text(target.message, longest=240),
        )
        for target in sorted(data.reading.targets, key=lambda target: target.status == "ok")[:_MAX_ROWS]
    ]
    columns = (
        Column("Target", is_wide=True),
        Column("State"),
        Column("Repositories", "number"),
        Column("Listed", "date"),
        Column("Message", is_wide=True),
    )
    return PageTable("targets", "Targets", columns, rows, len(data.reading.targets), "targets", 10)


def _updates(data: ReportData) -> PageTable:
    rows = [
        (
            number(update.number),
            Cell(_minute(update.started), sort=update.started),
            Cell(_minute(update.finished), sort=update.finished)
            if update.finished
            else Cell("not finished", sort="9999"),
            number(update.calls if update.finished else None),  # they are stored at the end
            text(update.version),
        )
        for update in data.reading.updates
    ]
    columns = (
        Column("Update", "number"),
        Column("Started", "date"),
        Column("Finished", "date"),
        Column("Counted calls", "number"),
        Column("GitFleet"),
    )
    total = data.reading.number_of_updates
    return PageTable("updates", "Updates", columns, rows, total, "updates", 10, (0, "descending"))


def _minute(time: str) -> str:
    return f"{time[:10]} {time[11:16]}"
