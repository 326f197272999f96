"""The exchange of a client, for code that signs in before there is a token."""

from __future__ import annotations

from typing import Any, Protocol, cast

from ..errors import ConfigurationError
from ..profile import ProviderProfile
from .source import Exchange

__all__ = ["SignInClient", "exchange_for"]


class SignInClient(Protocol):
    """A client of either API, asynchronous or synchronous."""

    @property
    def profile(self) -> ProviderProfile:
        """How the client talks to the provider."""
        ...

    @property
    def base_url(self) -> str:
        """Base URL of the API."""
        ...


def exchange_for(client: SignInClient) -> Exchange:
    """Return the exchange of a client: requests through its engine, proxy and certificates, without its tokens.

    Args:
        client: An asynchronous or synchronous client. It needs no token.

    Raises:
        ConfigurationError: It is no client.
    """
    session = getattr(getattr(client, "_async", client), "session", None)
    if session is None:
        raise ConfigurationError(f"client must be a client of GitFleet, not {type(client).__name__}")
    return cast("Exchange", cast("Any", session).exchange())
