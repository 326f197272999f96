"""Rows of a listing as plain values, for tables: without the objects."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from ..backend.projection import Columns as RowColumns
from ..decoding.rows import RowDecoder
from ..errors import DecodeFailure
from .schema import columns_of
from .values import TableData, finished

__all__ = ["FlatRowDecoder"]


class FlatRowDecoder(RowDecoder[Any]):
    """Reads what another decoder does into named tuples of a table's columns, and these into the table.

    Named, as what is asked of an object (what identifies it, whether it is kept) is asked of these, too.
    """

    def __init__(self, decoder: RowDecoder[Any]) -> None:
        self._adopt(decoder)
        model: type = decoder.model
        self._schema = columns_of(model)
        self._row = _named([column.name for column in self._schema])

    def build(self, columns: RowColumns) -> list[Any]:
        """A named tuple for each row.

        Raises:
            DecodeFailure: as of objects.
        """
        try:
            values = self._rows.values([column.steps for column in self._schema], columns, len(columns[0]))
        except RecursionError:
            raise DecodeFailure("decode_shape", "objects inside each other, too many") from None
        return list(map(self._row._make, zip(*values, strict=True)))

    def table(self, rows: list[Any]) -> TableData:
        """The table of some rows."""
        values = list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in self._schema]
        return TableData(
            self._schema, [finished(column, found) for column, found in zip(self._schema, values, strict=True)]
        )


def _named(names: list[str]) -> Any:
    return namedtuple("Row", names)  # noqa: PYI024  made at run time
