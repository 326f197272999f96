"""Readers of single fields: each returns the values of one field for all rows of a page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..backend.projection import Columns
from ..errors import DecodeFailure
from .converters import CONVERSION_ERRORS, UnrepresentableValueError
from .shapes import FieldSpec

__all__ = [
    "ColumnField",
    "ConstantField",
    "FactoryField",
    "FieldReader",
    "MultiColumnField",
    "NestedField",
    "renumber_failure",
]


class FieldReader(ABC):
    """Reads one field of every row.

    Attributes:
        column: index of the column that already has the final values, or None if the values need work.
    """

    column: int | None = None

    @abstractmethod
    def read(self, columns: Columns, count: int) -> list[object]:
        """Return the values of ``count`` rows.

        Raises:
            DecodeFailure: A required value is missing, or a value can't be converted; has the field and the row.
        """


class ConstantField:
    """A field with the same value in every row. Not a FieldReader, because nothing is read."""

    def __init__(self, value: object) -> None:
        self.value = value


class FactoryField(FieldReader):
    """A field whose value a factory creates for every row."""

    def __init__(self, factory: Callable[[], object]) -> None:
        self._factory = factory

    def read(self, columns: Columns, count: int) -> list[object]:
        """Return a new value for each row."""
        return [self._factory() for _ in range(count)]


class _JsonField(FieldReader):
    """A field that is filled from JSON and has a default for missing values."""

    def __init__(self, spec: FieldSpec, name: str) -> None:
        self._spec = spec
        self._name = name

    def _check_required(self, values: list[object]) -> None:
        if self._spec.required and None in values:
            raise _failure(values.index(None), self._name, "is missing")

    def _with_defaults(self, values: list[object]) -> list[object]:
        default, factory = self._spec.default, self._spec.factory
        if factory is not None:
            return [factory() if value is None else value for value in values]
        if default is not None:
            return [default if value is None else value for value in values]
        return values


class ColumnField(_JsonField):
    """A field that is filled from one column."""

    def __init__(self, spec: FieldSpec, index: int, name: str) -> None:
        super().__init__(spec, name)
        self._index = index
        is_final = spec.convert is None and not spec.required and spec.default is None and spec.factory is None
        self.column: int | None = index if is_final else None

    def read(self, columns: Columns, count: int) -> list[object]:
        """Return the converted values of the column."""
        values = self._values(columns)
        self._check_required(values)
        if self._spec.convert is not None:
            values = self._converted(values, self._spec.convert)
        return self._with_defaults(values)

    def _values(self, columns: Columns) -> list[object]:
        return columns[self._index]

    def _converted(self, values: list[object], convert: Callable[[Any], object]) -> list[object]:
        result: list[object] = []
        try:
            if self._spec.convert_column is not None:
                return self._spec.convert_column(values)
        except CONVERSION_ERRORS:
            pass  # the loop below finds the invalid value, or accepts all of them
        for row, value in enumerate(values):
            try:
                result.append(None if value is None else convert(value))
            except CONVERSION_ERRORS as error:
                if self._spec.required or not isinstance(error, UnrepresentableValueError):
                    raise _failure(row, self._name, f"is invalid: {error}") from None
                result.append(None)  # one time outside the calendar must not lose the other rows
        return result


class MultiColumnField(ColumnField):
    """A field that is computed from several values, whose columns are adjacent."""

    def _values(self, columns: Columns) -> list[object]:
        parts = columns[self._index : self._index + 1 + len(self._spec.more_paths)]
        all_missing = (None,) * len(parts)
        return [None if row == all_missing else row for row in zip(*parts, strict=True)]


class NestedField(_JsonField):
    """A field with a nested object whose values have their own columns.

    Args:
        spec: the field.
        build: builds the nested objects from the columns; None for each row that has none.
        name: dotted path of the field, for messages.
    """

    def __init__(self, spec: FieldSpec, build: Callable[[Columns, int], list[Any]], name: str) -> None:
        super().__init__(spec, name)
        self._build = build

    def read(self, columns: Columns, count: int) -> list[object]:
        """Return the nested objects, or the default where there is none."""
        values = self._build(columns, count)
        self._check_required(values)
        return self._with_defaults(values)


def _failure(row: int, name: str, what: str) -> DecodeFailure:
    return DecodeFailure("decode_shape", f'row {row}: "{name}" {what}', row=row, field=name)


def renumber_failure(failure: DecodeFailure, row: int, *, of: int = 0) -> DecodeFailure:
    """Renumber a failure: row ``of`` of a subset is row ``row`` of the whole page."""
    message = failure.message.replace(f"row {of}:", f"row {row}:", 1)
    return DecodeFailure(failure.code, message, row=row, field=failure.field)
