"""How much may be asked of a provider with one token for one resource.

A lane is a token on a host for a resource (``core``, ``search``, ...): providers count each of them apart.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Generic, Literal, TypeVar

from .._internal.lazy_dataclass import dataclass
from ..profile import RateLimitPolicy

__all__ = ["Bucket", "Demand", "Lease", "NoUsableToken", "Wait", "WaitReason", "choose_bucket"]

T = TypeVar("T")
WaitReason = Literal["rate_limit", "secondary_rate_limit", "in_flight", "pacing"]

_SAME_WINDOW = 5.0
"""Seconds by which the reset times of one window may differ: servers round, and answers overtake each other."""


class Bucket:
    """What is known of one lane, and what is under way on it.

    Attributes:
        remaining: calls left in the window, or None when not known.
        reset_time: epoch seconds at which the window ends, or None.
        in_flight: calls that were sent and not answered.
        paused_until: epoch seconds until which a secondary limit forbids calls.
    """

    __slots__ = ("_sent", "_sent_points", "in_flight", "paused_until", "remaining", "reset_time")

    def __init__(
        self,
        remaining: int | None = None,
        reset_time: float | None = None,
        in_flight: int = 0,
        paused_until: float = 0.0,
    ) -> None:
        self.remaining = remaining
        self.reset_time = reset_time
        self.in_flight = in_flight
        self.paused_until = paused_until
        self._sent: deque[tuple[float, int]] = deque()
        self._sent_points = 0

    def expire(self, now: float) -> None:
        """Forget a window that has ended."""
        if self.reset_time is not None and self.reset_time <= now:
            self.remaining = self.reset_time = None

    def left(self) -> float:
        """Calls that may still be sent: infinite when nothing is known."""
        return inf if self.remaining is None else self.remaining - self.in_flight

    def learn(self, remaining: int, reset_time: float, now: float) -> None:
        """Take in what an answer says, also when it was overtaken by a later one."""
        if reset_time <= now:
            return
        if self.reset_time is not None and self.remaining is not None:
            if reset_time < self.reset_time - _SAME_WINDOW:
                return
            if reset_time <= self.reset_time + _SAME_WINDOW:
                remaining = min(remaining, self.remaining)
        self.remaining, self.reset_time = remaining, reset_time

    def pause(self, until: float) -> None:
        """Let nobody use the lane before ``until`` (epoch seconds)."""
        self.paused_until = max(self.paused_until, until)

    def paced_until(self, pace: RateLimitPolicy, points: int, now: float) -> float:
        """When ``points`` more may be spent without going faster than ``pace``; not after ``now`` when at once."""
        while self._sent and self._sent[0][0] <= now - pace.seconds:
            self._sent_points -= self._sent.popleft()[1]
        excess = self._sent_points + points - pace.points
        if excess <= 0:
            return now
        for when, spent in self._sent:
            excess -= spent
            if excess <= 0:
                return when + pace.seconds
        return now  # more points than the pace allows at all; nothing is gained by waiting

    def spend(self, points: int, now: float) -> None:
        """Note that a call is being sent."""
        self._sent.append((now, points))
        self._sent_points += points


class Demand:
    """What a request needs.

    Attributes:
        host: origin of the server.
        place: that, and the provider's name of the budget.
        points: what it costs of the pace.
        pace: how fast a token may go, or None.
        free: costs no call, so that an exhausted budget does not forbid it.
    """

    __slots__ = ("free", "host", "pace", "place", "points")

    def __init__(
        self, host: str, resource: str, points: int = 1, pace: RateLimitPolicy | None = None, free: bool = False
    ) -> None:
        self.host = host
        self.place = (host, resource)
        self.points = points
        self.pace = pace
        self.free = free


class Lease(Generic[T]):
    """Leave to send one request, with this token."""

    __slots__ = ("lane", "token")

    def __init__(self, token: T, lane: Bucket) -> None:
        self.token = token
        self.lane = lane


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before ``until`` (epoch seconds), because of ``reason``.

    Attributes:
        or_sooner: all calls that are left on a lane are under way; when one of them ends there may be one more.
    """

    until: float
    reason: WaitReason
    or_sooner: bool = False


class NoUsableToken:
    """There are tokens, and the provider has refused all of them."""


def choose_bucket(candidates: list[tuple[T, Bucket]], wanted: Demand, now: float) -> Lease[T] | Wait:
    """Take the lane with most calls left, or say when the first of them may be used."""
    best: Lease[T] | None = None
    most = 0.0
    holds: list[Wait] = []
    for token, lane in candidates:
        hold = _hold(lane, wanted, now)
        if hold is not None:
            holds.append(hold)
            continue
        preference = _preference(lane)
        if best is None or preference > most:
            best, most = Lease(token, lane), preference
    if best is None:
        first = min(holds, key=lambda hold: hold.until)
        return Wait(first.until, first.reason, any(hold.or_sooner for hold in holds))
    best.lane.in_flight += 1
    if wanted.pace is not None:
        best.lane.spend(wanted.points, now)
    return best


def _hold(lane: Bucket, wanted: Demand, now: float) -> Wait | None:
    lane.expire(now)
    if lane.paused_until > now:
        return Wait(lane.paused_until, "secondary_rate_limit")
    if not wanted.free and lane.left() <= 0:
        under_way = bool(lane.in_flight and lane.remaining)
        return Wait(lane.reset_time or now, "in_flight" if under_way else "rate_limit", under_way)
    if wanted.pace is not None:
        if lane.in_flight >= wanted.pace.concurrent:
            return Wait(inf, "in_flight", True)
        until = lane.paced_until(wanted.pace, wanted.points, now)
        if until > now:
            return Wait(until, "pacing")
    return None


def _preference(lane: Bucket) -> float:
    """Most calls left first. Of a lane that nothing is known of one call finds out; more go to lanes that are known."""
    if lane.remaining is not None:
        return lane.left()
    return inf if lane.in_flight == 0 else -float(lane.in_flight)
