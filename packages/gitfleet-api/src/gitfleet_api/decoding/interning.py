"""Interning of nested objects: equal owners, labels and users of a listing are built once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backend.projection import Column, Columns
from ..errors import DecodeFailure

__all__ = ["Interner"]

_EXACT_KINDS = ("str", "int", "bool")
"""Kinds of columns whose equal values are identical. In other kinds 1 equals 1.0 and True."""
_EXACT_TYPES = frozenset((str, int, type(None)))
"""The types for which the same is true in a column of another kind."""
_MAX_OBJECTS = 256
"""Number of objects that are kept for later pages."""


class Interner:
    """Maps rows of column values to objects, so that equal rows share one immutable object.

    Args:
        indices: the columns of the nested model.
        columns: all columns of the projection.
    """

    def __init__(self, indices: range, columns: Sequence[Column]) -> None:
        self._indices = indices
        self._inexact = [index for index in indices if columns[index].kind not in _EXACT_KINDS]
        self._objects = self._empty()

    def get(self, columns: Columns, count: int, build: Callable[[Columns, int], list[Any]]) -> list[Any] | None:
        """Return the object of each row, or None for rows without values.

        Args:
            columns: all columns of a page.
            count: number of rows.
            build: builds the objects that are not known yet.

        Returns:
            None if interning does not apply: all rows are new and different, a value has an inexact type, or a row is
            invalid. The caller then builds the objects itself and reports the failure.
        """
        for index in self._inexact:
            if not _EXACT_TYPES.issuperset(map(type, columns[index])):
                return None
        here = slice(self._indices.start, self._indices.stop)
        rows = [*zip(*columns[here], strict=True)]
        known = self._objects
        try:
            return [*map(known.__getitem__, rows)]
        except KeyError:
            pass
        new = [row for row in dict.fromkeys(rows) if row not in known]
        if len(new) == count > 1:
            return None
        distinct = columns.copy()
        distinct[here] = map(list, zip(*new, strict=True))
        try:
            known.update(zip(new, build(distinct, len(new)), strict=True))
        except DecodeFailure:
            return None
        if len(known) > _MAX_OBJECTS:
            self._objects = self._empty()
        return [*map(known.__getitem__, rows)]

    def _empty(self) -> dict[tuple[object, ...], Any]:
        return {(None,) * len(self._indices): None}
