"""Tables for PyArrow, pandas and Polars."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .arrow import arrow_array, arrow_type
from .schema import TableColumn
from .values import TableData, table_data

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = [
    "arrow_batch",
    "arrow_schema",
    "arrow_table",
    "pandas_frame",
    "polars_frame",
    "require",
    "to_arrow",
    "to_pandas",
    "to_polars",
]


def to_arrow(models: Iterable[object], *, model: type | None = None) -> pa.Table:
    """Return an Arrow table with one column per field.

    Fields of nested objects are columns such as ``owner_login``. Times are in UTC. Labels and topics are lists of text,
    assignees and assets are lists of structs; values without an Arrow type are JSON text. ``raw_data`` is left out.

    Args:
        models: objects of one model.
        model: their class or a base class; required only if ``models`` may be empty, for a table without rows.

    Raises:
        ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), the objects have several
            classes, or there are none and no ``model``.
    """
    return arrow_table(table_data(models, model))


def to_pandas(models: Iterable[object], *, model: type | None = None) -> pd.DataFrame:
    """Return a pandas data frame with the columns of :func:`to_arrow`, in nullable types: Int64, boolean, string.

    Args:
        models: objects of one model.
        model: their class or a base class; required only if ``models`` may be empty.

    Raises:
        ConfigurationError: pandas is not installed (``pip install gitfleet[pandas]``), the objects have several
            classes, or there are none and no ``model``.
    """
    return pandas_frame(table_data(models, model))


def to_polars(models: Iterable[object], *, model: type | None = None) -> pl.DataFrame:
    """Return a Polars data frame with the columns of :func:`to_arrow`.

    Args:
        models: objects of one model.
        model: their class or a base class; required only if ``models`` may be empty.

    Raises:
        ConfigurationError: Polars is not installed (``pip install gitfleet[polars]``), the objects have several
            classes, or there are none and no ``model``.
    """
    return polars_frame(table_data(models, model))


def arrow_table(table: TableData) -> pa.Table:
    """Convert a table to an Arrow table."""
    return _arrow("Table", table)


def arrow_batch(table: TableData) -> pa.RecordBatch:
    """Convert a table to an Arrow record batch."""
    return _arrow("RecordBatch", table)


def arrow_schema(columns: Iterable[TableColumn]) -> pa.Schema:
    """Return the Arrow schema of columns without the kind ``id``."""
    library = _library("pyarrow", "arrow")
    return library.schema([(column.name, arrow_type(library, column)) for column in columns])


def _arrow(kind: str, table: TableData) -> Any:
    library = _library("pyarrow", "arrow")

    def array(column: TableColumn, values: list[object]) -> Any:
        return arrow_array(library, column, values)

    names = [column.name for column in table.schema]
    return getattr(library, kind).from_arrays(_convert_columns(array, table), names=names)


_PANDAS = {
    "text": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "json": "string",
}


def pandas_frame(table: TableData) -> pd.DataFrame:
    """Convert a table to a pandas data frame."""
    library = _library("pandas", "pandas")

    def series(column: TableColumn, values: list[object]) -> Any:
        return library.Series(values, dtype=_PANDAS.get(column.kind, "object"))

    names = [column.name for column in table.schema]
    frame: pd.DataFrame = library.DataFrame(dict(zip(names, _convert_columns(series, table), strict=True)))
    return frame


def polars_frame(table: TableData) -> pl.DataFrame:
    """Convert a table to a Polars data frame."""
    library = _library("polars", "polars")

    def series(column: TableColumn, values: list[object]) -> Any:
        return library.Series(column.name, values, dtype=_polars_type(library, column))

    frame: pl.DataFrame = library.DataFrame(_convert_columns(series, table))
    return frame


def _polars_type(pl: Any, column: TableColumn) -> Any:
    simple = {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "json": pl.String}
    if column.kind == "time":
        return pl.Datetime("us", "UTC")
    if column.kind == "texts":
        return pl.List(pl.String)
    if column.kind == "objects":
        return pl.List(pl.Struct({inner.name: _polars_type(pl, inner) for inner in column.inner}))
    return simple[column.kind]


def _convert_columns(convert: Callable[[TableColumn, list[object]], Any], table: TableData) -> list[Any]:
    """Convert each column to its library's type."""
    converted: list[Any] = []
    for column, values in zip(table.schema, table.values, strict=True):
        try:
            converted.append(convert(column, values))
        # Numbers may be too large, and fields of user classes may have any value.
        except (ValueError, TypeError, OverflowError, AttributeError) as error:
            raise ConfigurationError(f"column {column.name!r}: {column.kind} was expected: {error}") from error
    return converted


_LIBRARIES = {"arrow": "pyarrow", "pandas": "pandas", "polars": "polars"}


def require(extra: str) -> None:
    """Check that the library of an extra is installed, before anything is fetched.

    Raises:
        ConfigurationError: It is not installed. The message has the pip command.
    """
    _library(_LIBRARIES[extra], extra)


def _library(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ConfigurationError(f"this needs {name}: pip install 'gitfleet[{extra}]'") from None
