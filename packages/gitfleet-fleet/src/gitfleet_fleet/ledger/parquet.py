"""Parquet files of the rows of a ledger, one per kind."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr
from gitfleet_api.tables import TableData, require
from gitfleet_api.tables.frames import arrow_batch, arrow_schema
from gitfleet_api.tables.schema import TableColumn

from ..files.cells import decode
from ..files.names import quoted
from ..files.settled import settled_columns
from ..new_file import new_file
from .row_table import LEADING
from .units import LedgerKind

__all__ = ["checked_store", "export"]

_BATCH = 10_000
"""Rows of a portion. With the bodies of issues it takes about 50 MB."""


class _Stopped(Exception):
    """The run was cancelled."""


def checked_store(store: object) -> Path | None:
    """Return the folder for Parquet files, which is created if there is none. None if ``store`` is None.

    Raises:
        ConfigurationError: It cannot be one, or PyArrow is not installed.
    """
    if store is None:
        return None
    if not isinstance(store, str | os.PathLike) or not os.fspath(store):
        raise ConfigurationError(f"store must be the path of a folder, or None, not {shorten_repr(store)}")
    require("arrow")
    try:
        folder = Path(os.fspath(store)).absolute()
        if folder.suffix == ".parquet":
            raise ConfigurationError(
                f"store must be a folder, in which each call has a file, not {shorten_repr(store)}"
            )
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(f"store cannot be {shorten_repr(store)}: {error}") from None
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(f"the store {folder} cannot be written")
    return folder


def export(
    connection: sqlite3.Connection,
    scan: int,
    kinds: Iterable[LedgerKind],
    folder: Path,
    ledger: Path,
    go_on: Callable[[], bool],
) -> tuple[Path, ...]:
    """Write the rows of the repositories of a listing to a file per kind, each of which appears complete.

    Args:
        connection: The file of the ledger.
        scan: Number of the listing.
        kinds: The kinds of the run.
        folder: Where to write.
        ledger: Path of the ledger. Its hash is part of the temporary names.
        go_on: Called for each portion. If it returns False the present file is dropped.

    Returns:
        The paths of the files.

    Raises:
        OSError: A file cannot be written.
    """
    mark = hashlib.sha256(os.fsencode(ledger)).hexdigest()[:8]
    groups: dict[str, list[LedgerKind]] = {}
    for kind in kinds:
        groups.setdefault(kind.kind.name, []).append(kind)
    paths = []
    for name, group in groups.items():
        path = folder / f"{name}.parquet"
        if not _write(connection, scan, group, path, mark, go_on):
            break
        paths.append(path)
    return tuple(paths)


def _write(
    connection: sqlite3.Connection,
    scan: int,
    group: Sequence[LedgerKind],
    path: Path,
    mark: str,
    go_on: Callable[[], bool],
) -> bool:
    import pyarrow.parquet as pq  # optional

    columns = settled_columns(connection, group[0].kind.name, group[0].columns or ())
    schema = (*(TableColumn(name, (), "text") for name in LEADING), *columns)
    try:
        with new_file(path, mark) as part, pq.ParquetWriter(part, arrow_schema(schema)) as writer:
            for rows in _portions(connection, scan, group, columns):
                if not go_on():
                    raise _Stopped
                writer.write_batch(arrow_batch(TableData(schema, decode(schema, rows))))
    except _Stopped:
        return False
    return True


def _portions(
    connection: sqlite3.Connection, scan: int, group: Sequence[LedgerKind], columns: Sequence[TableColumn]
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows in portions, those of a unit together."""
    if group[0].columns is None:  # a function of the user that returned no rows
        return
    name = quoted(group[0].kind.name)
    names = ", ".join(f"{name}.{quoted(column)}" for column in (*LEADING, *(column.name for column in columns)))
    ids = ", ".join(str(kind.id) for kind in group)
    cursor = connection.execute(
        f"SELECT {names} FROM {name} JOIN units ON units.id = {name}.unit_id "  # noqa: S608  names are quoted
        f"JOIN repositories ON repositories.id = units.repository "
        f"WHERE units.kind IN ({ids}) AND repositories.scan = ? ORDER BY {name}.rowid",
        (scan,),
    )
    while rows := cursor.fetchmany(_BATCH):
        yield rows
