"""Time that passes only while somebody sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class ManualClock:
    """A clock for clients and pools of tokens; it begins at the machine's time, as servers name times by it.

    Sleepers of the same moment wake at the same moment: their waits do not add up.

    Args:
        on_sleep: called with the seconds of each sleep when it is over. The forge counts in real time, so this is
            where it is told that a window has passed.

    Attributes:
        sleeps: the seconds of each sleep, in the order in which they began.
    """

    def __init__(self, on_sleep: Callable[[float], object] | None = None) -> None:
        self.now = time.time()
        self.sleeps: list[float] = []
        self.on_sleep = on_sleep

    def time(self) -> float:
        """Seconds since the epoch."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Come back at once, ``seconds`` later by this clock."""
        self.sleeps.append(seconds)
        deadline = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, deadline)
        if self.on_sleep is not None:
            self.on_sleep(seconds)


class SkewedClock:
    """The machine's clock, set wrong."""

    def __init__(self, offset: float) -> None:
        self.offset = offset

    def time(self) -> float:
        """Seconds since the epoch, as this clock believes."""
        return time.time() + self.offset

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)
