"""How many calls a token or an address has, within windows of an hour as on the service."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

HOUR = 3600.0


class QuotaState(NamedTuple):
    """A quota at one moment; ``reset`` is in seconds since 1970."""

    limit: int
    remaining: int
    used: int
    reset: int


class Quota:
    """Counts calls. A window begins with its first call; when it is over, the count starts anew."""

    __slots__ = ("_ends", "_used", "_window", "limit")

    def __init__(self, limit: int, *, remaining: int | None = None, window: float = HOUR) -> None:
        if limit < 0:
            raise ValueError(f"limit must not be negative: {limit}")
        if remaining is not None and not 0 <= remaining <= limit:
            raise ValueError(f"remaining must be from 0 to {limit}: {remaining}")
        if not window > 0:
            raise ValueError(f"window must be more than 0 seconds: {window}")
        self.limit = limit
        self._window = window
        self._used = 0 if remaining is None else limit - remaining
        self._ends = 0.0 if remaining is None else time.time() + window

    def state(self) -> QuotaState:
        """What is left now."""
        self._roll()
        # Rounded up: nobody who waits until then comes too early.
        return QuotaState(self.limit, self.limit - self._used, self._used, math.ceil(self._ends))

    def charge(self) -> None:
        """Count one call; nothing happens when none is left."""
        self._roll()
        self._used = min(self._used + 1, self.limit)

    def reset(self) -> None:
        """Begin a new window, with nothing used."""
        self._used = 0
        self._ends = 0.0

    def _roll(self) -> None:
        now = time.time()
        if now >= self._ends:
            self._used = 0
            self._ends = now + self._window
