"""What a user asked for, and what all calls of a client share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from .._internal.clock import Clock
from .._internal.deadlines import Deadlines
from .._internal.lazy_dataclass import dataclass, field
from .._internal.loop_local import LoopLocal
from ..backend.base import Backend
from ..backend.messages import Response, Timeout
from ..backend.projection import Projection
from ..cache import Cache
from ..errors import GitFleetError
from ..events import OnEvent
from ..http.urls import BaseUrl
from ..profile import ProviderProfile, RateLimitPolicy
from ..ratelimit.tokens import TokenInfo, TokenManager
from ..retry import RetryPolicy

__all__ = ["Call", "LoopState", "SessionConfig"]

_SAFE_METHODS = ("GET", "HEAD")


class LoopState:
    """What all calls of a client on one event loop share.

    Attributes:
        places: as many as requests may be under way at once.
        deadlines: of the calls that are under way.
    """

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.deadlines = Deadlines()


@dataclass(slots=True, eq=False)
class SessionConfig:
    """What all calls of a client share."""

    profile: ProviderProfile
    base_url: BaseUrl
    backend: Backend
    tokens: TokenManager
    tokens_may_go: bool
    timeout: Timeout
    max_body: int
    proxy: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    retry: RetryPolicy
    max_rate_limit_wait: float
    pace: RateLimitPolicy | None
    cache: Cache | None
    on_event: OnEvent | None
    clock: Clock
    loops: LoopLocal[LoopState]


class Call:
    """What a user asked for.

    Attributes:
        method: upper-case.
        url: absolute, of the provider.
        projection: what to decode.
        headers: besides those of every request.
        body: bytes, or None.
        token: the one to use; None takes the one with most calls left.
        free: it costs no call, so it is made although none is left.
        linked: whether ``url`` was made by a server, who may have put anything into it.
        reads: it changes nothing, whatever its method; None tells by the method.
        resource: the provider's name of the budget it counts against; None tells by the path.
        judge: looks at a 2xx answer at the time given, and says what error it is after all, or None.
        gives_up: whether an error is raised at once, although the client would try again.
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
        judge: Callable[[Response, datetime], GitFleetError | None] | None = None,
        gives_up: Callable[[GitFleetError], bool] | None = None,
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
        self.judge = judge
        self.gives_up = gives_up

    @property
    def is_safe(self) -> bool:
        """Whether its method promises to change nothing."""
        return self.method in _SAFE_METHODS

    @property
    def is_reading(self) -> bool:
        """Whether it may be sent twice without doing anything twice."""
        return self.is_safe if self.reads is None else self.reads
