"""One request of a client on its way to the server: bodies pass in parts, policies stay in the session."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from gitfleet_api import GitFleetError
from gitfleet_api.backend import Authorities, Backend, Headers, Request, Response, transport_error

if TYPE_CHECKING:
    from gitfleet_py import PythonBackend

__all__ = ["WHOLE", "Deliver", "Exchange", "StreamingBackend", "UploadSent"]

WHOLE = 2 * 1024 * 1024
"""Largest body in bytes that is held in memory, so that the session can judge, repeat and cache it. A page of 100
repositories of GitHub has 0.6 MB."""
_NOT_STORED = ("cache-control", "no-store")

Deliver = Callable[[int, Headers, AsyncIterator[bytes]], Awaitable[None]]
"""Passes the status, the headers and the body of a response to the client."""


class UploadSent(GitFleetError):
    """A body that was passed on cannot be sent again, to another token or after a pause."""

    default_code = "upload_sent"


class Exchange:
    """A request of a client, and what its attempts share.

    Args:
        headers: The headers that its call adds. The first one marks the requests of the call: the backend knows it by
            its identity.
        deliver: Passes a long response to the client.
        upload: The parts of a long body. None if the call has the body.
        length: Length of ``upload`` in bytes. None if unknown.

    Attributes:
        last: The last response from the server that was complete. None if there was none.
        is_delivering: Whether a response is on its way to the client, so that the call cannot be repeated.
        is_uploaded: Whether ``upload`` was read.
    """

    def __init__(
        self,
        headers: tuple[tuple[str, str], ...],
        deliver: Deliver,
        upload: AsyncIterable[bytes] | None = None,
        length: int | None = None,
    ) -> None:
        self.headers = headers
        self._deliver = deliver
        self._upload = upload
        self._length = length
        self.last: Response | None = None
        self.is_delivering: bool = False
        self.is_uploaded: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the call must not be sent again."""
        return self.is_delivering or self.is_uploaded

    async def send(self, engine: PythonBackend, request: Request) -> Response:
        """Send one attempt. A response that is long is delivered here, and returned without its body.

        Raises:
            UploadSent: The body was passed on before.
            NetworkError: There was no complete response.
        """
        if self._upload is not None:
            if self.is_uploaded:
                raise UploadSent("the body was sent once and is not in memory any more; send the request again")
            self.is_uploaded = True
            if self._length is not None:
                request = replace(request, headers=(*request.headers, ("content-length", str(self._length))))
        async with engine.stream(request, self._upload) as (status, headers, parts):
            begun, is_whole = await _beginning(parts)
            if is_whole:
                self.last = Response(status, headers, begun)
                return self.last
            if status >= 300:
                raise transport_error("body_too_large", request)
            self.is_delivering = True
            await self._deliver(status, headers, _joined(begun, parts))
            return Response(status, Headers((*headers.items, _NOT_STORED)))


async def _beginning(parts: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """Return the first bytes of a body, and whether they are all."""
    found, size = [], 0
    async for part in parts:
        found.append(part)
        size += len(part)
        if size > WHOLE:
            return b"".join(found), False
    return b"".join(found), True


async def _joined(begun: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun
    del begun
    async for part in rest:
        yield part


class StreamingBackend(Backend):
    """An engine for clients: requests of exchanges pass in parts, all others (checks, tokens) through the engine.

    Args:
        engine: The pure Python engine, the only one that gives a response before its body was read.
    """

    name = "python"
    protocol = 1

    def __init__(self, engine: PythonBackend) -> None:
        self._engine = engine
        self._running: dict[int, Exchange] = {}

    @classmethod
    def create(cls, *, verify: bool | Authorities = True) -> Self:
        """Return one on a new engine."""
        from gitfleet_py import PythonBackend

        return cls(PythonBackend.create(verify=verify))

    def add(self, exchange: Exchange) -> None:
        """Note an exchange that begins. Its headers must live as long as it."""
        self._running[id(exchange.headers[0])] = exchange

    def remove(self, exchange: Exchange) -> None:
        """Forget an exchange that has ended."""
        self._running.pop(id(exchange.headers[0]), None)

    async def send(self, request: Request) -> Response:
        """Send a request."""
        for pair in request.headers:
            exchange = self._running.get(id(pair))
            if exchange is not None and exchange.headers[0] is pair:
                return await exchange.send(self._engine, request)
        return await self._engine.send(request)

    async def aclose(self) -> None:
        """Close the engine."""
        await self._engine.aclose()
