"""What the engine keeps for one event loop, and how it is closed."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import LoopClient

__all__ = ["LoopState"]


class LoopState:
    """The clients of one event loop and the requests in progress. Used on the thread of that loop.

    Attributes:
        clients: by URL of the proxy, or None for no proxy.
    """

    def __init__(self) -> None:
        self.clients: dict[str | None, LoopClient] = {}
        self._scopes: set[asyncio.Timeout] = set()
        self._none_left = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None

    def track(self) -> _Tracked:
        """Return a context for one request; it ends with a TimeoutError when this is closed."""
        return _Tracked(self._scopes, self._none_left)

    async def aclose(self) -> None:
        """End every request, then close the connections. To be called once.

        The requests come first: some may be connecting, and their new connections would be lost.
        """
        now = asyncio.get_running_loop().time()
        for scope in self._scopes:
            scope.reschedule(now)
        if self._scopes:
            self._none_left.clear()
            await self._none_left.wait()
        for client in self.clients.values():
            await client.aclose()

    def abort(self) -> None:
        """Close every connection at once, when no request is in progress."""
        for client in self.clients.values():
            client.abort()

    def start_closing(self) -> None:
        """Start :meth:`aclose` in the running loop; called by the loop."""
        self._closing = asyncio.get_running_loop().create_task(self.aclose())


class _Tracked:
    """A request that can be ended. A generator with @asynccontextmanager would cost 4 µs more per request."""

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
