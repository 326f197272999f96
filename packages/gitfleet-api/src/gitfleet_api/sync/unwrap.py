"""The asynchronous objects behind sync ones, for packages with a sync API of their own."""

from __future__ import annotations

from typing import Any, overload

from .._internal.text import shorten_repr
from ..client.base import GitProviderClient as AsyncGitProviderClient
from ..errors import ConfigurationError
from ..session.listing import Listing as AsyncListing
from .client import GitProviderClient
from .listing import Listing

__all__ = ["unwrap"]


@overload
def unwrap(value: GitProviderClient) -> AsyncGitProviderClient: ...
@overload
def unwrap(value: Listing[Any]) -> AsyncListing[Any]: ...
def unwrap(value: object) -> object:
    """Return the asynchronous client or listing that a sync one has.

    Args:
        value: A sync client or a sync listing.

    Raises:
        ConfigurationError: It is neither.
    """
    if not isinstance(value, GitProviderClient | Listing):
        raise ConfigurationError(f"a sync client or listing is needed, not {shorten_repr(value)}")
    return value._async  # noqa: SLF001  the classes of this package share it
