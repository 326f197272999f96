"""Readers of models, each compiled once a process: they are the same for every client."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..provider_type import ProviderType
from .rows import RowDecoder
from .shapes import Shape, own_shape

__all__ = ["decoder_for", "decoder_of_shape"]

T = TypeVar("T")

_decoders: dict[tuple[type, Shape, ProviderType, bool], RowDecoder[Any]] = {}


def decoder_of_shape(model: type[T], shape: Shape, provider: ProviderType, *, include_raw: bool) -> RowDecoder[T]:
    """The decoder of one of a provider's own shapes, which live as long as the process."""
    key = (model, shape, provider, include_raw)
    if key not in _decoders:
        _decoders[key] = RowDecoder(model, shape, {"provider_type": provider}, include_raw=include_raw)
    return _decoders[key]


def decoder_for(model: type[T], provider: ProviderType, *, include_raw: bool) -> RowDecoder[T]:
    """The decoder of a user's dataclass; the same object for equal arguments as long as it is in use.

    Raises:
        ConfigurationError: it is no dataclass, or has a field that can't be decoded from JSON.
    """
    try:
        hash(model)
    except TypeError as error:  # of an alias it is the arguments that count
        raise ConfigurationError(f"a model must be a dataclass, not {shorten_repr(model)}: {error}") from None
    try:
        return cast("RowDecoder[T]", _decoder_for(cast("Hashable", model), provider, include_raw))
    except RecursionError:  # as a generic class that holds itself with ever longer arguments
        raise ConfigurationError(
            f"{shorten_repr(model)} holds too many others inside of each other; make it flatter"
        ) from None


# Bounded, as classes may be made in a loop; decoders refer to their class, so that weak keys would keep all.
@lru_cache(maxsize=256)
def _decoder_for(model: type, provider: ProviderType, include_raw: bool) -> RowDecoder[Any]:
    shape = own_shape(model)
    return RowDecoder(shape.model, shape, {"provider_type": provider}, include_raw=include_raw)
