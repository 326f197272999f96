"""The numbers of a report, compared with those counted by hand."""

from __future__ import annotations

from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    PullRequestInfo,
    RepoDetails,
    RepoInfo,
    UserInfo,
)
from gitfleet_fleet import LanguageShare
from gitfleet_mirror.cursors import Cursors, TargetState, UnitState
from gitfleet_mirror.file import open_read_only
from gitfleet_mirror.report.data.counts import Known, NamedCount
from gitfleet_mirror.report.data.months import months_before, months_between
from gitfleet_mirror.report.data.report import ReportData, read_report
from gitfleet_mirror.writer import Writer
from support.mirror_fleet import NOW, NOW_TEXT, mirror_writer

A, B, C, DELETED, E = 1, 2, 3, 4, 5


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00" if "T" in text else f"{text}T12:00:00+00:00")


def _write_repositories(write: Any, writer: Writer) -> None:
    write(
        *("repository", None),
        RepoDetails(
            A,
            "a",
            "acme/a",
            created_at=_at("2026-09-15"),
            pushed_at=_at("2026-11-19"),
            default_branch="main",
            language="Python",
            private=False,
            fork=False,
            archived=False,
            stargazers_count=10,
            license="MIT",
        ),
        RepoDetails(
            B, "b", "acme/b", created_at=_at("2026-11-01"), pushed_at=_at("2026-09-20"), archived=True, has_issues=True
        ),
        RepoDetails(DELETED, "d", "acme/d", language="Fortran", license="MIT", stargazers_count=99, archived=True),
    )
    write("repository", None, RepoInfo(E, "e", "other/e", created_at=_at("2026-09-01"), stargazers_count=5, fork=True))
    writer.upsert("repository", "gitlab", None, [RepoDetails(C, "c", "group/sub/c", default_branch="main")], NOW_TEXT)
    write("language", DELETED, LanguageShare("Fortran", 3))
    writer.upsert("language", "gitlab", C, [LanguageShare("Make", 30.0), LanguageShare("C", 70.0)], NOW_TEXT)


def _write_history(write: Any, writer: Writer) -> None:
    write(
        *("commit", A),
        CommitInfo("sha1", "", committed_at=_at("2026-11-01")),
        CommitInfo("sha2", "", committed_at=_at("2026-10-31T23:59:59.999999")),
        CommitInfo("no-time", ""),
        CommitInfo("old", "", committed_at=_at("2024-01-01")),
        CommitInfo("gone", "", committed_at=_at("2026-11-02")),
    )
    writer.delete("commit", "github", A, ["gone"], NOW_TEXT)
    write("commit", E, CommitInfo("sha1", "", committed_at=_at("2026-11-01")))  # a fork has the same commit
    write("branch", A, *(BranchInfo(*pair) for pair in (("main", "sha1"), ("old", "old"), ("unknown", "elsewhere"))))
    write("branch", B, BranchInfo("of-archived", "x", committed_at=_at("2020-01-01")))
    new = BranchInfo("new", "y", committed_at=_at("2026-11-10"))
    writer.upsert("branch", "gitlab", C, [new, BranchInfo("main", "z", committed_at=_at("2019-01-01"))], NOW_TEXT)


def _write_people(write: Any, writer: Writer) -> None:
    def person(number: int, contributions: int, kind: str = "User") -> ContributorInfo:
        return ContributorInfo(contributions, f"user{number}", number, type=kind)

    # Half of 100 is reached by the first. The bot does not count.
    write("contributor", A, person(1, 50), person(2, 30), person(3, 20), person(9, 1000, "Bot"))
    write("contributor", E, person(1, 10), person(2, 10), person(3, 10))  # two of three have half
    write("contributor", DELETED, person(7, 70))
    for project, address in ((C, "X@example.org"), (C + 100, "x@example.org")):
        repo = RepoInfo(project, f"p{project}", f"group/p{project}")
        writer.upsert("repository", "gitlab", None, [] if project == C else [repo], NOW_TEXT)
        writer.upsert("contributor", "gitlab", project, [ContributorInfo(4, name="X", email=address)], NOW_TEXT)
    writer.delete_repository("gitlab", C + 100, NOW_TEXT)


def _write_discussions(write: Any, writer: Writer) -> None:
    write(
        *("issue", A),
        IssueInfo(1, 1, "", "open", created_at=_at("2026-11-01")),
        IssueInfo(2, 2, "", "closed", created_at=_at("2026-10-01"), closed_at=_at("2026-11-03")),
        IssueInfo(3, 3, "", "closed", created_at=_at("2020-10-01")),
    )
    write(
        *("pull_request", A),
        PullRequestInfo(1, 1, "new", "open", author=UserInfo(1, "user1"), created_at=_at("2026-11-18")),
        PullRequestInfo(2, 2, "old", "open", created_at=_at("2025-01-01")),
        PullRequestInfo(3, 3, "m", "closed", merged=True, created_at=_at("2026-11-01"), merged_at=_at("2026-11-02")),
        PullRequestInfo(4, 4, "m", "closed", merged=True, created_at=_at("2026-10-01")),
        PullRequestInfo(5, 5, "gone", "open", created_at=_at("2020-01-01")),
        PullRequestInfo(6, 6, "no time", "open"),
    )
    writer.delete("pull_request", "github", A, [5], NOW_TEXT)


def _write_state(cursors: Cursors) -> None:
    def unit(repo: int, kind: str, status: str, message: str | None = None, complete: str | None = None) -> None:
        code = None if message is None else "server_error"
        cursors.set_unit(UnitState("github", repo, kind, "", status, code, message, 1, complete))

    earlier = "2026-11-01T00:00:00.000Z"
    unit(A, "issues", "ok", complete=NOW_TEXT)
    unit(B, "issues", "unsupported", "GET https://x/repos/acme/b/issues: 410 disabled")
    unit(E, "issues", "failed", "GET https://x/repos/other/e/issues: 502 bad (request 17)", complete=earlier)
    unit(B, "branches", "failed", "GET https://x/repos/acme/b/branches: 502 bad (request 18)")
    unit(A, "branches", "failed", "GET https://x/repos/acme/a/branches: 502 bad (request 19)", complete=earlier)
    unit(DELETED, "branches", "gone", "404")
    unit(B, "languages", "ok", complete=NOW_TEXT)
    cursors.set_target(TargetState("github:acme", "github", "ok", repositories=3, listed_at=NOW_TEXT))
    cursors.set_target(TargetState("github:nobody", "github", "gone", "not_found", "Not Found"))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of four repositories, and two deleted ones."""
    path = tmp_path_factory.mktemp("mirror") / "fleet.sqlite"
    with mirror_writer(path) as (writer, cursors):

        def write(table: str, parent: int | None, *rows: object) -> None:
            for row in rows if table == "repository" else [None]:
                writer.upsert(table, "github", parent, rows if row is None else [row], NOW_TEXT)

        update = cursors.begin_update(("github:acme",), NOW, "0.0.1")
        cursors.finish_update(update.number, "2026-11-20T04:31:00.000Z", 17)
        _write_repositories(write, writer)
        _write_history(write, writer)
        _write_people(write, writer)
        _write_discussions(write, writer)
        writer.delete_repository("github", DELETED, NOW_TEXT)
        _write_state(cursors)
    return path


@pytest.fixture(scope="module")
def data(path: Path) -> ReportData:
    """The numbers of that mirror."""
    return _read(path)


def _read(path: Path) -> ReportData:
    with closing(open_read_only(path)) as connection:
        return read_report(connection, datetime(2027, 1, 1, tzinfo=UTC))


def _counts(found: tuple[NamedCount, ...]) -> dict[str, int]:
    return {one.name: one.count for one in found if one.count}


def test_deleted_repositories_count_nowhere_and_missing_values_are_counted(data: ReportData) -> None:
    size = data.fleet.size
    assert (size.repositories, size.owners, size.deleted) == (4, 3, 2)
    assert _counts(size.providers) == {"github": 3, "gitlab": 1}
    assert (size.archived, size.forks, size.private) == (Known(1, 2), Known(1, 2), Known(0, 3))
    assert size.stars == Known(15, 2)


def test_growth_counts_by_month_without_gaps(data: ReportData) -> None:
    growth = data.fleet.growth
    assert growth.months == ("2026-08", "2026-09", "2026-10", "2026-11")
    assert (growth.totals, growth.missing) == ((0, 2, 2, 3), 1)


def test_ages_are_counted_to_the_update_not_to_the_report(data: ReportData) -> None:
    assert (data.as_of, data.written) == (NOW_TEXT, "2027-01-01T00:00:00.000Z")
    assert _counts(data.fleet.pushed) == {"under 30 days": 1, "30 to 89 days": 1}
    assert data.fleet.never_pushed == 2


def test_the_largest_language_is_the_main_one_if_the_provider_sends_none(data: ReportData) -> None:
    languages = data.fleet.languages
    assert _counts(languages.counts) == {"Python": 1, "C": 1}
    assert (languages.none, languages.unread) == (1, 1)  # B has no code; E was not read


def test_no_license_differs_from_a_license_that_was_not_read(data: ReportData) -> None:
    licenses = data.fleet.licenses
    assert _counts(licenses.counts) == {"MIT": 1}
    assert (licenses.none, licenses.unread) == (1, 2)


def test_activity_counts_equal_commits_once_and_rows_without_a_time_apart(data: ReportData) -> None:
    activity = data.activity
    assert (activity.months[0], activity.months[-1], len(activity.months)) == ("2024-12", "2026-11", 24)
    last = {
        name: (getattr(activity, name).counts[-2:], getattr(activity, name).total, getattr(activity, name).missing)
        for name in ("commits", "issues_opened", "issues_closed", "pulls_opened", "pulls_merged")
    }
    assert last == {
        "commits": ((1, 1), 2, 1),
        "issues_opened": ((1, 1), 2, 0),
        "issues_closed": ((0, 1), 1, 1),
        "pulls_opened": ((1, 2), 4, 1),
        "pulls_merged": ((0, 1), 1, 1),
    }


def test_stale_branches_are_neither_default_ones_nor_of_archived_repositories(data: ReportData) -> None:
    work = data.work
    assert [(branch.repository, branch.name, branch.days) for branch in work.branches] == [("acme/a", "old", 1053)]
    assert work.stale == Known(1, 1)
    assert _counts(work.branch_ages) == {"under 90 days": 1, "2 to 5 years": 1}


def test_open_pull_requests_are_listed_by_age(data: ReportData) -> None:
    work = data.work
    found = [(pull.number, pull.title, pull.author, pull.days) for pull in work.pulls]
    assert found == [(2, "old", None, 687), (1, "new", "user1", 1)]
    assert (work.open_pulls, work.open_issues) == (Known(3, 1), Known(1, 0))
    assert _counts(work.pull_ages) == {"under 1 week": 1, "over 1 year": 1}
    assert work.pulls_by_repository == {("github", A): 3}


def test_the_bus_factor_is_the_smallest_number_of_people_with_half_of_the_commits(data: ReportData) -> None:
    people = data.people
    assert people.factors == {("github", A): 1, ("github", E): 2, ("gitlab", C): 1}
    assert _counts(people.distribution) == {"1": 2, "2": 1}
    assert ([repo.name for repo in people.single], people.single_total) == (["acme/a", "group/sub/c"], 2)


def test_the_views_of_the_mirror_have_the_same_numbers(path: Path, data: ReportData) -> None:
    with closing(open_read_only(path)) as connection:
        factors = connection.execute("SELECT provider, repository_id, bus_factor FROM bus_factor").fetchall()
        problems = connection.execute("SELECT count(*) FROM problems WHERE kind <> 'repositories'").fetchone()
        merged = connection.execute(
            "SELECT sum(pull_requests_merged) FROM activity_by_month WHERE month >= ?", (data.activity.months[0],)
        ).fetchone()
    assert {(provider, number): factor for provider, number, factor in factors} == data.people.factors
    assert problems == (sum(problem.count for problem in data.reading.problems),)
    assert merged == (data.activity.pulls_merged.total,)


def test_contributors_are_added_over_repositories(data: ReportData) -> None:
    top = [(person.name, person.contributions, person.repositories) for person in data.people.top]
    assert top == [("user9", 1000, 1), ("user1", 60, 2), ("user2", 40, 2), ("user3", 30, 2), ("X", 4, 1)]
    assert data.people.contributors == 5


def test_problems_with_equal_messages_are_one(data: ReportData) -> None:
    problems = data.reading.problems
    assert [(problem.kind, problem.status, problem.count, problem.kept) for problem in problems] == [
        ("branches", "failed", 2, 1),
        ("issues", "failed", 1, 1),
        ("issues", "unsupported", 1, 0),
    ]
    assert (problems[0].message, problems[0].examples[0][0]) == ("502 bad (request 19)", "acme/a")


def test_coverage_separates_what_is_not_enabled_from_what_was_not_read(data: ReportData) -> None:
    issues = data.reading.coverage["issues"]
    assert (issues.tried, issues.complete, issues.unsupported, issues.oldest) == (3, 2, 1, "2026-11-01T00:00:00.000Z")


def test_targets_and_updates_are_those_of_the_file(data: ReportData) -> None:
    assert [astuple(target)[:2] for target in data.reading.targets] == [
        ("github:acme", "ok"),
        ("github:nobody", "gone"),
    ]
    (update,) = data.reading.updates
    assert (update.number, update.calls, update.finished, update.targets) == (
        *(1, 17, "2026-11-20T04:31:00.000Z"),
        ("github:acme",),
    )


def test_a_mirror_without_rows_has_a_report_of_zeros(tmp_path: Path) -> None:
    with mirror_writer(tmp_path / "empty.sqlite"):
        pass
    data = _read(tmp_path / "empty.sqlite")
    assert (data.fleet.size.repositories, data.fleet.size.stars, data.fleet.growth.totals) == (0, Known(0, 0), (0, 0))
    assert (data.as_of, data.reading.updates, data.people.contributors) == (data.written, (), 0)


def test_months_have_no_gaps_and_a_limit() -> None:
    assert months_before("2026-02", 4) == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert months_between("2025-12", "2026-01", 9) == ("2025-12", "2026-01")
    assert months_between("0001-01", "2026-01", 2) == ("2025-12", "2026-01")
    assert months_between("2030-01", "2026-01", 9) == ("2026-01",)


@pytest.mark.parametrize("created", ["0001-01-01", "2999-12-31"])
def test_a_wrong_clock_of_a_server_does_not_stretch_the_growth(tmp_path: Path, created: str) -> None:
    with mirror_writer(tmp_path / "fleet.sqlite") as (writer, cursors):
        cursors.begin_update((), NOW, "0.0.1")
        repo = RepoInfo(1, "a", "acme/a", created_at=_at(created))
        writer.upsert("repository", "github", None, [repo], NOW_TEXT)
    growth = _read(tmp_path / "fleet.sqlite").fleet.growth
    assert (len(growth.months) <= 480, growth.totals[-1]) == (True, 1)
