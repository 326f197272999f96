"""One call that a client makes, and what all calls of a client share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .._internal.clock import Clock
from .._internal.deadlines import Deadlines
from .._internal.lazy_dataclass import dataclass, field
from .._internal.loop_local import LoopLocal
from .._internal.slots import Slots
from ..backend.base import Backend
from ..backend.messages import Headers, Timeout
from ..backend.projection import Projection
from ..cache import Cache
from ..errors import GitFleetError
from ..events import OnEvent
from ..gaps import OnIncomplete
from ..http.urls import BaseUrl
from ..profile import ProviderProfile, RateLimitPolicy
from ..ratelimit.pool import TokenPool
from ..ratelimit.server_clock import ServerClock
from ..ratelimit.token_info import TokenInfo
from ..retry import RetryPolicy
from .run import ListingRun

__all__ = ["Call", "LoopState", "SessionConfig"]

_SAFE_METHODS = ("GET", "HEAD")


class LoopState:
    """State that all calls of a client on one event loop share.

    Attributes:
        slots: One slot per request that may be in flight.
        deadlines: Deadlines of the calls in progress.
        exchanges: Requests for tokens in progress.
    """

    def __init__(self, slots: int) -> None:
        self.slots: Slots = Slots(slots)
        self.deadlines: Deadlines = Deadlines()
        self.exchanges: set[asyncio.Future[None]] = set()


@dataclass(slots=True, eq=False)
class SessionConfig:
    """Settings that all calls of a client share, and the clock of the server.

    Times are those of ``tokens.clock``: the pool's buckets are shared with other clients. ``clock`` only sleeps.
    """

    profile: ProviderProfile
    base_url: BaseUrl
    backend: Backend
    tokens: TokenPool
    tokens_allowed: bool
    timeout: Timeout
    max_body: int
    proxy: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    retry: RetryPolicy
    max_rate_limit_wait: float
    max_concurrency: int
    rate_limit_policy: RateLimitPolicy | None
    cache: Cache | None
    include_raw: bool
    on_incomplete: OnIncomplete
    on_event: OnEvent | None
    clock: Clock
    loops: LoopLocal[LoopState]
    server_clock: ServerClock
    own_token: TokenInfo | None = None

    def note_arrival(self, headers: Headers, sent: float) -> float:
        """Learn the server's clock from the headers of a response, and return the present time in epoch seconds.

        Args:
            headers: The headers. The server's clock is set in them.
            sent: When the request was sent.
        """
        now = self.tokens.clock()
        change = self.server_clock.observe(headers, sent, now)
        if change:
            self.tokens.shift_resets(self.base_url.origin, change)
        headers.clock_offset = self.server_clock.offset
        return now


class Call:
    """One call, before policies apply to it.

    Attributes:
        method: HTTP method, upper-case.
        url: Absolute URL under the client's base URL.
        projection: The values to decode from the body; None for the body as bytes.
        headers: Headers to add to those of every request, or to replace them.
        body: Bytes to send, or None.
        token: The token to use; None for the one with most calls left.
        free: True if the call costs nothing, so that it is sent even when no calls are left.
        linked: True if a server provided ``url``, which then may contain anything.
        reads: Whether the call changes nothing; None decides by the method.
        resource: The provider's name of the budget; None decides by the path.
        gives_up: Returns True for an error that must not be retried.
        run: The reading of a listing that it belongs to, or None.
        owner: The account that it concerns, in lower case; None decides by the path.
    """

    def __init__(
        self,
        method: str,
        url: str,
        projection: Projection | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes | None = None,
        *,
        token: TokenInfo | None = None,
        free: bool = False,
        linked: bool = False,
        reads: bool | None = None,
        resource: str | None = None,
        gives_up: Callable[[GitFleetError], bool] | None = None,
        run: ListingRun | None = None,
        owner: str | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.projection = projection
        self.headers = headers
        self.body = body
        self.token = token
        self.free = free
        self.linked = linked
        self.reads = reads
        self.resource = resource
        self.gives_up = gives_up
        self.run = run
        self.owner = owner

    @property
    def is_safe(self) -> bool:
        """Whether its method is safe by the HTTP standard (GET, HEAD)."""
        return self.method in _SAFE_METHODS

    @property
    def is_read(self) -> bool:
        """Whether sending it twice changes nothing."""
        return self.is_safe if self.reads is None else self.reads
