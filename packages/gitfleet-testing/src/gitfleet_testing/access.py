"""Who asks: tokens, the users they stand for, and their quotas."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .fleet import ADMIN, Fleet
from .limits import HOUR, Quota
from .messages import Request
from .model import Organization

DEFAULT_TOKEN = "forge-token"  # noqa: S105  # opens nothing but made-up data
DEFAULT_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``login`` and ``token`` are None for an anonymous request."""

    login: str | None
    token: str | None = field(repr=False)
    quota: Quota = field(repr=False)


class Access:
    """The tokens a forge knows, and the addresses that came without one."""

    def __init__(self, fleet: Fleet, anonymous_limit: int, *, trust_any_token: bool) -> None:
        Quota(anonymous_limit)  # refuses a bad limit now, not at the first anonymous request
        self._fleet = fleet
        self._anonymous_limit = anonymous_limit
        self._trust_any = trust_any_token
        self._lock = threading.Lock()
        self._tokens: dict[str, Viewer] = {}
        self._addresses: dict[str, Quota] = {}
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
        quota = Quota(limit, remaining=remaining, window=window)
        with self._fleet.lock:
            account = self._fleet.account(login) or self._fleet.add_user(login)
        if isinstance(account, Organization):
            raise ValueError(f"{login!r} is an organization: tokens belong to users")  # noqa: TRY004  # of the right type, the wrong account
        with self._lock:
            self._tokens[token] = Viewer(account.login, token, quota)

    @property
    def tokens(self) -> list[str]:
        """All known tokens."""
        return list(self._tokens)

    def viewer(self, request: Request) -> Viewer | None:
        """Who sent the request; None when it came with a token nobody knows."""
        token = request.token
        if token is None:
            return Viewer(None, None, self.address_quota(request))
        if self._trust_any and token not in self._tokens and _possible(token):
            self.add(token)
        return self._tokens.get(token)

    def address_quota(self, request: Request) -> Quota:
        """The quota of the address the request came from."""
        with self._lock:
            return self._addresses.setdefault(request.address, Quota(self._anonymous_limit))

    def reset(self) -> None:
        """Begin new windows everywhere, with nothing used."""
        with self._lock:
            for quota in (*self._addresses.values(), *(viewer.quota for viewer in self._tokens.values())):
                quota.reset()


def _possible(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
