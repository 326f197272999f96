"""The part of a shared budget that this process holds: leased calls, and what it says to the store about them."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from ..budgets.base import BudgetReply, BudgetReport
from ..budgets.policy import LEASE_LIFETIME
from .meters import Meter
from .waits import SAME_WINDOW, Wait, WaitReason

__all__ = ["Share", "Sheet"]

_FIRST_BATCH = 4
_LARGEST_BATCH = 256
_QUICK = 0.5
"""A batch that lasts for fewer seconds is followed by one of twice its size."""
_IDLE = 1.0
"""Seconds without a call after which unspent leases go back."""
_HEARTBEAT = 5.0
"""Seconds between two reports of a worker that holds leases or has spent some."""

_ASK = Wait(inf, "in_flight", until_lease=True, until_reply=True)
"""The store has not been asked yet."""


class Sheet:
    """A report on its way to the store, and the window of the share that it is about."""

    __slots__ = ("generation", "report", "sent_at")

    def __init__(self, report: BudgetReport, generation: int, sent_at: float) -> None:
        self.report: BudgetReport = report
        self.generation: int = generation
        self.sent_at: float = sent_at


class Share:
    """What this process holds of one shared budget. The lock of the pool guards it.

    Times are epoch seconds by the clock of the pool.

    Args:
        key: Key of the budget.
        wake: Called when the store is to be asked at once.
        counts_calls: Whether the budget has a number of calls; that of an endpoint has limits on speed only.

    Attributes:
        key: Key of the budget.
        window: End of the present window; None if unknown.
        generation: Number of the window, from 0. A call belongs to the one in which it was sent.
        leased: Calls that the store has given to this process in this window.
        spent: Calls that it has sent in this window.
        meters: The points of each published limit on speed.
        paused_until: Until when the server forbids calls, as far as a worker has seen.
        asked: Whether more calls or points are wanted.
        is_alone: Whether the store can't be used, so that this process goes on with its part.
        has_news: Whether others wait for what this process has seen.
    """

    __slots__ = (
        "_batch",
        "_counts_calls",
        "_exchanged_at",
        "_good_until",
        "_granted_at",
        "_in_flight",
        "_is_empty",
        "_late",
        "_left",
        "_remaining",
        "_reported",
        "_retry_at",
        "_unlimited",
        "_used_at",
        "_valid_until",
        "_wake",
        "_workers",
        "asked",
        "generation",
        "has_news",
        "is_alone",
        "key",
        "leased",
        "meters",
        "paused_until",
        "spent",
        "window",
    )

    def __init__(self, key: str, wake: Callable[[], None], *, counts_calls: bool) -> None:
        self.key: str = key
        self.window: float | None = None
        self.generation: int = 0
        self.leased: int = 0
        self.spent: int = 0
        self.meters: list[Meter] = []
        self.paused_until: float = 0.0
        self.asked: bool = False
        self.is_alone: bool = False
        self.has_news: bool = False
        self._wake = wake
        self._counts_calls = counts_calls
        self._batch = _FIRST_BATCH
        self._granted_at = 0.0
        self._valid_until = 0.0
        self._good_until = 0.0  # the earlier one of the ends of the lease and of the window
        self._retry_at = 0.0
        self._used_at = 0.0
        self._exchanged_at = 0.0
        self._in_flight = 0
        self._late = 0
        self._left = 0
        self._workers = 1
        self._remaining: int | None = None
        self._reported = 0
        self._unlimited = False
        self._is_empty = False

    # -- before and after a call

    def wait(self, now: float, *, reads: bool, free: bool) -> Wait | None:
        """Return why a call must wait for the store; None if it may be sent.

        Args:
            now: The present time.
            reads: Whether the call changes nothing.
            free: Whether the call costs nothing.
        """
        if now >= self._good_until:
            if self.window is not None and self.window <= now:
                self._begin(None)
            if not self.is_alone and now >= self._valid_until:
                return _ASK
        if self.leased <= self.spent + self._late and not free and self._is_short() and not self._may_find_out():
            return self._wait_for_window()
        for meter in self.meters:
            if meter.leased - meter.spent < (meter.read if reads else meter.write):
                wait = meter.wait(now, reads=reads)
                if wait is not None and not self.is_alone:
                    return wait
        return None

    def spend(self, now: float, *, reads: bool, free: bool) -> None:
        """Count a call that is being sent, and ask for more before the last one is spent."""
        self._used_at = now
        if self._counts_calls and not free:
            self.spent += 1
            self._in_flight += 1
        for meter in self.meters:
            meter.spent += meter.read if reads else meter.write
        is_enough = self.leased - self.spent - self._late > self._batch >> 2
        if is_enough or self.asked or self.is_alone or self._unlimited or not self._counts_calls:
            return
        if self._retry_at <= now:
            self.ask()

    def ask(self) -> None:
        """Want more calls and points."""
        self.asked = True
        self._wake()

    def end(self, generation: int) -> None:
        """Note that a call has ended. One that was sent in an earlier window may have counted in this one until now."""
        self._in_flight -= 1
        if generation != self.generation:
            self._late -= 1

    def unspend(self, generation: int) -> None:
        """Take back a call that the server did not count."""
        if generation == self.generation and self.spent > 0:
            self.spent -= 1

    def observe(self, remaining: int, reset_at: float, generation: int | None, now: float) -> None:
        """Note the limit that the server states.

        Args:
            remaining: Calls left.
            reset_at: End of the window.
            generation: The window in which the call was sent; None for a call that was not leased here.
            now: The present time.
        """
        if reset_at <= now or (self.window is not None and reset_at < self.window - SAME_WINDOW):
            return
        is_first = self._remaining is None
        if self.window is None:
            self.window = reset_at
            self._good_until = min(self._good_until, reset_at)
        elif reset_at > self.window + SAME_WINDOW:
            self._begin(reset_at)
            is_first = True
        if generation is not None and generation != self.generation:  # sent before the window, counted in it
            self.spent += 1
            self.leased = max(self.leased, self.spent)
        self._remaining = remaining if self._remaining is None else min(remaining, self._remaining)
        self._unlimited = False
        if is_first:
            self.has_news = True
            self._wake()
            if self.is_alone:
                self.leased = self.spent + self._remaining // self._workers

    def note_unlimited(self) -> None:
        """Note that the server answers without a limit."""
        if self.window is None and not self._unlimited:
            self._unlimited = self.has_news = True
            self._wake()

    def shift(self, seconds: float) -> None:
        """Correct the end of the window after the clock of the server turned out to be ``seconds`` further ahead."""
        if abs(seconds) > SAME_WINDOW:  # one of the clocks was set: the next response states the window anew
            self._begin(None)
        elif self.window is not None:
            self.window -= seconds
            self._good_until = 0.0

    def pause(self, until: float) -> None:
        """Note until when the server forbids calls."""
        if until > self.paused_until:
            self.paused_until, self.has_news = until, True
            self._wake()

    # -- reports and replies

    def due_at(self) -> float:
        """Return when the store must hear of this share; infinity if it need not."""
        if self.has_news:
            return 0.0
        due = self._next_ask() if self.asked else inf
        if self._is_holding():
            due = min(due, self._used_at + _IDLE, self._exchanged_at + _HEARTBEAT)
        elif self.spent + self._late != self._reported:
            due = min(due, self._exchanged_at + _HEARTBEAT)
        return due

    def report(self, now: float, *, is_last: bool = False) -> Sheet:
        """Return what to say to the store. Leases that have not been used for a while are given back.

        Args:
            now: The present time.
            is_last: Whether to give everything back.
        """
        if self.window is not None and self.window <= now:
            self._begin(None)
        if is_last:
            self.asked = False
        if not self.is_alone and (is_last or (not self.asked and self._used_at + _IDLE <= now)):
            self.leased = min(self.leased, self.spent + self._late)
            for meter in self.meters:
                meter.give_back()
            self._batch = _FIRST_BATCH
        spent = self.spent + self._late
        # A part that it took for itself while the store was away is no lease.
        held = min(self.leased, spent) if self.is_alone else self.leased
        wants = self._counts_calls and not is_last and (self.asked or self.is_alone) and held - spent < self._batch
        self.has_news = False
        report = BudgetReport(
            self.key,
            self.window,
            held,
            spent,
            self._batch if wants else 0,
            self._in_flight,
            self._remaining,
            self._unlimited and self.window is None,
            self.paused_until if self.paused_until > now else 0.0,
            tuple(meter.report(asked=self.asked) for meter in self.meters),
        )
        return Sheet(report, self.generation, now)

    def apply(self, sheet: Sheet, reply: BudgetReply, now: float) -> bool:
        """Take over what the store answers. Return whether that matters to calls that wait."""
        self.is_alone = False
        self._exchanged_at, self._workers = sheet.sent_at, max(1, reply.workers)
        paused = reply.paused_until > self.paused_until
        self.paused_until = max(self.paused_until, reply.paused_until)
        if sheet.generation != self.generation:  # a window has begun meanwhile: ask again
            return paused
        if self.window is not None and (reply.window is None or reply.window > self.window + SAME_WINDOW):
            self._begin(reply.window)
        elif self.window is None:
            self.window = reply.window
        before = self.leased
        self.leased, self._left, self._reported = reply.leased, reply.left, sheet.report.spent
        self._unlimited = reply.unlimited
        self._valid_until, self._retry_at = sheet.sent_at + LEASE_LIFETIME, reply.retry_at
        self._good_until = min(self._valid_until, self.window or inf)
        was_empty, self._is_empty = (
            self._is_empty,
            self._is_short() and reply.left == 0 and reply.is_known and reply.window is not None,
        )
        news = paused or self.leased > before or reply.unlimited or self._is_empty is not was_empty
        for meter, answer in zip(self.meters, reply.pace, strict=False):
            news |= meter.apply(answer, now)
        if self.asked:
            self._adapt(sheet, now)
            self.asked = self._is_short() or any(meter.is_short for meter in self.meters)
        return news

    def go_alone(self) -> None:
        """Go on without the store, with this process's part of what was last known."""
        if self.is_alone:
            return
        self.is_alone, self.asked = True, False
        part = self._left // self._workers
        if self.window is None:
            part = 1  # finds out how many calls are left
        self.leased, self._left, self._retry_at = max(self.leased, self.spent) + part, 0, 0.0
        self._is_empty = False

    def forget(self) -> None:
        """Hold nothing: this is another process from now on."""
        self._begin(None)
        self._valid_until = self._exchanged_at = 0.0
        self.asked = self.is_alone = self.has_news = False
        self._in_flight = self._late = 0
        for meter in self.meters:
            meter.forget()

    # -- inside

    def _wait_for_window(self) -> Wait:
        # Without the store its part is all there is, and the user decides how long a call waits for the next window.
        if self.window is None or not (self._is_empty or self.is_alone):
            return _ASK
        # A call in flight turns out to be free if the server answers 304.
        reason: WaitReason = "in_flight" if self._in_flight else "rate_limit"
        return Wait(self.window, reason, until_release=self._in_flight > 0, until_lease=True)

    def _begin(self, window: float | None) -> None:
        """Start to count anew in a window."""
        self.window, self._good_until = window, 0.0
        self.generation += 1
        self.leased = 1 if self.is_alone else 0
        self.spent = self._left = self._reported = 0
        self._late = self._in_flight
        self._remaining = None
        self._unlimited = self._is_empty = False
        self._retry_at = 0.0

    def _is_short(self) -> bool:
        return self._counts_calls and self._unspent() <= 0 and not self._unlimited

    def _may_find_out(self) -> bool:
        """Return whether calls may be sent without a lease, because the first one says how many are left."""
        return self.is_alone and self.window is None

    def _unspent(self) -> int:
        return self.leased - self.spent - self._late

    def _next_ask(self) -> float:
        """Return when to ask for what is missing."""
        short = [meter.retry_at for meter in self.meters if meter.is_short]
        if not short or self._is_short():
            short.append(self._retry_at)
        return min(short)

    def _is_holding(self) -> bool:
        return (self._unspent() > 0 and not self.is_alone) or any(meter.is_holding for meter in self.meters)

    def _adapt(self, sheet: Sheet, now: float) -> None:
        """Choose the size of the next batch: twice as many if the last one was spent quickly."""
        if sheet.report.wanted and self.leased > sheet.report.leased:
            if now - self._granted_at < _QUICK:
                self._batch = min(_LARGEST_BATCH, self._batch * 2)
            self._granted_at = now
