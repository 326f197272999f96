"""The connections of one event loop, indexed by origin. The most recently used idle connection is used first.

The pool of httpcore looks at every connection for each request and each response: 2,000 requests, 50 at a time, took
12 s of CPU, 55 % of it in the pool.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import NamedTuple

from ..errors import NotProcessed
from .base import Connection, Message, Origin, ResponseHead
from .connection import Connector
from .waiter import WaitQueue

__all__ = ["Limits", "Pool"]

_RESENT_AT_ONCE = 4
"""Messages that are sent again at the same time. A server that serves few per connection refuses most of many."""
_WITHOUT_PAUSE = 3
"""How often a message is sent without a pause; then the pauses are doubled."""
_SHORTEST_PAUSE = 0.01  # seconds
_LONGEST_PAUSE = 0.2  # seconds


class Limits(NamedTuple):
    """The largest number of connections and of idle ones, and the seconds a connection may be idle; None: no limit."""

    connections: int | None = 100
    idle: int | None = 100
    seconds: float | None = 90.0


class Pool:
    """Opens, keeps and closes connections. Used on the thread of the loop that created it."""

    def __init__(self, limits: Limits, connector: Connector) -> None:
        self._limits = limits
        self._connector = connector
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, list[Connection]] = {}
        self._idle_count = 0
        self._shared: dict[Origin, Connection] = {}
        self._first: dict[Origin, WaitQueue] = {}
        self._exclusive: set[Origin] = set()
        self._open: set[Connection] = set()
        self._connecting = 0
        self._waiting = WaitQueue()
        self._resending: dict[Origin, asyncio.Semaphore] = {}

    async def exchange(
        self, origin: Origin, message: Message, connect_timeout: float | None, read_timeout: float | None
    ) -> ResponseHead:
        """Send ``message`` and return the head of the response. The connection returns by itself at the body's end.

        Raises:
            ConnectFailure: no connection could be made.
            ConnectTimeout: it took more than ``connect_timeout`` seconds.
            NotProcessed: the server did not process the message, however often it was sent.
            TransportError: see :meth:`.base.Connection.exchange`.
        """
        try:
            return await self._exchange_once(origin, message, connect_timeout, read_timeout)
        except NotProcessed as error:
            refused = error
        return await self._exchange_again(origin, message, connect_timeout, read_timeout, refused)

    async def _exchange_once(
        self, origin: Origin, message: Message, connect_timeout: float | None, read_timeout: float | None
    ) -> ResponseHead:
        shared = self._shared.get(origin)
        if shared is not None and shared.is_stale():
            # Let the loop read first. After one turn only the callbacks of events before this one have run.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if shared.is_stale():
                shared.abort()  # the next step removes it
        connection = self._take(origin) or await self._find(origin, connect_timeout)
        return await connection.exchange(message, read_timeout)

    async def _exchange_again(
        self,
        origin: Origin,
        message: Message,
        connect_timeout: float | None,
        read_timeout: float | None,
        refused: NotProcessed,
    ) -> ResponseHead:
        """Send a message again that no server has processed, which is safe for every method."""
        sends = 1
        async with self._resending.setdefault(origin, asyncio.Semaphore(_RESENT_AT_ONCE)):
            while sends < refused.most_sends:
                if sends >= _WITHOUT_PAUSE:
                    await asyncio.sleep(min(_LONGEST_PAUSE, _SHORTEST_PAUSE * 2 ** (sends - _WITHOUT_PAUSE)))
                sends += 1
                try:
                    return await self._exchange_once(origin, message, connect_timeout, read_timeout)
                except NotProcessed as error:
                    refused = error
        refused.sends = sends
        raise refused

    async def aclose(self) -> None:
        """Close every connection."""
        self._idle.clear()
        self._shared.clear()
        for connection in list(self._open):
            await connection.aclose()

    def abort(self) -> None:
        """Close every connection at once; exchanges in progress fail."""
        for connection in list(self._open):
            connection.abort()

    def _take(self, origin: Origin) -> Connection | None:
        """Return a usable connection that is open already."""
        shared = self._shared.get(origin)
        if shared is not None:
            if shared.is_closed:
                del self._shared[origin]  # its last exchanges end by themselves
            elif not shared.is_busy:
                # Bytes that arrived since the loop read last, as the end of an earlier response, are read before it
                # sends.
                return shared
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            self._idle_count -= 1
            if not (connection.is_closed or self._is_expired(connection) or connection.is_stale()):
                return connection
            connection.abort()
        return None

    def _is_expired(self, connection: Connection) -> bool:
        seconds = self._limits.seconds
        return seconds is not None and self._loop.time() - connection.idle_since > seconds

    async def _find(self, origin: Origin, timeout: float | None) -> Connection:
        """Return a new connection as soon as the limits allow one, or another one that is free before that."""
        while (queue := self._obstacle(origin)) is not None:
            await queue.wait()
            if (connection := self._take(origin)) is not None:
                return connection
        if not self._connector.may_use_http2(origin) or origin in self._exclusive:
            return await self._connect(origin, timeout)
        # The first connection decides whether it can be shared; until then the others wait.
        first = self._first[origin] = WaitQueue()
        try:
            connection = await self._connect(origin, timeout)
            if not connection.is_shared:
                self._exclusive.add(origin)
            return connection
        finally:
            del self._first[origin]
            first.wake_all()

    def _obstacle(self, origin: Origin) -> WaitQueue | None:
        """Return the queue to wait in before a new connection may be opened, or None."""
        if (first := self._first.get(origin)) is not None:
            return first
        if (shared := self._shared.get(origin)) is not None:
            return shared.capacity
        limit = self._limits.connections
        if limit is None or len(self._open) + self._connecting < limit:
            return None
        self._close_an_idle_one()
        return self._waiting

    def _close_an_idle_one(self) -> None:
        """Close a connection that is idle, the oldest of some origin."""
        for idle in self._idle.values():
            if idle:
                self._idle_count -= 1
                idle.pop(0).abort()
                return
        for shared in self._shared.values():
            if shared.is_unused:
                shared.abort()
                return

    async def _connect(self, origin: Origin, timeout: float | None) -> Connection:
        self._connecting += 1
        try:
            connection = await self._connector.connect(origin, timeout)
        except BaseException:
            self._waiting.wake_one()
            raise
        finally:
            self._connecting -= 1
        if connection.channel.is_lost:
            self._waiting.wake_one()  # the waiting ones counted it
            return connection
        self._open.add(connection)
        connection.on_lost = partial(self._forget, origin, connection)
        connection.on_idle = partial(self._give_back, origin, connection)
        if connection.is_shared and not connection.is_closed:
            self._shared[origin] = connection
        return connection

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection that has ended an exchange."""
        if not connection.is_shared:
            if self._limits.idle is not None and self._idle_count >= self._limits.idle:
                connection.abort()
                return
            self._idle.setdefault(origin, []).append(connection)
            self._idle_count += 1
        self._waiting.wake_one()

    def _forget(self, origin: Origin, connection: Connection) -> None:
        """Drop a connection whose socket is closed."""
        self._open.discard(connection)
        if self._shared.get(origin) is connection:
            del self._shared[origin]
        idle = self._idle.get(origin, ())
        if connection in idle:
            self._idle[origin].remove(connection)
            self._idle_count -= 1
        self._waiting.wake_one()
