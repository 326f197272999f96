"""Readers of models, each compiled once a process: they are the same for every client."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

from .errors import ConfigurationError
from .models import ProviderType
from .rows import RowReader
from .shapes import Shape, own_shape
from .wording import brief

__all__ = ["model_reader", "reader_of"]

T = TypeVar("T")

_readers: dict[tuple[type, Shape, ProviderType, bool], RowReader[Any]] = {}


def reader_of(model: type[T], shape: Shape, provider: ProviderType, *, include_raw: bool) -> RowReader[T]:
    """The reader of one of a provider's own shapes, which live as long as the process."""
    key = (model, shape, provider, include_raw)
    if key not in _readers:
        _readers[key] = RowReader(model, shape, {"provider_type": provider}, include_raw=include_raw)
    return _readers[key]


def model_reader(model: type[T], provider: ProviderType, *, include_raw: bool) -> RowReader[T]:
    """The reader of a user's dataclass; the same object for equal arguments as long as it is in use.

    Raises:
        ConfigurationError: it is no dataclass, or has a field that can't be decoded from JSON.
    """
    try:
        hash(model)
    except TypeError as error:  # of an alias it is the arguments that count
        raise ConfigurationError(f"a model must be a dataclass, not {brief(model)}: {error}") from None
    try:
        return cast("RowReader[T]", _model_reader(cast("Hashable", model), provider, include_raw))
    except RecursionError:  # as a generic class that holds itself with ever longer arguments
        raise ConfigurationError(
            f"{brief(model)} holds too many others inside of each other; make it flatter"
        ) from None


# Bounded, as classes may be made in a loop; readers refer to their class, so that weak keys would keep all.
@lru_cache(maxsize=256)
def _model_reader(model: type, provider: ProviderType, include_raw: bool) -> RowReader[Any]:
    shape = own_shape(model)
    return RowReader(shape.model, shape, {"provider_type": provider}, include_raw=include_raw)
