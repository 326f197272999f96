"""Tables of the libraries that people calculate with: PyArrow, pandas, Polars."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .arrow import arrow_array
from .schema import TableColumn
from .values import TableData, columns_from

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["arrow_table", "pandas_frame", "polars_frame", "require", "to_arrow", "to_pandas", "to_polars"]


def to_arrow(models: Iterable[object], *, model: type | None = None) -> pa.Table:
    """A table with a column for each field, those of nested objects called ``owner_login``; times are in UTC.

    Labels and topics are lists of text, assignees and assets lists of structs, everything else that has no type of its
    own JSON text. ``raw_data`` is left out.

    Args:
        models: objects of one model.
        model: their class, or one above it; needed only where there may be none, which makes a table without rows.

    Raises:
        ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), or not objects of one model.
    """
    return arrow_table(columns_from(models, model))


def to_pandas(models: Iterable[object], *, model: type | None = None) -> pd.DataFrame:
    """A data frame with the columns of :func:`to_arrow`, of types that know missing values: Int64, boolean, string.

    Raises:
        ConfigurationError: pandas is not installed (``pip install gitfleet[pandas]``), or not objects of one model.
    """
    return pandas_frame(columns_from(models, model))


def to_polars(models: Iterable[object], *, model: type | None = None) -> pl.DataFrame:
    """A data frame with the columns of :func:`to_arrow`.

    Raises:
        ConfigurationError: Polars is not installed (``pip install gitfleet[polars]``), or not objects of one model.
    """
    return polars_frame(columns_from(models, model))


def arrow_table(columns: TableData) -> pa.Table:
    """The columns as an Arrow table."""
    library = _library("pyarrow", "arrow")

    def made(column: TableColumn, values: list[object]) -> Any:
        return arrow_array(library, column, values)

    names = [column.name for column in columns.schema]
    return library.Table.from_arrays(_all_made(made, columns), names=names)


_PANDAS = {
    "text": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "json": "string",
}


def pandas_frame(columns: TableData) -> pd.DataFrame:
    """The columns as a pandas data frame."""
    library = _library("pandas", "pandas")

    def series(column: TableColumn, values: list[object]) -> Any:
        return library.Series(values, dtype=_PANDAS.get(column.kind, "object"))

    names = [column.name for column in columns.schema]
    frame: pd.DataFrame = library.DataFrame(dict(zip(names, _all_made(series, columns), strict=True)))
    return frame


def polars_frame(columns: TableData) -> pl.DataFrame:
    """The columns as a Polars data frame."""
    library = _library("polars", "polars")

    def series(column: TableColumn, values: list[object]) -> Any:
        return library.Series(column.name, values, dtype=_polars_type(library, column))

    frame: pl.DataFrame = library.DataFrame(_all_made(series, columns))
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


def _all_made(make: Callable[[TableColumn, list[object]], Any], columns: TableData) -> list[Any]:
    """Each column as its library has it."""
    made: list[Any] = []
    for column, values in zip(columns.schema, columns.values, strict=True):
        try:
            made.append(make(column, values))
        # Numbers may be too large, and users' classes hold anything.
        except (ValueError, TypeError, OverflowError, AttributeError) as error:
            raise ConfigurationError(f"column {column.name!r}: {column.kind} was expected: {error}") from error
    return made


_LIBRARIES = {"arrow": "pyarrow", "pandas": "pandas", "polars": "polars"}


def require(extra: str) -> None:
    """Find out that a library is missing before anything is sent for its table.

    Raises:
        ConfigurationError: it is not installed; says what to install.
    """
    _library(_LIBRARIES[extra], extra)


def _library(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ConfigurationError(f"this needs {name}: pip install 'gitfleet[{extra}]'") from None
