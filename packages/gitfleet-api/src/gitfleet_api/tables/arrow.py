"""Arrow arrays from Python values, built from buffers.

``pyarrow.array`` imports pandas if it is installed, only to check that a list is not a pandas object. That takes 0.3 s
of CPU time, as much as the rest of listing 10,000 repositories.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, chain
from typing import Any

from .schema import TableColumn

__all__ = ["arrow_array"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIMPLE = {"text": "string", "json": "string", "integer": "int64", "number": "float64", "boolean": "bool_"}


def arrow_array(pa: Any, column: TableColumn, values: Sequence[Any]) -> Any:
    """Return the Arrow array of a column. None becomes null.

    Args:
        pa: the module pyarrow.
        column: the column.
        values: its values.

    Raises:
        TypeError, ValueError, OverflowError: A value does not have the type of the column, or is too large for it.
    """
    present = [value is not None for value in values]
    validity = None if all(present) else _bits(pa, present)
    kind = arrow_type(pa, column)
    if column.kind in ("texts", "objects"):
        lists = [() if value is None else value for value in values]
        inner = _items(pa, column, list(chain.from_iterable(lists)))
        return pa.Array.from_buffers(kind, len(values), [validity, _offsets(pa, lists)], children=[inner])
    return pa.Array.from_buffers(kind, len(values), [validity, *_data(pa, column, values)])


def arrow_type(pa: Any, column: TableColumn) -> Any:
    """Return the Arrow type of a column."""
    if column.kind == "time":
        return pa.timestamp("us", tz="UTC")
    if column.kind == "texts":
        return pa.list_(pa.string())
    if column.kind == "objects":
        return pa.list_(_struct(pa, column))
    return getattr(pa, _SIMPLE[column.kind])()


def _struct(pa: Any, column: TableColumn) -> Any:
    return pa.struct([(inner.name, arrow_type(pa, inner)) for inner in column.inner])


def _items(pa: Any, column: TableColumn, items: list[Any]) -> Any:
    """Return the array of all items of a list column."""
    if column.kind == "texts":
        return arrow_array(pa, TableColumn(column.name, (), "text"), items)
    fields = [arrow_array(pa, inner, [item[inner.name] for item in items]) for inner in column.inner]
    return pa.Array.from_buffers(_struct(pa, column), len(items), [None], children=fields)


def _data(pa: Any, column: TableColumn, values: Sequence[Any]) -> list[Any]:
    """Return the buffers that follow the validity buffer."""
    if column.kind in ("text", "json"):
        texts = ["" if value is None else value for value in values]
        data = "".join(texts).encode()
        # Most columns are ASCII, where the length in characters is the length in bytes.
        as_bytes = len(data) != sum(map(len, texts))
        return [_offsets(pa, [text.encode() for text in texts] if as_bytes else texts), pa.py_buffer(data)]
    if column.kind == "boolean":
        return [_bits(pa, [value is True for value in values])]
    if column.kind == "number":
        return [pa.py_buffer(array("d", [0.0 if value is None else value for value in values]))]
    if column.kind == "time":
        values = [None if value is None else _microseconds(value) for value in values]
    return [pa.py_buffer(array("q", [0 if value is None else value for value in values]))]


def _offsets(pa: Any, items: Sequence[Any]) -> Any:
    return pa.py_buffer(array("i", accumulate(map(len, items), initial=0)))


def _bits(pa: Any, values: Sequence[bool]) -> Any:
    """Return a bitmap with one bit per value, least significant bit first."""
    digits = "".join(["1" if value else "0" for value in reversed(values)])
    return pa.py_buffer(int(digits or "0", 2).to_bytes(len(values) // 8 + 1, "little"))


def _microseconds(value: datetime) -> int:
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
