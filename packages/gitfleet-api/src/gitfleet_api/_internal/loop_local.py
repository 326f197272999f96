"""One value an event loop: what asyncio binds to the loop that first used it."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["LoopLocal"]

T = TypeVar("T")


class LoopLocal(Generic[T]):
    """Makes a value for each running event loop that asks, and forgets those whose loop has gone.

    There is no lock, as a lock held by another thread would stay held in a forked child: each loop runs in one
    thread and touches its own key only.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._values: dict[int, tuple[weakref.ref[asyncio.AbstractEventLoop], T]] = {}

    def get(self) -> T:
        """The value of the running loop."""
        loop = asyncio.get_running_loop()
        found = self._values.get(id(loop))
        if found is not None and found[0]() is loop:
            return found[1]
        self._forget_closed()
        value = self._make()
        self._values[id(loop)] = (weakref.ref(loop), value)
        return value

    def pop_all(self) -> list[tuple[asyncio.AbstractEventLoop | None, T]]:
        """Every value with its loop (None if that has gone), leaving none behind."""
        values, self._values = self._values, {}
        return [(ref(), value) for ref, value in values.values()]

    def _forget_closed(self) -> None:
        for key, (ref, _) in list(self._values.items()):
            loop = ref()
            if loop is None or loop.is_closed():
                self._values.pop(key, None)
