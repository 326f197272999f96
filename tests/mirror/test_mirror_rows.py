"""Rows of every model come back from a mirror, and every difference of a value is seen."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, ContributorInfo, IssueInfo, ReleaseInfo, RepoDetails, RepoInfo, UserInfo
from gitfleet_api.tables.values import table_data
from gitfleet_fleet.files.cells import decode
from gitfleet_mirror.changes import Changes
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.names import quoted
from gitfleet_mirror.schema.tables import ACCOUNT_COLUMNS, TABLES, Table, table_of
from gitfleet_mirror.writer import Writer
from support.mirror_rows import full, least

FIRST, LATER, LAST = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"
ONE = Changes(inserted=1)


@pytest.fixture
def writer(mirror: MirrorFile) -> Writer:
    return Writer(mirror.connection)


def write(writer: Writer, table: Table, rows: list[Any], now: str = FIRST) -> Changes:
    parent = {None: None, "repository_id": 7, "owner": "aurora"}[table.parent]
    with writer.transaction():
        if parent == 7:  # the rows of a repository need it
            writer.upsert("repository", "github", None, [least(RepoDetails, id=7)], now)
        return writer.upsert(table.name, "github", parent, rows, now)


def stored(mirror: MirrorFile, table: Table) -> list[list[object]]:
    """The values of the columns of the model, for each column a list."""
    names = ", ".join(quoted(column.name) for column in table.columns)
    rows = mirror.connection.execute(f"SELECT {names} FROM {quoted(table.name)} ORDER BY rowid").fetchall()  # noqa: S608
    return decode(table.columns, rows)


def expected(table: Table, rows: list[Any]) -> list[list[object]]:
    data = table_data(rows, table.model)
    found = {column.name: values for column, values in zip(data.schema, data.values, strict=True)}
    return [found[column.name] for column in table.columns]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_values_of_every_model_come_back(mirror: MirrorFile, writer: Writer, table: Table) -> None:
    complete = full(table.model)
    assert write(writer, table, [complete]) == ONE
    if table.name != "account":  # it has those of all other tables
        assert [values[-1:] for values in stored(mirror, table)] == expected(table, [complete])
    assert write(writer, table, [complete], LATER) == Changes()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_difference_in_any_column_is_a_change(writer: Writer, table: Table) -> None:
    row = full(table.model)
    write(writer, table, [row])
    names = {column.attributes[0] for column in table.columns} - set(table.key)
    for name in names:
        row = dataclasses.replace(row, **{name: getattr(full(table.model, 30), name)})
        assert write(writer, table, [row], LATER) == Changes(changed=1), name
    hints = typing.get_type_hints(table.model)
    for name in (name for name in names if type(None) in typing.get_args(hints[name])):
        row = dataclasses.replace(row, **{name: None})
        assert write(writer, table, [row], LATER) == Changes(changed=1), name
    assert write(writer, table, [row], LATER) == Changes()


def test_an_unchanged_row_gets_only_a_later_last_seen(mirror: MirrorFile, writer: Writer) -> None:
    table = table_of("issue")
    write(writer, table, [full(IssueInfo)])
    write(writer, table, [full(IssueInfo)], LATER)
    assert mirror.connection.execute("SELECT first_seen, last_seen, deleted_at FROM issue").fetchall() == [
        (FIRST, LATER, None)
    ]


def test_ids_can_be_integers_and_text(mirror: MirrorFile, writer: Writer) -> None:
    table = table_of("issue")
    author = least(UserInfo, id="6", login="ada")
    ids = [5, "7", "{c0ff-ee}"]
    rows = [
        least(IssueInfo, id=one, number=number, author=author, assignees=(author,)) for number, one in enumerate(ids)
    ]
    for expected in (Changes(inserted=3), Changes()):
        assert write(writer, table, rows) == expected
    found = "SELECT id, typeof(id), author_id FROM issue ORDER BY number"
    assert mirror.connection.execute(found).fetchall() == [
        (5, "integer", 6),
        (7, "integer", 6),
        ("{c0ff-ee}", "text", 6),
    ]
    assert mirror.connection.execute("SELECT id FROM account").fetchall() == [(6,)]
    with writer.transaction():
        assert writer.upsert("issue", "github", "7", [dataclasses.replace(rows[0], title="new")], LATER).changed == 1
        assert writer.delete("issue", "github", "7", ["5", "{c0ff-ee}"], LAST) == 2


def test_of_two_rows_with_one_key_the_last_counts(mirror: MirrorFile, writer: Writer) -> None:
    rows = [least(IssueInfo, id=5, title="old"), least(IssueInfo, id=5, title="new")]
    assert write(writer, table_of("issue"), rows) == Changes(inserted=1, changed=1)
    assert mirror.connection.execute("SELECT title FROM issue").fetchall() == [("new",)]


def test_contributors_without_an_account_have_a_name_and_an_address(mirror: MirrorFile, writer: Writer) -> None:
    rows = [
        ContributorInfo(contributions=3, id=5, login="ada"),
        ContributorInfo(contributions=2, name="Ada", email="ada@example.org"),
        ContributorInfo(contributions=1, name="Ada", email=None),
        ContributorInfo(contributions=1, name='Ada", "x', email="ada@example.org"),
    ]
    assert write(writer, table_of("contributor"), rows) == Changes(inserted=4)
    assert write(writer, table_of("contributor"), rows, LATER) == Changes()
    changed = dataclasses.replace(rows[1], contributions=9)
    assert write(writer, table_of("contributor"), [changed], LATER) == Changes(changed=1)
    assert mirror.connection.execute(
        "SELECT key, contributions FROM contributor ORDER BY rowid LIMIT 2"
    ).fetchall() == [
        ("5", 3),
        ('["Ada", "ada@example.org"]', 9),
    ]


def test_releases_without_an_id_have_a_tag(writer: Writer) -> None:
    rows = [ReleaseInfo(tag_name="v1"), ReleaseInfo(tag_name="v2")]
    assert write(writer, table_of("release"), rows) == Changes(inserted=2)
    assert write(writer, table_of("release"), rows, LATER) == Changes()
    drafts = [ReleaseInfo(tag_name="v3", id=1), ReleaseInfo(tag_name="v3", id=2)]  # GitHub allows it
    assert write(writer, table_of("release"), drafts) == Changes(inserted=2)


def test_a_listed_repository_keeps_the_columns_of_its_details(mirror: MirrorFile, writer: Writer) -> None:
    details = full(RepoDetails)
    write(writer, table_of("repository"), [details])
    listed = RepoInfo(**{field.name: getattr(details, field.name) for field in dataclasses.fields(RepoInfo)})
    assert write(writer, table_of("repository"), [listed], LATER) == Changes()
    starred = dataclasses.replace(listed, stargazers_count=1)
    assert write(writer, table_of("repository"), [starred], LAST) == Changes(changed=1)
    assert mirror.connection.execute("SELECT stargazers_count, license FROM repository").fetchall() == [
        (1, details.license)
    ]


def test_rows_of_another_model_are_refused(writer: Writer) -> None:
    with pytest.raises(ConfigurationError, match="rows of UserInfo do not belong into the table issue"):
        write(writer, table_of("issue"), [full(UserInfo)])
    with pytest.raises(ConfigurationError, match="the table issue needs a parent"):
        writer.upsert("issue", "github", None, [full(IssueInfo)], FIRST)
    with pytest.raises(ConfigurationError, match="the table repository needs no parent"):
        writer.upsert("repository", "github", 7, [full(RepoDetails)], FIRST)


def test_a_value_of_another_type_names_its_column(writer: Writer) -> None:
    with pytest.raises(ConfigurationError, match="column 'number': integer was expected"):
        write(writer, table_of("issue"), [least(IssueInfo, number="7")])
    assert "issue" not in writer.changes


def test_accounts_inside_rows_are_stored_in_their_short_form(mirror: MirrorFile, writer: Writer) -> None:
    write(writer, table_of("issue"), [full(IssueInfo)])
    row = full(IssueInfo)
    people = {one.id: one for one in (row.author, *row.assignees)}
    assert len(people) == 3
    names = ", ".join(ACCOUNT_COLUMNS)
    found = mirror.connection.execute(f"SELECT {names} FROM account").fetchall()  # noqa: S608
    assert sorted(found) == sorted(tuple(getattr(one, name) for name in ACCOUNT_COLUMNS) for one in people.values())
    assert writer.changes["account"] == Changes(inserted=3)


def test_an_account_keeps_what_a_response_lacks_and_gets_a_new_login(mirror: MirrorFile, writer: Writer) -> None:
    author = full(UserInfo)
    write(writer, table_of("issue"), [least(IssueInfo, author=author)])
    renamed = UserInfo(id=author.id, login="renamed")
    write(writer, table_of("issue"), [least(IssueInfo, author=renamed)], LATER)
    assert mirror.connection.execute("SELECT login, type, last_seen FROM account").fetchall() == [
        ("renamed", author.type, LATER)
    ]


def test_an_account_without_an_id_is_left_out(mirror: MirrorFile, writer: Writer) -> None:
    ghost = UserInfo(id=None, login="ghost")
    write(writer, table_of("issue"), [least(IssueInfo, author=ghost)])
    assert write(writer, table_of("account"), [ghost]) == Changes()
    assert mirror.connection.execute("SELECT author_login FROM issue").fetchall() == [("ghost",)]
    assert mirror.connection.execute("SELECT * FROM account").fetchall() == []
