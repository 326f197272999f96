"""Tables as files: CSV and Parquet."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

from ..errors import ConfigurationError
from .csv_text import csv_line
from .documents import json_ready
from .frames import arrow_table
from .values import TableData, table_data

__all__ = ["cell_text", "check_target", "csv_lines", "to_csv", "to_parquet", "write_csv", "write_parquet"]


def to_csv(models: Iterable[object], file: str | os.PathLike[str] | TextIO, *, model: type | None = None) -> None:
    """Write a CSV file with the columns of :func:`to_arrow` and a header line, as ``gitfleet --format csv`` does.

    None is an empty cell. Times are ISO 8601 in UTC, booleans are ``true`` and ``false``, lists are JSON; fields that
    are None are left out of the objects in a list. Text is not escaped for spreadsheets, which evaluate text that looks
    like a formula.

    Args:
        models: objects of one model.
        file: a path, or a text file opened with ``newline=""``.
        model: their class or a base class; required only if ``models`` may be empty.

    Raises:
        ConfigurationError: The objects have several classes, or there are none and no ``model``.
        OSError: The file can't be written.
    """
    check_target(file, allow_open_file=True)
    write_csv(table_data(models, model), file)


def to_parquet(models: Iterable[object], file: str | os.PathLike[str], *, model: type | None = None) -> None:
    """Write a Parquet file with the columns of :func:`to_arrow`.

    Args:
        models: objects of one model.
        file: a path.
        model: their class or a base class; required only if ``models`` may be empty.

    Raises:
        ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), the objects have several
            classes, or there are none and no ``model``.
        OSError: The file can't be written.
    """
    check_target(file, allow_open_file=False)
    write_parquet(table_data(models, model), file)


def write_csv(table: TableData, file: str | os.PathLike[str] | TextIO) -> None:
    """Write a table as CSV."""
    with _opened(file) as out:
        out.write(csv_line([column.name for column in table.schema]))
        out.writelines(csv_lines(table))


def csv_lines(table: TableData) -> Iterator[str]:
    """Return the lines of the rows of a table, without the header."""
    cells = [
        [cell_text(_without_none(value) if column.kind == "objects" else value) for value in values]
        for column, values in zip(table.schema, table.values, strict=True)
    ]
    return map(csv_line, zip(*cells, strict=True))


def write_parquet(table: TableData, file: str | os.PathLike[str]) -> None:
    """Write a table as Parquet."""
    arrow = arrow_table(table)
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow, os.fspath(file))


def check_target(file: object, *, allow_open_file: bool) -> None:
    """Check that a file can be written, before anything is fetched.

    Args:
        file: a path, or an open text file.
        allow_open_file: whether an open text file is valid.

    Raises:
        ConfigurationError: ``file`` is neither a path nor an allowed open text file.
        OSError: The path is a directory, or its directory does not exist.
    """
    if isinstance(file, str | os.PathLike):
        _check_path(os.fspath(file), may_be_uri=not allow_open_file)
    elif not allow_open_file:
        raise ConfigurationError(f"file must be a path, not {type(file).__name__}")
    elif isinstance(file, io.RawIOBase | io.BufferedIOBase) or not hasattr(file, "write"):
        raise ConfigurationError(f"file must be a path or a file opened for text, not {type(file).__name__}")


def _check_path(path: str, *, may_be_uri: bool) -> None:
    if may_be_uri and "://" in path:  # PyArrow also writes to some object stores
        return
    problem = errno.EISDIR if Path(path).is_dir() else 0 if Path(path).parent.is_dir() else errno.ENOENT
    if problem:
        raise OSError(problem, os.strerror(problem), path)


def _opened(file: str | os.PathLike[str] | TextIO) -> AbstractContextManager[TextIO]:
    if isinstance(file, str | os.PathLike):
        return Path(file).open("w", encoding="utf-8", newline="")
    return nullcontext(file)


def cell_text(value: object) -> str:
    """Return a value as the text of a CSV cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=json_ready)
    return str(value if isinstance(value, int | float) else json_ready(value))


def _without_none(objects: object) -> object:
    """Return the objects of a list without the fields that are None, which are most of them."""
    if not isinstance(objects, list):
        return objects
    return [{name: value for name, value in item.items() if value is not None} for item in objects]
