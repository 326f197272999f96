"""Backend: the interface of an engine. It sends one request and decodes one response.

Every policy (pagination, retries, rate limits, tokens, redirects, error statuses) exists once, above this interface, so
that two engines can't differ in a policy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

from .messages import Request, Response
from .trust.authorities_type import Authorities

__all__ = ["PROTOCOL", "Backend", "decodes"]

PROTOCOL = 1
"""Version of this interface. An engine that was written for another version is rejected when it is loaded."""


class Backend(ABC):
    """An engine. One object may serve several clients, event loops and threads.

    Attributes:
        name: name of the engine, as ``native``.
        protocol: the :data:`PROTOCOL` that the engine implements.
    """

    name: str
    protocol: int

    @classmethod
    @abstractmethod
    def create(cls, *, verify: bool | Authorities = True) -> Self:
        """Create an engine for one client. Opens no connection.

        Args:
            verify: the certificates to trust; they were read and checked before. True trusts those of the system (see
                :func:`system_authorities`), False disables verification.
        """

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send a request and decode its response. An engine follows no redirect and retries nothing.

        Args:
            request: the complete request.

        Returns:
            The response with any status, also an error or a redirect.

        Raises:
            NetworkError: There was no complete response; its code has the reason.
            ConfigurationError: The request is invalid, or the engine is closed.
            InternalError: A bug in the engine.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Cancel requests in flight and close connections. Later calls of :meth:`send` raise ConfigurationError."""

    @classmethod
    def version(cls) -> str:
        """Return the version of the engine, for ``gitfleet doctor``."""
        return "unknown"


def decodes(request: Request, status: int) -> bool:
    """Return whether an engine decodes the body of a response.

    Args:
        request: the request.
        status: HTTP status of the response.
    """
    return request.wants_columns and 200 <= status < 300 and status not in (204, 205)
