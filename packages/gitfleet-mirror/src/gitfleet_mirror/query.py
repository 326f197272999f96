"""Queries of users: any SQL that reads."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr
from gitfleet_api.tables import TableData
from gitfleet_api.tables.frames import pandas_frame
from gitfleet_api.tables.schema import ColumnKind, TableColumn
from gitfleet_fleet.files import sqlite_file

from .file import MIRROR, existing_path, open_read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Parameters", "Query", "to_pandas"]

Parameters = Sequence[Any] | Mapping[str, Any]
"""Values for ``?`` or for ``:name`` in a query."""

_READS = frozenset(("SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA"))
"""First words of statements that can read. The file itself is opened to read, so none of them can write."""
_PRAGMAS = frozenset(
    (
        *("application_id", "collation_list", "compile_options", "data_version", "database_list", "encoding"),
        *("foreign_key_check", "foreign_key_list", "function_list", "index_info", "index_list", "index_xinfo"),
        *("integrity_check", "page_count", "page_size", "quick_check", "schema_version", "table_info", "table_list"),
        *("table_xinfo", "user_version"),
    )
)
_INVALID = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE))
_STEPS = 10_000
"""Steps of SQLite's machine, after which a query looks whether it was stopped: about a millisecond."""
_BLANK = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$)|;)*", re.DOTALL)
"""Spaces and comments before a statement."""
_TIMES = re.compile(r".*_at|first_seen|last_seen|started|finished")
"""Names of columns with times."""


class Query:
    """One query, whose rows are read as they are needed. As a context manager it runs, and is iterable.

    One thread at a time uses it; any other may call :meth:`interrupt`.

    Args:
        mirror: Path of the mirror.
        sql: One statement that reads.
        parameters: Values for ``?`` or for ``:name`` in it.

    Raises:
        ConfigurationError: There is no such mirror, or the statement is none that reads.
        MirrorError: The file cannot be used.
    """

    def __init__(self, mirror: object, sql: str, parameters: Parameters = ()) -> None:
        _check(sql)
        self._sql = sql
        self._parameters = parameters
        self._path: Path = existing_path(mirror)
        self._connection = open_read_only(self._path)
        self._refused: str | None = None
        self._connection.set_authorizer(self._authorize)
        # Text of providers is UTF-8; that of a cast may be anything.
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._is_stopped = False
        self._connection.set_progress_handler(lambda: self._is_stopped, _STEPS)
        self._cursor = self._connection.cursor()

    def run(self) -> tuple[str, ...]:
        """Run the query up to its first row.

        Returns:
            The names of its columns. Those that occur several times get a number: ``id``, ``id_2``.

        Raises:
            ConfigurationError: The query is invalid, or it writes.
            MirrorError: The file cannot be read, or the query was interrupted.
        """
        with self._errors():
            self._cursor.execute(self._sql, self._parameters)
        return self.columns

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of a query that runs."""
        return _unique([item[0] for item in self._cursor.description or ()])

    def fetch(self, size: int) -> list[tuple[Any, ...]]:
        """Return the next rows of a query that runs. Empty at the end.

        Args:
            size: Their number, at most.

        Raises:
            ConfigurationError: The query is invalid for the values of a row.
            MirrorError: The file cannot be read, or the query was interrupted.
        """
        with self._errors():
            return self._cursor.fetchmany(size)

    def interrupt(self) -> None:
        """Stop the query: a thread that waits for rows gets an error."""
        self._is_stopped = True
        self._connection.interrupt()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while rows := self.fetch(1000):
            yield from rows

    def __enter__(self) -> Self:
        try:
            self.run()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _authorize(self, action: int, name: str | None, *_: str | None) -> int:
        """Refuse pragmas that change something. SQLite asks here however they are quoted, and also under EXPLAIN.

        Some of them take effect before a statement runs, and for the whole process.
        """
        if action != sqlite3.SQLITE_PRAGMA or str(name).lower() in _PRAGMAS:
            return sqlite3.SQLITE_OK
        self._refused = f"PRAGMA {name}"
        return sqlite3.SQLITE_DENY

    @contextmanager
    def _errors(self) -> Generator[None, None, None]:
        with sqlite_file.file_errors(MIRROR, self._path):
            try:
                yield
            except (sqlite3.Error, sqlite3.Warning) as error:
                problem = _problem(error) if self._refused is None else _does_not_read(self._refused)
                if problem is None:
                    raise
                raise ConfigurationError(problem) from None
            except (TypeError, ValueError, OverflowError) as error:  # of a parameter
                raise ConfigurationError(f"the query cannot be run: {error}") from None


def to_pandas(mirror: object, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
    """Return the rows of a query as a pandas data frame.

    Columns have the types of their values, integers and text with missing values included. Columns with the name of a
    time (``created_at``, ``first_seen``, ...) are times in UTC.

    Args:
        mirror: Path of the mirror.
        sql: One statement that reads.
        parameters: Values for ``?`` or for ``:name`` in it.

    Raises:
        ConfigurationError: As :class:`Query`, or pandas is not installed.
        MirrorError: The file cannot be used.
    """
    with Query(mirror, sql, parameters) as query:
        names, found = query.columns, list(query)
    columns = list(zip(*found, strict=True)) if found else [()] * len(names)
    table = [_column(name, list(values)) for name, values in zip(names, columns, strict=True)]
    return pandas_frame(TableData(tuple(column for column, _ in table), [values for _, values in table]))


def _check(sql: object) -> None:
    if not isinstance(sql, str):
        raise ConfigurationError(f"a query is text, not {shorten_repr(sql)}")
    start = _BLANK.match(sql)
    rest = sql[start.end() :] if start else sql
    if not rest:
        raise ConfigurationError("the query is empty")
    word = re.match(r"\w*", rest)
    first = word[0].upper() if word else ""
    if not first:
        raise ConfigurationError(f"the query is not SQL: {shorten_repr(sql)}")
    if first not in _READS:
        raise ConfigurationError(_does_not_read(first))


def _does_not_read(statement: str) -> str:
    return f"a mirror is only read by queries, and {statement} is none that reads; use SELECT"


def _problem(error: sqlite3.Error | sqlite3.Warning) -> str | None:
    """Return what is wrong with a query. None if the file is the problem, or the query was interrupted."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # of the module sqlite3
        several = "one statement at a time" in str(error)
        return "a query is one statement, without others behind it" if several else f"the query cannot be run: {error}"
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        return f"a mirror is only read by queries, and this one writes ({error}); use SELECT"
    # A table's name, but also a word of SQL; SQLite's message does not name the reason.
    hint = '; quote it, as "commit", or use the view commits' if 'near "commit"' in str(error).lower() else ""
    return f"the query is invalid: {error}{hint}" if code & 0xFF in _INVALID else None


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return names with a number for those that occur before: ``id``, ``id_2``."""
    found: dict[str, None] = {}
    for name in names:
        number, unique = 1, name
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found[unique] = None
    return tuple(found)


def _column(name: str, values: list[Any]) -> tuple[TableColumn, list[object]]:
    kinds = {type(value) for value in values if value is not None}
    kind: ColumnKind = "text"
    if kinds and kinds <= {int, float}:
        kind = "integer" if kinds == {int} else "number"
    elif kinds <= {str} and _TIMES.fullmatch(name):
        times = _times(values)
        if times is not None:
            return TableColumn(name, (), "time"), times
    elif kinds - {str}:
        values = [None if value is None else _text(value) for value in values]
    return TableColumn(name, (), kind), values


def _times(values: Sequence[str | None]) -> list[object] | None:
    try:
        return [None if value is None else datetime.fromisoformat(value) for value in values]
    except ValueError:
        return None


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
