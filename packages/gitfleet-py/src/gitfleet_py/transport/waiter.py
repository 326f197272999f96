"""Waiting: for a peer, with a timeout for silence; and for something to become free."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ..errors import ReadTimeout

__all__ = ["WaitQueue", "Waiter"]


class Waiter:
    """Lets one coroutine wait for the peer. A received byte only notes the time; the timer runs once per timeout.

    Args:
        unsent: the number of bytes that the kernel has not taken yet; a change of it counts as activity.
    """

    __slots__ = ("_active_at", "_future", "_loop", "_seconds", "_timer", "_unsent", "_unsent_before")

    def __init__(self, unsent: Callable[[], int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._unsent = unsent
        self._unsent_before = 0
        self._active_at = 0.0
        self._future: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._seconds: float | None = None

    async def wait(self, seconds: float | None) -> None:
        """Return after :meth:`wake`.

        Args:
            seconds: the longest time without activity, or None for no limit.

        Raises:
            ReadTimeout: there was no activity for so long.
        """
        self._future = self._loop.create_future()
        self._active_at = self._loop.time()
        if seconds != self._seconds or self._timer is None:
            self._start(seconds)
        try:
            await self._future
        finally:
            self._future = None

    def wake(self) -> None:
        """End the wait, if there is one."""
        self._active_at = self._loop.time()
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    def stop(self) -> None:
        """Cancel the timer. It keeps running between two waits, because starting one takes longer than the wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, seconds: float | None) -> None:
        self.stop()
        self._seconds = seconds
        if seconds is not None:
            self._timer = self._loop.call_later(seconds, self._check, seconds)

    def _check(self, seconds: float) -> None:
        self._timer = None
        if self._future is None or self._future.done():
            return  # the next wait starts a timer
        now, unsent = self._loop.time(), self._unsent()
        if unsent != self._unsent_before:
            self._active_at, self._unsent_before = now, unsent
        left = self._active_at + seconds - now
        if left > 0:
            self._timer = self._loop.call_later(left, self._check, seconds)
        else:
            self._future.set_exception(ReadTimeout(f"nothing received for {seconds} s"))


class WaitQueue:
    """Coroutines that wait for something to become free, in order."""

    __slots__ = ("_futures",)

    def __init__(self) -> None:
        self._futures: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Return after :meth:`wake_one` or :meth:`wake_all`; the caller must check again what it waits for."""
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        try:
            await future
        except BaseException:
            if not future.cancelled():
                self.wake_one()  # this one was woken and can't use it
            raise

    def wake_one(self) -> None:
        """Wake the coroutine that has waited longest."""
        while self._futures:
            future = self._futures.popleft()
            if not future.done():
                future.set_result(None)
                return

    def wake_all(self) -> None:
        """Wake all of them."""
        for future in self._futures:
            if not future.done():
                future.set_result(None)
        self._futures.clear()
