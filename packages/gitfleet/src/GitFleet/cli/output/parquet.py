"""Parquet files, written in row groups: memory stays flat."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from gitfleet_api.tables import require
from gitfleet_api.tables.arrow import arrow_array, arrow_type
from gitfleet_api.tables.schema import TableColumn

from ..exit_codes import OutputError
from .base import Writer
from .rows import OutputField
from .target import Output
from .typed_columns import column_values, resolve_columns

__all__ = ["ParquetWriter"]

_ROWS_PER_GROUP = 10_000
"""Rows of a row group. A group of 10,000 repositories takes about 30 MB while it is written."""


class ParquetWriter(Writer):
    """Writes a Parquet file with the types of the models.

    Args:
        output: the destination.
        columns: the fields to write.

    Raises:
        ConfigurationError: PyArrow is not installed.
    """

    def __init__(self, output: Output, columns: Sequence[OutputField]) -> None:
        super().__init__(output, columns)
        require("arrow")
        self._fields = columns
        self._pending: list[object] = []
        self._typed: list[TableColumn] = []
        self._file: io.BufferedWriter | None = None
        self._writer: Any = None

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write rows, in groups."""
        self._pending += rows
        while len(self._pending) >= _ROWS_PER_GROUP:
            await self._output.run(self._write_group)

    async def end(self) -> None:
        """Write the remaining rows and the end of the file."""
        await self._output.run(self._finish)

    def _finish(self) -> None:
        if self._pending or self._writer is None:
            self._write_group()
        if self._writer is not None and self._file is not None:
            self._writer.close()
            self._file.detach()

    def _write_group(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows, self._pending = self._pending[:_ROWS_PER_GROUP], self._pending[_ROWS_PER_GROUP:]
        if self._writer is None:
            self._typed = resolve_columns(self._fields, rows)
            self._file = self._output.binary()
            schema = pa.schema([(column.name, arrow_type(pa, column)) for column in self._typed])
            self._writer = pq.ParquetWriter(pa.PythonFile(self._file, mode="w"), schema)
        try:
            arrays = [_array(pa, column, rows) for column in self._typed]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._writer.schema))
        except BaseException:
            # The file is discarded. PyArrow closes a writer when it frees it, and prints that its file is closed.
            self._writer.is_open = False
            raise


def _array(pa: Any, column: TableColumn, rows: Sequence[object]) -> Any:
    try:
        return arrow_array(pa, column, column_values(column, rows))
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise OutputError(f"field {column.name!r} does not fit into Parquet: {error}; use csv or jsonl") from None
