"""Clients of OAuth: programs that ask for tokens that act for users."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

__all__ = ["GITHUB", "GITLAB", "GITLAB_SCOPES", "OAuthClient", "Service"]

#: The scopes of an application of GitLab, unless others are given.
GITLAB_SCOPES = (
    "read_api",
    "api",
    "read_user",
    "read_repository",
    "write_repository",
    "openid",
    "profile",
    "email",
)
Service = Literal["github", "gitlab"]
GITHUB: Service = "github"
GITLAB: Service = "gitlab"


@dataclass
class OAuthClient:
    """A client: a GitHub App, an OAuth app of GitHub or an application of GitLab. The values can be changed."""

    service: Service
    """The service that it belongs to."""
    client_id: str
    """The client id."""
    client_secret: str | None = field(default=None, repr=False)
    """The secret. None: a public client, which has none."""
    scopes: tuple[str, ...] = ()
    """The scopes that it can get. Empty: a GitHub App, whose tokens have permissions instead."""
    redirect_uris: tuple[str, ...] = ()
    """Where the browser may be redirected to. On a loopback address, the port is not compared."""
    device_flow: bool = True
    """Whether the device flow is enabled."""
    expires_in: float | None = 28800.0
    """Seconds from the creation of a token to its end. None: it does not expire and cannot be refreshed."""
    refresh_expires_in: float | None = 15897600.0
    """Seconds from the creation of a refresh token to its end. None: it does not expire."""
    code_expires_in: float = 900.0
    """Seconds in which the user has to enter the code of the device flow."""
    interval: float = 5.0
    """Seconds that a program has to wait between two requests of the device flow."""
    is_app: bool = False
    """Whether it is a GitHub App."""

    def redirects_to(self, uri: str) -> bool:
        """Return whether the browser may be redirected to this address."""
        return any(_matches(registered, uri) for registered in self.redirect_uris)

    def granted(self, requested: str | None) -> tuple[str, ...] | None:
        """Return the scopes to grant for a request, or None if one of them is not available."""
        wanted = tuple((requested or "").replace(",", " ").split())
        if self.is_app:
            return ()
        if not wanted:
            return self.scopes[:1] if self.service == GITLAB else ()
        return wanted if self.service == GITHUB or set(wanted) <= set(self.scopes) else None


def _matches(registered: str, uri: str) -> bool:
    """Compare addresses as RFC 8252 requires: any port of a loopback address, else equal."""
    first, second = urlsplit(registered), urlsplit(uri)
    if not (_is_loopback(first.hostname) and _is_loopback(second.hostname)):
        return registered == uri
    return (first.scheme, first.hostname, first.path) == (second.scheme, second.hostname, second.path)


def _is_loopback(host: str | None) -> bool:
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
