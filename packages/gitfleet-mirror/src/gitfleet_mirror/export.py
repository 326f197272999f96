"""Parquet files of the tables of a mirror, one per table."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr
from gitfleet_api.tables import TableData, require
from gitfleet_api.tables.frames import arrow_batch, arrow_schema
from gitfleet_api.tables.schema import ColumnKind, TableColumn
from gitfleet_fleet.files import sqlite_file
from gitfleet_fleet.files.cells import decode
from gitfleet_fleet.files.settled import settled_columns
from gitfleet_fleet.new_file import new_file

from .file import MIRROR, check_output, existing_path, open_read_only
from .names import quoted
from .schema.tables import KEY, TABLES, TIMES, table_of

__all__ = ["EXPORTED", "Exported", "export"]

_BATCH = 5_000
"""Rows of a portion. With the bodies of issues it takes about 25 MB."""
_NAMES = "repository_name"
_NAME_COLUMNS: dict[str, ColumnKind] = {
    "provider": "text",
    "repository_id": "id",
    "full_name": "text",
    "first_seen": "time",
    "last_seen": "time",
}

EXPORTED: tuple[str, ...] = (*(table.name for table in TABLES), _NAMES)
"""The names of the tables."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    table: str
    """Name of the table."""
    path: Path
    """Path of the file."""
    rows: int
    """Number of rows, including deleted ones."""


def export(
    mirror: object,
    folder: object,
    tables: Sequence[str] | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> list[Exported]:
    """Write tables to a Parquet file each, with the state of the mirror at one moment.

    Deleted rows are included, with their ``deleted_at``. The files appear together when all are complete; if something
    fails there is none, and existing ones stay. Memory does not grow with the number of rows.

    Args:
        mirror: Path of the mirror.
        folder: Path of the folder, which is created if there is none.
        tables: Names of tables. None for all.
        go_on: Called for each portion. If it returns False nothing is written.

    Returns:
        The files; empty if ``go_on`` returned False.

    Raises:
        ConfigurationError: There is no such mirror or table, the folder cannot be one, or PyArrow is not installed.
        MirrorError: The mirror cannot be read.
        OSError: A file cannot be written.
    """
    names = _checked_tables(tables)
    path, place = existing_path(mirror), _checked_folder(folder)
    for name in names:
        check_output(path, _file_of(place, name))
    try:
        with sqlite_file.file_errors(MIRROR, path), closing(open_read_only(path)) as connection, ExitStack() as files:
            connection.execute("BEGIN")  # all tables of one moment
            return [_write(connection, name, place, files, go_on) for name in names]
    except _Stopped:
        return []


class _Stopped(Exception):
    """``go_on`` returned False."""


def _write(
    connection: sqlite3.Connection, name: str, folder: Path, files: ExitStack, go_on: Callable[[], bool]
) -> Exported:
    """Write a table to a temporary file, which gets its name at the end of ``files``."""
    import pyarrow.parquet as pq  # optional

    schema = settled_columns(connection, name, _columns(name))
    final = _file_of(folder, name)
    count = 0
    with pq.ParquetWriter(files.enter_context(new_file(final)), arrow_schema(schema)) as writer:
        for rows in _portions(connection, name, schema):
            if not go_on():
                raise _Stopped
            values = [_texts(column, cells) for column, cells in zip(schema, decode(schema, rows), strict=True)]
            writer.write_batch(arrow_batch(TableData(schema, values)))
            count += len(rows)
    return Exported(name, final, count)


def _file_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _portions(
    connection: sqlite3.Connection, name: str, columns: Sequence[TableColumn]
) -> Iterator[list[tuple[object, ...]]]:
    names = ", ".join(quoted(column.name) for column in columns)
    cursor = connection.execute(f"SELECT {names} FROM {quoted(name)}")  # noqa: S608  names are quoted
    while rows := cursor.fetchmany(_BATCH):
        yield rows


def _texts(column: TableColumn, cells: list[object]) -> list[object]:
    """Return the cells of a column of text, in which ids can be integers as well."""
    if column.kind != "text":
        return cells
    return [cell if cell is None or isinstance(cell, str) else str(cell) for cell in cells]


def _columns(name: str) -> tuple[TableColumn, ...]:
    if name == _NAMES:
        return tuple(TableColumn(column, (), kind) for column, kind in _NAME_COLUMNS.items())
    table = table_of(name)
    parents: dict[str | None, tuple[TableColumn, ...]] = {
        None: (),
        "repository_id": (TableColumn("repository_id", (), "id"),),
        "owner": (TableColumn("owner", (), "text"),),
    }
    return (
        TableColumn("provider", (), "text"),
        *parents[table.parent],
        *((TableColumn(KEY, (), "text"),) if table.has_text_key else ()),
        *table.columns,
        *(TableColumn(time, (), "time") for time in TIMES),
    )


def _checked_tables(tables: Sequence[str] | None) -> tuple[str, ...]:
    if tables is None:
        return EXPORTED
    if isinstance(tables, str):
        raise ConfigurationError(f"tables must be a list of names, not {shorten_repr(tables)}")
    for name in tables:
        if name not in EXPORTED:
            close = get_close_matches(str(name), EXPORTED, 1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(f"no table is named {shorten_repr(name)}; {hint}known are {', '.join(EXPORTED)}")
    return tuple(dict.fromkeys(tables))


def _checked_folder(given: object) -> Path:
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"the folder must be a path, not {shorten_repr(given)}")
    require("arrow")
    try:
        folder = Path(os.fspath(given)).absolute()
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"the folder cannot be {shorten_repr(given)}: {error}") from None
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(f"the folder {folder} cannot be written")
    return folder
