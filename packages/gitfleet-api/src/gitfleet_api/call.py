"""What a user asked for, and what all calls of a client share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from .answers import provider_error
from .backend import Backend, Response, Timeout
from .cache import Cache
from .clock import Clock
from .deadlines import Deadlines
from .errors import GitFleetError
from .events import OnEvent
from .hiding import hidden
from .lanes import Pace
from .late import dataclass, field
from .per_loop import PerLoop
from .profile import ProviderProfile
from .projection import Projection
from .retry import RetryPolicy
from .tokens import TokenInfo, TokenManager
from .urls import BaseUrl

__all__ = ["Call", "LoopParts", "SessionParts", "inside", "secrets_of", "shown"]

_SAFE_METHODS = ("GET", "HEAD")


class LoopParts:
    """What all calls of a client on one event loop share.

    Attributes:
        places: as many as requests may be under way at once.
        deadlines: of the calls that are under way.
    """

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.deadlines = Deadlines()


@dataclass(slots=True, eq=False)
class SessionParts:
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
    pace: Pace | None
    cache: Cache | None
    on_event: OnEvent | None
    clock: Clock
    loops: PerLoop[LoopParts]


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


def secrets_of(parts: SessionParts) -> list[str]:
    """The tokens that a server may have seen."""
    return [item.token for item in parts.tokens.usable(parts.profile.type, parts.base_url.origin)]


def shown(parts: SessionParts, url: str) -> str:
    """A URL as it may be printed: a server may have put a token into it."""
    return hidden(url, secrets_of(parts))


def inside(parts: SessionParts, link: str, *, seen_at: str, status: int) -> str:
    """A link as an absolute URL.

    Raises:
        ProviderError: it leads out of the API (``foreign_link``); a token must not go there.
    """
    absolute = parts.base_url.resolve(link, seen_at=seen_at)
    if absolute is None:
        link, place = shown(parts, link), shown(parts, seen_at)
        message = f"GET {place}: it points to {link[:200]!r}, which is not under {parts.base_url}; not followed"
        raise provider_error("foreign_link", message, parts.profile, status=status, url=place)
    return absolute
