"""FlatRowDecoder: decodes rows of a listing into plain values for tables, without model objects."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from ..backend.projection import Columns
from ..decoding.rows import RowDecoder
from ..errors import DecodeFailure
from .schema import columns_of
from .values import TableData, table_of

__all__ = ["FlatRowDecoder"]


class FlatRowDecoder(RowDecoder[Any]):
    """Decodes rows into named tuples with the columns of a table, and builds the table from these.

    The rows are named tuples, because ``keep`` filters by attributes of rows.

    Args:
        decoder: the decoder of the model.
    """

    def __init__(self, decoder: RowDecoder[Any]) -> None:
        self._share(decoder)
        model: type = decoder.model
        self._schema = columns_of(model)
        self._row = _row_class([column.name for column in self._schema])

    def build(self, columns: Columns) -> list[Any]:
        """Build a named tuple for each row.

        Raises:
            DecodeFailure: A required value is missing, or a value can't be converted; has the field and the row.
        """
        try:
            paths = [column.attributes for column in self._schema]
            values = self._objects.field_values(paths, columns, len(columns[0]))
        except RecursionError:
            what = "objects are nested too deeply for the remaining stack of the interpreter"
            raise DecodeFailure("decode_shape", what) from None
        return list(map(self._row._make, zip(*values, strict=True)))

    def table(self, rows: list[Any]) -> TableData:
        """Return the table of rows from :meth:`build`."""
        values = list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in self._schema]
        return table_of(self._schema, values)


def _row_class(names: list[str]) -> Any:
    return namedtuple("Row", names)  # noqa: PYI024  the names are known only at run time
