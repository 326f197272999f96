"""Who asks: tokens, the users they stand for, and their quotas."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, field

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization
from ..http.messages import Request
from .quotas import HOUR, Quota, Quotas

__all__ = ["DEFAULT_LIMIT", "DEFAULT_TOKEN", "LOCAL", "Access", "Viewer"]

DEFAULT_TOKEN = "forge-token"  # noqa: S105  # opens nothing but made-up data
DEFAULT_LIMIT = 5000
#: The address that all requests come from: the server listens nowhere else.
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``login`` and ``token`` are None for an anonymous request."""

    login: str | None
    token: str | None = field(repr=False)
    quotas: Quotas = field(repr=False)


class Access:
    """The tokens a forge knows, and the addresses that came without one."""

    def __init__(self, fleet: Fleet, anonymous_limit: int, *, trust_any_token: bool) -> None:
        Quota(anonymous_limit)  # refuses a bad limit now, not at the first anonymous request
        self._fleet = fleet
        self._anonymous_limit = anonymous_limit
        self._trust_any = trust_any_token
        self._lock = threading.Lock()
        self._tokens: dict[str, Viewer] = {}
        self._revoked: set[str] = set()
        self._addresses: dict[str, Quotas] = {}
        self.add(DEFAULT_TOKEN)

    def add(
        self,
        token: str,
        login: str = ADMIN,
        limit: int = DEFAULT_LIMIT,
        remaining: int | None = None,
        window: float = HOUR,
    ) -> None:
        """Know a token from now on; see Forge.add_token."""
        if not _possible(token):
            raise ValueError("a token is made of printable ASCII characters without spaces")
        make = functools.partial(Quota, limit, remaining=remaining, window=window)
        make()  # refuses bad numbers now, before a user is added
        with self._fleet.lock:
            account = self._fleet.account(login) or self._fleet.add_user(login)
        if isinstance(account, Organization):
            raise ValueError(f"{login!r} is an organization: tokens belong to users")  # noqa: TRY004  # of the right type, the wrong account
        with self._lock:
            self._revoked.discard(token)
            self._tokens[token] = Viewer(account.login, token, Quotas(make))

    def revoke(self, token: str) -> None:
        """Know a token no longer, not even where any token is trusted; see Forge.revoke."""
        with self._lock:
            if token not in self._tokens:
                raise ValueError("not a token that the forge knows")
            del self._tokens[token]
            self._revoked.add(token)

    def limit(
        self, token: str | None, resource: str | None, limit: int | None, remaining: int | None, reset_in: float | None
    ) -> None:
        """Set what is left to a token (None: to requests without one); see Forge.limit."""
        viewer = None if token is None else self._tokens.get(token)
        if token is not None and viewer is None:
            raise ValueError("not a token that the forge knows: add it first")
        quotas = self._quotas_of(LOCAL) if viewer is None else viewer.quotas
        quotas.change(resource, limit, remaining, reset_in)

    @property
    def tokens(self) -> list[str]:
        """All known tokens."""
        return list(self._tokens)

    def viewer(self, request: Request) -> Viewer | None:
        """Who sent the request; None when it came with a token nobody knows."""
        token = request.token
        if token is None:
            return Viewer(None, None, self._quotas_of(request.address))
        known = token in self._tokens or token in self._revoked
        if self._trust_any and not known and _possible(token):
            self.add(token)
        return self._tokens.get(token)

    def quotas(self, request: Request) -> Quotas:
        """What the request counts against: its token's quotas, or its address's when nobody knows the token."""
        viewer = self.viewer(request)
        return self._quotas_of(request.address) if viewer is None else viewer.quotas

    def _quotas_of(self, address: str) -> Quotas:
        with self._lock:
            if address not in self._addresses:
                self._addresses[address] = Quotas(functools.partial(Quota, self._anonymous_limit), anonymous=True)
            return self._addresses[address]

    def reset(self) -> None:
        """Begin new windows everywhere, with nothing used."""
        with self._lock:
            for quotas in (*self._addresses.values(), *(viewer.quotas for viewer in self._tokens.values())):
                quotas.reset()


def _possible(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
