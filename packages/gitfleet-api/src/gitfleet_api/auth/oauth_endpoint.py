"""Requests of OAuth: the token endpoint, its errors, and the user of a token."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .._internal.redacted import RedactedBytes, RedactedStr
from ..backend.messages import Response
from ..errors import AuthError, DecodeError, GitFleetError, RateLimitError, ServerError
from ..http.redaction import redact
from ..provider_type import ProviderType
from .secret_fields import SECRET_FIELDS
from .sign_in import SignIn
from .source import Exchange

__all__ = ["fetch_login", "post_form", "refusal", "sign_in_of", "token_url"]

_TOKEN_PATHS = {ProviderType.GITHUB: "/login/oauth/access_token", ProviderType.GITLAB: "/oauth/token"}
_WORDS_FIELD = "error_description"
_SERVER_ERROR, _TOO_MANY, _OK = 500, 429, 200
_DIGITS = 10
"""Digits of a Retry-After that is not believed."""
_CODES = {
    "expired_token": "device_code_expired",
    "access_denied": "access_denied",
    "device_flow_disabled": "device_flow_disabled",
    "incorrect_client_credentials": "wrong_client",
    "invalid_client": "wrong_client",
    "unauthorized_client": "wrong_client",
    "Not Found": "wrong_client",  # GitHub's response to an unknown client id
}
_WORDS = {
    "device_code_expired": "the code has expired before it was entered; begin again",
    "access_denied": "the user has refused the authorization",
    "device_flow_disabled": "the application does not allow the device flow; enable it in the application's settings",
    "wrong_client": "the server does not accept the application: check the client id, and the client secret if it "
    "needs one",
}


def token_url(provider: ProviderType, server: str) -> str:
    """Return the URL of the token endpoint of a server."""
    return server + _TOKEN_PATHS[provider]


async def post_form(
    exchange: Exchange, provider: ProviderType, url: str, form: Mapping[str, str | None]
) -> tuple[int, dict[str, Any]]:
    """Send a form, and return the status and the JSON object of the response. Fields that are None are not sent.

    Raises:
        ServerError: 5xx. Temporary.
        RateLimitError: 429. Temporary.
        DecodeError: The response is no JSON object.
        NetworkError: There was no complete response. Temporary.
    """
    fields = [(name, value) for name, value in form.items() if value is not None]
    body = RedactedBytes(urlencode(fields).encode())
    headers = (("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded"))
    response = await exchange.send("POST", url, headers, body)
    status = response.status
    if status >= _SERVER_ERROR:
        raise ServerError(f"the server failed to sign in: HTTP {status}", provider, status=status, url=url)
    if status == _TOO_MANY:
        raise RateLimitError(
            "too many attempts to sign in; try again later", provider, status=status, url=url,
            retry_after=_seconds(response.headers.get("retry-after")),
        )  # fmt: skip
    return status, _object(response, provider, url)


def _object(response: Response, provider: ProviderType, url: str) -> dict[str, Any]:
    try:
        found = json.loads(response.body, object_hook=_hidden)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise DecodeError(
        f"the response to the sign-in is no JSON object (HTTP {response.status})", provider, status=response.status,
        url=url,
    )  # fmt: skip


def _hidden(values: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose text has a redacted ``repr``: a server may repeat a secret in any field."""
    return {name: RedactedStr(value) if isinstance(value, str) else value for name, value in values.items()}


def refusal(
    provider: ProviderType, status: int, values: Mapping[str, Any], form: Mapping[str, str | None], url: str
) -> AuthError:
    """Return the error for a response that refuses a sign-in. Secrets in it are redacted."""
    name = values.get("error")
    name = name if isinstance(name, str) else f"HTTP {status}"
    code = _CODES.get(name, "sign_in_refused")
    detail = values.get(_WORDS_FIELD)
    secrets = [value for key, value in form.items() if value and key in SECRET_FIELDS]
    secrets += [value for key, value in values.items() if isinstance(value, str) and value and key in SECRET_FIELDS]
    shown = name if not isinstance(detail, str) or not detail else f"{name}: {detail[:500]}"
    words = _WORDS.get(code, "the server refuses the sign-in")
    return AuthError(f"{words} ({redact(shown, secrets)})", provider, status=status, code=code, url=url)


def sign_in_of(
    values: Mapping[str, Any], now: float, provider: ProviderType, server: str, client_id: str, **more: Any
) -> SignIn | None:
    """Return the sign-in of a response of the token endpoint, or None if it has no token, or an error.

    Args:
        values: The response's object.
        now: The present time by this machine's clock, in epoch seconds.
        provider: The provider.
        server: URL of the web pages.
        client_id: Id of the application.
        more: Fields of the sign-in.
    """
    token, refresh = values.get("access_token"), values.get("refresh_token")
    if not isinstance(token, str) or not token or "error" in values:
        return None
    scope = values.get("scope")
    scopes = tuple(scope.replace(",", " ").split()) if isinstance(scope, str) else more.pop("scopes", ())
    more.pop("scopes", None)
    return SignIn(
        provider,
        server,
        client_id,
        token,
        expires_at=_end(values.get("expires_in"), now),
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        refresh_expires_at=_end(values.get("refresh_token_expires_in"), now),
        obtained_at=now,
        scopes=scopes,
        **more,
    )


async def fetch_login(exchange: Exchange, token: str) -> str | None:
    """Return the login of the user of a token. None if it cannot be read: the token is valid all the same."""
    headers = (("accept", "application/json"), ("authorization", RedactedStr(f"Bearer {token}")))
    try:
        response = await exchange.send("GET", f"{exchange.base_url}/user", headers)
        user = json.loads(response.body) if response.status == _OK else None
    except (GitFleetError, ValueError, RecursionError):
        return None
    found = (user.get("login") or user.get("username")) if isinstance(user, dict) else None
    return found if isinstance(found, str) else None


def _end(seconds: Any, now: float) -> float | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return now + seconds if math.isfinite(seconds) else None
    except OverflowError:  # an integer that no float can have
        return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and len(text) < _DIGITS else None
