"""Rows of models as rows of SQLite, and back as the values of a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from gitfleet_api import ConfigurationError
from gitfleet_api.tables.documents import json_ready
from gitfleet_api.tables.schema import ColumnKind, TableColumn, columns_of
from gitfleet_api.tables.values import table_data

__all__ = [
    "PLAIN",
    "Cell",
    "columns_from_json",
    "columns_of_rows",
    "columns_to_json",
    "decode",
    "encode",
    "encode_models",
    "sql_type",
    "utc_text",
]

Cell = str | int | float | None
PLAIN = (TableColumn("value", (), "json"),)
"""The columns of rows that are no dataclasses, as dicts: one with JSON."""
_LARGEST = 2**63
_TYPES: dict[ColumnKind, str] = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL", "id": ""}
"""Other kinds are text. A column without a type keeps both integers and text."""


def sql_type(column: TableColumn) -> str:
    """Return the SQLite type of a column."""
    return _TYPES.get(column.kind, "TEXT")


def columns_of_rows(rows: Sequence[object], model: type | None) -> tuple[TableColumn, ...]:
    """Return the columns of some rows.

    Args:
        rows: The rows, at least one.
        model: Their class. None derives it from the first row.

    Raises:
        ConfigurationError: The class cannot be a table.
    """
    model = model or type(rows[0])
    return columns_of(model) if hasattr(model, "__dataclass_fields__") else PLAIN


def encode(rows: Sequence[object], model: type | None, columns: Sequence[TableColumn]) -> list[tuple[Cell, ...]]:
    """Return rows as rows of SQLite, with the columns of :func:`columns_of_rows`.

    Raises:
        ConfigurationError: The rows have other columns, or a value does not have the type of its column.
    """
    if not rows:
        return []
    found = columns_of_rows(rows, model)
    if found != tuple(columns):
        names = ", ".join(column.name for column in columns)
        raise ConfigurationError(f"the rows have other columns than those of other repositories, which are {names}")
    if found == PLAIN:
        try:
            return [(_clean(_json(row)),) for row in rows]
        except (TypeError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"a row cannot be stored as JSON: {error}") from None
    table = table_data(rows, model or type(rows[0]))
    return _rows_of_cells(columns, table.values)


def encode_models(rows: Sequence[object], model: type, columns: Sequence[TableColumn]) -> list[tuple[Cell, ...]]:
    """Return models as rows of SQLite, with some columns of their class. Ids stay integers or text, each as it is.

    Args:
        rows: The models.
        model: Their class.
        columns: Columns of ``columns_of(model)``, in any order.

    Raises:
        ConfigurationError: The rows are of another class, or a value does not have the type of its column.
    """
    values = dict(zip((column.name for column in columns_of(model)), table_data(rows, model).values, strict=True))
    for column in columns:
        if column.kind == "id":  # a column of a table has integers or text only
            values[column.name] = [_attribute(row, column.attributes) for row in rows]
    return _rows_of_cells(columns, [values[column.name] for column in columns])


def _attribute(value: object, names: Sequence[str]) -> object:
    for name in names:
        if value is None:
            return None
        value = getattr(value, name)
    return value


def _rows_of_cells(columns: Sequence[TableColumn], values: Sequence[list[object]]) -> list[tuple[Cell, ...]]:
    cells = [_encoded(column, found) for column, found in zip(columns, values, strict=True)]
    return list(zip(*cells, strict=True))


def decode(columns: Sequence[TableColumn], rows: Sequence[tuple[Any, ...]]) -> list[list[object]]:
    """Return rows of SQLite as the values of a table: for each column a list."""
    cells: Sequence[Sequence[object]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return [_decoded(column, list(values)) for column, values in zip(columns, cells, strict=True)]


def utc_text(time: datetime) -> str:
    """Return a time as ISO 8601 text in UTC. Texts of equal precision sort like their times."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def columns_to_json(columns: Sequence[TableColumn]) -> str:
    """Return columns as JSON."""
    return json.dumps(columns)


def columns_from_json(text: str) -> tuple[TableColumn, ...]:
    """Return the columns of :func:`columns_to_json`."""
    return _columns(json.loads(text))


def _columns(given: list[list[Any]]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, tuple(path), kind, _columns(inner)) for name, path, kind, inner in given)


def _encoded(column: TableColumn, values: list[Any]) -> list[Cell]:
    convert = _ENCODE[column.kind]
    try:
        return [None if value is None else convert(value) for value in values]
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ConfigurationError(f"column {column.name!r}: {column.kind} was expected: {error}") from None


def _decoded(column: TableColumn, values: list[Any]) -> list[object]:
    convert = _decoder(column)
    return values if convert is None else [None if value is None else convert(value) for value in values]


def _decoder(column: TableColumn) -> Callable[[Any], object] | None:
    if column.kind != "objects":
        return _DECODE.get(column.kind)
    inner = [(item.name, convert) for item in column.inner if (convert := _inner_decoder(item)) is not None]

    def load(text: str) -> object:
        return [_record(record, inner) for record in json.loads(text)]

    return load


def _inner_decoder(column: TableColumn) -> Callable[[Any], object] | None:
    """Return what converts a value inside an object, which was JSON: only times are not what they were."""
    if column.kind == "time":
        return datetime.fromisoformat
    if column.kind != "objects":
        return None
    inner = [(item.name, convert) for item in column.inner if (convert := _inner_decoder(item)) is not None]
    return lambda records: [_record(record, inner) for record in records]


def _record(record: dict[str, Any], converters: Sequence[tuple[str, Callable[[Any], object]]]) -> dict[str, Any]:
    for name, convert in converters:
        if record[name] is not None:
            record[name] = convert(record[name])
    return record


def _clean(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can have and UTF-8 has not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not {type(value).__name__}")
    return value if value.isascii() else _clean(value)


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"not {type(value).__name__}")
    if not -_LARGEST <= value < _LARGEST:
        raise OverflowError("it needs more than 64 bits")
    return value


def _id(value: object) -> int | str:
    return _text(value) if isinstance(value, str) else _integer(value)


def _number(value: object) -> float:
    if not isinstance(value, float | int):
        raise TypeError(f"not {type(value).__name__}")
    return float(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=json_ready)


def _json_text(value: object) -> str:
    return _clean(_json(value))


_ENCODE: dict[ColumnKind, Callable[[Any], Cell]] = {
    "text": _text,
    "integer": _integer,
    "id": _id,
    "number": _number,
    "boolean": lambda value: int(bool(value)),
    "time": utc_text,
    "texts": _json_text,
    "objects": _json_text,
    "json": _text,
}
_DECODE: dict[ColumnKind, Callable[[Any], object]] = {
    "boolean": bool,
    "time": datetime.fromisoformat,
    "texts": json.loads,
}
