"""Rate-limit buckets: how many calls one token may still send to one server for one resource.

Providers count each resource (``core``, ``search``, ...) of each token separately.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Generic, Literal, TypeVar

from .._internal.lazy_dataclass import dataclass
from ..profile import RateLimitPolicy

__all__ = ["Bucket", "BucketKey", "Demand", "Lease", "NoUsableToken", "Wait", "WaitReason", "choose_bucket"]

T = TypeVar("T")
BucketKey = tuple[str, str]
"""Origin of the server, and resource."""
WaitReason = Literal["rate_limit", "secondary_rate_limit", "in_flight", "pacing"]

_SAME_WINDOW = 5.0
"""Seconds by which reset times of one window may differ: servers round, and responses arrive out of order."""


class Bucket:
    """The budget of one token for one resource, and the calls in flight on it.

    Attributes:
        remaining: Calls left in the window; None if unknown.
        reset_at: Epoch seconds at which the window ends; None if unknown.
        in_flight: Calls that were sent and have no response yet.
        paused_until: Epoch seconds until which a secondary limit forbids calls.
    """

    __slots__ = ("_sent", "_sent_points", "in_flight", "paused_until", "remaining", "reset_at")

    def __init__(
        self,
        remaining: int | None = None,
        reset_at: float | None = None,
        in_flight: int = 0,
        paused_until: float = 0.0,
    ) -> None:
        self.remaining = remaining
        self.reset_at = reset_at
        self.in_flight: int = in_flight
        self.paused_until: float = paused_until
        self._sent: deque[tuple[float, int]] = deque()
        self._sent_points = 0

    def expire(self, now: float) -> None:
        """Forget a window that has ended."""
        if self.reset_at is not None and self.reset_at <= now:
            self.remaining = self.reset_at = None

    def available(self) -> float:
        """Return how many calls may still be sent; infinity if the state is unknown."""
        return inf if self.remaining is None else self.remaining - self.in_flight

    def observe(self, remaining: int, reset_at: float, now: float) -> None:
        """Update the state from the headers of a response, which may have arrived out of order."""
        if reset_at <= now:
            return
        if self.reset_at is not None and self.remaining is not None:
            if reset_at < self.reset_at - _SAME_WINDOW:
                return
            if reset_at <= self.reset_at + _SAME_WINDOW:
                remaining = min(remaining, self.remaining)
        self.remaining, self.reset_at = remaining, reset_at

    def pause(self, until: float) -> None:
        """Forbid calls before ``until`` (epoch seconds)."""
        self.paused_until = max(self.paused_until, until)

    def next_send(self, policy: RateLimitPolicy, points: int, now: float) -> float:
        """Return when ``points`` more may be spent under ``policy``; ``now`` if at once."""
        while self._sent and self._sent[0][0] <= now - policy.seconds:
            self._sent_points -= self._sent.popleft()[1]
        excess = self._sent_points + points - policy.points
        if excess <= 0:
            return now
        for when, spent in self._sent:
            excess -= spent
            if excess <= 0:
                return when + policy.seconds
        return now  # more points than the policy ever allows: waiting gains nothing

    def spend(self, points: int, now: float) -> None:
        """Record that a call is being sent."""
        self._sent.append((now, points))
        self._sent_points += points


class Demand:
    """What a request needs from a bucket.

    Attributes:
        host: Origin of the server.
        key: The origin and the provider's name of the resource.
        points: Cost of the request under ``policy``.
        policy: The published limits per token; None if there are none.
        free: True if the request costs no call, so that an exhausted budget does not forbid it.
    """

    __slots__ = ("free", "host", "key", "points", "policy")

    def __init__(
        self, host: str, resource: str, points: int = 1, policy: RateLimitPolicy | None = None, free: bool = False
    ) -> None:
        self.host: str = host
        self.key: tuple[str, str] = (host, resource)
        self.points: int = points
        self.policy: RateLimitPolicy | None = policy
        self.free: bool = free


class Lease(Generic[T]):
    """Permission to send one request with a token. It must be released.

    Attributes:
        token: The token; None for a request without one.
        bucket: The bucket that the request counts against.
        rejected: True after the provider refused the token (401).
    """

    __slots__ = ("bucket", "rejected", "token")

    def __init__(self, token: T, bucket: Bucket) -> None:
        self.token: T = token
        self.bucket: Bucket = bucket
        self.rejected: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """No request may be sent before ``until``.

    Attributes:
        until: Epoch seconds; infinity if only a release can help.
        reason: Why.
        until_release: True if all remaining calls are in flight: the end of one of them may free a call earlier.
    """

    until: float
    reason: WaitReason
    until_release: bool = False


class NoUsableToken:
    """The provider refused every token."""


def choose_bucket(candidates: list[tuple[T, Bucket]], demand: Demand, now: float) -> Lease[T] | Wait:
    """Lease the bucket with most calls left, or return when the first bucket becomes usable."""
    best: Lease[T] | None = None
    most = 0.0
    waits: list[Wait] = []
    for token, bucket in candidates:
        wait = _wait_for(bucket, demand, now)
        if wait is not None:
            waits.append(wait)
            continue
        preference = _preference(bucket)
        if best is None or preference > most:
            best, most = Lease(token, bucket), preference
    if best is None:
        first = min(waits, key=lambda wait: wait.until)
        return Wait(first.until, first.reason, any(wait.until_release for wait in waits))
    best.bucket.in_flight += 1
    if demand.policy is not None:
        best.bucket.spend(demand.points, now)
    return best


def _wait_for(bucket: Bucket, demand: Demand, now: float) -> Wait | None:
    bucket.expire(now)
    if bucket.paused_until > now:
        return Wait(bucket.paused_until, "secondary_rate_limit")
    if not demand.free and bucket.available() <= 0:
        all_in_flight = bool(bucket.in_flight and bucket.remaining)
        return Wait(bucket.reset_at or now, "in_flight" if all_in_flight else "rate_limit", all_in_flight)
    if demand.policy is not None:
        if bucket.in_flight >= demand.policy.concurrent:
            return Wait(inf, "in_flight", True)
        until = bucket.next_send(demand.policy, demand.points, now)
        if until > now:
            return Wait(until, "pacing")
    return None


def _preference(bucket: Bucket) -> float:
    """Return the rank of a bucket: most calls left first.

    For a bucket in unknown state, one probing request is sent; the others use buckets whose state is known.
    """
    if bucket.remaining is not None:
        return bucket.available()
    return inf if bucket.in_flight == 0 else -float(bucket.in_flight)
