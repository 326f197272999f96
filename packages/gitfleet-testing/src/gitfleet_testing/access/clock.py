"""The forge's clock, which may differ from the machine's."""

from __future__ import annotations

import math
import time
from email.utils import formatdate

from .quotas import QuotaState

__all__ = ["ServerClock"]


class ServerClock:
    """The machine's clock plus an offset. It only changes the times that responses state.

    Attributes:
        offset: seconds by which it is ahead of the machine's clock; negative if it is behind.
    """

    def __init__(self, offset: float = 0.0) -> None:
        if not math.isfinite(offset):
            raise ValueError(f"clock_offset must be a number of seconds: {offset}")
        self.offset: float = offset

    def date(self) -> str:
        """Return the Date header of a response."""
        return formatdate(time.time() + self.offset, usegmt=True)

    def shifted(self, state: QuotaState) -> QuotaState:
        """Return the state of a quota with the end of the window by this clock."""
        return state._replace(reset=state.reset + round(self.offset)) if self.offset else state
