"""How long the proxy waits for a client that reads or sends slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

__all__ = ["Patience", "TooSlow"]

T = TypeVar("T")
_SLOWEST = 16 * 1024
"""Bytes per second that a client must take or send beyond that."""


class TooSlow(Exception):
    """A client took or sent too little. Its connection is closed, so that its lease serves others."""


class Patience:
    """Sums up the time for which one request waits for its client, and ends the wait if that is too long.

    Args:
        grace: Seconds of waiting before the speed matters.
    """

    def __init__(self, grace: float) -> None:
        self._grace = self._left = grace

    async def wait(self, work: Awaitable[T]) -> T:
        """Wait for the client.

        Raises:
            TooSlow: The time is used up.
        """
        loop = asyncio.get_running_loop()
        start, scope = loop.time(), asyncio.timeout(max(self._left, 0.0))
        try:
            async with scope:
                return await work
        except TimeoutError:
            if scope.expired():
                raise TooSlow("the client is too slow") from None
            raise
        finally:
            self._left -= loop.time() - start

    def earn(self, size: int) -> None:
        """Add the time that ``size`` bytes may take, up to the grace: the kernel buffers megabytes before a read."""
        self._left = min(self._grace, self._left + size / _SLOWEST)
