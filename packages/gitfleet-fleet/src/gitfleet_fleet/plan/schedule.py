"""How long calls take: a simulation of requests in flight, budgets, windows and pace."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf

from gitfleet_api.client import RateLimitPolicy, RateWindow

__all__ = ["BudgetState", "Part", "Result", "simulate"]

_STEPS = 40_000
"""Steps of one simulation. With more calls, each step is several of them."""
_LONGEST_PACE = 60.0
"""Seconds of the longest window that is pace. Waits for longer ones count as waits for a rate limit."""


@dataclass(frozen=True)
class Part:
    """Calls of one kind.

    Attributes:
        resource: Name of their budget.
        calls: How many.
        seconds: Seconds per request.
        endpoint: Name of an endpoint with a limit in addition, or None.
    """

    resource: str
    calls: int
    seconds: float
    endpoint: str | None = None


@dataclass
class BudgetState:
    """The budget of one principal for one resource.

    Attributes:
        principal: Index of the principal.
        left: Calls left; infinity if there is no limit.
        reset: Second at which the window ends.
        limit: Calls in a full window.
        window: Seconds of a full window.
    """

    principal: int
    left: float
    reset: float
    limit: float
    window: float
    _opened: float = 0.0
    _paces: dict[RateWindow, deque[float]] = field(default_factory=dict)

    def next_send(self, now: float, windows: Sequence[RateWindow], calls: int) -> tuple[float, float]:
        """Return when calls may be sent, and how much of the wait counts as a wait for a rate limit."""
        if self.reset <= now:
            self.left, self.reset = self.limit, inf
        # Calls are simulated in the order in which they are free to go, not in the order in which they are sent.
        at = max(now, self._opened) if self.left >= 1 else self.reset
        limited = at - now
        for window in windows:
            sent = self._paces.get(window)
            places = _places(window, calls)
            if sent is not None and places and len(sent) >= places and sent[0] + window.seconds > at:
                if window.seconds > _LONGEST_PACE:
                    limited = max(limited, sent[0] + window.seconds - now)
                at = sent[0] + window.seconds
        return at, limited

    def take(self, at: float, end: float, windows: Sequence[RateWindow], calls: int) -> None:
        """Count calls."""
        if self.reset <= at:
            self.left, self.reset = self.limit, inf
        if self.reset == inf and self.limit < inf:
            self.reset = at + self.window  # a window begins with its first call
            self._opened = at
        self.left -= calls
        for window in windows:
            places = _places(window, calls)
            if places:
                self._paces.setdefault(window, deque(maxlen=places)).append(end)


def _places(window: RateWindow, calls: int) -> int:
    """Return how many steps a window permits; 0 if they do not count."""
    return max(1, window.points // (window.read * calls)) if window.read else 0


@dataclass
class Result:
    """The outcome of a simulation.

    Attributes:
        seconds: Time until the last response.
        longest_wait: Longest wait of one call for a rate limit.
        stops_after: Calls before the first one that would wait longer than permitted; None if there is none.
        taken: Calls by principal and resource.
    """

    seconds: float = 0.0
    longest_wait: float = 0.0
    stops_after: int | None = None
    taken: Counter[tuple[int, str]] = field(default_factory=Counter)


def simulate(
    parts: Sequence[Part],
    budgets: dict[str, list[BudgetState]],
    policy: RateLimitPolicy | None,
    *,
    concurrency: int,
    patience: float,
    first: int | None = None,
) -> Result:
    """Send the calls of all parts, one part after the other, and return how long that takes.

    Args:
        parts: The calls.
        budgets: The budgets by resource.
        policy: The published limits on speed.
        concurrency: Calls at the same time.
        patience: Longest wait for a rate limit that a call permits.
        first: Principal that is preferred; None for the one with most calls left.
    """
    result = Result()
    free = [0.0] * max(1, concurrency)
    size = max(1, ceil(sum(part.calls for part in parts) / _STEPS))
    done = 0
    for part in parts:
        windows = _windows(policy, part)
        for start in range(0, part.calls, size):
            calls = min(size, part.calls - start)
            now = heapq.heappop(free)
            budget, at, limited = _choose(budgets[part.resource], now, windows, calls, first)
            if limited > patience and result.stops_after is None:
                result.stops_after = done
            result.longest_wait = max(result.longest_wait, limited)
            end = at + part.seconds * calls
            budget.take(at, end, windows, calls)
            heapq.heappush(free, end)
            result.taken[budget.principal, part.resource] += calls
            result.seconds = max(result.seconds, end)
            done += calls
    return result


def _windows(policy: RateLimitPolicy | None, part: Part) -> tuple[RateWindow, ...]:
    if policy is None:
        return ()
    own = policy.separate.get(part.resource, policy.windows)
    return own if part.endpoint is None else (*own, *policy.separate.get(part.endpoint, ()))


def _choose(
    budgets: Sequence[BudgetState], now: float, windows: Sequence[RateWindow], calls: int, first: int | None
) -> tuple[BudgetState, float, float]:
    """Return the budget of the next call, when it may be sent, and how long it waits for a rate limit."""
    best: tuple[float, bool, float] | None = None
    found = (budgets[0], now, 0.0)
    for budget in budgets:
        at, limited = budget.next_send(now, windows, calls)
        rank = (at, budget.principal != first, -budget.left)
        if best is None or rank < best:
            best, found = rank, (budget, at, limited)
    return found
