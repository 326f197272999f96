"""The decisions about a shared budget: who may send how many calls. Every store applies them to its own copy."""

from __future__ import annotations

from .base import BudgetReply, BudgetReport
from .holders import Holder, Holders
from .pace import Pace

__all__ = ["HOLDER_LIFETIME", "LEASE_LIFETIME", "BudgetState", "exchange"]

HOLDER_LIFETIME = 20.0
"""Seconds of silence after which the leases of a worker go back to the others."""
LEASE_LIFETIME = 15.0
"""Seconds for which a worker may use its leases without a reply: less, so that no call is used twice."""
_SAME_WINDOW = 5.0
"""Seconds by which the end of one window may differ: servers round it."""
_LONGEST_WINDOW = 7200.0
"""Seconds to the end of a window or pause that are believed. No provider has windows above an hour."""
_PROBE_LIFETIME = 5.0
"""Seconds that the others wait for the worker that asks the server how many calls are left."""
_PROBE_RETRY = 0.05
_EMPTY_RETRY = 0.5
"""Seconds until a worker asks again when others hold the rest: they may give some back."""
_AHEAD_RETRY = 0.05
"""Seconds until a worker asks again that has more than the others: the fastest one would else take nearly all."""
_UNLIMITED_FOR = 60.0
"""Seconds for which a server that states no limit is believed to have none."""
_CLOCK_STEP = 60.0
"""Seconds by which the store's clock may be set back without harm."""
_SETTLING = 6.0
"""Seconds after a store has lost its data in which other workers say what they hold."""


class BudgetState:
    """What a store knows about one budget. Times are epoch seconds by the store's clock.

    Attributes:
        window: End of the window; None if unknown.
        total: Calls of the window that workers may spend, from what the server states; None if unknown.
        remaining: The fewest calls that the server has stated as left in the window; None if it has stated none.
        holders: What each worker was given and has spent.
        paused_until: Until when the server forbids calls.
        probe: The worker that finds out how many calls are left, and since when; None if there is none.
        unlimited_until: Until when the server is believed to have no limit.
        settling_until: Until when other workers may hold calls of which this store, whose data is new, knows nothing.
        pace: What was spent of each published limit on speed, by length of the period and number of points.
    """

    __slots__ = (
        "holders",
        "pace",
        "paused_until",
        "probe",
        "remaining",
        "settling_until",
        "total",
        "unlimited_until",
        "window",
    )

    def __init__(self) -> None:
        self.window: float | None = None
        self.total: int | None = None
        self.remaining: int | None = None
        self.holders: Holders = Holders()
        self.paused_until: float = 0.0
        self.probe: tuple[str, float] | None = None
        self.unlimited_until: float = 0.0
        self.settling_until: float = 0.0
        self.pace: dict[tuple[float, int], Pace] = {}

    def clear(self) -> None:
        """Know nothing."""
        new = BudgetState()
        for name in self.__slots__:
            setattr(self, name, getattr(new, name))

    def is_from_the_future(self, now: float) -> bool:
        """Return whether the state was changed clearly after ``now``."""
        ends = max(self.window or 0.0, self.paused_until, self.unlimited_until, self.settling_until)
        seen = [holder.seen_at for _, holder in self.holders]
        if self.probe is not None:
            seen.append(self.probe[1])
        for pace in self.pace.values():
            seen += [when for _, _, when in pace.holders.values()]
        return ends > now + _LONGEST_WINDOW + _CLOCK_STEP or max(seen, default=0.0) > now + _CLOCK_STEP

    def left(self, reserve: int) -> int:
        """Return how many calls no worker has been given, after a reserve; 0 if that is unknown."""
        if self.total is None:
            return 0
        return max(0, self.total - min(reserve, self.total // 2) - self.holders.taken())

    def expires_at(self, now: float) -> float:
        """Return when nothing of this matters any more."""
        ends = [now + HOLDER_LIFETIME, self.window or 0.0, self.paused_until, self.unlimited_until]
        return max(*ends, *(now + seconds for seconds, _ in self.pace), now)


def exchange(state: BudgetState, worker: str, report: BudgetReport, reserve: int, now: float) -> BudgetReply:
    """Record what a worker says, lease what it wants as far as possible, and return the reply.

    Args:
        state: The state of the budget, which is changed.
        worker: Name of the worker.
        report: What it says; its times are by the store's clock.
        reserve: Calls that are left for other programs.
        now: The present time by the store's clock.
    """
    if state.is_from_the_future(now):  # the clock was set back, and nothing of this would ever end
        state.clear()
    is_new = not state.holders and state.window is None
    _forget(state, now)
    holder = state.holders.seen(worker, now, wants=report.wanted > 0 or any(item.wanted for item in report.pace))
    _record(state, holder, report, now, is_new=is_new)
    if is_new and state.window is not None:
        state.settling_until = now + _SETTLING
    pause = report.paused_until if report.paused_until <= now + _LONGEST_WINDOW else now + 60.0
    state.paused_until = max(state.paused_until, pause)
    retry_at = _lease(state, worker, holder, report, reserve, now) if report.wanted > 0 else now
    active = state.holders.active(now)
    pace = tuple(
        state.pace.setdefault((item.seconds, item.points), Pace()).exchange(worker, item, active, now)
        for item in report.pace
    )
    return BudgetReply(
        state.window,
        holder.leased,
        state.left(reserve),
        active,
        retry_at,
        state.paused_until if state.paused_until > now else 0.0,
        state.unlimited_until > now,
        pace,
        state.total is not None,
    )


def _forget(state: BudgetState, now: float) -> None:
    """Drop a window that has ended, and take back the leases of workers that are silent."""
    if state.window is not None and state.window <= now:
        state.window = state.total = state.remaining = state.probe = None
        state.settling_until = 0.0
        state.holders.begin_window()
    state.holders.take_back(now - HOLDER_LIFETIME)
    for pace in state.pace.values():
        pace.take_back(now, now - HOLDER_LIFETIME)


def _record(state: BudgetState, holder: Holder, report: BudgetReport, now: float, *, is_new: bool) -> None:
    """Record what a worker has spent, gives back and has seen."""
    window = report.window
    if window is not None and not now < window <= now + _LONGEST_WINDOW:
        window = None
        is_current = False
    elif window is not None and state.window is not None and window < state.window - _SAME_WINDOW:
        is_current = False  # the worker does not know yet that a new window has begun
    else:
        is_current = True
    if window is not None and is_current and (state.window is None or window > state.window + _SAME_WINDOW):
        if state.window is not None:
            state.holders.begin_window(is_early=True)
        state.window, state.total, state.remaining, state.probe = window, None, None, None
    if is_current:
        # What was taken back is no longer the worker's, unless this store has lost its data and begins anew.
        held = report.leased if is_new or state.settling_until > now else min(report.leased, holder.leased)
        # Calls that were not leased here, as those of a worker that went on alone: what the server stated to others
        # meanwhile was less by them, and the total is therefore too low by them.
        unknown = report.spent - holder.taken()
        if state.total is not None and unknown > 0:
            state.total += unknown
        holder.spent, holder.leased = report.spent, max(report.spent, held)
    if is_current and window is not None and report.remaining is not None:
        state.remaining = report.remaining if state.remaining is None else min(report.remaining, state.remaining)
        if state.total is None or state.settling_until > now:
            # Of calls in flight it is not known whether the server has counted them.
            state.total = state.remaining + max(0, state.holders.spent() - report.in_flight)
        else:
            # The server has counted at least what is left out here, so that the total is never too low.
            most = report.remaining + state.holders.taken() - holder.taken() + report.spent
            state.total = min(state.total, most)
        state.probe, state.unlimited_until = None, 0.0
    elif report.unlimited and state.window is None:
        state.unlimited_until = now + _UNLIMITED_FOR


def _lease(state: BudgetState, worker: str, holder: Holder, report: BudgetReport, reserve: int, now: float) -> float:
    """Give calls to a worker. Return when it may ask for more."""
    if state.unlimited_until > now:
        return now
    if state.total is None:
        _probe(state, worker, holder, report, now)
        return now + _PROBE_RETRY
    left = state.left(reserve)
    if left <= 0:
        return min(state.window or now, now + _EMPTY_RETRY)
    # Half of an equal part: those who ask later find something, and the batches shrink to single calls at the end.
    part = max(1, left // (2 * state.holders.active(now)))
    if state.settling_until > now:
        part = max(1, part // 4)
    is_ahead = state.holders.is_ahead(holder, now)
    holder.leased += min(report.wanted, max(1, part // 4) if is_ahead else part)
    return now + _AHEAD_RETRY if is_ahead else now


def _probe(state: BudgetState, worker: str, holder: Holder, report: BudgetReport, now: float) -> None:
    """Let one worker send one call, whose response states how many are left."""
    if state.probe is not None and state.probe[1] + _PROBE_LIFETIME > now:
        if state.probe[0] != worker or report.in_flight:
            return
    else:
        state.probe = (worker, now)
    holder.leased = max(holder.leased, holder.spent + 1)
