"""Tables as files."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

from ..errors import ConfigurationError
from .documents import json_ready
from .frames import arrow_table
from .values import TableData, columns_from

__all__ = ["cell_text", "check_target", "to_csv", "to_parquet", "write_csv", "write_parquet"]


def to_csv(models: Iterable[object], file: str | os.PathLike[str] | TextIO, *, model: type | None = None) -> None:
    """Write a CSV file with a line of names: the columns of :func:`to_arrow`, as ``gitfleet --format csv`` has them.

    None is an empty cell, times are ISO 8601 in UTC, booleans ``true`` and ``false``, lists JSON: of the objects in one
    what the provider sent. Text is written as it is: a spreadsheet takes some for formulas.

    Args:
        models: objects of one model.
        file: a path, or a text file opened with ``newline=""``.
        model: their class, or one above it; needed only where there may be none.

    Raises:
        ConfigurationError: not objects of one model.
        OSError: the file can't be written.
    """
    check_target(file, open_too=True)
    write_csv(columns_from(models, model), file)


def to_parquet(models: Iterable[object], file: str | os.PathLike[str], *, model: type | None = None) -> None:
    """Write a Parquet file with the columns of :func:`to_arrow`.

    Raises:
        ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), or not objects of one model.
        OSError: the file can't be written.
    """
    check_target(file, open_too=False)
    write_parquet(columns_from(models, model), file)


def write_csv(columns: TableData, file: str | os.PathLike[str] | TextIO) -> None:
    """The columns as CSV."""
    import csv

    cells = [
        [cell_text(_sent(value) if column.kind == "objects" else value) for value in values]
        for column, values in zip(columns.schema, columns.values, strict=True)
    ]
    with _opened(file) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in columns.schema])
        writer.writerows(zip(*cells, strict=True))


def write_parquet(columns: TableData, file: str | os.PathLike[str]) -> None:
    """The columns as Parquet."""
    table = arrow_table(columns)
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, os.fspath(file))


def check_target(file: object, *, open_too: bool) -> None:
    """Refuse what nothing can be written to, before anything is fetched for it.

    Raises:
        ConfigurationError: not a path, nor an open text file where that would do.
        OSError: a path at which no file can be.
    """
    if isinstance(file, str | os.PathLike):
        _check_path(os.fspath(file), may_be_uri=not open_too)
    elif not open_too:
        raise ConfigurationError(f"file must be a path, not {type(file).__name__}")
    elif isinstance(file, io.RawIOBase | io.BufferedIOBase) or not hasattr(file, "write"):
        raise ConfigurationError(f"file must be a path or a file opened for text, not {type(file).__name__}")


def _check_path(path: str, *, may_be_uri: bool) -> None:
    if may_be_uri and "://" in path:  # PyArrow writes to some services
        return
    problem = errno.EISDIR if Path(path).is_dir() else 0 if Path(path).parent.is_dir() else errno.ENOENT
    if problem:
        raise OSError(problem, os.strerror(problem), path)


def _opened(file: str | os.PathLike[str] | TextIO) -> AbstractContextManager[TextIO]:
    if isinstance(file, str | os.PathLike):
        return Path(file).open("w", encoding="utf-8", newline="")
    return nullcontext(file)


def cell_text(value: object) -> str:
    """A value as a cell of CSV has it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=json_ready)
    return str(value if isinstance(value, int | float) else json_ready(value))


def _sent(objects: object) -> object:
    """The objects of a list without what is None, which is most of it."""
    if not isinstance(objects, list):
        return objects
    return [{name: value for name, value in item.items() if value is not None} for item in objects]
