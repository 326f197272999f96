"""What the engine holds for one event loop, and how that is given up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

__all__ = ["Held"]


class Held:
    """Clients by proxy and by whether TLS is spoken, and the sends that have not ended. For its own loop's thread."""

    def __init__(self) -> None:
        self.clients: dict[tuple[str | None, bool], httpx.AsyncClient] = {}
        self._scopes: set[asyncio.Timeout] = set()
        self._none_left = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def send(self) -> AsyncIterator[None]:
        """What is within ends with a TimeoutError once this is closed."""
        async with asyncio.timeout(None) as scope:
            self._scopes.add(scope)
            try:
                yield
            finally:
                self._scopes.discard(scope)
                if not self._scopes:
                    self._none_left.set()

    async def aclose(self) -> None:
        """End every send, then close the clients. To be called once.

        Closing a client alone would leave those that are still connecting, or waiting for a place, to go on; and
        closing it first would lose connections that are just being made.
        """
        now = asyncio.get_running_loop().time()
        for scope in self._scopes:
            scope.reschedule(now)
        if self._scopes:
            self._none_left.clear()
            await self._none_left.wait()
        for client in self.clients.values():
            await client.aclose()

    def start_closing(self) -> None:
        """For the loop to call."""
        self._closing = asyncio.get_running_loop().create_task(self.aclose())
