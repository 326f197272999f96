"""Look-ups whose answers are kept, and shared by all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from .loop_local import LoopLocal

__all__ = ["SingleFlight"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Answers by key. What fails is not kept: the next one who asks looks again."""

    def __init__(self) -> None:
        self._known: dict[K, V] = {}
        self._running: LoopLocal[dict[K, asyncio.Task[V]]] = LoopLocal(dict)

    async def get(self, key: K, look_up: Callable[[], Awaitable[V]]) -> V:
        """The answer for ``key``: the kept one, that of a look-up under way, or that of ``look_up``."""
        if key in self._known:
            return self._known[key]
        running = self._running.get()
        if key not in running:
            running[key] = asyncio.ensure_future(self._look_up(key, look_up))
            running[key].add_done_callback(_retrieve)
        # Whoever is cancelled while he waits takes nothing away from the others.
        return await asyncio.shield(running[key])

    async def _look_up(self, key: K, look_up: Callable[[], Awaitable[V]]) -> V:
        try:
            value = self._known[key] = await look_up()
        finally:
            self._running.get().pop(key, None)
        return value


def _retrieve(task: asyncio.Task[V]) -> None:
    """Take the exception, so that asyncio does not report it when everybody who waited was cancelled."""
    if not task.cancelled():
        task.exception()
