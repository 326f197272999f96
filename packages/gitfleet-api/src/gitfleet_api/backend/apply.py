"""Application of a projection to a parsed JSON document."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import DecodeFailure
from .projection import Column, Columns, Projection

__all__ = ["ACCEPTED_TYPES", "MAX_ROWS", "check_rows", "json_name", "project"]

MAX_ROWS = 100_000
"""Maximum number of rows of one response: the largest Git tree that GitHub returns. Pages of listings have 100."""

ACCEPTED_TYPES: dict[str, frozenset[type]] = {
    "str": frozenset((str, type(None))),
    "int": frozenset((int, type(None))),
    "float": frozenset((int, float, type(None))),
    "bool": frozenset((bool, type(None))),
}
"""The Python types of valid values, by kind of column. The kind ``json`` accepts every type."""
_KIND_NAMES = {"str": "a string", "int": "an int", "float": "a float", "bool": "a bool"}
_TYPE_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an int",
    float: "a float",
    bool: "a bool",
    type(None): "null",
}
_OBJECTS = {dict}
_EMPTY: dict[str, object] = {}


def project(document: object, projection: Projection) -> Columns:
    """Return the columns of a projection.

    Args:
        document: a parsed JSON document, as :func:`loads` returns it.
        projection: the rows and columns to select.

    Raises:
        DecodeFailure: The document does not match the projection. Reports the first row, and in it the first column.
    """
    rows = _rows(document, projection)
    level = _levels.get(projection)
    if level is None:
        level = _levels[projection] = _compile(projection)
    columns: Columns = [rows for _ in projection.columns]  # final for a column with an empty path: the row itself
    if rows:
        try:
            level.fill(rows, columns)
        except _TypeMismatch:
            raise _first_failure(rows, projection) from None
    else:
        columns = [[] for _ in projection.columns]
    if projection.beside:
        # With a path to the rows, the document is an object.
        members: Any = document if projection.at else _EMPTY
        beside: Columns = [[None if key in projection.at[:1] else members.get(key)] for key in projection.beside]
        columns += beside
    return columns


def _rows(document: object, projection: Projection) -> list[object]:
    found = document
    for depth, key in enumerate(projection.at):
        if not isinstance(found, dict):
            where = _place(projection.at[:depth])
            raise DecodeFailure("decode_shape", f"{where} should be an object, found {json_name(found)}")
        if key not in found:
            raise DecodeFailure("decode_shape", f"{_place(projection.at[: depth + 1])} is missing")
        found = found[key]
    if not projection.many:
        return [found]
    if not isinstance(found, list):
        where = _place(projection.at)
        raise DecodeFailure("decode_shape", f"{where} should be an array of rows, found {json_name(found)}")
    check_rows(len(found))
    return found


def _place(keys: tuple[str, ...]) -> str:
    return f'"{".".join(keys)}"' if keys else "the document"


def check_rows(count: int) -> None:
    """Refuse a page with too many rows, before columns are made of them.

    Raises:
        DecodeFailure: There are more than :data:`MAX_ROWS`.
    """
    if count > MAX_ROWS:
        raise DecodeFailure("decode_shape", f"more than {MAX_ROWS} rows in one response")


class _TypeMismatch(Exception):
    """Raised when a value has the wrong type; :func:`_first_failure` then finds the exact place."""


class _Key:
    """The targets of one key: columns for its value, and keys of the object that is its value."""

    __slots__ = ("columns", "inner")

    def __init__(self) -> None:
        self.columns: list[tuple[int, frozenset[type] | None]] = []  # index of a column, accepted types
        self.inner: _Level | None = None


class _Level:
    """The keys that are read from objects at one path. The paths of all columns form a tree of levels."""

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}
        self._get: Callable[[Any], tuple[object, ...]] | None = None

    def add(self, path: tuple[str, ...], index: int, accepted: frozenset[type] | None) -> None:
        """Add the path of column ``index``."""
        name, *rest = path
        key = self._keys.setdefault(name, _Key())
        if rest:
            key.inner = key.inner or _Level()
            key.inner.add(tuple(rest), index, accepted)
        else:
            key.columns.append((index, accepted))
        self._get = itemgetter(*self._keys) if len(self._keys) > 1 else None

    def fill(self, objects: list[Any], columns: Columns) -> None:
        """Fill the columns from the objects of all rows.

        Raises:
            _TypeMismatch: A value has the wrong type.
        """
        if not self._keys:
            return
        if len(objects) == 1:
            self.fill_one(objects[0], columns)
            return
        if set(map(type, objects)) != _OBJECTS:
            raise _TypeMismatch
        for key, values in zip(self._keys.values(), self._values(objects), strict=True):
            for index, accepted in key.columns:
                if accepted is not None and not accepted.issuperset(map(type, values)):
                    raise _TypeMismatch
                columns[index] = values
            if key.inner is not None:
                inner = [_EMPTY if value is None else value for value in values] if None in values else values
                key.inner.fill(inner, columns)

    def fill_one(self, found: object, columns: Columns) -> None:
        """Fill the columns from a single object, in a quarter of the time of :meth:`fill`."""
        if type(found) is not dict:
            raise _TypeMismatch
        for name, key in self._keys.items():
            value = found.get(name)
            for index, accepted in key.columns:
                if accepted is not None and type(value) not in accepted:
                    raise _TypeMismatch
                columns[index] = [value]
            if key.inner is not None:
                key.inner.fill_one(_EMPTY if value is None else value, columns)

    def _values(self, objects: list[Any]) -> list[list[object]]:
        if self._get is not None:
            try:
                return [*map(list, zip(*map(self._get, objects), strict=True))]
            except KeyError:  # an object lacks a key
                pass
        return [[value.get(name) for value in objects] for name in self._keys]


_levels: WeakKeyDictionary[Projection, _Level] = WeakKeyDictionary()


def _compile(projection: Projection) -> _Level:
    level = _Level()
    for index, column in enumerate(projection.columns):
        if column.path:
            level.add(column.path, index, ACCEPTED_TYPES.get(column.kind))
    return level


def _first_failure(rows: list[object], projection: Projection) -> DecodeFailure:
    needs_object = any(column.path for column in projection.columns)
    for number, row in enumerate(rows):
        if needs_object and not isinstance(row, dict):
            return _failure(number, None, f"row {number} should be an object, found {json_name(row)}")
        for column in projection.columns:
            problem = _mismatch(row, column)
            if problem is not None:
                return _failure(number, column.name, f"row {number}: {problem}")
    raise AssertionError("a column has a type mismatch, but no row of it does")


def _mismatch(row: object, column: Column) -> str | None:
    value = row
    for depth, key in enumerate(column.path):
        if value is None:
            return None
        if not isinstance(value, dict):
            return f'"{column.name}": "{".".join(column.path[:depth])}" should be an object, found {json_name(value)}'
        value = value.get(key)
    if column.kind == "json" or type(value) in ACCEPTED_TYPES[column.kind]:
        return None
    return f'"{column.name}" should be {_KIND_NAMES[column.kind]}, found {json_name(value)}'


def _failure(row: int, field: str | None, message: str) -> DecodeFailure:
    return DecodeFailure("decode_shape", message, row=row, field=field)


def json_name(value: object) -> str:
    """Return the name of a value's type with its article, for messages: ``an object``, ``an int``, ``null``."""
    return _TYPE_NAMES.get(type(value)) or f"a {type(value).__name__}"
