"""Planned time that processes share: a number in a file, which the test moves."""

from __future__ import annotations

import asyncio
import mmap
import struct
from pathlib import Path

__all__ = ["PlannedTime"]

_FORMAT = struct.Struct("<d")
_LONGEST_NAP = 0.02


class PlannedTime:
    """A clock of clients. A sleep takes 20 ms at most, and does not move the clock.

    Args:
        path: The file.
        start: The time to begin with, in epoch seconds. None to use a file that exists.
    """

    def __init__(self, path: Path, start: float | None = None) -> None:
        if start is not None:
            path.write_bytes(_FORMAT.pack(start))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORMAT.size)

    def time(self) -> float:
        """Seconds since the epoch."""
        found: float = _FORMAT.unpack_from(self._shared)[0]
        return found

    def advance(self, seconds: float) -> None:
        """Let time pass, in all processes."""
        _FORMAT.pack_into(self._shared, 0, self.time() + seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait a little."""
        await asyncio.sleep(min(seconds, _LONGEST_NAP))
