"""Many tokens, used as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .._internal.at_fork import renew_after_fork
from .._internal.lazy_dataclass import dataclass, field
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..http.credentials import check_token
from ..provider_type import ProviderType
from ..validation import parse_provider
from .buckets import Bucket, Demand, Lease, NoUsableToken, Wait, choose_bucket

__all__ = ["Admitted", "TokenInfo", "TokenManager", "TokenStatus"]

Admitted = Lease["TokenInfo | None"]
"""Leave to send a request with a token, or without one where there is none."""

_Place = tuple[str, str]
"""Origin of the server, and resource."""

_ANY_HOST = ""

_LATEST = 253402300799
"""Epoch seconds of the end of the year 9999, the last that datetime knows."""


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """What was known of a token for the provider's main budget (``core``) when it was asked for.

    Attributes:
        is_valid: False after the provider refused it (401).
        remaining_calls: calls left in the current window, or None when not known.
        reset_time: epoch seconds at which the window ends, or None.
        is_rate_limited: whether no call is left before then.
    """

    is_valid: bool
    remaining_calls: int | None
    reset_time: int | None
    is_rate_limited: bool

    @property
    def is_available(self) -> bool:
        """Whether a call with this token may succeed."""
        return self.is_valid and not self.is_rate_limited


@dataclass(slots=True, eq=False)
class TokenInfo:
    """A token, whose it is and what is known of it. ``repr`` and pickles leave the token out.

    Attributes:
        token: the secret.
        provider: where it is good for.
        username: whose it is, when somebody said so.
        origin: the only server it is for; None for whichever a client of this provider speaks to.
        is_valid: False after the provider refused it.
    """

    token: str = field(repr=False)
    provider: ProviderType
    username: str | None = None
    origin: str | None = None
    is_valid: bool = True
    lanes: dict[_Place, Bucket] = field(default_factory=dict, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)
    number: int = 0

    @property
    def label(self) -> str:
        """How events and messages call it."""
        return self.username or f"{self.provider} token {self.number}"

    @property
    def status(self) -> TokenStatus:
        """What is known of it for the resource ``core``, at this moment."""
        now = self.clock()
        core = [lane for (_, resource), lane in self.lanes.items() if resource == "core"]
        lane = core[0] if core else Bucket()
        lane.expire(now)
        limited = (lane.remaining is not None and lane.remaining <= 0) or lane.paused_until > now
        reset = None if lane.reset_time is None else int(lane.reset_time)
        return TokenStatus(self.is_valid, lane.remaining, reset, limited)

    def lane(self, place: _Place) -> Bucket:
        """Its lane for a resource of a host."""
        known = self.lanes.get(place)
        if known is None:
            # What was set before the first call was meant for the server of that call.
            anywhere = (_ANY_HOST, place[1])
            known = self.lanes[place] = self.lanes.pop(anywhere) if anywhere in self.lanes else Bucket()
        return known

    def __copy__(self) -> TokenInfo:
        return self  # what is known of a token is known once

    def __deepcopy__(self, _memo: object) -> TokenInfo:
        return self

    def __getstate__(self) -> tuple[ProviderType, str | None, str | None, bool, int]:
        return (self.provider, self.username, self.origin, self.is_valid, self.number)

    def __setstate__(self, state: tuple[ProviderType, str | None, str | None, bool, int]) -> None:
        self.token, self.lanes, self.clock = "", {}, time.time
        self.provider, self.username, self.origin, self.is_valid, self.number = state


class TokenManager:
    """A pool of tokens that clients share, in any number of threads and event loops.

    A call is given the token with most calls left, counting those under way. Providers are named by
    :class:`ProviderType` or by their lower-case name.

    Args:
        clock: seconds since the epoch; tests give their own.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._tokens: dict[ProviderType, dict[str, TokenInfo]] = {member: {} for member in ProviderType}
        # Requests without a token are counted by the provider too: by address.
        self._nobody: dict[tuple[ProviderType, _Place], Bucket] = {}
        self._lock = threading.RLock()
        self._waiting: list[Callable[[], None]] = []
        renew_after_fork(self)

    def __repr__(self) -> str:
        counts = ", ".join(f"{member}: {len(pool)}" for member, pool in self._tokens.items() if pool)
        return f"<TokenManager {counts or 'empty'}>"

    def __reduce__(self) -> str:
        raise TypeError("a TokenManager holds secrets and can't be pickled; make a new one from where they are kept")

    def add_token(
        self, token: str, provider: ProviderType | str, username: str | None = None, *, origin: str | None = None
    ) -> None:
        """Put a token into the pool; one that is there already stays as it is, but may get a ``username``.

        Args:
            token: the secret.
            provider: where it is good for.
            username: whose it is.
            origin: the only server it may be sent to, as ``https://github.example.com``; None for the server of
                every client that uses this pool. A client binds the token given to itself to its own server.

        Raises:
            ConfigurationError: an unknown provider, or something that can't be a token.
        """
        member = parse_provider(provider)
        if username is not None and (not isinstance(username, str) or not username):
            raise ConfigurationError(f"username must be a login or None, not {shorten_repr(username)}")
        with self._lock:
            pool = self._tokens[member]
            token = check_token(token)
            if token not in pool:
                pool[token] = TokenInfo(token, member, origin=origin, clock=self._clock, number=len(pool) + 1)
            known = pool[token]
            known.username = username or known.username
            if known.origin != origin:  # given for two servers, or for any
                known.origin = None
        self._tell_waiting()

    async def get_next_available_token(self, provider: ProviderType | str) -> TokenInfo | None:
        """The token with most calls left, or None when every one is exhausted or invalid."""
        with self._lock:
            available = [item for item in self.get_all_tokens(provider) if item.status.is_available]
            return max(available, key=_calls_left, default=None)

    async def update_rate_limit(
        self, token: str, provider: ProviderType | str, remaining: int, reset_time: int
    ) -> None:
        """Set what is left of a token until ``reset_time`` (epoch seconds). Unknown tokens are ignored.

        Raises:
            ConfigurationError: numbers that make no sense.
        """
        for name, value in (("remaining", remaining), ("reset_time", reset_time)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
                raise ConfigurationError(
                    f"{name} must be a number from 0 on, times in seconds, not {shorten_repr(value)}"
                )
        with self._lock:
            known = self._tokens[parse_provider(provider)].get(token)
            if known is not None:
                places = [place for place in known.lanes if place[1] == "core"] or [(_ANY_HOST, "core")]
                for place in places:
                    known.lane(place).remaining, known.lane(place).reset_time = remaining, float(reset_time)
        self._tell_waiting()

    async def mark_token_invalid(self, token: str, provider: ProviderType | str) -> None:
        """Never use this token again. Unknown tokens are ignored."""
        with self._lock:
            known = self._tokens[parse_provider(provider)].get(token)
            if known is not None:
                known.is_valid = False
        self._tell_waiting()

    def get_all_tokens(self, provider: ProviderType | str) -> list[TokenInfo]:
        """Every token of ``provider``, in the order they were added."""
        with self._lock:
            return list(self._tokens[parse_provider(provider)].values())

    def count_available_tokens(self, provider: ProviderType | str) -> int:
        """How many tokens may still succeed."""
        return sum(item.status.is_available for item in self.get_all_tokens(provider))

    # -- for sessions

    def admit(
        self, provider: ProviderType, wanted: Demand, pinned: TokenInfo | None
    ) -> Admitted | Wait | NoUsableToken:
        """Leave to send one request now, or until when to wait for it, or that no token works.

        A grant must be given back with :meth:`settle`.
        """
        with self._lock:
            now = self._clock()
            place = wanted.place
            known = self._tokens[provider].values() if pinned is None else (pinned,)
            candidates: list[tuple[TokenInfo | None, Bucket]] = [
                (item, item.lane(place))
                for item in known
                if item.is_valid and (item is pinned or item.origin in (None, wanted.host))
            ]
            if not candidates:
                if pinned is not None or self._usable(provider, wanted.host):
                    return NoUsableToken()
                candidates.append((None, self._lane(provider, None, place)))
            return choose_bucket(candidates, wanted, now)

    def usable(self, provider: ProviderType, origin: str) -> list[TokenInfo]:
        """The tokens, valid or not, that may be sent to ``origin``."""
        with self._lock:
            return self._usable(provider, origin)

    def _usable(self, provider: ProviderType, origin: str) -> list[TokenInfo]:
        return [item for item in self._tokens[provider].values() if item.origin in (None, origin)]

    def settle(self, grant: Admitted, *, refused: bool = False) -> None:
        """The request of a grant was answered, or will not be; ``refused`` means that its token is no good."""
        with self._lock:
            grant.lane.in_flight -= 1
            if refused and grant.token is not None:
                grant.token.is_valid = False
            if not self._waiting:
                return
        self._tell_waiting()

    def learn(
        self,
        provider: ProviderType,
        token: TokenInfo | None,
        host: str,
        resource: str,
        remaining: int,
        reset_time: float,
    ) -> None:
        """Take in the limit headers of an answer, for the resource that they name; the time in epoch seconds."""
        with self._lock:
            lane = self._lane(provider, token, (host, resource))
            lane.learn(remaining, reset_time, self._clock())

    def _lane(self, provider: ProviderType, token: TokenInfo | None, place: _Place) -> Bucket:
        return token.lane(place) if token is not None else self._nobody.setdefault((provider, place), Bucket())

    def pause(self, grant: Admitted, until: float) -> None:
        """Let nobody use the lane of a grant before ``until`` (epoch seconds)."""
        with self._lock:
            grant.lane.pause(until)

    def call_when_changed(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once, in whatever thread, when a call ends or a token is added or changed."""
        with self._lock:
            self._waiting.append(callback)

    def _tell_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()

    def _after_fork(self) -> None:
        # Another thread may have held the lock, and what was under way is the parent's.
        self._lock = threading.RLock()
        self._waiting = []
        lanes = [lane for pool in self._tokens.values() for item in pool.values() for lane in item.lanes.values()]
        for lane in (*lanes, *self._nobody.values()):
            lane.in_flight = 0


def _calls_left(item: TokenInfo) -> float:
    left = item.status.remaining_calls
    return float("inf") if left is None else float(left)
