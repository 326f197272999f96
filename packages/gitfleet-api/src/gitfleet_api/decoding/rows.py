"""RowDecoder: builds model objects from columns. Both engines use it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from ..backend.apply import project
from ..backend.projection import Column, Columns, Projection
from ..errors import DecodeFailure
from .context import DecoderContext
from .identity import Keys, identity_by, identity_columns, identity_of
from .objects import ObjectDecoder
from .shapes import Shape
from .type_hints import is_library_model, require_dataclass

__all__ = ["RowDecoder"]

T = TypeVar("T")

_MAX_PROJECTIONS = 64
"""Number of projections that a decoder caches. Users may compute the paths in a loop."""


class RowDecoder(Generic[T]):
    """Decodes rows into objects of one model. It is compiled once and used for every page.

    Args:
        model: the class of the objects, which is that of ``shape``.
        shape: the paths of the fields.
        constants: values of fields that are the same in every row.
        include_raw: whether to fill ``raw_data`` with the provider's own object.
        context: the state shared with the decoder that contains this one; None for a top-level decoder.

    Raises:
        ConfigurationError: The model can't be decoded from JSON; the message has the reason.
    """

    def __init__(
        self,
        model: type[T],
        shape: Shape,
        constants: Mapping[str, object],
        *,
        include_raw: bool = False,
        context: DecoderContext | None = None,
    ) -> None:
        is_listed = context is None
        context = DecoderContext(constants, _nested_decoder) if context is None else context
        if not include_raw:
            context.decoders[shape] = self  # before the fields are inspected: they may contain the model itself
        columns: list[Column] = []
        self._shape = shape
        self._objects = ObjectDecoder(shape, context, (), columns, (), include_raw=include_raw)
        if is_listed:
            columns += identity_columns(shape, columns)
        self._columns = tuple(columns)
        self._identity = identity_of(shape, self._objects.ranges, columns) if is_listed else None
        self._projections: dict[tuple[object, ...], Projection] = {}

    @property
    def model(self) -> type[T]:
        """The class of the objects."""
        return self._shape.model  # type: ignore[no-any-return]

    @property
    def is_library_model(self) -> bool:
        """Whether the model belongs to this library, so that its construction runs no user code."""
        return is_library_model(require_dataclass(self._shape.model))

    def _share(self, other: RowDecoder[Any]) -> None:
        """Use the compiled state of another decoder."""
        self._shape, self._objects, self._columns = other._shape, other._objects, other._columns
        self._identity, self._projections = other._identity, other._projections

    def projection(
        self,
        at: tuple[str, ...] = (),
        *,
        many: bool,
        beside: tuple[str, ...] = (),
        more: tuple[Column, ...] = (),
    ) -> Projection:
        """Return the projection that produces the columns for :meth:`build`: one object for equal arguments.

        Args:
            at: keys from the document to the rows.
            many: whether there is an array of rows, or a single row.
            beside: members of the document, whose values follow the columns.
            more: columns to add behind those of the model.
        """
        key = (at, many, beside, more)
        found = self._projections.get(key)
        if found is None:
            if len(self._projections) >= _MAX_PROJECTIONS:
                self._projections.clear()
            found = self._projections[key] = Projection((*self._columns, *more), at, many, beside)
        return found

    def identified_by(self, fields: Sequence[str] | None) -> RowDecoder[T]:
        """Return a decoder that recognizes rows by the values of some fields; None for one that recognizes no row.

        Args:
            fields: names of fields of the model.

        Raises:
            ConfigurationError: The model has no such field that a response fills.
        """
        other = copy.copy(self)
        other._identity = None if fields is None else identity_by(fields, self._objects.ranges)  # noqa: SLF001
        return other

    def keys(self, columns: Columns) -> Keys | None:
        """Return what recognizes each row on another page; None if no row can be recognized.

        Args:
            columns: the columns of a page, as :meth:`build` takes them.
        """
        return None if self._identity is None else self._identity.keys(columns)

    def build(self, columns: Columns) -> list[T]:
        """Build an object for each row.

        Raises:
            DecodeFailure: A required value is missing, or a value can't be converted; has the field and the row.
        """
        try:
            return self._objects.build(columns, len(columns[0]))
        except RecursionError:
            what = "objects are nested too deeply for the remaining stack of the interpreter"
            raise DecodeFailure("decode_shape", what) from None

    def decode_one(self, value: object) -> T:
        """Return the object of a JSON value inside a row.

        Raises:
            ValueError: The value does not have the shape of the model.
        """
        try:
            columns = project(value, self.projection(many=False))
            return self._objects.build(columns, 1)[0]  # type: ignore[no-any-return]
        except DecodeFailure as failure:
            raise ValueError(failure.message.removeprefix("row 0: ")) from None

    def decode_many(self, value: object) -> list[T]:
        """Return the objects of a JSON array inside a row.

        Raises:
            ValueError: The array, or one of its items, does not have the shape of the model.
        """
        try:
            columns = project(value, self.projection(many=True))
            return self._objects.build(columns, len(columns[0]))
        except DecodeFailure as failure:
            raise ValueError(failure.message) from None


def _nested_decoder(shape: Shape, context: DecoderContext) -> RowDecoder[Any]:
    return RowDecoder(shape.model, shape, context.constants, context=context)
