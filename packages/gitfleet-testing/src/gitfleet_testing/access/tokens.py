"""Tokens, their users and their rate limits."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization
from ..http.messages import Request
from .clock import ServerClock
from .quotas import HOUR, Quota, Quotas
from .speed import SpeedLimits

__all__ = ["DEFAULT_LIMIT", "DEFAULT_TOKEN", "LOCAL", "Access", "Viewer"]

DEFAULT_TOKEN = "forge-token"  # noqa: S105  # gives access to generated data only
DEFAULT_LIMIT = 5000
#: The address of all clients, because the server listens on the loopback interface only.
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user or installation behind a request.

    Attributes:
        login: the login, or an InstallationIdentity. None for a request without a token.
        token: the token. None for a request without a token.
        quotas: the rate limits that the request counts against.
        service: the only service that accepts the token, "github" or "gitlab". None: both.
        kind: "personal", "installation", "app_user", "oauth" or "job".
        scopes: the scopes. None: all.
        expires_at: end of the token by the forge's stated time, in seconds since 1970. None: it does not expire.
        problem: returns why the token is refused, "expired", "revoked", "suspended" or "unknown", or None. None: it
            is never refused.
        created_at: time of creation by the stated time, in seconds since 1970.
    """

    login: str | None
    token: str | None = field(repr=False)
    quotas: Quotas = field(repr=False)
    service: str | None = None
    kind: str = "personal"
    scopes: tuple[str, ...] | None = None
    expires_at: float | None = None
    problem: Callable[[], str | None] | None = field(default=None, repr=False)
    created_at: float = 0.0


class Access:
    """The tokens of a forge, and the addresses of requests without a token.

    Args:
        fleet: the data with the users.
        anonymous_limit: calls per hour for requests without a token.
        trust_any_token: whether unknown tokens are accepted as tokens of ``fleet-admin``.
        clock: the forge's clock. None: the machine's.
    """

    def __init__(
        self, fleet: Fleet, anonymous_limit: int, *, trust_any_token: bool, clock: ServerClock | None = None
    ) -> None:
        Quota(anonymous_limit)  # raises for an invalid limit now, not at the first anonymous request
        self._fleet = fleet
        self.clock: ServerClock = ServerClock() if clock is None else clock
        self._anonymous_limit = anonymous_limit
        self._trust_any = trust_any_token
        self._lock = threading.Lock()
        self._tokens: dict[str, Viewer] = {}
        self._revoked: set[str] = set()
        self._addresses: dict[str, Quotas] = {}
        self.speed: SpeedLimits = SpeedLimits(self.clock.now)
        self.add(DEFAULT_TOKEN)

    def add(
        self,
        token: str,
        login: str = ADMIN,
        limit: int = DEFAULT_LIMIT,
        remaining: int | None = None,
        window: float = HOUR,
        shares: str | None = None,
        scopes: Sequence[str] | None = None,
        expires_in: float | None = None,
    ) -> None:
        """Add a token; see Forge.add_token."""
        if not _is_valid(token):
            raise ValueError("a token must be printable ASCII without spaces")
        if shares is not None and shares not in self._tokens:
            raise ValueError("shares must be an existing token: add it first")
        if expires_in is not None and not 0 < expires_in < math.inf:
            raise ValueError(f"expires_in must be more than 0 seconds: {expires_in}")
        make = functools.partial(Quota, limit, remaining=remaining, window=window, now=self.clock.now)
        make()  # raises for invalid numbers before a user is added
        with self._fleet.lock:
            account = self._fleet.account(login) or self._fleet.add_user(login)
        if isinstance(account, Organization):
            raise ValueError(f"{login!r} is an organization: a token needs a user")  # noqa: TRY004  # a wrong value, not a wrong type
        created = self.clock.stated()
        with self._lock:
            self._revoked.discard(token)
            quotas = Quotas(make, now=self.clock.now) if shares is None else self._tokens[shares].quotas
            self._tokens[token] = Viewer(
                account.login,
                token,
                quotas,
                scopes=None if scopes is None else tuple(scopes),
                expires_at=None if expires_in is None else created + expires_in,
                created_at=created,
            )

    def issue(self, viewer: Viewer) -> None:
        """Add a token that a client has obtained by signing in."""
        with self._lock:
            self._tokens[viewer.token or ""] = viewer

    def new_quotas(self, limit: int = DEFAULT_LIMIT, *, window: float = HOUR) -> Quotas:
        """Return full rate limits for tokens to issue. ValueError if a number is invalid."""
        return Quotas(functools.partial(Quota, limit, window=window, now=self.clock.now), now=self.clock.now)

    def known(self, token: str) -> Viewer | None:
        """Return the user or installation of a token, whether it is accepted at present or not, or None."""
        return self._tokens.get(token)

    def revoke(self, token: str) -> None:
        """Remove a token. It is refused even if any token is trusted; see Forge.revoke."""
        with self._lock:
            if token not in self._tokens:
                raise ValueError("unknown token")
            del self._tokens[token]
            self._revoked.add(token)

    def limit(
        self, token: str | None, resource: str | None, limit: int | None, remaining: int | None, reset_in: float | None
    ) -> None:
        """Change the rate limit of a token, or of requests without one; see Forge.limit."""
        viewer = None if token is None else self._tokens.get(token)
        if token is not None and viewer is None:
            raise ValueError("unknown token: add it first")
        quotas = self._quotas_of(LOCAL) if viewer is None else viewer.quotas
        quotas.change(resource, limit, remaining, reset_in)

    def too_fast(self, name: str, request: Request, viewer: Viewer) -> int | None:
        """Count a request against a limit on speed. Return None, or after how many seconds it may be sent again."""
        return self.speed.refusal(name, viewer.login or request.address)

    @property
    def tokens(self) -> list[str]:
        """All tokens."""
        return list(self._tokens)

    def viewer(self, request: Request, service: str | None = None) -> Viewer | None:
        """Return the user behind the request, or None if the service does not accept its token."""
        token = request.token
        if token is None:
            return Viewer(None, None, self._quotas_of(request.address))
        known = token in self._tokens or token in self._revoked
        if self._trust_any and not known and _is_valid(token):
            self.add(token)
        found = self._of_service(token, service)
        return None if found is None or self._problem(found) is not None else found

    def problem(self, request: Request, service: str) -> str:
        """Return why the token of a request is refused: "expired", "revoked", "suspended" or "unknown"."""
        found = None if request.token is None else self._of_service(request.token, service)
        return "unknown" if found is None else self._problem(found) or "unknown"

    def quotas(self, request: Request, service: str | None = None) -> Quotas:
        """Return the rate limits that apply to the request: its token's, or its address's for an unknown token."""
        viewer = self.viewer(request, service)
        return self._quotas_of(request.address) if viewer is None else viewer.quotas

    def _of_service(self, token: str, service: str | None) -> Viewer | None:
        found = self._tokens.get(token)
        return found if found is None or service is None or found.service in (None, service) else None

    def _problem(self, viewer: Viewer) -> str | None:
        if viewer.expires_at is not None and self.clock.stated() >= viewer.expires_at:
            return "expired"
        return None if viewer.problem is None else viewer.problem()

    def _quotas_of(self, address: str) -> Quotas:
        with self._lock:
            if address not in self._addresses:
                self._addresses[address] = Quotas(
                    functools.partial(Quota, self._anonymous_limit, now=self.clock.now),
                    anonymous=True,
                    now=self.clock.now,
                )
            return self._addresses[address]

    def reset(self) -> None:
        """Start new windows for all tokens and addresses."""
        with self._lock:
            for quotas in (*self._addresses.values(), *(viewer.quotas for viewer in self._tokens.values())):
                quotas.reset()


def _is_valid(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
