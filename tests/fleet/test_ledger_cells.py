"""Values of every kind of column come back from SQLite as they are in a table."""

from __future__ import annotations

import enum
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api import ConfigurationError
from gitfleet_api.tables.schema import columns_of
from gitfleet_api.tables.values import table_data
from gitfleet_fleet.files.cells import (
    PLAIN,
    columns_from_json,
    columns_of_rows,
    columns_to_json,
    decode,
    encode,
    sql_type,
)


class Color(enum.StrEnum):
    """An enumeration."""

    RED = "red"


@dataclass(frozen=True)
class Inner:
    """A nested object."""

    id: int | str
    name: str | None
    at: datetime | None
    parts: tuple[str, ...] | None


@dataclass(frozen=True)
class Row:
    """One column of each kind."""

    text: str | None
    number: int | None
    id: int | str | None
    share: float | None
    flag: bool | None
    at: datetime | None
    texts: tuple[str, ...] | None
    inner: Inner | None
    inners: tuple[Inner, ...] | None
    other: dict[str, int] | None
    color: Color | None


# What UTF-8 has, and SQLite's integers.
texts = st.text(st.characters(exclude_categories=("Cs",)))
integers = st.integers(-(2**63), 2**63 - 1)
ids = integers | texts
times = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).flatmap(  # noqa: DTZ001  the zone follows
    lambda time: st.integers(-23, 23).map(lambda hours: time.replace(tzinfo=timezone(timedelta(hours=hours))))
)
inners = st.builds(Inner, ids, texts | st.none(), times | st.none(), st.tuples(texts) | st.none())
rows = st.builds(
    Row,
    texts | st.none(),
    integers | st.none(),
    ids | st.none(),
    st.floats(allow_nan=False) | st.none(),
    st.booleans() | st.none(),
    times | st.none(),
    st.lists(texts).map(tuple) | st.none(),
    inners | st.none(),
    st.lists(inners, max_size=3).map(tuple) | st.none(),
    st.dictionaries(texts, integers) | st.none(),
    st.just(Color.RED) | st.none(),
)


def _through_sqlite(found: list[Row]) -> list[list[object]]:
    columns = columns_of(Row)
    names = ", ".join(f'"{column.name}" {sql_type(column)}' for column in columns)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE stored ({names})")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO stored VALUES ({marks})", encode(found, Row, columns))  # noqa: S608
        return decode(columns, connection.execute("SELECT * FROM stored ORDER BY rowid").fetchall())


@given(st.lists(rows, min_size=1, max_size=3))
def test_rows_come_back_as_the_values_of_their_table(found: list[Row]) -> None:
    assert _through_sqlite(found) == table_data(found, Row).values


def test_types_survive() -> None:
    row = Row("1", 2, "3", 4, True, datetime(2024, 1, 1, tzinfo=UTC), ("5",), None, (), {"a": 1}, Color.RED)
    values = [cells[0] for cells in _through_sqlite([row])]
    assert [type(value) for value in values[:7]] == [str, int, str, float, bool, datetime, list]


def test_columns_survive_as_json() -> None:
    assert columns_from_json(columns_to_json(columns_of(Row))) == columns_of(Row)


@pytest.mark.parametrize("value", [{"a": [1]}, "text", 7, None, ["x"]])
def test_rows_that_are_no_dataclasses_are_json(value: Any) -> None:
    assert columns_of_rows([value], None) == PLAIN
    (cells,) = encode([value], None, PLAIN)
    assert isinstance(cells[0], str)


@dataclass
class Narrow:
    """What a user's rows may have."""

    number: int
    share: float = 0.0
    at: datetime | None = None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Narrow(2**63), "column 'number': integer was expected: it needs more than 64 bits"),
        (Narrow("7"), "column 'number': integer was expected: not str"),  # type: ignore[arg-type]
        (Narrow(7, "x"), "column 'share': number was expected: not str"),  # type: ignore[arg-type]
        (Narrow(7, 1.0, "today"), "column 'at': time was expected: "),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_type_is_an_error_that_names_the_column(row: Narrow, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        encode([row], None, columns_of(Narrow))
    assert str(caught.value).startswith(message)


def test_rows_of_several_classes_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="model=Narrow, but there are objects of str"):
        encode([Narrow(1), "x"], None, columns_of(Narrow))
