"""The process-wide cache of decoders. Each model is compiled once and shared by all clients."""

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
    """Return the decoder of a provider's shape. Shapes are module constants, so it is cached without a bound."""
    key = (model, shape, provider, include_raw)
    if key not in _decoders:
        _decoders[key] = RowDecoder(model, shape, {"provider_type": provider}, include_raw=include_raw)
    return _decoders[key]


def decoder_for(model: type[T], provider: ProviderType, *, include_raw: bool) -> RowDecoder[T]:
    """Return the decoder of a user's dataclass: the same object for equal arguments until it is evicted.

    Raises:
        ConfigurationError: ``model`` is not a dataclass, or has a field that can't be decoded from JSON.
    """
    try:
        hash(model)
    except TypeError as error:  # a generic alias hashes its arguments
        raise ConfigurationError(f"a model must be a dataclass, not {shorten_repr(model)}: {error}") from None
    try:
        return cast("RowDecoder[T]", _decoder_for(cast("Hashable", model), provider, include_raw))
    except RecursionError:  # for example a generic class that contains itself with ever longer arguments
        raise ConfigurationError(f"{shorten_repr(model)} nests dataclasses too deeply; use a flatter model") from None


# Bounded, because classes may be created in a loop. Weak keys would not help: a decoder refers to its class.
@lru_cache(maxsize=256)
def _decoder_for(model: type, provider: ProviderType, include_raw: bool) -> RowDecoder[Any]:
    shape = own_shape(model)
    return RowDecoder(shape.model, shape, {"provider_type": provider}, include_raw=include_raw)
