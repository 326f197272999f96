"""The identity of rows: what recognizes a row that appears on two pages of a listing."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from typing import Any

from .._internal.text import shorten_repr
from ..backend.projection import Column, Columns
from ..errors import ConfigurationError
from .shapes import Shape

__all__ = ["Keys", "RowIdentity", "identity_by", "identity_columns", "identity_of"]

Keys = tuple[list[object], list[object]]
"""The id of each row (None for a row that cannot be recognized), and everything else that must be equal to it."""

_ID_TYPES = {str, int}
_DISTINGUISHING = ("number", "name", "path", "sha")
"""Fields of our models that must be equal besides the id: a server may send the same id for every row."""
_BESIDE_OWN = (("number",), ("iid",), ("name",), ("path",))
"""Values that must be equal in rows of a user's class, even if it leaves them out: two files have one blob id."""


class RowIdentity:
    """Reads the keys of rows from columns, before any object is created.

    Args:
        ids: indexes of the columns with the id.
        others: indexes of the columns that must be equal as well.
        exact: whether ``others`` can contain any JSON, of which a digest is kept.
    """

    __slots__ = ("_exact", "_ids", "_others")

    def __init__(self, ids: Sequence[int], others: Sequence[int], *, exact: bool) -> None:
        self._ids = tuple(ids)
        self._others = tuple(others)
        self._exact = exact

    def keys(self, columns: Columns) -> Keys:
        """Return the keys of the rows of a page."""
        ids = columns[self._ids[0]] if len(self._ids) == 1 else [_first(*row) for row in _rows(columns, self._ids)]
        if not set(map(type, ids)) <= _ID_TYPES:
            ids = [value if type(value) in _ID_TYPES else None for value in ids]
        if self._exact:
            return ids, [_digest(row) for row in _rows(columns, self._others)]
        if len(self._others) == 1:
            return ids, columns[self._others[0]]
        return ids, list(_rows(columns, self._others)) if self._others else ids


class _NamedFields(RowIdentity):
    """The identity by fields that the user names: all their values together are the id."""

    __slots__ = ()

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(indexes, (), exact=True)

    def keys(self, columns: Columns) -> Keys:
        """Return the keys of the rows of a page. A row in which a value is missing has none."""
        ids: list[object] = [None if None in row else _digest(row) for row in _rows(columns, self._ids)]
        return ids, ids


def _rows(columns: Columns, indexes: Sequence[int]) -> zip[tuple[Any, ...]]:
    return zip(*(columns[index] for index in indexes), strict=True)


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _digest(row: tuple[Any, ...]) -> int:
    # Version 0 of the format has no references, so equal JSON values give equal bytes. Unlike ==, it distinguishes
    # 1, 1.0 and true. It takes 1 µs for 6 short values, and a digest keeps nothing of the row in memory.
    return hash(marshal.dumps(row, 0))


def identity_columns(shape: Shape, columns: Sequence[Column]) -> list[Column]:
    """Return the columns that rows of a user's class need in addition, so that different rows have different keys."""
    paths = [column.path for column in columns]
    if not shape.own or ("id",) not in paths or () in paths:  # the row itself contains everything
        return []
    present = {path[0] for path in paths}
    return [Column(path, "json") for path in _BESIDE_OWN if path[0] not in present]


def identity_of(shape: Shape, ranges: dict[str, range], columns: Sequence[Column]) -> RowIdentity | None:
    """Return how rows are recognized if nothing else is demanded; None if they are not.

    A row of our models is repeated if its id and its number, name, path or hash are equal. A row of a user's class is
    repeated if the class has the provider's id and everything is equal.

    Args:
        shape: the model and its paths.
        ranges: the columns of each field.
        columns: all columns of a row.
    """
    if shape.own:
        ids = [index for index, column in enumerate(columns) if column.path == ("id",)]
        return RowIdentity(ids[:1], range(len(columns)), exact=True) if ids else None
    if shape.identity is None or not ranges.get(shape.identity):
        return None
    others = [index for name in _DISTINGUISHING for index in ranges.get(name, ()) if name != shape.identity]
    exact = any(columns[index].kind == "json" for index in others)
    return RowIdentity(ranges[shape.identity], others, exact=exact)


def identity_by(names: Sequence[str], ranges: dict[str, range]) -> RowIdentity:
    """Return an identity by the fields that the user names.

    Raises:
        ConfigurationError: There are no names, or a response does not fill such a field.
    """
    if not isinstance(names, list | tuple) or not names:
        raise ConfigurationError(f"identity= must be a field, a tuple of fields or None, not {shorten_repr(names)}")
    for name in names:
        if not ranges.get(name):
            known = ", ".join(key for key, found in ranges.items() if found)
            raise ConfigurationError(f"identity= names no field of the rows: {shorten_repr(name)}; there are {known}")
    return _NamedFields([index for name in names for index in ranges[name]])
