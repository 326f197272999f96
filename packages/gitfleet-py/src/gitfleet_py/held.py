"""What the engine holds for one event loop, and how that is given up."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

from .pool import Pool

if TYPE_CHECKING:
    import httpx

__all__ = ["Held"]


class Held:
    """Connections, clients of httpx where those are needed, and the sends that have not ended.

    For its own loop's thread.

    Attributes:
        pool: connections for ordinary requests, once there was one.
        clients: by proxy and by whether TLS is spoken.
    """

    def __init__(self) -> None:
        self.pool: Pool | None = None
        self.clients: dict[tuple[str | None, bool], httpx.AsyncClient] = {}
        self._scopes: set[asyncio.Timeout] = set()
        self._none_left = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None

    def send(self) -> _Send:
        """What is within ends with a TimeoutError once this is closed."""
        return _Send(self._scopes, self._none_left)

    async def aclose(self) -> None:
        """End every send, then close the connections. To be called once.

        Closing them alone would leave those that are still connecting, or waiting for a place, to go on; and
        closing them first would lose connections that are just being made.
        """
        now = asyncio.get_running_loop().time()
        for scope in self._scopes:
            scope.reschedule(now)
        if self._scopes:
            self._none_left.clear()
            await self._none_left.wait()
        if self.pool is not None:
            await self.pool.aclose()
        for client in self.clients.values():
            await client.aclose()

    def start_closing(self) -> None:
        """For the loop to call."""
        self._closing = asyncio.get_running_loop().create_task(self.aclose())


class _Send:
    """A send that can be ended. Not a generator, which would cost 4 µs more each."""

    __slots__ = ("_none_left", "_scope", "_scopes")

    def __init__(self, scopes: set[asyncio.Timeout], none_left: asyncio.Event) -> None:
        self._scopes = scopes
        self._none_left = none_left
        self._scope = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        await self._scope.__aenter__()
        self._scopes.add(self._scope)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scopes.discard(self._scope)
        if not self._scopes:
            self._none_left.set()
        await self._scope.__aexit__(kind, error, trace)
