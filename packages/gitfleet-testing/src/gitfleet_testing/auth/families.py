"""Tokens of users: each sign-in begins a family of tokens, of which one is valid at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..access.quotas import Quotas
from ..access.tokens import Access, Viewer
from . import values
from .clients import GITLAB, OAuthClient

__all__ = ["Families", "TokenFamily"]


@dataclass
class TokenFamily:
    """The tokens of one sign-in: an access token and a refresh token, and those that they replaced."""

    client: OAuthClient
    """The program."""
    login: str
    """The user."""
    scopes: tuple[str, ...]
    """The scopes."""
    access_token: str = field(default="", repr=False)
    """The valid access token, the newest one."""
    refresh_token: str | None = field(default=None, repr=False)
    """The valid refresh token, the newest one. None if the tokens do not expire."""
    refreshes: int = 0
    """Number of successful refreshes."""
    revoked: Literal["revoked", "reuse"] | None = None
    """Why no token is valid any more: it was revoked, or a former refresh token was used. None while one is valid."""
    created_at: float = 0.0
    """Creation of the access token by the stated time, in seconds since 1970."""
    expires_at: float | None = None
    """End of the access token by the stated time, in seconds since 1970. None: it does not expire."""
    refresh_ends: float | None = field(default=None, repr=False)
    """End of the refresh token by the forge's time without the offset. None: it does not expire."""
    former: set[str] = field(default_factory=set, repr=False)
    """Refresh tokens that were used."""
    by_device: bool = False
    """Whether it began with the device flow, so that GitHub needs no secret to refresh."""


class Families:
    """The families of a forge.

    Args:
        access: receives the access tokens.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self.all: list[TokenFamily] = []
        self._quotas: dict[tuple[str, str], Quotas] = {}

    def begin(self, client: OAuthClient, login: str, scopes: tuple[str, ...], *, by_device: bool) -> TokenFamily:
        """Begin a family with new tokens."""
        family = TokenFamily(client, login, scopes, by_device=by_device)
        self.all.append(family)
        self._renew(family)
        return family

    def refresh(self, family: TokenFamily) -> None:
        """Replace both tokens. The former ones are not valid any more."""
        family.refreshes += 1
        self._renew(family)

    def of_refresh_token(self, token: str) -> TokenFamily | None:
        """Return the family of a refresh token, valid or used, or None."""
        return next((one for one in self.all if token == one.refresh_token or token in one.former), None)

    def of_access_token(self, token: str) -> TokenFamily | None:
        """Return the family whose newest access token this is, or None."""
        return next((one for one in self.all if token == one.access_token), None)

    def can_refresh(self, family: TokenFamily) -> bool:
        """Return whether the refresh token of the family is valid."""
        ends = family.refresh_ends
        return family.revoked is None and (ends is None or self._access.clock.now() < ends)

    def _renew(self, family: TokenFamily) -> None:
        client, clock = family.client, self._access.clock
        if family.refresh_token is not None:
            family.former.add(family.refresh_token)
        if client.service == GITLAB:
            new: Callable[[str], str] = lambda _prefix: values.gitlab_token()  # noqa: E731
        else:
            new = values.github_token
        family.access_token = new("ghu_" if client.is_app else "gho_")
        family.created_at = clock.stated()
        family.refresh_token = family.expires_at = family.refresh_ends = None
        if client.expires_in is not None:
            family.expires_at = family.created_at + client.expires_in
            family.refresh_token = values.gitlab_token() if client.service == GITLAB else new("ghr_")
            if client.refresh_expires_in is not None:
                family.refresh_ends = clock.now() + client.refresh_expires_in
        self._issue(family, family.access_token)

    def _issue(self, family: TokenFamily, token: str) -> None:
        client = family.client
        key = (client.service, family.login.lower())
        if key not in self._quotas:
            # The tokens of a user share one rate limit.
            self._quotas[key] = self._access.new_quotas()
        self._access.issue(
            Viewer(
                family.login,
                token,
                self._quotas[key],
                service=client.service,
                kind="app_user" if client.is_app else "oauth",
                scopes=family.scopes,
                expires_at=family.expires_at,
                problem=lambda: None if token == family.access_token and family.revoked is None else "revoked",
                created_at=family.created_at,
            )
        )
