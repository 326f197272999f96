"""A projection applied to JSON that was parsed whole."""

from __future__ import annotations

from .errors import DecodeFailure
from .projection import Column, Columns, Projection

__all__ = ["json_name", "pick"]

_ACCEPTED: dict[str, frozenset[type]] = {
    "str": frozenset((str, type(None))),
    "int": frozenset((int, type(None))),
    "float": frozenset((int, float, type(None))),
    "bool": frozenset((bool, type(None))),
}
_JSON_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def pick(document: object, projection: Projection) -> Columns:
    """The columns that ``projection`` asks for.

    Raises:
        DecodeFailure: not of the promised shape; of several faults the one in the first row, and there in the first
            column.
    """
    rows = _rows(document, projection)
    columns = [_column(rows, column) for column in projection.columns]
    if any(column is None for column in columns):
        raise _first_failure(rows, projection)
    return [column for column in columns if column is not None]


def _rows(document: object, projection: Projection) -> list[object]:
    found = document
    for depth, key in enumerate(projection.at):
        if not isinstance(found, dict) or key not in found:
            place = ".".join(projection.at[: depth + 1])
            raise DecodeFailure("decode_shape", f'there is no "{place}" in the answer')
        found = found[key]
    if not projection.many:
        return [found]
    if not isinstance(found, list):
        place = f'"{".".join(projection.at)}"' if projection.at else "the answer"
        raise DecodeFailure("decode_shape", f"{place} should be an array, found {json_name(found)}")
    return found


def _column(rows: list[object], column: Column) -> list[object] | None:
    """The values of one column; None when one of them is wrong, which :func:`_first_failure` then finds."""
    values = rows
    for depth, key in enumerate(column.path):
        kinds = set(map(type, values))
        if kinds == {dict}:
            values = [value.get(key) for value in values]  # type: ignore[attr-defined]
        elif depth and kinds <= {dict, type(None)}:
            values = [None if value is None else value.get(key) for value in values]  # type: ignore[attr-defined]
        elif kinds:
            return None
    if column.kind != "json" and not _ACCEPTED[column.kind].issuperset(map(type, values)):
        return None
    return values


def _first_failure(rows: list[object], projection: Projection) -> DecodeFailure:
    needs_object = any(column.path for column in projection.columns)
    for number, row in enumerate(rows):
        if needs_object and not isinstance(row, dict):
            return _failure(number, None, f"row {number} should be an object, found {json_name(row)}")
        for column in projection.columns:
            what = _wrong(row, column)
            if what is not None:
                return _failure(number, column.name, f"row {number}: {what}")
    raise AssertionError("a column failed, but no row of it")


def _wrong(row: object, column: Column) -> str | None:
    value = row
    for depth, key in enumerate(column.path):
        if value is None:
            return None
        if not isinstance(value, dict):
            return f'"{".".join(column.path[:depth])}" should be an object, found {json_name(value)}'
        value = value.get(key)
    if column.kind == "json" or type(value) in _ACCEPTED[column.kind]:
        return None
    return f'"{column.name}" should be {column.kind}, found {json_name(value)}'


def _failure(row: int, field: str | None, message: str) -> DecodeFailure:
    return DecodeFailure("decode_shape", message, row=row, field=field)


def json_name(value: object) -> str:
    """What ``value`` is called in JSON, for messages."""
    return _JSON_NAMES.get(type(value), "a number")
