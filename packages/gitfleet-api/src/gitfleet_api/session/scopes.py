"""The scopes that a token lacks, as error responses name them."""

from __future__ import annotations

import re

from ..backend.messages import Headers

__all__ = ["missing_scopes"]

_CHALLENGE = re.compile(r'\bscope="([^"]*)"')
_LONGEST = 200


def missing_scopes(status: int, headers: Headers, body: dict[str, object] | None) -> str:
    """Return what a response says about scopes, for the end of a message; empty if it says nothing.

    GitLab names them in the body (RFC 6750) or in ``WWW-Authenticate``, GitHub in its own headers.

    Args:
        status: Status of the response.
        headers: Headers of the response.
        body: The JSON object of the response, or None.
    """
    named = (body or {}).get("scope") if "insufficient" in str((body or {}).get("error")) else None
    if named is None:
        found = _CHALLENGE.search(headers.get("www-authenticate") or "")
        named = None if found is None else found[1]
    needed = _split(named)
    if needed:
        return f"the token needs one of the scopes: {', '.join(needed)}"[:_LONGEST]
    permissions = headers.get("x-accepted-github-permissions")
    if permissions and status == 403 and "allows_permissionless_access=true" not in permissions:
        return f"the token needs the permissions: {permissions}"[:_LONGEST]
    accepted, granted = _split(headers.get("x-accepted-oauth-scopes")), _split(headers.get("x-oauth-scopes"))
    if accepted and headers.get("x-oauth-scopes") is not None and not set(accepted) & set(granted):
        has = f"the scopes: {', '.join(granted)}" if granted else "no scope"
        return f"the token has {has}; the endpoint accepts: {', '.join(accepted)}"[:_LONGEST]
    return ""


def _split(names: object) -> list[str]:
    """Return the names in text with blanks or commas, or in a list."""
    if isinstance(names, list):
        return [name for name in names if isinstance(name, str)]
    return re.split(r"[\s,]+", names.strip(" ,")) if isinstance(names, str) and names.strip(" ,") else []
