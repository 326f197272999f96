"""TableBuilder: one table from rows that arrive in portions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .csv_text import csv_line
from .files import csv_lines
from .frames import arrow_batch, arrow_schema, pandas_frame, polars_frame
from .schema import TableColumn, columns_of
from .values import TableData, table_data, table_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["TableBuilder"]


class TableBuilder:
    """Converts portions of rows to parts of one table: all of them have the same columns and types.

    The first portion settles whether a column of ids, which are integers or text, is one or the other.

    Args:
        model: Class of the rows. None if there are no rows.
        leading: Names of the text columns before those of the rows.

    Raises:
        ConfigurationError: ``model`` is not a dataclass, or it has a column with the name of a leading one.
    """

    def __init__(self, model: type | None, leading: Sequence[str] = ()) -> None:
        self._model = model
        self._leading = tuple(TableColumn(name, (), "text") for name in leading)
        columns = () if model is None else columns_of(model)
        for column in columns:
            if column.name in leading:
                owner = "" if model is None else model.__name__
                raise ConfigurationError(f"{owner}: the table has a column {column.name!r} already; rename the field")
        self._columns: tuple[TableColumn, ...] = (*self._leading, *columns)
        self._settled: tuple[TableColumn, ...] | None = None

    @property
    def _schema(self) -> tuple[TableColumn, ...]:
        return table_of(self._columns, [[] for _ in self._columns]).schema if self._settled is None else self._settled

    def part(self, leading: Sequence[list[str]], rows: list[Any]) -> TableData:
        """Return a part of the table.

        Args:
            leading: The values of each leading column, one per row.
            rows: The rows.

        Raises:
            ConfigurationError: A row is not an instance of the model, or ids are text although those of the first
                part were integers.
        """
        data = table_data(rows, self._model)
        found = (*self._leading, *data.schema)
        if self._settled is None:
            self._settled = found
        cells: list[list[Any]] = [*leading, *data[1]]
        columns = zip(self._settled, found, cells, strict=True)
        return TableData(self._settled, [_settle(wanted, given, values) for wanted, given, values in columns])

    def arrow_schema(self) -> pa.Schema:
        """Return the Arrow schema of the table."""
        return arrow_schema(self._schema)

    def arrow_batch(self, part: TableData) -> pa.RecordBatch:
        """Return a part as an Arrow record batch."""
        return arrow_batch(part)

    def csv_header(self) -> str:
        """Return the header line of a CSV file."""
        return csv_line([column.name for column in self._columns])

    def csv_text(self, part: TableData) -> str:
        """Return a part as lines of a CSV file."""
        return "".join(csv_lines(part))

    def pandas_frame(self, parts: Sequence[TableData]) -> pd.DataFrame:
        """Return the whole table as a pandas data frame."""
        return pandas_frame(self._joined(parts))

    def polars_frame(self, parts: Sequence[TableData]) -> pl.DataFrame:
        """Return the whole table as a Polars data frame."""
        return polars_frame(self._joined(parts))

    def _joined(self, parts: Sequence[TableData]) -> TableData:
        schema = self._schema
        values: list[list[object]] = [[] for _ in schema]
        for part in parts:
            for column, cells in zip(values, part[1], strict=True):
                column.extend(cells)
        return TableData(schema, values)


def _settle(wanted: TableColumn, found: TableColumn, values: list[Any]) -> list[object]:
    """Return the values of a column with the type that the first part has settled."""
    if wanted.kind == found.kind and wanted.inner == found.inner:
        return values
    for inner, other in zip(wanted.inner, found.inner, strict=True):
        records = [record for items in values if items is not None for record in items]
        cells = _settle(inner, other, [record[inner.name] for record in records])
        for record, cell in zip(records, cells, strict=True):
            record[inner.name] = cell
    if wanted.kind == "text" and found.kind == "integer":
        return [None if value is None else str(value) for value in values]
    if wanted.kind == "integer" and found.kind == "text" and any(value is not None for value in values):
        raise ConfigurationError(
            f"column {wanted.name!r}: the first ids were integers, and others are text; build one table per provider"
        )
    return values
