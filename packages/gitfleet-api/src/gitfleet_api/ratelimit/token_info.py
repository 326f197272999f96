"""A token and what is known about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime

from .._internal.lazy_dataclass import dataclass, field
from ..auth.account import Account
from ..auth.renewal import Renewal
from ..auth.source import TokenSource
from ..profile import ProviderProfile
from ..provider_type import ProviderType
from .buckets import Bucket, BucketKey
from .health import TokenHealth
from .principals import Principal

__all__ = ["TokenInfo", "TokenStatus"]


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """A snapshot of a token's main budget (resource ``core``), which all tokens of one user share.

    Attributes:
        is_valid: False after the provider refused the token (401), until a check accepts it.
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
    """A token, its owner and their budgets. ``repr`` and pickles leave the secret out.

    Attributes:
        token: The secret. That of a source changes; it is empty before the first call.
        provider: The provider that issued it.
        username: Login of its owner; None if unknown.
        origin: The only server it may be sent to; None for the server of every client that uses the pool.
        is_valid: False after the provider refused it (401), until a check accepts it.
        number: Position in the pool, from 1.
        visibility: Name that tokens share which see the same, as given to ``add_token``; None if not declared.
    """

    token: str = field(repr=False)
    provider: ProviderType
    username: str | None = None
    origin: str | None = None
    is_valid: bool = True
    number: int = 0
    visibility: str | None = None
    _principal: Principal = field(init=False, default_factory=Principal, repr=False)
    _health: TokenHealth = field(init=False, default_factory=TokenHealth, repr=False)
    _grant: str | int | None = field(init=False, default_factory=lambda: None, repr=False)
    _clock: Callable[[], float] = field(init=False, default=time.time, repr=False)
    _source: TokenSource | None = field(init=False, default_factory=lambda: None, repr=False)
    _account: Account | None = field(init=False, default_factory=lambda: None, repr=False)
    _renewal: Renewal | None = field(init=False, default_factory=lambda: None, repr=False)

    @property
    def label(self) -> str:
        """Name in events and messages: that of its account, the username, or ``github token 1``."""
        if self._account is not None:
            return self._account.label
        return self.username or f"{self.provider} token {self.number}"

    @property
    def identity(self) -> str:
        """Text that is the same in each process and differs between tokens. It may be the secret."""
        if self._source is not None and self._account is not None:
            return f"{self._source.name} {self._account.key}"
        return self.token

    @property
    def budget_identity(self) -> str:
        """Text that is the same in each process for tokens whose calls are counted together, as far as is declared.

        The login that a server states is not used: some processes may know it and others not.
        """
        return f"user {self.username.lower()}" if self.username and self._account is None else self.identity

    @property
    def source(self) -> TokenSource | None:
        """The source that renews it. None if it does not change."""
        return self._source

    @property
    def account(self) -> Account | None:
        """The account that it acts for. None if it does not come from a source."""
        return self._account

    @property
    def renewal(self) -> Renewal | None:
        """What its source shares with other pools. None if it does not come from a source."""
        return self._renewal

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets of it that a server may have received."""
        return (self.token,) if self._renewal is None else self._renewal.secrets()

    def header(self, profile: ProviderProfile) -> tuple[str, str]:
        """Return the header, name and value, that carries the token."""
        own = None if self._source is None else self._source.header(self.token)
        return profile.token_header(self.token) if own is None else own

    def renew_from(self, source: TokenSource, account: Account, renewal: Renewal) -> None:
        """Take the secret from a source from now on."""
        self._source, self._account, self._renewal = source, account, renewal

    @property
    def status(self) -> TokenStatus:
        """The current state of its budget for the resource ``core``."""
        now = self._clock()
        # A copy, and nothing is changed: other threads may use the buckets meanwhile.
        core = [bucket for (_, resource), bucket in list(self.buckets().items()) if resource == "core"]
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

    @property
    def principal(self) -> Principal:
        """The identity behind the token. Tokens of one user share it."""
        return self._principal

    @property
    def health(self) -> TokenHealth:
        """What its refusals mean."""
        return self._health

    @property
    def sees(self) -> Hashable:
        """Its visibility: tokens for which this is equal see the same.

        That is the declared name, else the principal and what the token may do for it: two tokens of one user may
        have different scopes.
        """
        return self.visibility or (self._principal, self._grant)

    @property
    def is_explored(self) -> bool:
        """Whether its visibility is declared, or the server has shown what the token may do."""
        return self.visibility is not None or self._grant is not None

    def revive(self) -> None:
        """Trust the token again, whatever happened to it."""
        self.is_valid = True
        if not self._health.is_checking:
            self._health = TokenHealth()

    def learn_grant(self, scopes: str | None) -> None:
        """Note the scopes that the server states for the token; None if it is limited in another manner."""
        self._grant = self.number if scopes is None else scopes

    def belong_to(self, principal: Principal) -> None:
        """Share the budgets of a principal from now on."""
        self._principal = principal

    def bucket(self, key: BucketKey) -> Bucket:
        """Return the bucket of its principal for a server and a resource; a new one if none exists."""
        return self._principal.bucket(key)

    def buckets(self) -> dict[BucketKey, Bucket]:
        """Return a copy of the mapping from server and resource to bucket."""
        return self._principal.buckets()

    def __copy__(self) -> TokenInfo:
        return self  # the state of a token exists once

    def __deepcopy__(self, _memo: object) -> TokenInfo:
        return self

    def __getstate__(self) -> tuple[ProviderType, str | None, str | None, bool, int, str | None]:
        return (self.provider, self.username, self.origin, self.is_valid, self.number, self.visibility)

    def __setstate__(self, state: tuple[ProviderType, str | None, str | None, bool, int, str | None]) -> None:
        self.token, self._principal, self._clock = "", Principal(), time.time
        self._health, self._grant = TokenHealth(), None
        self._source = self._account = self._renewal = None
        self.provider, self.username, self.origin, self.is_valid, self.number, self.visibility = state
