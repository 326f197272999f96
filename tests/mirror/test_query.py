"""Queries of users: they only read, and can be interrupted."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_mirror.errors import MirrorError
from gitfleet_mirror.query import Query, to_pandas
from support.mirrors import write_mirror

ENDLESS = "WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r"


@pytest.fixture
def filled(path: Path) -> Path:
    return write_mirror(path)


def rows(path: Path, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with Query(path, sql, parameters) as query:
        return list(query)


def test_a_query_returns_tuples_and_names(filled: Path) -> None:
    with Query(str(filled), "SELECT number, title FROM issue WHERE number > ? ORDER BY number", [1]) as query:
        assert query.columns == ("number", "title")
        assert query.fetch(1) == [(2, "=issue, 2")]
        assert list(query) == [(3, "=issue, 3")]
    assert rows(filled, "SELECT :a + 1", {"a": 2}) == [(3,)]
    assert rows(filled, "SELECT cast(x'61ff' AS TEXT), x'00'") == [("a\ufffd", b"\x00")]


def test_columns_with_one_name_get_numbers(filled: Path) -> None:
    with Query(filled, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a") as query:
        assert query.columns == ("a", "a_2", "a_2_2", "a_3")


@pytest.mark.parametrize(
    "sql",
    [
        "-- all\nSELECT 1",
        "/* all */ ; select 1 ;  ",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "VALUES (1)",
        "EXPLAIN QUERY PLAN SELECT * FROM issue",
        "PRAGMA table_info(issue)",
        "PRAGMA main . user_version",
        "SELECT name FROM pragma_table_info('issue')",
        "SELECT key FROM search WHERE search MATCH 'issue'",
        "SELECT 'DELETE FROM issue; DROP TABLE issue'",
    ],
)
def test_queries_that_read_return_rows(filled: Path, sql: str) -> None:
    assert rows(filled, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM issue",
        "/* SELECT */ insert into issue default values",
        "WITH x AS (SELECT 1) DELETE FROM issue",
        "REPLACE INTO issue DEFAULT VALUES",
        "INSERT INTO search (search) VALUES ('rebuild')",
        "CREATE TEMP TABLE x (y)",
        "DROP TABLE issue",
        "ATTACH '{folder}/other.sqlite' AS other",
        "VACUUM",
        "VACUUM INTO '{folder}/other.sqlite'",
        "PRAGMA user_version = 7",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema(1)",
        'PRAGMA/**/main."journal_mode" = DELETE',
        "EXPLAIN PRAGMA temp_store_directory = '{folder}'",
        "SELECT * FROM pragma_locking_mode",
        "BEGIN IMMEDIATE",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_statements_that_write_are_refused_in_one_line_and_change_nothing(filled: Path, sql: str) -> None:
    before, names = filled.read_bytes(), {path.name for path in filled.parent.iterdir()}
    with pytest.raises(ConfigurationError, match=r"^a mirror is only read by queries, and ") as caught:
        rows(filled, sql.replace("{folder}", str(filled.parent)))
    assert "\n" not in str(caught.value)
    assert filled.read_bytes() == before
    files = {path.name.removesuffix("-wal").removesuffix("-shm") for path in filled.parent.iterdir()}
    assert files == names


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1; SELECT 2", "a query is one statement, without others behind it"),
        ("SELECT 1; DELETE FROM issue", "a query is one statement, without others behind it"),
        ("", "the query is empty"),
        (" -- nothing\n", "the query is empty"),
        ("(SELECT 1)", "the query is not SQL: '(SELECT 1)'"),
        ("SELECT wrong FROM issue", "the query is invalid: no such column: wrong"),
        ("SELECT * FROM isue", "the query is invalid: no such table: isue"),
        (
            "SELECT * FROM commit",
            'the query is invalid: near "commit": syntax error; quote it, as "commit", or use the view commits',
        ),
        ("SELECT (", "the query is invalid: incomplete input"),
        ("SELECT abs(-9223372036854775808)", "the query is invalid: integer overflow"),
        ("SELECT load_extension('x')", "the query is invalid: not authorized"),
        (7, "a query is text, not 7"),
    ],
)
def test_an_invalid_query_is_one_line(filled: Path, sql: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        rows(filled, sql)
    assert str(caught.value) == message


@pytest.mark.parametrize("parameters", [(), (1, 2), {"a": 1}, (object(),), (2**70,), 5])
def test_invalid_parameters_are_one_line(filled: Path, parameters: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^the query cannot be run: ") as caught:
        rows(filled, "SELECT ?", parameters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("before", [True, False])
def test_a_query_can_be_interrupted_by_another_thread(filled: Path, before: bool) -> None:
    query = Query(filled, ENDLESS)
    timer = threading.Timer(0.05, query.interrupt)
    if before:  # it has not begun, and ends at once
        query.interrupt()
    else:
        timer.start()
    with pytest.raises(MirrorError, match="interrupted"), query:
        pass
    timer.cancel()


def test_a_frame_has_the_types_of_values_and_times(filled: Path) -> None:
    columns = "number, title, created_at, deleted_at, closed_at, comments, 1.5 AS share, NULL AS empty, x'00' AS data"
    frame = to_pandas(filled, f"SELECT {columns} FROM issue ORDER BY number")  # noqa: S608
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "number": "Int64",
        "title": "string",
        "created_at": "datetime64[us, UTC]",
        "deleted_at": "datetime64[us, UTC]",
        "closed_at": "datetime64[us, UTC]",
        "comments": "string",
        "share": "Float64",
        "empty": "string",
        "data": "string",
    }
    assert frame["created_at"][0].to_pydatetime() == datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert list(frame["number"]) == [1, 2, 3]
    assert to_pandas(filled, "SELECT number FROM issue WHERE 0").shape == (0, 1)


def test_a_column_with_values_of_several_types_is_text(filled: Path) -> None:
    frame = to_pandas(filled, "SELECT 1 AS a_at, 1 AS b UNION ALL SELECT 'x', 2.5 UNION ALL SELECT NULL, NULL")
    assert list(frame["a_at"].fillna("-")) == ["1", "x", "-"]
    assert [str(kind) for kind in frame.dtypes] == ["string", "Float64"]
