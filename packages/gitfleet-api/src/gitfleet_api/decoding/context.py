"""The state that a decoder shares with the decoders of its nested models while they are compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .converters import NestedDecoder
from .shapes import FieldSpec, Shape, field_specs, own_shape

__all__ = ["DecoderContext"]


class DecoderContext:
    """Shapes, field specs and decoders of a model and of everything nested in it. Each dataclass is inspected once.

    Args:
        constants: values of fields that are the same in every row.
        create: creates the decoder of a shape and adds it to ``decoders``.
    """

    def __init__(
        self, constants: Mapping[str, object], create: Callable[[Shape, DecoderContext], NestedDecoder]
    ) -> None:
        self.constants = constants
        self.decoders: dict[Shape, NestedDecoder] = {}
        self._create = create
        self._shapes: dict[object, Shape] = {}
        self._specs: dict[Shape, list[FieldSpec]] = {}

    def shape(self, nested: Any) -> Shape:
        """Return the shape of a nested model, which is given as a Shape or as a dataclass."""
        if isinstance(nested, Shape):
            return nested
        if nested not in self._shapes:
            self._shapes[nested] = own_shape(nested)
        return self._shapes[nested]

    def specs(self, shape: Shape) -> list[FieldSpec]:
        """Return the specs of a shape's fields."""
        if shape not in self._specs:
            if shape.own:
                self._shapes.setdefault(shape.model, shape)
            self._specs[shape] = field_specs(shape, self.decoder)
        return self._specs[shape]

    def decoder(self, nested: Any) -> NestedDecoder:
        """Return the decoder of a nested model, for values that have no columns of their own."""
        shape = self.shape(nested)
        found = self.decoders.get(shape)
        return self._create(shape, self) if found is None else found
