"""What HTTP/1.1 and HTTP/2 have in common: origins, messages, connections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Callable
from typing import NamedTuple

from .channel import Channel
from .waiter import WaitQueue

__all__ = ["Connection", "Message", "Origin", "ResponseBody", "ResponseHead"]


class Origin(NamedTuple):
    """The server of a connection. The scheme ``proxy`` means the HTTP proxy itself, which forwards requests."""

    scheme: str
    host: str
    port: int


class Message(NamedTuple):
    """A request as it is sent. With ``upload`` the body is read from there, and ``body`` is empty."""

    method: str
    scheme: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    upload: AsyncIterable[bytes] | None = None


class ResponseBody(ABC):
    """The body of one response, read in parts."""

    __slots__ = ()

    @abstractmethod
    async def read(self) -> bytes | None:
        """Return the next part, or None at the end."""

    @abstractmethod
    def close(self) -> None:
        """Give up the part that was not read."""


class ResponseHead(NamedTuple):
    """The head of a response, and its body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    http_version: bytes
    reason: bytes
    body: ResponseBody


class Connection(ABC):
    """One connection to a server or a proxy.

    Args:
        channel: a connected channel.

    Attributes:
        is_shared: whether one connection serves many exchanges at a time.
        idle_since: the loop's time when the last exchange ended.
        capacity: of a shared connection: the coroutines that wait until it allows another exchange.
        on_idle: called when the connection can serve another request.
        on_lost: called once, when the socket is closed.
    """

    is_shared = False

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.idle_since = 0.0
        self.capacity = WaitQueue()
        self.on_idle: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        channel.on_lost = self._lost

    @property
    def is_closed(self) -> bool:
        """Whether no request can be sent any more."""
        return self.channel.is_closed

    @property
    def is_unused(self) -> bool:
        """Whether a shared connection has no exchange in progress."""
        return False

    @property
    def is_busy(self) -> bool:
        """Whether the connection can't take another request now."""
        return False

    def is_stale(self) -> bool:
        """Whether an idle connection has unread bytes; usually they mean that the server closed it."""
        return self.channel.is_readable()

    @abstractmethod
    async def exchange(self, message: Message, timeout: float | None) -> ResponseHead:
        """Send ``message`` and return the head of the response.

        Args:
            message: what to send.
            timeout: the longest time in seconds without activity, or None for no limit.

        Raises:
            LocalProtocolError: the request is not valid HTTP.
            NotProcessed: the server certainly did not process the request.
            ReadError: the server closed the connection.
            ReadTimeout: there was no activity for ``timeout`` seconds.
            RemoteProtocolError: the response is not valid HTTP.
        """

    def abort(self) -> None:
        """Close the connection; exchanges in progress fail."""
        self.channel.abort()

    async def aclose(self) -> None:
        """Close the connection and wait until its socket is closed."""
        await self.channel.aclose()

    def _lost(self) -> None:
        self.on_lost()
