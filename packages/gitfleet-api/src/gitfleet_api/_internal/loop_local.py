"""LoopLocal: one value per event loop, for objects that asyncio binds to a loop."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["LoopLocal"]

T = TypeVar("T")


class LoopLocal(Generic[T]):
    """Creates a value for each event loop and drops the values of closed loops.

    It needs no lock: each loop runs in one thread and uses only its own key. A lock that another thread has acquired
    would stay locked in a forked child.

    Args:
        create: creates the value of a loop.
    """

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._values: dict[int, tuple[weakref.ref[asyncio.AbstractEventLoop], T]] = {}

    def get(self) -> T:
        """Return the value of the running event loop.

        Raises:
            RuntimeError: No event loop is running.
        """
        loop = asyncio.get_running_loop()
        found = self._values.get(id(loop))
        if found is not None and found[0]() is loop:
            return found[1]
        self._drop_closed()
        value = self._create()
        self._values[id(loop)] = (weakref.ref(loop), value)
        return value

    def pop_all(self) -> list[tuple[asyncio.AbstractEventLoop | None, T]]:
        """Remove and return all values, each with its loop, which is None if it no longer exists."""
        values, self._values = self._values, {}
        return [(ref(), value) for ref, value in values.values()]

    def _drop_closed(self) -> None:
        for key, (ref, _) in list(self._values.items()):
            loop = ref()
            if loop is None or loop.is_closed():
                self._values.pop(key, None)
