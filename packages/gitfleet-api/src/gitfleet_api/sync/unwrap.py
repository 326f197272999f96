"""From sync objects to the asynchronous ones behind them, and back, for packages with a sync API of their own."""

from __future__ import annotations

from typing import Any, overload

from .._internal.text import shorten_repr
from ..client.base import GitProviderClient as AsyncGitProviderClient
from ..errors import ConfigurationError
from ..session.listing import Listing as AsyncListing
from .client import GitProviderClient
from .listing import Listing

__all__ = ["unwrap", "wrap"]


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


def wrap(client: AsyncGitProviderClient) -> GitProviderClient:
    """Return a sync client that uses an asynchronous one, which the caller closes.

    Args:
        client: A client that the thread of the sync clients uses.

    Raises:
        ConfigurationError: Its class has no sync twin.
    """
    from .github import GitHubClient  # few programs need it
    from .gitlab import GitLabClient

    for twin in (GitHubClient, GitLabClient):
        if twin._asynchronous is type(client):  # noqa: SLF001  the classes of this package share it
            wrapped: GitProviderClient = twin.__new__(twin)
            setattr(wrapped, "_async", client)  # noqa: B010  pyright knows one class of the two only
            return wrapped
    raise ConfigurationError(f"a {type(client).__name__} has no sync twin")
