"""The reason of a 403: whether it concerns the token, the account behind it, or the object."""

from __future__ import annotations

from ..backend.messages import Headers
from ..profile import ProviderProfile

__all__ = ["ABOUT_ACCOUNT", "ABOUT_OBJECT", "ABOUT_TOKEN", "refusal_reason", "sso_url"]

ABOUT_ACCOUNT = "account_suspended"
"""The reason for which the provider refuses every call of an account."""
ABOUT_OBJECT = "object_blocked"
"""The reason that no other token changes."""
ABOUT_TOKEN = ("sso_required", "token_lifetime", "token_forbidden", "missing_scope", "ip_not_allowed")
"""Reasons for which the owner of the object refuses one token; another one of the same user may be accepted."""


def refusal_reason(headers: Headers, words: str, profile: ProviderProfile, *, has_block: bool) -> str | None:
    """Return why a 403 that is no rate limit was sent, as far as the response says so.

    Args:
        headers: Headers of the response.
        words: What the response says, in lower case.
        profile: How to talk to the provider.
        has_block: Whether the body explains why the object is blocked.
    """
    if has_block:
        return ABOUT_OBJECT
    if (headers.get("x-github-sso") or "").startswith("required"):
        return "sso_required"
    for part, reason in profile.refusals:
        if part in words:
            return reason
    return "missing_scope" if _lacks_scope(headers, profile) else None


def sso_url(headers: Headers) -> str | None:
    """Return the URL at which a user authorizes a token for an organization, if a response names one."""
    kind, _, rest = (headers.get("x-github-sso") or "").partition(";")
    name, _, url = rest.strip().partition("=")
    return url if kind == "required" and name == "url" and url.startswith("https://") else None


def _lacks_scope(headers: Headers, profile: ProviderProfile) -> bool:
    """Whether the response names the scopes that it accepts, and the token has none of them."""
    if profile.scopes_header is None:
        return False
    accepted, granted = _scopes(headers.get("x-accepted-oauth-scopes")), headers.get(profile.scopes_header)
    return bool(accepted) and granted is not None and not accepted & _scopes(granted)


def _scopes(text: str | None) -> set[str]:
    return {item.strip() for item in (text or "").split(",") if item.strip()}
