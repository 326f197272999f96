"""The views, and full-text search."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    PullRequestInfo,
    ReleaseInfo,
    RepoInfo,
    UserInfo,
)
from gitfleet_mirror.cursors import Cursors, TargetState, UnitState
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.schema.views import VIEWS
from gitfleet_mirror.writer import Writer
from support.mirror_rows import least

NOW = "2026-01-01T00:00:00.000Z"
TODAY = datetime.now(UTC)
GONE = 99
"""A deleted repository."""


@pytest.fixture
def writer(mirror: MirrorFile) -> Writer:
    found = Writer(mirror.connection)
    with found.transaction():
        for number in (7, 8, GONE):
            repo = least(RepoInfo, id=number, full_name=f"aurora/{number}", default_branch="main", archived=number == 8)
            found.upsert("repository", "github", None, [repo], NOW)
    return found


def write(writer: Writer, table: str, rows: list[Any], parent: int = 7) -> None:
    """Write rows, and the same into a repository that is deleted then."""
    with writer.transaction():
        writer.upsert(table, "github", parent, rows, NOW)
        writer.upsert("repository", "github", None, [least(RepoInfo, id=GONE, full_name="aurora/99")], NOW)
        writer.upsert(table, "github", GONE, rows, NOW)
        writer.delete_repository("github", GONE, NOW)


def days(count: float) -> datetime:
    return TODAY - timedelta(days=count)


def view(mirror: MirrorFile, columns: str, name: str) -> list[tuple[Any, ...]]:
    return mirror.connection.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608


def test_every_view_of_an_empty_mirror_is_empty(mirror: MirrorFile) -> None:
    assert {name: view(mirror, "*", name) for name in VIEWS} == {name: [] for name in VIEWS}


def test_open_issues_and_pull_requests_have_an_age(mirror: MirrorFile, writer: Writer) -> None:
    author = least(UserInfo, id=5, login="ada")
    for table, model in (("issue", IssueInfo), ("pull_request", PullRequestInfo)):
        rows = [
            least(model, id=1, number=1, state="open", created_at=days(30.5), updated_at=days(2.5), author=author),
            least(model, id=2, number=2, state="closed", created_at=days(9)),
            least(model, id=3, number=3, state="open", created_at=None),
            least(model, id=4, number=4, state="open"),
        ]
        write(writer, table, rows)
        with writer.transaction():
            writer.delete(table, "github", 7, [4], NOW)
    columns = "repository, number, author_login, age_days"
    expected = [("aurora/7", 1, "ada", 30), ("aurora/7", 3, None, None)]
    assert view(mirror, columns, "open_issues ORDER BY number") == expected
    assert view(mirror, columns, "open_pull_requests ORDER BY number") == expected
    assert view(mirror, "idle_days", "open_pull_requests ORDER BY number") == [(2,), (None,)]


def test_stale_branches_have_a_date_of_their_own_or_of_their_commit(mirror: MirrorFile, writer: Writer) -> None:
    dated = least(BranchInfo, name="own", commit_sha="b", committed_at=days(100.5))
    rows = [
        least(BranchInfo, name="main", commit_sha="a"),
        dated,
        replace(dated, name="fresh", committed_at=days(89)),
        least(BranchInfo, name="known", commit_sha="a"),
        least(BranchInfo, name="unknown", commit_sha="c"),
        replace(dated, name="deleted"),
    ]
    write(writer, "commit", [least(CommitInfo, sha="a", committed_at=days(200.5))])
    write(writer, "branch", rows)
    write(writer, "branch", rows, 8)  # archived
    with writer.transaction():
        for parent in (7, 8):
            writer.delete("branch", "github", parent, ["deleted"], NOW)
    assert view(mirror, "repository, name, age_days", "stale_branches ORDER BY name") == [
        ("aurora/7", "known", 200),
        ("aurora/7", "own", 100),
    ]
    assert view(mirror, "name", "branches_without_date WHERE repository_id = 7") == [("unknown",)]


@pytest.mark.parametrize(
    ("contributions", "factor"),
    [([10], 1), ([5, 5], 1), ([4, 3, 3], 2), ([1] * 10, 5), ([1] * 11, 6), ([90, 1, 1, 1], 1)],
)
def test_the_bus_factor_is_the_number_of_people_with_half_of_the_contributions(
    mirror: MirrorFile, writer: Writer, contributions: list[int], factor: int
) -> None:
    people = [ContributorInfo(contributions=count, id=number) for number, count in enumerate(contributions)]
    bots = [ContributorInfo(contributions=999, id=77, type="Bot"), ContributorInfo(contributions=99, login="a[bot]")]
    write(writer, "contributor", [*people, *bots])
    assert view(mirror, "repository, bus_factor, contributors, largest, contributions", "bus_factor") == [
        ("aurora/7", factor, len(contributions), max(contributions), sum(contributions))
    ]


def test_activity_is_counted_by_month(mirror: MirrorFile, writer: Writer) -> None:
    may, june = datetime(2024, 5, 31, 23, 59, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    write(writer, "commit", [least(CommitInfo, sha=str(time), committed_at=time) for time in (may, june, None)])
    write(writer, "issue", [least(IssueInfo, id=1, created_at=may, closed_at=june)])
    write(writer, "pull_request", [least(PullRequestInfo, id=1, created_at=may, merged_at=may)])
    write(writer, "release", [least(ReleaseInfo, tag_name="v1", published_at=june)])
    columns = (
        "month, commits, issues_opened, issues_closed, pull_requests_opened, pull_requests_merged, releases, repository"
    )
    assert view(mirror, columns, "activity_by_month ORDER BY month") == [
        ("2024-05", 1, 1, 0, 1, 1, 0, "aurora/7"),
        ("2024-06", 1, 0, 1, 0, 0, 1, "aurora/7"),
    ]


def test_commits_are_those_that_are_not_deleted(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, "commit", [least(CommitInfo, sha="a"), least(CommitInfo, sha="b")])
    with writer.transaction():
        writer.delete("commit", "github", 7, ["b"], NOW)
    assert view(mirror, "sha", "commits") == [("a",)]


def test_problems_are_what_could_not_be_read(mirror: MirrorFile, writer: Writer) -> None:
    cursors = Cursors(mirror.connection)
    with writer.transaction():
        for status, parent in (("ok", 7), ("empty", 8), ("forbidden", 7), ("failed", "aurora")):
            kind = "members" if parent == "aurora" else f"kind_{status}"
            cursors.set_unit(UnitState("github", parent, kind, "", status, "code", "message"))
        cursors.set_target(TargetState("github:missing", "github", "gone"))
        cursors.set_target(TargetState("github:aurora", "github", "ok"))
    assert view(mirror, "repository, kind, status, message", "problems ORDER BY repository") == [
        ("aurora", "members", "failed", "message"),
        ("aurora/7", "kind_forbidden", "forbidden", "message"),
        ("github:missing", "repositories", "gone", None),
    ]


def found(mirror: MirrorFile, words: str) -> list[tuple[Any, ...]]:
    query = "SELECT kind, repository_id, key, title, body FROM search WHERE search MATCH ? ORDER BY kind, key"
    return mirror.connection.execute(query, (words,)).fetchall()


def test_search_finds_texts_of_five_tables(mirror: MirrorFile, writer: Writer) -> None:
    repo = least(RepoInfo, id=7, full_name="aurora/7", description="A café")
    with writer.transaction():
        writer.upsert("repository", "github", None, [repo], NOW)
        for table, row in (
            ("issue", least(IssueInfo, id=1, title="Open the CAFE", body=None)),
            ("pull_request", least(PullRequestInfo, id=1, title="Close", body="the cafe")),
            ("release", ReleaseInfo(tag_name="v1", name=None, body="Cafés are ... a cafe")),
            ("commit", least(CommitInfo, sha="a", message="Paint the cafe\n\nin red")),
        ):
            writer.upsert(table, "github", 7, [row], NOW)
    assert found(mirror, "cafe") == [
        ("commit", 7, "a", "Paint the cafe", "\nin red"),
        ("issue", 7, 1, "Open the CAFE", None),
        ("pull_request", 7, 1, "Close", "the cafe"),
        ("release", 7, "v1", None, "Cafés are ... a cafe"),
        ("repository", 7, 7, "aurora/7", "A café"),
    ]
    assert [row[0] for row in found(mirror, "red")] == ["commit"]
    assert [row[0] for row in found(mirror, "title: cafe")] == ["commit", "issue"]


def test_search_follows_changes_and_knows_deleted_rows(mirror: MirrorFile, writer: Writer) -> None:
    with writer.transaction():
        writer.upsert("issue", "github", 7, [least(IssueInfo, id=1, title="old", body="text")], NOW)
        writer.upsert("issue", "github", 7, [least(IssueInfo, id=1, title="new", body="text", comments=3)], NOW)
        writer.upsert("issue", "github", 7, [least(IssueInfo, id=1, title="new", body="text", comments=4)], NOW)
    assert found(mirror, "old") == []
    assert [row[3] for row in found(mirror, "new text")] == ["new"]
    with writer.transaction():
        writer.delete("issue", "github", 7, [1], NOW)
    query = "SELECT deleted_at FROM search WHERE search MATCH 'new'"
    assert mirror.connection.execute(query).fetchall() == [(NOW,)]
    check_index(mirror.connection)


TEXTS = ["", None, "one\ntwo", "one\r\ntwo", "\n", "\n\n one", "é\u2028ü\nß", "last\n", "\U0001f600 smile\x0bx\n\x00y"]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_the_index_and_the_tables_have_the_same_texts(mirror: MirrorFile, writer: Writer, number: int) -> None:
    for text in (TEXTS[number], "between", *TEXTS):
        with writer.transaction():
            writer.upsert("commit", "github", 7, [least(CommitInfo, sha="a", message=text)], NOW)
            writer.upsert("issue", "github", 7, [least(IssueInfo, id=1, title="x", body=text)], NOW)
        check_index(mirror.connection)


def check_index(connection: sqlite3.Connection) -> None:
    """Compare the index with the texts in the tables; raises if they differ."""
    connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
