"""Clock: the source of time of all policies, which tests replace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Clock", "SystemClock", "steady_time"]

_LONGEST_SLEEP = 60.0
"""Seconds of one sleep of the event loop, whose clock stops while the machine is suspended."""


class Clock(Protocol):
    """The time that policies use."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        ...


def _elapsed_clock() -> Callable[[], float]:
    """Return a clock that is never set. On Linux it also runs while the machine is suspended."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    try:
        if number is not None and time.clock_gettime(number) > 0:
            return lambda: time.clock_gettime(number)
    except OSError:  # some sandboxes do not have it
        pass
    return time.monotonic


_elapsed = _elapsed_clock()
_START = time.time() - _elapsed()


def steady_time() -> float:
    """Return the seconds since the epoch, by the system's clock when this process began plus the time since.

    Unlike ``time.time()`` it does not jump when the system's clock is set, so that no wait becomes longer.
    """
    return _START + _elapsed()


class SystemClock:
    """The system's time."""

    def time(self) -> float:
        """Return the seconds since the epoch; see :func:`steady_time`."""
        return steady_time()

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        end, left = steady_time() + seconds, seconds
        while True:
            await asyncio.sleep(min(left, _LONGEST_SLEEP))
            left = end - steady_time()
            if left <= 0:
                return
