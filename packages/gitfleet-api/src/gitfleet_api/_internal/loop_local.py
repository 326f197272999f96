"""LoopLocal: one value per event loop, for objects that asyncio binds to a loop."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

__all__ = ["LoopLocal"]

T = TypeVar("T")


class LoopLocal(Generic[T]):
    """Creates a value for each event loop and drops the values of closed loops.

    It needs no lock: each loop runs in one thread and uses only its own key, and entries of other loops are removed by
    single operations of a dict, which are atomic with and without the GIL. A lock that another thread has acquired
    would stay locked in a forked child.

    Args:
        create: creates the value of a loop.
        close: called in the value's loop when ``asyncio.run`` ends it. Neither this function nor ``drop`` is called for
            values that :meth:`pop_all` has returned.
        drop: called in the value's loop when this object is dropped before.
    """

    def __init__(
        self,
        create: Callable[[], T],
        close: Callable[[T], Awaitable[None]] | None = None,
        drop: Callable[[T], None] | None = None,
    ) -> None:
        self._create = create
        self._close = close
        self._drop = drop
        self._values: dict[int, _Entry[T]] = {}

    def get(self) -> T:
        """Return the value of the running event loop.

        Raises:
            RuntimeError: No event loop is running.
        """
        loop = asyncio.get_running_loop()
        found = self._values.get(id(loop))
        if found is not None and found.loop() is loop:
            return found.value
        self._drop_closed()
        value = self._create()
        armed: list[T] = []
        guard = None
        if self._close is not None:
            armed.append(value)
            guard = _guard(armed, self._close, weakref.ref(self), id(loop))
            _step(guard.__anext__())
        self._values[id(loop)] = _Entry(weakref.ref(loop), value, armed, guard)
        return value

    def pop_all(self) -> list[tuple[asyncio.AbstractEventLoop | None, T]]:
        """Remove and return all values, each with its loop, which is None if it no longer exists."""
        found = []
        with contextlib.suppress(KeyError):  # it is empty
            while True:  # each entry is removed by one thread, also if several close at once
                _, entry = self._values.popitem()
                entry.disarm()
                found.append((entry.loop(), entry.value))
        return found

    def forget(self, key: int) -> None:
        """Drop the value of the loop with this id."""
        self._values.pop(key, None)

    def __del__(self) -> None:
        # Not left to the guards: they would close the values by tasks, which a loop that ends now does not finish.
        for loop, value in self.pop_all():
            if self._drop is not None and loop is not None and not loop.is_closed():
                with contextlib.suppress(RuntimeError):  # it was closed meanwhile
                    if _running_loop() is loop:
                        self._drop(value)
                    else:
                        loop.call_soon_threadsafe(self._drop, value)

    def _drop_closed(self) -> None:
        for key, entry in self._values.copy().items():
            loop = entry.loop()
            if loop is not None and not loop.is_closed():
                continue
            found = self._values.pop(key, None)
            if found is entry:
                entry.disarm()
            elif found is not None:  # a new loop has the id of the closed one, and its thread was faster
                self._values[key] = found


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Entry(NamedTuple, Generic[T]):
    loop: weakref.ref[asyncio.AbstractEventLoop]
    value: T
    armed: list[T]
    guard: AsyncGenerator[None, None] | None

    def disarm(self) -> None:
        """Keep the guard from closing the value."""
        self.armed.clear()
        if self.guard is not None:
            _step(self.guard.aclose())


async def _guard(
    armed: list[T], close: Callable[[T], Awaitable[None]], owner: weakref.ref[LoopLocal[T]], key: int
) -> AsyncGenerator[None, None]:
    """Close the value when the loop ends: event loops finish their asynchronous generators then."""
    try:
        yield
    finally:
        if armed:
            found = owner()
            if found is not None:
                found.forget(key)
            await close(armed.pop())


def _step(step: Awaitable[None]) -> None:
    """Run one step of a guard that does not wait."""
    with contextlib.suppress(StopIteration, StopAsyncIteration):
        step.__await__().send(None)
