"""Tokens, their users and their rate limits."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, field

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization
from ..http.messages import Request
from .quotas import HOUR, Quota, Quotas
from .speed import SpeedLimits

__all__ = ["DEFAULT_LIMIT", "DEFAULT_TOKEN", "LOCAL", "Access", "Viewer"]

DEFAULT_TOKEN = "forge-token"  # noqa: S105  # gives access to generated data only
DEFAULT_LIMIT = 5000
#: The address of all clients, because the server listens on the loopback interface only.
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user behind a request.

    Attributes:
        login: the login. None for a request without a token.
        token: the token. None for a request without a token.
        quotas: the rate limits that the request counts against.
    """

    login: str | None
    token: str | None = field(repr=False)
    quotas: Quotas = field(repr=False)


class Access:
    """The tokens of a forge, and the addresses of requests without a token.

    Args:
        fleet: the data with the users.
        anonymous_limit: calls per hour for requests without a token.
        trust_any_token: whether unknown tokens are accepted as tokens of ``fleet-admin``.
    """

    def __init__(self, fleet: Fleet, anonymous_limit: int, *, trust_any_token: bool) -> None:
        Quota(anonymous_limit)  # raises for an invalid limit now, not at the first anonymous request
        self._fleet = fleet
        self._anonymous_limit = anonymous_limit
        self._trust_any = trust_any_token
        self._lock = threading.Lock()
        self._tokens: dict[str, Viewer] = {}
        self._revoked: set[str] = set()
        self._addresses: dict[str, Quotas] = {}
        self.speed: SpeedLimits = SpeedLimits()
        self.add(DEFAULT_TOKEN)

    def add(
        self,
        token: str,
        login: str = ADMIN,
        limit: int = DEFAULT_LIMIT,
        remaining: int | None = None,
        window: float = HOUR,
        shares: str | None = None,
    ) -> None:
        """Add a token; see Forge.add_token."""
        if not _is_valid(token):
            raise ValueError("a token must be printable ASCII without spaces")
        if shares is not None and shares not in self._tokens:
            raise ValueError("shares must be an existing token: add it first")
        make = functools.partial(Quota, limit, remaining=remaining, window=window)
        make()  # raises for invalid numbers before a user is added
        with self._fleet.lock:
            account = self._fleet.account(login) or self._fleet.add_user(login)
        if isinstance(account, Organization):
            raise ValueError(f"{login!r} is an organization: a token needs a user")  # noqa: TRY004  # a wrong value, not a wrong type
        with self._lock:
            self._revoked.discard(token)
            quotas = Quotas(make) if shares is None else self._tokens[shares].quotas
            self._tokens[token] = Viewer(account.login, token, quotas)

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

    def viewer(self, request: Request) -> Viewer | None:
        """Return the user behind the request, or None if its token is unknown."""
        token = request.token
        if token is None:
            return Viewer(None, None, self._quotas_of(request.address))
        known = token in self._tokens or token in self._revoked
        if self._trust_any and not known and _is_valid(token):
            self.add(token)
        return self._tokens.get(token)

    def quotas(self, request: Request) -> Quotas:
        """Return the rate limits that apply to the request: its token's, or its address's for an unknown token."""
        viewer = self.viewer(request)
        return self._quotas_of(request.address) if viewer is None else viewer.quotas

    def _quotas_of(self, address: str) -> Quotas:
        with self._lock:
            if address not in self._addresses:
                self._addresses[address] = Quotas(functools.partial(Quota, self._anonymous_limit), anonymous=True)
            return self._addresses[address]

    def reset(self) -> None:
        """Start new windows for all tokens and addresses."""
        with self._lock:
            for quotas in (*self._addresses.values(), *(viewer.quotas for viewer in self._tokens.values())):
                quotas.reset()


def _is_valid(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
