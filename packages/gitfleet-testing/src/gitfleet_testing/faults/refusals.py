"""Refusals of a token: a suspended account, and organizations that accept no such token."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote

from .effect import Effect
from .responses import Fail
from .rules import EffectFault, FaultScope, RuleTarget

__all__ = ["RefusalReason", "TokenRefusal"]

RefusalReason = Literal["suspended", "sso", "lifetime", "ip", "scope", "forbidden"]

_GITLAB = "/api/"
_GITHUB_MESSAGES: dict[RefusalReason, str] = {
    "suspended": "Sorry. Your account was suspended.",
    "sso": "Resource protected by organization SAML enforcement. "
    "You must grant your Personal Access token access to this organization.",
    "lifetime": "The '{owner}' organization forbids access via a fine-grained personal access tokens "
    "if the token's lifetime is greater than 366 days.",
    "ip": "Although you appear to have the correct authorization credentials, the `{owner}` organization "
    "has an IP allow list enabled, and your IP address is not permitted to access this resource.",
    "scope": "Must have the right scope.",
    "forbidden": "Forbidden",
}
_GITLAB_MESSAGES: dict[RefusalReason, str] = {
    "suspended": "403 Forbidden - Your account has been blocked.",
    "sso": "403 Forbidden - SAML SSO session required",
    "ip": "403 Forbidden - IP address is not allowed",
}
_SSO_URL = "https://github.com/orgs/{owner}/sso?authorization_request=A1B2"
_SCOPE_ERROR = {
    "error": "insufficient_scope",
    "error_description": "The request requires higher privileges than provided by the access token.",
    "scope": "api read_api",
}


@dataclass(frozen=True, slots=True)
class _TokenScope(FaultScope):
    """The requests of one token, to one owner's resources or to all."""

    token: str = dataclasses.field(default="", repr=False)
    owner: str | None = None

    def matches(self, target: RuleTarget) -> bool:
        if target.logged.token != self.token:
            return False
        return self.owner is None or any(_owner_of(name) == self.owner.lower() for name in target.names)


class TokenRefusal(EffectFault):
    """403 for the requests of one token.

    Args:
        token: the token.
        reason: the reason that the response states.
        owner: the account whose resources are refused. None: every request.

    Raises:
        ValueError: the reason does not exist.
    """

    def __init__(self, token: str, reason: RefusalReason, owner: str | None) -> None:
        if reason not in get_args(RefusalReason):
            raise ValueError(f"reason must be one of {', '.join(get_args(RefusalReason))}: {reason!r}")
        self._github, self._gitlab = _responses(reason, owner or "acme")
        super().__init__([self._github], _TokenScope(times=None, token=token, owner=owner), f"refuse {reason}")
        self._by_gitlab = False

    def claims(self, target: RuleTarget) -> bool:
        """Return whether the fault applies to this request, and count it.

        Args:
            target: the request.
        """
        claimed = super().claims(target)
        if claimed:
            self._by_gitlab = target.logged.path.startswith(_GITLAB) and not target.logged.path.startswith("/api/v3")
        return claimed

    def effect(self) -> Effect:
        """Return the response of the service that the last counted request was sent to."""
        return self._gitlab if self._by_gitlab else self._github


def _responses(reason: RefusalReason, owner: str) -> tuple[Fail, Fail]:
    headers: dict[str, str] = {}
    if reason == "sso":
        headers["X-GitHub-SSO"] = f"required; url={_SSO_URL.format(owner=owner)}"
    if reason == "scope":
        headers |= {"X-OAuth-Scopes": "read:org, repo", "X-Accepted-OAuth-Scopes": "admin:org"}
    message = _GITHUB_MESSAGES[reason].format(owner=owner)
    body: dict[str, object] = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": "403"}
    said: dict[str, object] = {"message": _GITLAB_MESSAGES.get(reason, "403 Forbidden")}
    return Fail(403, headers, body), Fail(403, (), {**_SCOPE_ERROR} if reason == "scope" else said)


def _owner_of(path: str) -> str | None:
    """Return the account in a path of either API, in lower case."""
    parts = unquote(path).removeprefix("/api/v4").split("/")
    return parts[2].lower() if len(parts) > 2 and parts[1] in ("repos", "orgs", "users", "projects", "groups") else None
