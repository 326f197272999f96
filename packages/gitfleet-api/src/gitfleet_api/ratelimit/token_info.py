"""A token and what is known about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .buckets import Bucket, BucketKey

__all__ = ["ANY_HOST", "TokenInfo", "TokenStatus"]

ANY_HOST = ""
"""Key of a budget that was set before the first request showed the server."""


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """A snapshot of a token's main budget (resource ``core``).

    Attributes:
        is_valid: False after the provider refused the token (401).
        remaining_calls: Calls left in the current window; None if unknown.
        reset_time: Aware UTC time at which the window ends; None if unknown.
        is_rate_limited: True if no call is left before then.
    """

    is_valid: bool
    remaining_calls: int | None
    reset_time: datetime | None
    is_rate_limited: bool

    @property
    def is_available(self) -> bool:
        """Whether a call with this token may succeed."""
        return self.is_valid and not self.is_rate_limited


@dataclass(slots=True, eq=False)
class TokenInfo:
    """A token, its owner and its budgets. ``repr`` and pickles leave the secret out.

    Attributes:
        token: The secret.
        provider: The provider that issued it.
        username: Login of its owner; None if unknown.
        origin: The only server it may be sent to; None for the server of every client that uses the pool.
        is_valid: False after the provider refused it.
        number: Position in the pool, from 1.
    """

    token: str = field(repr=False)
    provider: ProviderType
    username: str | None = None
    origin: str | None = None
    is_valid: bool = True
    number: int = 0
    _buckets: dict[BucketKey, Bucket] = field(init=False, default_factory=dict, repr=False)
    _clock: Callable[[], float] = field(init=False, default=time.time, repr=False)

    @property
    def label(self) -> str:
        """Name in events and messages: the username, or ``github token 1``."""
        return self.username or f"{self.provider} token {self.number}"

    @property
    def status(self) -> TokenStatus:
        """The current state of its budget for the resource ``core``."""
        now = self._clock()
        # A copy, and nothing is changed: other threads may use the buckets meanwhile.
        core = [bucket for (_, resource), bucket in list(self._buckets.items()) if resource == "core"]
        bucket = core[0] if core else Bucket()
        remaining, reset_at = bucket.remaining, bucket.reset_at
        if reset_at is not None and reset_at <= now:
            remaining = reset_at = None
        limited = (remaining is not None and remaining <= 0) or bucket.paused_until > now
        reset = None if reset_at is None else datetime.fromtimestamp(reset_at, UTC)
        return TokenStatus(self.is_valid, remaining, reset, limited)

    def use_clock(self, clock: Callable[[], float]) -> None:
        """Judge the state by ``clock``, which returns epoch seconds."""
        self._clock = clock

    def bucket(self, key: BucketKey) -> Bucket:
        """Return its bucket for a server and a resource; a new one if none exists."""
        known = self._buckets.get(key)
        if known is None:
            anywhere = (ANY_HOST, key[1])
            known = self._buckets[key] = self._buckets.pop(anywhere) if anywhere in self._buckets else Bucket()
        return known

    def buckets(self) -> dict[BucketKey, Bucket]:
        """Return a copy of the mapping from server and resource to bucket."""
        return dict(self._buckets)

    def __copy__(self) -> TokenInfo:
        return self  # the state of a token exists once

    def __deepcopy__(self, _memo: object) -> TokenInfo:
        return self

    def __getstate__(self) -> tuple[ProviderType, str | None, str | None, bool, int]:
        return (self.provider, self.username, self.origin, self.is_valid, self.number)

    def __setstate__(self, state: tuple[ProviderType, str | None, str | None, bool, int]) -> None:
        self.token, self._buckets, self._clock = "", {}, time.time
        self.provider, self.username, self.origin, self.is_valid, self.number = state
