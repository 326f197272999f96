"""The types of output fields, for formats with typed columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from gitfleet_api.tables.documents import json_ready
from gitfleet_api.tables.files import cell_text
from gitfleet_api.tables.schema import ColumnKind, TableColumn

from .rows import OutputField, value_at

__all__ = ["column_values", "resolve_columns"]


_PYTHON_TYPES: dict[ColumnKind, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "time": (datetime,),
    "texts": (list,),
}


def resolve_columns(fields: Sequence[OutputField], rows: Sequence[object]) -> list[TableColumn]:
    """Return typed columns for fields.

    The type of a field of a model is that of the model. For other fields, and for ids (integers or text), the first
    rows decide.

    Args:
        fields: the fields.
        rows: the first rows.
    """
    columns = []
    for field in fields:
        known = field.column
        if known is None or known.kind == "id":
            kind = _kind_of([value_at(row, field.path) for row in rows], "integer" if known is not None else "text")
            columns.append(TableColumn(field.name, field.path, kind))
        else:
            columns.append(
                known._replace(name=field.name, attributes=field.path, inner=tuple(map(_inner, known.inner)))
            )
    return columns


def _inner(column: TableColumn) -> TableColumn:
    kind: ColumnKind = "integer" if column.kind == "id" else column.kind
    return column._replace(kind=kind, inner=tuple(map(_inner, column.inner)))


def _kind_of(values: Sequence[object], default: ColumnKind) -> ColumnKind:
    kinds: set[ColumnKind] = {_kind(value) for value in values if value is not None}
    if kinds <= {"integer", "number"} and kinds:
        return "number" if "number" in kinds else "integer"
    if len(kinds) > 1:
        return "json" if kinds & {"json"} else "text"
    return kinds.pop() if kinds else default


def _kind(value: object) -> ColumnKind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if -(2**63) <= value < 2**63 else "text"
    if isinstance(value, float):
        return "number"
    if isinstance(value, datetime):
        return "time"
    return "text" if isinstance(value, str) else "json"


def column_values(column: TableColumn, rows: Sequence[object]) -> list[object]:
    """Return the values of a column, converted to its type.

    Raises:
        TypeError: a value has another type.
    """
    return [_converted(column, value_at(row, column.attributes)) for row in rows]


def _converted(column: TableColumn, value: object) -> object:
    if value is None:
        return None
    kind = column.kind
    if kind == "text":
        return value if isinstance(value, str) else cell_text(value)
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, default=json_ready)
    if kind == "objects" and isinstance(value, list):
        return [
            {item.name: _converted(item, value_at(entry, item.attributes)) for item in column.inner} for entry in value
        ]
    if not isinstance(value, _PYTHON_TYPES.get(kind, ())) or (isinstance(value, bool) and kind != "boolean"):
        raise TypeError(f"{kind} was expected, as in the first rows, not {cell_text(value)[:60]!r}")
    return value
