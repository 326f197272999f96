"""Where the fields of objects get their values from: columns, defaults, constants."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..backend.projection import Columns
from ..errors import DecodeFailure
from .converters import FAILURES
from .shapes import FieldSpec

__all__ = ["ColumnField", "ConstantField", "FactoryField", "FieldReader", "MultiColumnField", "NestedField", "at_row"]


class FieldReader(ABC):
    """Gives a value of one field for each row.

    Attributes:
        column: number of the column that holds just these values, or None when there is more to do.
    """

    column: int | None = None

    @abstractmethod
    def take(self, columns: Columns, count: int) -> list[object]:
        """The values of ``count`` rows.

        Raises:
            DecodeFailure: a required value is missing, or one can't be converted; says which and in which row.
        """


class ConstantField:
    """The same value in every row; no source, as nothing is taken."""

    def __init__(self, value: object) -> None:
        self.value = value


class FactoryField(FieldReader):
    """A value that is made anew for every row."""

    def __init__(self, factory: Callable[[], object]) -> None:
        self._factory = factory

    def take(self, columns: Columns, count: int) -> list[object]:
        """A new value for each row."""
        return [self._factory() for _ in range(count)]


class _Filled(FieldReader):
    """A field that is made of what is in the row, or has its default where nothing is."""

    def __init__(self, plan: FieldSpec, name: str) -> None:
        self._plan = plan
        self._name = name

    def _required(self, values: list[object]) -> None:
        if self._plan.required and None in values:
            raise _failure(values.index(None), self._name, "is missing")

    def _with_defaults(self, values: list[object]) -> list[object]:
        default, factory = self._plan.default, self._plan.factory
        if factory is not None:
            return [factory() if value is None else value for value in values]
        if default is not None:
            return [default if value is None else value for value in values]
        return values


class ColumnField(_Filled):
    """A field that is made of one value."""

    def __init__(self, plan: FieldSpec, index: int, name: str) -> None:
        super().__init__(plan, name)
        self._index = index
        needs_nothing = plan.convert is None and not plan.required and plan.default is None and plan.factory is None
        self.column = index if needs_nothing else None

    def take(self, columns: Columns, count: int) -> list[object]:
        """The values of the column, converted."""
        values = self._values(columns)
        self._required(values)
        if self._plan.convert is not None:
            values = self._converted(values, self._plan.convert)
        return self._with_defaults(values)

    def _values(self, columns: Columns) -> list[object]:
        return columns[self._index]

    def _converted(self, values: list[object], convert: Callable[[Any], object]) -> list[object]:
        result: list[object] = []
        try:
            if self._plan.whole is not None:
                return self._plan.whole(values)
        except FAILURES:
            pass  # which value it is is told below
        try:
            # Not a comprehension: on failure the length says which row it was.
            for value in values:
                result.append(None if value is None else convert(value))  # noqa: PERF401
        except FAILURES as error:
            raise _failure(len(result), self._name, f"is not what was expected: {error}") from None
        return result


class MultiColumnField(ColumnField):
    """A field that is made of several values, whose columns follow each other."""

    def _values(self, columns: Columns) -> list[object]:
        taken = columns[self._index : self._index + 1 + len(self._plan.more)]
        nothing = (None,) * len(taken)
        return [None if row == nothing else row for row in zip(*taken, strict=True)]


class NestedField(_Filled):
    """An object whose values are columns of their own; ``rows`` makes it of them, or None where none is there."""

    def __init__(self, plan: FieldSpec, rows: Callable[[Columns, int], list[Any]], name: str) -> None:
        super().__init__(plan, name)
        self._rows = rows

    def take(self, columns: Columns, count: int) -> list[object]:
        """The objects, or the default where there is none."""
        values = self._rows(columns, count)
        self._required(values)
        return self._with_defaults(values)


def _failure(row: int, name: str, what: str) -> DecodeFailure:
    return DecodeFailure("decode_shape", f'row {row}: "{name}" {what}', row=row, field=name)


def at_row(failure: DecodeFailure, row: int, *, of: int = 0) -> DecodeFailure:
    """A failure in row ``of`` of some rows taken alone, as one of the row that it is among all."""
    message = failure.message.replace(f"row {of}:", f"row {row}:", 1)
    return DecodeFailure(failure.code, message, row=row, field=failure.field)
