"""TableData: the columns of a table and their values, before a table library is chosen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from .._internal.text import shorten_repr
from ..decoding.type_hints import require_dataclass
from ..errors import ConfigurationError
from .documents import json_ready
from .schema import ColumnKind, TableColumn, columns_of, model_of

__all__ = ["TableData", "table_data", "table_of"]


class TableData(NamedTuple):
    """A table that belongs to no library yet.

    Attributes:
        schema: the columns.
        values: for each column a list with one value per row.
    """

    schema: tuple[TableColumn, ...]
    values: list[list[object]]


def table_data(models: Iterable[object], model: type | None) -> TableData:
    """Return the table of objects.

    Args:
        models: objects of one model.
        model: their class or a base class; None derives it from the objects.

    Raises:
        ConfigurationError: An object is not an instance of ``model``, or there are no objects and no ``model``.
    """
    if not isinstance(models, Iterable):
        hint = ": await it first, or use its own methods" if hasattr(models, "__await__") else ""
        raise ConfigurationError(
            f"a table needs a list or another iterable of models, not {shorten_repr(models)}{hint}"
        )
    owner = None if model is None else require_dataclass(model)
    objects = list(models)
    if owner is None:
        schema = columns_of(model_of(objects))
    else:
        others = sorted({type(item).__name__ for item in objects if not isinstance(item, owner)})
        if others:
            raise ConfigurationError(f"model={owner.__name__}, but there are objects of {', '.join(others)}")
        schema = columns_of(model)
    return table_of(schema, [list(map(_getter(column.attributes), objects)) for column in schema])


def table_of(schema: Sequence[TableColumn], values: Sequence[list[object]]) -> TableData:
    """Return the table of the values of fields.

    Args:
        schema: the columns.
        values: for each column the values of its field.
    """
    columns = [_typed(column, _to_cells(column, cells)) for column, cells in zip(schema, values, strict=True)]
    return TableData(tuple(column for column, _ in columns), [cells for _, cells in columns])


def _typed(column: TableColumn, cells: list[object]) -> tuple[TableColumn, list[object]]:
    """Return a column without the kind ``id``: integers become text if there is text among them."""
    if column.kind == "objects":
        records: list[Any] = [record for items in cells if isinstance(items, list) for record in items]
        return column._replace(inner=tuple(_typed_inside(inner, records) for inner in column.inner)), cells
    if column.kind != "id":
        return column, cells
    if not any(isinstance(cell, str) for cell in cells):
        return column._replace(kind="integer"), cells
    return column._replace(kind="text"), [None if cell is None else str(cell) for cell in cells]


def _typed_inside(column: TableColumn, records: list[dict[str, object]]) -> TableColumn:
    """Return a column of the objects in lists like :func:`_typed`. Changes the objects."""
    if column.kind != "id":
        return column
    typed, cells = _typed(column, [record[column.name] for record in records])
    if typed.kind == "text":
        for record, cell in zip(records, cells, strict=True):
            record[column.name] = cell
    return typed


def _getter(attributes: tuple[str, ...]) -> Callable[[object], object]:
    if len(attributes) == 1:
        return attrgetter(attributes[0])

    def get(value: object) -> object:
        for attribute in attributes:
            if value is None:
                return None
            value = getattr(value, attribute)
        return value

    return get


def _to_cells(column: TableColumn, values: list[object]) -> list[object]:
    """Convert the values of a field to the values of its column."""
    if column.kind == "objects":
        getters = [(inner, _getter(inner.attributes)) for inner in column.inner]
        return [None if value is None else [_record(getters, item) for item in _items(value)] for value in values]
    convert = _CONVERT.get(column.kind)
    if convert is None or (column.kind == "text" and _PLAIN_TEXT.issuperset(map(type, values))):
        return values
    return [None if value is None else convert(value) for value in values]


def _record(getters: Sequence[tuple[TableColumn, Callable[[object], object]]], item: object) -> dict[str, object]:
    return {inner.name: _to_cells(inner, [get(item)])[0] for inner, get in getters}


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, Iterable) else (value,)


_PLAIN_TEXT = frozenset((str, type(None)))


def _text(value: Any) -> object:
    return value.value if not isinstance(value, str) and hasattr(value, "value") else str(value)


def _utc(value: object) -> object:
    # A time column has one zone, and a naive datetime (of a user's model) is taken as UTC.
    if not isinstance(value, datetime) or value.tzinfo is UTC:
        return value
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ConfigurationError(f"a time is outside the years 1 to 9999 in UTC: {shorten_repr(value)}") from None


def _json(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, default=json_ready)


_CONVERT: dict[ColumnKind, Callable[[object], object]] = {
    "text": _text,
    "time": _utc,
    # Tuples first: isinstance(value, Iterable) takes 0.5 µs per value.
    "texts": lambda value: list(value if type(value) is tuple else _items(value)),
    "json": _json,
}
