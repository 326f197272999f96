"""The cache that calls inside a block use in place of the one of their client."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from .._internal.text import shorten_repr
from ..cache import Cache
from ..errors import ConfigurationError

__all__ = ["current_cache", "use_cache"]

current_cache: ContextVar[Cache | None] = ContextVar("gitfleet_block_cache", default=None)
"""The cache of the innermost block of :func:`use_cache`. None outside of all."""


@contextmanager
def use_cache(cache: Cache) -> Generator[None, None, None]:
    """Use a cache for all calls inside the block, in place of the one of each client.

    It also applies to tasks that are started there. The block does not close it. With several tokens each URL is
    requested with the same one in every process, as long as it has calls left: a validator belongs to the token that
    received it.

    Args:
        cache: The cache.

    Raises:
        ConfigurationError: It is no :class:`Cache`.
    """
    if not isinstance(cache, Cache):
        raise ConfigurationError(f"cache must be a Cache, not {shorten_repr(cache)}")
    token = current_cache.set(cache)
    try:
        yield
    finally:
        current_cache.reset(token)
