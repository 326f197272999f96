"""The points of one shared limit on speed that this process holds."""

from __future__ import annotations

from math import inf

from ..budgets.base import PaceReply, PaceReport
from ..profile import RateWindow
from .waits import LONGEST_PACING, Wait

__all__ = ["Meter"]

_FIRST_BATCH = 5
_LARGEST_BATCH = 100

_ASK = Wait(inf, "in_flight", until_lease=True, until_reply=True)


class Meter:
    """The points of one published limit. The numbers are totals since this process began.

    Attributes:
        window: The limit.
        leased: Points that the store has given to this process.
        spent: Points that it has spent.
        read: Points of a call that changes nothing.
        write: Points of any other call.
        is_short: Whether a call waits for points.
        retry_at: When to ask the store again at the earliest.
    """

    __slots__ = ("_batch", "is_short", "leased", "read", "retry_at", "spent", "window", "write")

    def __init__(self, window: RateWindow) -> None:
        self.window: RateWindow = window
        self.leased: int = 0
        self.spent: int = 0
        # No more than the limit ever allows: waiting gains nothing.
        self.read: int = min(window.read, window.points)
        self.write: int = min(window.write, window.points)
        self.is_short: bool = False
        self._batch = _FIRST_BATCH
        self.retry_at: float = 0.0

    @property
    def is_holding(self) -> bool:
        """Whether it has unspent points."""
        return self.leased > self.spent

    def wait(self, now: float, *, reads: bool) -> Wait | None:
        """Return why a call must wait for points; None if there are enough."""
        needed = self.read if reads else self.write
        if not needed or self.leased - self.spent >= needed:
            return None
        self.is_short = True
        if self.retry_at > now:
            is_pacing = self.window.seconds <= LONGEST_PACING
            return Wait(self.retry_at, "pacing" if is_pacing else "rate_limit", until_lease=True)
        return _ASK

    def give_back(self) -> None:
        """Keep nothing unspent."""
        self.leased = min(self.leased, self.spent)
        self._batch = _FIRST_BATCH
        self.is_short = False

    def report(self, *, asked: bool) -> PaceReport:
        """Return what to say to the store.

        Args:
            asked: Whether calls wait, or will have to soon.
        """
        low = self.is_short or (asked and self.is_holding and self.leased - self.spent <= self._batch >> 2)
        needed = max(self.window.read, self.window.write)
        wanted = max(self._batch, needed) if low else 0
        needed = min(needed, self.window.points)
        return PaceReport(self.window.points, self.window.seconds, self.leased, self.spent, wanted, needed)

    def apply(self, reply: PaceReply, now: float) -> bool:
        """Take over what the store answers. Return whether that matters to calls that wait."""
        gained = reply.leased > self.leased
        is_known = self.retry_at > now
        if gained and self.is_short:
            self._batch = min(_LARGEST_BATCH, self._batch * 2)
        self.leased, self.retry_at = reply.leased, reply.retry_at
        if gained:
            self.is_short = self.leased - self.spent < min(self.window.points, max(self.window.read, self.window.write))
        return gained or (reply.retry_at > now and not is_known)

    def forget(self) -> None:
        """Hold nothing: this is another process from now on."""
        self.leased = self.spent = 0
        self.is_short, self.retry_at = False, 0.0
