"""Deletions, restored rows, names and topics of repositories, and transactions."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from gitfleet_api import BranchInfo, CommitInfo, RepoDetails, RepoInfo, UserInfo
from gitfleet_mirror.changes import Changes
from gitfleet_mirror.cursors import Cursors, UnitState
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.writer import Writer
from support.mirror_rows import full, least

T1, T2, T3, T4 = (f"2026-01-0{day}T00:00:00.000Z" for day in range(1, 5))


@pytest.fixture
def writer(mirror: MirrorFile) -> Writer:
    found = Writer(mirror.connection)
    with found.transaction():
        found.upsert("repository", "github", None, [repo(7, "aurora/one"), repo(8, "aurora/two")], T1)
    return found


def repo(identity: int, name: str, *topics: str) -> RepoInfo:
    return least(RepoInfo, id=identity, full_name=name, topics=topics)  # type: ignore[no-any-return]


def branches(*names: str) -> list[BranchInfo]:
    return [least(BranchInfo, name=name) for name in names]


def write(writer: Writer, table: str, parent: int | str | None, rows: list[Any], now: str) -> Changes:
    with writer.transaction():
        return writer.upsert(table, "github", parent, rows, now)


def query(mirror: MirrorFile, sql: str) -> list[tuple[Any, ...]]:
    return mirror.connection.execute(sql).fetchall()


def test_rows_that_a_walk_has_not_seen_can_be_deleted(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, "branch", 7, branches("main", "old"), T1)
    write(writer, "branch", 8, branches("main"), T1)
    write(writer, "branch", 7, branches("main", "new"), T2)
    assert writer.count_unseen("branch", "github", 7, T2) == 1
    assert writer.count("branch", "github", 7) == 3
    with writer.transaction():
        assert writer.delete_unseen("branch", "github", 7, T2, T3) == 1
        assert writer.delete_unseen("branch", "github", 7, T2, T3) == 0
    assert query(
        mirror, "SELECT repository_id, name, last_seen, deleted_at FROM branch ORDER BY deleted_at DESC LIMIT 1"
    ) == [(7, "old", T1, T3)]
    assert writer.changes["branch"] == Changes(inserted=4, deleted=1)
    assert writer.count("branch", "github", 7) == 2


def test_a_deleted_row_that_is_seen_again_is_restored(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, "branch", 7, branches("main"), T1)
    with writer.transaction():
        assert writer.delete("branch", "github", 7, ["main", "other"], T2) == 1
        assert writer.delete("branch", "github", 7, ["main"], T2) == 0
    assert write(writer, "branch", 7, branches("main"), T3) == Changes(restored=1)
    assert query(mirror, "SELECT first_seen, last_seen, deleted_at FROM branch") == [(T1, T3, None)]


def test_rows_can_be_seen_without_being_listed(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, "commit", 7, [least(CommitInfo, sha=sha) for sha in "abc"], T1)
    with writer.transaction():
        writer.see("commit", "github", 7, ["a", "c", "unknown"], T2)
        assert writer.delete_unseen("commit", "github", 7, T2, T2) == 1
        writer.see_all("commit", "github", 7, T3)
    assert query(mirror, 'SELECT sha, last_seen, deleted_at FROM "commit" ORDER BY sha') == [
        ("a", T3, None),
        ("b", T1, T2),
        ("c", T3, None),
    ]


def test_members_belong_to_an_owner(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, "member", "aurora", [full(UserInfo)], T1)
    write(writer, "member", "borealis", [full(UserInfo)], T1)
    with writer.transaction():
        assert writer.delete_unseen("member", "github", "aurora", T2, T2) == 1
    assert query(mirror, "SELECT owner, deleted_at FROM member ORDER BY owner") == [("aurora", T2), ("borealis", None)]


def test_a_deleted_repository_takes_its_rows_and_units_along(mirror: MirrorFile, writer: Writer) -> None:
    cursors = Cursors(mirror.connection)
    for parent in (7, 8):
        write(writer, "branch", parent, branches("main", "next"), T1)
        with writer.transaction():
            cursors.set_unit(UnitState("github", parent, "branches", complete_at=T1))
    with writer.transaction():
        writer.delete("branch", "github", 7, ["next"], T2)
        assert writer.delete_repository("github", 7, T3) == 2
    assert query(mirror, "SELECT id, deleted_at FROM repository ORDER BY id") == [(7, T3), (8, None)]
    assert query(mirror, "SELECT name, deleted_at FROM branch WHERE repository_id = 7 ORDER BY name") == [
        ("main", T3),
        ("next", T2),
    ]
    assert [unit.repository_id for unit in cursors.units()] == [8]
    assert write(writer, "repository", None, [repo(7, "aurora/one")], T4) == Changes(restored=1)


def test_a_renamed_repository_keeps_its_id_and_all_its_names(mirror: MirrorFile, writer: Writer) -> None:
    for name, now in (("aurora/two", T2), ("borealis/two", T3), ("aurora/two", T4)):
        write(writer, "repository", None, [repo(8, name)], now)
    assert query(mirror, "SELECT full_name FROM repository WHERE id = 8") == [("aurora/two",)]
    names = "SELECT full_name, first_seen, last_seen FROM repository_name WHERE repository_id = 8 ORDER BY first_seen"
    assert query(mirror, names) == [("aurora/two", T1, T2), ("borealis/two", T3, T3), ("aurora/two", T4, T4)]


def test_two_repositories_can_swap_their_names(mirror: MirrorFile, writer: Writer) -> None:
    swapped = [repo(7, "aurora/two"), repo(8, "aurora/one")]
    assert write(writer, "repository", None, swapped, T2) == Changes(changed=2)
    assert query(mirror, "SELECT id, full_name FROM repository ORDER BY id") == [(7, "aurora/two"), (8, "aurora/one")]


def test_topics_are_rows_that_come_and_go(mirror: MirrorFile, writer: Writer) -> None:
    for topics, now in ((("http", "web"), T2), (("http",), T3), (("http", "web"), T4)):
        write(writer, "repository", None, [repo(7, "aurora/one", *topics)], now)
    assert query(mirror, "SELECT name, first_seen, last_seen, deleted_at FROM topic ORDER BY name") == [
        ("http", T2, T4, None),
        ("web", T2, T4, None),
    ]
    assert writer.changes["topic"] == Changes(inserted=2, deleted=1, restored=1)
    write(writer, "repository", None, [least(RepoInfo, id=7, full_name="aurora/one", topics=None)], T4)
    assert writer.changes["topic"] == Changes(inserted=2, deleted=1, restored=1)  # unknown is not empty


def test_a_transaction_that_raises_changes_nothing(mirror: MirrorFile, writer: Writer) -> None:
    before = dict(writer.changes)
    author = full(UserInfo)

    with pytest.raises(sqlite3.IntegrityError):  # the second repository does not exist
        write(writer, "commit", 99, [least(CommitInfo, sha="a", author=author)], T2)
    assert query(mirror, "SELECT * FROM account") == query(mirror, 'SELECT * FROM "commit"') == []
    assert dict(writer.changes) == before
    write(writer, "commit", 7, [least(CommitInfo, sha="a", author=author)], T3)  # the account is written now
    assert query(mirror, "SELECT id, first_seen FROM account") == [(author.id, T3)]


def test_rows_of_an_unknown_repository_are_refused_at_the_commit(mirror: MirrorFile, writer: Writer) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        write(writer, "branch", 99, branches("main"), T2)
    assert query(mirror, "SELECT * FROM branch") == []
    with writer.transaction():  # the order within a transaction does not count
        writer.upsert("branch", "github", 9, branches("main"), T2)
        writer.upsert("repository", "github", None, [least(RepoDetails, id=9)], T2)
    assert query(mirror, "PRAGMA foreign_key_check") == []
