"""ObjectDecoder: builds the objects of one dataclass, at the top of a row or nested in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backend.projection import Column, Columns, Kind
from ..errors import ConfigurationError, DecodeFailure
from .construct import constructor_for
from .context import DecoderContext
from .fields import (
    ColumnField,
    ConstantField,
    FactoryField,
    FieldReader,
    MultiColumnField,
    NestedField,
    renumber_failure,
)
from .interning import Interner
from .shapes import FieldSpec, Shape
from .type_hints import is_library_model, require_dataclass

__all__ = ["ObjectDecoder"]


class ObjectDecoder:
    """The compiled fields of one dataclass.

    Args:
        shape: the paths of the fields.
        context: the state shared with nested models.
        prefix: keys from the row to the object.
        columns: the columns of the projection; those of this object are appended.
        above: the shapes of the objects that contain this one.
        include_raw: whether to fill ``raw_data``.

    Attributes:
        ranges: the indexes of the columns of each field; empty for a field that no column fills.

    Raises:
        ConfigurationError: A field can't be decoded, or the class can't be constructed.
    """

    def __init__(
        self,
        shape: Shape,
        context: DecoderContext,
        prefix: tuple[str, ...],
        columns: list[Column],
        above: tuple[Shape, ...],
        *,
        include_raw: bool = False,
    ) -> None:
        self._context = context
        self._prefix = prefix
        self._columns = columns
        self._above = (*above, shape)
        self._owner = require_dataclass(shape.model)
        self._flattened: dict[str, ObjectDecoder] = {}
        self.ranges: dict[str, range] = {}
        start = len(columns)
        self._fields: dict[str, FieldReader | ConstantField] = {}
        for spec in context.specs(shape):
            before = len(columns)
            self._fields[spec.name] = self._field(spec, include_raw=include_raw)
            self.ranges[spec.name] = range(before, len(columns))
        constants = {name: field.value for name, field in self._fields.items() if isinstance(field, ConstantField)}
        self._constructor = constructor_for(self._owner, list(self._fields), constants)
        varying = [field for field in self._fields.values() if not isinstance(field, ConstantField)]
        self._direct = [field.column or 0 for field in varying]
        self._indirect = [(position, field) for position, field in enumerate(varying) if field.column is None]
        self._indices = range(start, len(columns))  # including the columns of nested objects
        # Objects of user classes may be mutable, so equal ones are not shared.
        self._interner = Interner(self._indices, columns) if is_library_model(self._owner) else None

    def _field(self, spec: FieldSpec, *, include_raw: bool) -> FieldReader | ConstantField:
        if spec.origin == "provider":
            return ConstantField(self._context.constants.get(spec.name, spec.default))
        if spec.origin == "default" or (spec.origin == "raw" and not include_raw):
            return ConstantField(spec.default) if spec.factory is None else FactoryField(spec.factory)
        path = self._prefix + spec.path
        if spec.nested is not None:
            shape = self._context.shape(spec.nested)
            if self._can_be_flattened(shape):
                nested = ObjectDecoder(shape, self._context, path, self._columns, self._above)
                self._flattened[spec.name] = nested
                return NestedField(spec, nested.build_optional, ".".join(path))
            spec.convert = self._context.decoder(shape).decode_one
        start = len(self._columns)
        self._add_column(spec, path, spec.kind if path else "json")
        if spec.more_paths:
            for more in spec.more_paths:
                self._add_column(spec, self._prefix + more, "json")
            return MultiColumnField(spec, start, ".".join(path))
        return ColumnField(spec, start, ".".join(path))

    def _add_column(self, spec: FieldSpec, path: tuple[str, ...], kind: Kind) -> None:
        try:
            self._columns.append(Column(path, kind))
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._owner.__name__}.{spec.name}: {error}") from None

    def _can_be_flattened(self, shape: Shape) -> bool:
        """Whether the values of a nested object can be columns of the row.

        The nested model needs a required field: it distinguishes a missing object from an empty one. A recursive
        model would have an infinite number of columns.
        """
        if shape in self._above:
            return False
        specs = self._context.specs(shape)
        return any(spec.required and spec.origin == "json" and spec.nested is None for spec in specs)

    def build(self, columns: Columns, count: int) -> list[Any]:
        """Build an object for each row.

        Raises:
            DecodeFailure: A required value is missing, or a value can't be converted.
        """
        values = [columns[index] for index in self._direct]
        for position, field in self._indirect:
            values[position] = field.read(columns, count)
        return self._constructor.construct(values)

    def build_optional(self, columns: Columns, count: int) -> list[Any]:
        """Build an object for each row, or None where all its values are missing."""
        shared = None if self._interner is None else self._interner.get(columns, count, self.build)
        if shared is not None:
            return shared
        present = self._rows_with_values(columns, count)
        if present is None:
            return self.build(columns, count)
        result: list[Any] = [None] * count
        for row in present:
            try:
                result[row] = self.build([[column[row]] for column in columns], 1)[0]
            except DecodeFailure as failure:
                raise renumber_failure(failure, row) from None
        return result

    def _rows_with_values(self, columns: Columns, count: int) -> list[int] | None:
        """Return the rows in which a value of this object is present; None for all rows, which is found quickly."""
        here = self._indices
        if any(None not in columns[index] for index in here):
            return None
        return [row for row in range(count) if any(columns[index][row] is not None for index in here)]

    def field_values(self, paths: Sequence[tuple[str, ...]], columns: Columns, count: int) -> list[list[object]]:
        """Return the values of fields without building the objects; a path names the attributes to follow."""
        return [self._field_values(path, columns, count) for path in paths]

    def _field_values(self, path: tuple[str, ...], columns: Columns, count: int) -> list[object]:
        name, *rest = path
        field, nested = self._fields[name], self._flattened.get(name)
        if rest and nested is not None:
            return nested._optional_field_values(tuple(rest), columns, count)  # noqa: SLF001  the same class
        values: list[Any] = [field.value] * count if isinstance(field, ConstantField) else field.read(columns, count)
        for attribute in rest:
            values = [None if value is None else getattr(value, attribute) for value in values]
        return values

    def _optional_field_values(self, path: tuple[str, ...], columns: Columns, count: int) -> list[object]:
        """Return the values of a field, or None for each row in which all values of this object are missing."""
        present = self._rows_with_values(columns, count)
        if present is None:
            return self._field_values(path, columns, count)
        here = self._indices
        result: list[object] = [None] * count
        subset = columns.copy()
        subset[here.start : here.stop] = [[columns[index][row] for row in present] for index in here]
        try:
            values = self._field_values(path, subset, len(present))
        except DecodeFailure as failure:
            raise renumber_failure(failure, present[failure.row or 0], of=failure.row or 0) from None
        for row, value in zip(present, values, strict=True):
            result[row] = value
        return result
