"""What a server says about a token: whose it is, its scopes, when it expires."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gitfleet_api import ProviderType
from gitfleet_api.auth import CredentialKind, Exchange, web_origin
from gitfleet_api.backend import Response

__all__ = ["TokenState", "header_of", "token_state"]


@dataclasses.dataclass(frozen=True, slots=True)
class TokenState:
    """What a server says about a token."""

    accepted: bool | None
    """Whether the server accepts it. None if that could not be found out."""
    login: str | None = None
    """Login of its user. None for an app, or if the token may not read it."""
    scopes: tuple[str, ...] | None = None
    """Its scopes. None if the server does not state them, as for a fine-grained token."""
    expires_at: datetime | None = None
    """When it expires. None if it does not, or if the server does not state it."""
    problem: str | None = None
    """Why it is not accepted, or why that is unknown."""


def header_of(provider: ProviderType, kind: CredentialKind, token: str) -> tuple[str, str]:
    """Return the header that carries a token."""
    if kind == "job":
        return "job-token", token
    if kind == "token" and provider is ProviderType.GITLAB:
        return "private-token", token
    return "authorization", f"Bearer {token}"


async def token_state(
    exchange: Exchange, provider: ProviderType, kind: CredentialKind, header: tuple[str, str]
) -> TokenState:
    """Return what the server says about a token. It costs one or two calls.

    Args:
        exchange: sends the requests.
        provider: the provider.
        kind: the kind of the token.
        header: the header that carries it.

    Raises:
        NetworkError: there was no response.
    """
    path = "/job" if kind == "job" else "/user"
    response = await exchange.send("GET", exchange.base_url + path, [("accept", "application/json"), header])
    values = _object(response)
    if response.status == 401:
        return TokenState(accepted=False, problem=_reason(response, values))
    if response.status not in (200, 403):  # 403: valid, but it may not read its user
        return TokenState(accepted=None, problem=_reason(response, values))
    login = _login(values, kind) if response.status == 200 else None
    if provider is ProviderType.GITHUB:
        return TokenState(True, login, _github_scopes(response), _github_end(response))
    scopes, end = (None, None) if kind == "job" else await _gitlab_limits(exchange, header)
    return TokenState(True, login, scopes, end)


def _login(values: dict[str, Any], kind: CredentialKind) -> str | None:
    user = values.get("user") if kind == "job" else values
    found = (user.get("login") or user.get("username")) if isinstance(user, dict) else None
    return found if isinstance(found, str) else None


def _reason(response: Response, values: dict[str, Any]) -> str:
    message = values.get("message") or values.get("error_description") or values.get("error")
    return f"{response.status}: {message[:200]}" if isinstance(message, str) else f"HTTP {response.status}"


def _github_scopes(response: Response) -> tuple[str, ...] | None:
    text = response.headers.get("x-oauth-scopes")
    return None if text is None else tuple(filter(None, map(str.strip, text.split(","))))


def _github_end(response: Response) -> datetime | None:
    text = (response.headers.get("github-authentication-token-expiration") or "").replace("UTC", "+0000")
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


async def _gitlab_limits(exchange: Exchange, header: tuple[str, str]) -> tuple[tuple[str, ...] | None, datetime | None]:
    """Return scopes and end of an access token, or else of a token of OAuth."""
    headers = [("accept", "application/json"), header]
    response = await exchange.send("GET", f"{exchange.base_url}/personal_access_tokens/self", headers)
    if response.status == 200:
        values = _object(response)
        return _scopes(values.get("scopes")), _day(values.get("expires_at"))
    if header[0] != "authorization":
        return None, None
    server = web_origin(ProviderType.GITLAB, exchange.base_url)
    response = await exchange.send("GET", f"{server}/oauth/token/info", headers)
    values = _object(response) if response.status == 200 else {}
    return _scopes(values.get("scope")), _after(exchange, values.get("expires_in"))


def _scopes(value: object) -> tuple[str, ...] | None:
    return tuple(map(str, value)) if isinstance(value, list) else None


def _day(value: object) -> datetime | None:
    """Return the time at which a token is valid no longer: the beginning of a day in UTC."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) if value else None
    except ValueError:
        return None


def _after(exchange: Exchange, seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 10**9:
        return None
    return datetime.fromtimestamp(int(exchange.server_time()), UTC) + timedelta(seconds=seconds)


def _object(response: Response) -> dict[str, Any]:
    try:
        values = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
