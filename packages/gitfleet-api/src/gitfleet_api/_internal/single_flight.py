"""SingleFlight: look-ups that run once for concurrent callers, and whose results are cached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from .loop_local import LoopLocal

__all__ = ["SingleFlight"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Results of look-ups by key. Concurrent callers share one look-up; a failed one is not cached."""

    def __init__(self) -> None:
        self._known: dict[K, V] = {}
        self._running: LoopLocal[dict[K, asyncio.Task[V]]] = LoopLocal(dict)

    async def get(self, key: K, look_up: Callable[[], Awaitable[V]]) -> V:
        """Return the result for a key: from the cache, from a running look-up, or from a new one.

        Args:
            key: key of the result.
            look_up: starts the look-up.
        """
        if key in self._known:
            return self._known[key]
        running = self._running.get()
        if key not in running:
            running[key] = asyncio.ensure_future(self._look_up(key, look_up))
            running[key].add_done_callback(_retrieve)
        # A caller that is cancelled does not cancel the look-up of the others.
        return await asyncio.shield(running[key])

    async def _look_up(self, key: K, look_up: Callable[[], Awaitable[V]]) -> V:
        try:
            value = self._known[key] = await look_up()
        finally:
            self._running.get().pop(key, None)
        return value


def _retrieve(task: asyncio.Task[V]) -> None:
    """Retrieve the exception, so that asyncio does not report it if all callers were cancelled."""
    if not task.cancelled():
        task.exception()
