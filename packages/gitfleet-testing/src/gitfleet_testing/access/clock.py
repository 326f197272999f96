"""The forge's clock, which may differ from the machine's."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from email.utils import formatdate

from .quotas import QuotaState

__all__ = ["ServerClock"]


class ServerClock:
    """A clock with two times: one by which things happen, and the one that responses state.

    Args:
        offset: see the attribute.
        now: returns the time by which windows and tokens end, in seconds since 1970. None: the machine's.

    Attributes:
        offset: seconds by which the stated time is ahead of the other one; negative if it is behind.
    """

    def __init__(self, offset: float = 0.0, now: Callable[[], float] | None = None) -> None:
        if not math.isfinite(offset):
            raise ValueError(f"clock_offset must be a number of seconds: {offset}")
        self.offset: float = offset
        self._source = time.time if now is None else now
        self._ahead = 0.0

    def now(self) -> float:
        """Return the time by which windows and tokens end, in seconds since 1970, without the offset."""
        return self._source() + self._ahead

    def stated(self) -> float:
        """Return the time that responses state and that signed requests are checked with, in seconds since 1970."""
        return self.now() + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass at once: windows of rate limits, tokens and codes end as if the forge had run so long.

        Args:
            seconds: the duration.

        Raises:
            ValueError: it is negative or not a number.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds must be 0 or more: {seconds}")
        self._ahead += seconds

    def date(self) -> str:
        """Return the Date header of a response."""
        return formatdate(self.stated(), usegmt=True)

    def shifted(self, state: QuotaState) -> QuotaState:
        """Return the state of a quota with the end of the window by the stated time."""
        return state._replace(reset=state.reset + round(self.offset)) if self.offset else state
