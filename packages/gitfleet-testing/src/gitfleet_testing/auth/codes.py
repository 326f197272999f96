"""Authorization codes, with proof keys (PKCE)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from ..access.clock import ServerClock
from . import values
from .clients import OAuthClient

__all__ = ["AuthorizationCode", "AuthorizationCodes"]

_LIFETIME = 600.0


@dataclass(frozen=True)
class AuthorizationCode:
    """A code that the browser brings to the program, which exchanges it for tokens once.

    Attributes:
        client: the program.
        login: the user who has approved.
        scopes: the scopes.
        redirect_uri: the address that the browser was redirected to.
        challenge: the challenge of PKCE. None without one.
        method: "S256" or "plain".
        ends: end of the code by the forge's time, in seconds since 1970.
    """

    client: OAuthClient
    login: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None = field(repr=False)
    method: str
    ends: float

    def accepts(self, verifier: str | None) -> bool:
        """Return whether the verifier belongs to the challenge."""
        if self.challenge is None or verifier is None:
            return self.challenge is None and verifier is None
        shown = verifier
        if self.method == "S256":
            digest = hashlib.sha256(verifier.encode()).digest()
            shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return hmac.compare_digest(shown.encode(), self.challenge.encode())


class AuthorizationCodes:
    """The codes that were not exchanged yet.

    Args:
        clock: the forge's clock.
    """

    def __init__(self, clock: ServerClock) -> None:
        self._clock = clock
        self._codes: dict[str, AuthorizationCode] = {}

    def issue(
        self,
        client: OAuthClient,
        login: str,
        scopes: tuple[str, ...],
        redirect_uri: str,
        challenge: str | None,
        method: str,
    ) -> str:
        """Return a new code."""
        code = values.gitlab_token()
        ends = self._clock.now() + _LIFETIME
        self._codes[code] = AuthorizationCode(client, login, scopes, redirect_uri, challenge, method, ends)
        return code

    def take(self, code: str | None, client: OAuthClient) -> AuthorizationCode | None:
        """Return a code of this program and remove it, or None if it was used, has expired or does not exist."""
        found = self._codes.pop(code or "", None)
        return found if found is not None and found.client is client and self._clock.now() < found.ends else None
