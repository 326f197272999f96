"""The interface of an engine: send one request, decode one response.

Every policy (paging, retries, limits, tokens, redirects, the meaning of an error status) exists once, above this
interface. So two engines cannot differ in a policy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

from .messages import Request, Response

__all__ = ["PROTOCOL", "Backend", "decodes"]

PROTOCOL = 1
"""Version of this module's contract; an engine made for another one is refused when it is loaded."""


class Backend(ABC):
    """An engine. One object serves any number of clients, event loops and threads.

    A class attribute ``name`` says what it is called, ``protocol`` which :data:`PROTOCOL` it was made for.
    """

    name: str
    protocol: int

    @classmethod
    @abstractmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """An engine as a client makes it for itself; opens nothing.

        Args:
            verify: True for the system's certificate authorities, a path for those in that PEM file, False for none.

        Raises:
            ConfigurationError: the file is no PEM file.
        """

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the answer. Redirects are answers; nothing is sent a second time.

        Raises:
            NetworkError: there was no complete answer; its code says why.
            ConfigurationError: the request can't be sent as it is, or the backend is closed.
            InternalError: a bug in the engine.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Give up what is in flight and free connections. Later calls of :meth:`send` raise ConfigurationError."""

    @classmethod
    def version(cls) -> str:
        """Version of the engine, for people."""
        return "unknown"


def decodes(request: Request, status: int) -> bool:
    """Whether an engine is to decode the body of an answer with this ``status``."""
    return request.wants_columns and 200 <= status < 300 and status not in (204, 205)
