"""What a piece of work costs: its requests by budget and token, and where its repository has moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from .._internal.lazy_dataclass import dataclass, field

__all__ = ["Budget", "CallMeter", "LookedUp", "current_meter", "look_up_cache", "measure_calls"]

Budget = tuple[str, "str | None"]
"""Name of a budget and label of the token; None without a token."""

_current: ContextVar[CallMeter | None] = ContextVar("gitfleet_call_meter", default=None)


@dataclass(slots=True, eq=False)
class CallMeter:
    """The requests of the clients that were sent inside one block of :func:`measure_calls`."""

    requests: int = 0
    """Requests that were sent, with retries and redirects."""
    cached: int = 0
    """Requests that a cache served after the server had confirmed its entry (304)."""
    free: int = 0
    """Other requests that cost no call, as those for the rate limit of GitHub."""
    by_budget: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    """Calls by the name of the budget, as ``core``, and the label of the token; None without a token."""
    moved_to: str | None = None
    """URL to which the last permanent redirect (301, 308) led. None if there was none."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Responses by HTTP status."""
    seconds: float = 0.0
    """Time of all responses, each from the moment its request was sent."""
    sends_nothing: bool = False
    """Whether requests are looked up in the cache and then end with :class:`LookedUp`, without being sent."""
    outer: CallMeter | None = field(default=None, repr=False)
    """Meter of the block around this one, which counts the same requests. None if there is none."""
    cached_counted: int = 0
    """Requests of :attr:`cached` that count against a rate limit nevertheless, as on GitLab."""

    @property
    def calls(self) -> int:
        """Requests that count against a rate limit. Those that a cache served are among them on GitLab only."""
        return self.requests - self.cached + self.cached_counted - self.free

    def sent(self, budget: Budget, *, free: bool) -> None:
        """Note a request.

        Args:
            budget: Its budget.
            free: Whether it costs no call.
        """
        self.requests += 1
        if free:
            self.free += 1
        else:
            self.by_budget[budget] += 1
        if self.outer is not None:
            self.outer.sent(budget, free=free)

    def received(
        self, budget: Budget, status: int, moved_to: str | None, seconds: float = 0.0, *, is_counted: bool = False
    ) -> None:
        """Note the response to a request.

        Args:
            budget: Its budget.
            status: HTTP status.
            moved_to: URL to which it redirects permanently. None if it does not.
            seconds: Time since the request was sent.
            is_counted: Whether the provider counts a 304, too.
        """
        self.statuses[status] += 1
        self.seconds += seconds
        if status == 304:
            self.cached += 1
            if is_counted:
                self.cached_counted += 1
            else:
                self.by_budget[budget] -= 1
        if moved_to is not None:
            self.moved_to = moved_to
        if self.outer is not None:
            self.outer.received(budget, status, moved_to, seconds, is_counted=is_counted)


class LookedUp(Exception):
    """A request was looked up in the cache instead of being sent.

    Attributes:
        is_cached: Whether the cache has an entry for it.
    """

    def __init__(self, *, is_cached: bool) -> None:
        super().__init__("looked up")
        self.is_cached: bool = is_cached


def current_meter() -> CallMeter | None:
    """Return the meter of the innermost block of :func:`measure_calls`; None outside of all."""
    return _current.get()


@contextmanager
def measure_calls() -> Generator[CallMeter, None, None]:
    """Count the requests that clients send inside the block, also in tasks that are started there.

    ::

        with measure_calls() as meter:
            branches = await client.fetch_branches("python", "cpython")
        print(meter.calls)

    Requests of an inner block, as those that a fleet has for each repository, count for the outer one too. Listings
    fetch pages in advance: read them to the end inside the block.

    Yields:
        The meter, which remains valid after the block.
    """
    meter = CallMeter(outer=_current.get())
    token = _current.set(meter)
    try:
        yield meter
    finally:
        _current.reset(token)


@contextmanager
def look_up_cache() -> Generator[None, None, None]:
    """Send nothing inside the block: the first request of each call ends it with :class:`LookedUp`."""
    token = _current.set(CallMeter(sends_nothing=True))
    try:
        yield
    finally:
        _current.reset(token)
