"""The connections of one event loop.

httpx's own pool looks at every connection for every request that comes or goes: of 2,000 requests, 50 at a time, that
was 55 % of 12 seconds. Here the connection that was used last is taken from the end of a list.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from gitfleet_api.backend import Timeout

from .answer import Answer
from .connection import Connection, connect
from .message import Message, Origin

__all__ = ["Limits", "Pool"]


class Limits(NamedTuple):
    """How many connections there may be, how many of them idle, and idle for how many seconds; None for any."""

    connections: int | None = 100
    idle: int | None = 100
    seconds: float | None = 90.0


class Pool:
    """Hands out connections. For its own loop's thread."""

    def __init__(self, limits: Limits, tls: Callable[[], ssl.SSLContext]) -> None:
        self._limits = limits
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, list[Connection]] = {}
        self._idle_count = 0
        self._open: set[Connection] = set()
        self._connecting = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def exchange(self, message: Message, answer: Answer, timeout: Timeout) -> None:
        """Send ``message`` and have ``answer`` filled.

        Raises:
            ExchangeError: there was no complete answer.
            ProtocolError: the body can't be unpacked, or is too large.
        """
        connection = self._take(message.origin) or await self._find(message.origin, timeout.connect)
        try:
            await connection.exchange(message.content, answer, timeout.read)
        finally:
            self._give_back(message.origin, connection)

    async def aclose(self) -> None:
        """Close every connection; none may be in use."""
        self._idle.clear()
        for connection in list(self._open):
            await connection.aclose()

    def _take(self, origin: Origin) -> Connection | None:
        """An idle connection that still stands, the one used last."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            self._idle_count -= 1
            if not (connection.is_closed or self._is_stale(connection) or connection.is_readable()):
                return connection
            connection.abort()
        return None

    def _is_stale(self, connection: Connection) -> bool:
        seconds = self._limits.seconds
        return seconds is not None and self._loop.time() - connection.idle_since > seconds

    async def _find(self, origin: Origin, allowed: float | None) -> Connection:
        """A new connection as soon as there is room for it, or one that gets free before."""
        while self._is_full():
            self._close_an_idle_one()
            free = self._loop.create_future()
            self._waiting.append(free)
            try:
                await free
            except BaseException:
                if not free.cancelled():
                    self._wake_one()  # it was meant for this one, which needs it no more
                raise
            if (connection := self._take(origin)) is not None:
                return connection
        self._connecting += 1
        try:
            connection = await connect(origin, self._tls() if origin.scheme == "https" else None, allowed, self._forget)
        except BaseException:
            self._wake_one()
            raise
        finally:
            self._connecting -= 1
        if connection.is_closed:
            self._wake_one()  # its place was still taken when it went
        else:
            self._open.add(connection)
        return connection

    def _is_full(self) -> bool:
        most = self._limits.connections
        return most is not None and len(self._open) + self._connecting >= most

    def _close_an_idle_one(self) -> None:
        """Make room by closing the connection that was idle longest, of those of some other server."""
        for idle in self._idle.values():
            if idle:
                self._idle_count -= 1
                idle.pop(0).abort()
                return

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        if connection.is_closed:
            return
        if self._limits.idle is not None and self._idle_count >= self._limits.idle:
            connection.abort()
            return
        self._idle.setdefault(origin, []).append(connection)
        self._idle_count += 1
        self._wake_one()

    def _forget(self, connection: Connection) -> None:
        """A connection has gone, whoever ended it."""
        self._open.discard(connection)
        for idle in self._idle.values():
            if connection in idle:
                idle.remove(connection)
                self._idle_count -= 1
        self._wake_one()

    def _wake_one(self) -> None:
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(None)
                return
