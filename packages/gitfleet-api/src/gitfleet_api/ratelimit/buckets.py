"""Rate-limit buckets: how many calls one principal may still send to one server for one resource.

Providers count each resource (``core``, ``search``, ...) of each principal separately.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from ..profile import RateLimitPolicy
from .pacing import Pacing, Spending, Windows
from .waits import LONGEST_PACING, SAME_WINDOW, Wait

if TYPE_CHECKING:
    from .shares import Share

__all__ = ["Bucket", "BucketKey", "Demand", "Lease", "NoUsableToken", "choose_bucket"]

T = TypeVar("T")
BucketKey = tuple[str, str]
"""Origin of the server, and resource."""


class Bucket:
    """The budget of one principal for one resource, and the calls in flight on it.

    Attributes:
        remaining: Calls left in the window; None if unknown.
        reset_at: Epoch seconds at which the window ends; None if unknown.
        in_flight: Calls that were sent and have no response yet.
        paused_until: Epoch seconds until which a secondary limit forbids calls.
        pacing: The points spent lately.
        share: What this process holds of it if other processes use it as well; None if none does.
    """

    __slots__ = ("_successor", "in_flight", "pacing", "paused_until", "remaining", "reset_at", "share")

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
        self.pacing: Pacing = Pacing()
        self.share: Share | None = None
        self._successor: Bucket | None = None

    def current(self) -> Bucket:
        """Return the bucket that has absorbed this one; the bucket itself if none has."""
        bucket = self
        while bucket._successor is not None:
            bucket = bucket._successor
        return bucket

    def absorb(self, other: Bucket) -> None:
        """Take over the state of a bucket that turned out to be the same budget."""
        if other.remaining is not None and other.reset_at is not None:
            self.observe(other.remaining, other.reset_at, other.reset_at - 1)
        self.in_flight += other.in_flight
        self.pause(other.paused_until)
        self.pacing.absorb(other.pacing)
        other._successor = self

    def expire(self, now: float) -> None:
        """Forget a window that has ended."""
        if self.reset_at is not None and self.reset_at <= now:
            self.remaining = self.reset_at = None

    def shift(self, seconds: float) -> None:
        """Correct the end of the window after the clock of the server turned out to be ``seconds`` further ahead."""
        if self.reset_at is not None:
            self.reset_at -= seconds
        if abs(seconds) > SAME_WINDOW:  # one of the clocks was set: the next response states the window anew
            self.remaining = self.reset_at = None

    def available(self) -> float:
        """Return how many calls may still be sent; infinity if the state is unknown."""
        return inf if self.remaining is None else self.remaining - self.in_flight

    def observe(self, remaining: int, reset_at: float, now: float, *, refused: bool = False) -> None:
        """Update the state from the headers of a response, which may have arrived out of order.

        Args:
            remaining: Calls left.
            reset_at: End of the window, in epoch seconds.
            now: Epoch seconds.
            refused: Whether the server refused the request, so that it counts in this window and no other.
        """
        if reset_at <= now:
            return
        if self.reset_at is not None and self.remaining is not None:
            if reset_at < self.reset_at - SAME_WINDOW and not (refused and remaining == 0):
                return
            if reset_at <= self.reset_at + SAME_WINDOW:
                remaining = min(remaining, self.remaining)
        self.remaining, self.reset_at = remaining, reset_at

    def pause(self, until: float) -> None:
        """Forbid calls before ``until`` (epoch seconds)."""
        self.paused_until = max(self.paused_until, until)


class Demand:
    """What a request needs.

    Attributes:
        host: Origin of the server.
        key: The origin and the provider's name of the resource.
        endpoint_key: The origin and the name of an endpoint with a limit in addition; None for most requests.
        reads: Whether the request changes nothing.
        free: True if the request costs no call, so that an exhausted budget does not forbid it.
        windows: The published limits on the speed of the budget.
        endpoint_windows: Those of the endpoint.
        concurrent: Requests of the budget that may run at the same time.
    """

    __slots__ = ("concurrent", "endpoint_key", "endpoint_windows", "free", "host", "key", "reads", "windows")

    def __init__(
        self,
        host: str,
        resource: str,
        policy: RateLimitPolicy | None = None,
        *,
        endpoint: str | None = None,
        reads: bool = True,
        free: bool = False,
    ) -> None:
        self.host: str = host
        self.key: BucketKey = (host, resource)
        self.endpoint_key: BucketKey | None = None if endpoint is None else (host, endpoint)
        self.reads: bool = reads
        self.free: bool = free
        self.windows: Windows = ()
        self.endpoint_windows: Windows = ()
        self.concurrent: float = inf
        if policy is not None:
            self.windows = policy.separate.get(resource, policy.windows)
            self.concurrent = inf if policy.concurrent is None else policy.concurrent
            if endpoint is not None:
                self.endpoint_windows = policy.separate.get(endpoint, ())


class Lease(Generic[T]):
    """Permission to send one request with a token. It must be released.

    Attributes:
        token: The token; None for a request without one.
        bucket: The bucket that the request counts against.
        endpoint: The bucket of the endpoint that the request counts against as well; None for most requests.
        rejected: True after the provider refused the token (401).
        share: The share that the request was taken from; None if the budget is not shared with other processes.
        generation: The window of the share in which the request was sent.
        is_free: Whether the request costs no call of the share.
        is_answered: Whether a response has stated the limit, so that the share counts the request as ended.
    """

    __slots__ = ("_spent", "bucket", "endpoint", "generation", "is_answered", "is_free", "rejected", "share", "token")

    def __init__(self, token: T, bucket: Bucket, endpoint: Bucket | None = None) -> None:
        self.token: T = token
        self.bucket: Bucket = bucket
        self.endpoint: Bucket | None = endpoint
        self._spent: list[Spending] | None = None
        self.rejected: bool = False
        self.share: Share | None = None
        self.generation: int = 0
        self.is_free: bool = False
        self.is_answered: bool = False

    def spend(self, demand: Demand, now: float) -> None:
        """Record that the request is being sent."""
        self.bucket.in_flight += 1
        if self.bucket.share is not None:
            self.share = self.bucket.share
            self.share.spend(now, reads=demand.reads, free=demand.free)
            self.generation, self.is_free = self.share.generation, demand.free
            if self.endpoint is not None and self.endpoint.share is not None:
                self.endpoint.share.spend(now, reads=demand.reads, free=demand.free)
        if demand.windows:
            self._spent = self.bucket.pacing.spend(demand.windows, now, reads=demand.reads)
        if self.endpoint is not None and demand.endpoint_windows:
            spent = self.endpoint.pacing.spend(demand.endpoint_windows, now, reads=demand.reads)
            self._spent = spent if self._spent is None else self._spent + spent

    def answer(self) -> None:
        """Record that a response has stated the limit, in which the server has counted the request."""
        if self.share is not None and not self.is_free and not self.is_answered:
            self.is_answered = True
            self.share.end(self.generation)

    def end(self, clock: Callable[[], float]) -> None:
        """Record that the request has ended."""
        self.bucket.current().in_flight -= 1
        if self.share is not None and not self.is_free and not self.is_answered:
            self.share.end(self.generation)
        if self._spent:
            now = clock()
            for spending in self._spent:
                spending.when = now


class NoUsableToken:
    """The provider refused every token that the request may use."""


def choose_bucket(candidates: list[tuple[T, Bucket, Bucket | None]], demand: Demand, now: float) -> Lease[T] | Wait:
    """Lease the bucket with most calls left, or return when the first bucket becomes usable.

    Args:
        candidates: Tokens, each with its bucket of the budget and the one of the endpoint.
        demand: What the request needs.
        now: Epoch seconds.
    """
    best: Lease[T] | None = None
    most = 0.0
    waits: list[Wait] = []
    unleased: list[tuple[Bucket, Bucket | None]] = []
    for token, bucket, endpoint in candidates:
        wait = _wait_for(bucket, demand, now)
        if wait is None and endpoint is not None:
            wait = _wait_for_endpoint(endpoint, demand, now)
        if wait is not None:
            waits.append(wait)
            if wait.until_lease:
                unleased.append((bucket, endpoint))
            continue
        preference = _preference(bucket)
        if best is None or preference > most:
            best, most = Lease(token, bucket, endpoint), preference
    # Calls of a bucket with more of them are leased in advance, so that all are used evenly.
    _ask([pair for pair in unleased if best is None or _preference(pair[0]) > most])
    if best is None:
        first = min(waits, key=lambda wait: wait.until)
        in_flight = any(wait.until_release for wait in waits)
        asked = any(wait.until_reply for wait in waits)
        return Wait(first.until, first.reason, in_flight, first.endpoint, bool(unleased), asked)
    best.spend(demand, now)
    return best


def _ask(unleased: list[tuple[Bucket, Bucket | None]]) -> None:
    for pair in unleased:
        for bucket in pair:
            if bucket is not None and bucket.share is not None:
                bucket.share.ask()


def _wait_for(bucket: Bucket, demand: Demand, now: float) -> Wait | None:
    bucket.expire(now)
    if bucket.paused_until > now:
        return Wait(bucket.paused_until, "secondary_rate_limit")
    if not demand.free and bucket.available() <= 0:
        all_in_flight = bool(bucket.in_flight and bucket.remaining)
        return Wait(bucket.reset_at or now, "in_flight" if all_in_flight else "rate_limit", all_in_flight)
    if bucket.in_flight >= demand.concurrent:
        return Wait(inf, "in_flight", True)
    if bucket.share is not None:
        wait = bucket.share.wait(now, reads=demand.reads, free=demand.free)
        if wait is not None:
            return wait
    return _wait_for_pacing(bucket, demand.windows, demand, now)


def _wait_for_endpoint(bucket: Bucket, demand: Demand, now: float) -> Wait | None:
    name = None if demand.endpoint_key is None else demand.endpoint_key[1]
    if bucket.paused_until > now:
        return Wait(bucket.paused_until, "secondary_rate_limit", endpoint=name)
    if bucket.share is not None:
        wait = bucket.share.wait(now, reads=demand.reads, free=demand.free)
        if wait is not None:
            return Wait(wait.until, wait.reason, endpoint=name, until_lease=True, until_reply=wait.until_reply)
    return _wait_for_pacing(bucket, demand.endpoint_windows, demand, now, name)


def _wait_for_pacing(
    bucket: Bucket, windows: Windows, demand: Demand, now: float, endpoint: str | None = None
) -> Wait | None:
    if not windows:
        return None
    until, window = bucket.pacing.next_send(windows, now, reads=demand.reads)
    if window is None:
        return None
    return Wait(until, "pacing" if window.seconds <= LONGEST_PACING else "rate_limit", endpoint=endpoint)


def _preference(bucket: Bucket) -> float:
    """Return the rank of a bucket: most calls left first.

    For a bucket in unknown state, one probing request is sent; the others use buckets whose state is known.
    """
    if bucket.remaining is not None:
        return bucket.available()
    return inf if bucket.in_flight == 0 else -float(bucket.in_flight)
