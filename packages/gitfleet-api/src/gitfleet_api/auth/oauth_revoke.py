"""Revocation of a sign-in at the server."""

from __future__ import annotations

import base64
import json

from .._internal.redacted import RedactedBytes, RedactedStr
from ..errors import ServerError
from ..provider_type import ProviderType
from .exchanging import SignInClient, exchange_for
from .oauth_endpoint import post_form, refusal
from .sign_in import SignIn

__all__ = ["revoke"]

_REVOKED = (204, 404)


async def revoke(client: SignInClient, sign_in: SignIn) -> bool:
    """Revoke a sign-in at the server, and return whether the server has revoked it.

    GitLab revokes the refresh token and the access token of it. GitHub needs the secret of the application
    (``DELETE /applications/{client_id}/token``); without it nothing is sent, and the result is False. A token that the
    server does not know counts as revoked. The stored copy is the caller's business.

    Args:
        client: A client of the server. It needs no token.
        sign_in: The sign-in.

    Raises:
        AuthError: The server refuses.
        ServerError: The server failed.
        NetworkError: There was no response.
    """
    exchange, provider = exchange_for(client), sign_in.provider
    if provider is ProviderType.GITLAB:
        url = f"{sign_in.server}/oauth/revoke"
        for token in (sign_in.refresh_token, sign_in.access_token):
            form = {"token": token, "client_id": sign_in.client_id, "client_secret": sign_in.client_secret}
            if token is not None:
                status, values = await post_form(exchange, provider, url, form)
                if status >= 300 or "error" in values:
                    raise refusal(provider, status, values, form, url)
        return True
    if sign_in.client_secret is None:
        return False
    pair = base64.b64encode(f"{sign_in.client_id}:{sign_in.client_secret}".encode()).decode()
    headers = (
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", RedactedStr(f"Basic {pair}")),
    )
    url = f"{exchange.base_url}/applications/{sign_in.client_id}/token"
    body = RedactedBytes(json.dumps({"access_token": sign_in.access_token}).encode())
    response = await exchange.send("DELETE", url, headers, body)
    if response.status >= 500:
        raise ServerError(f"the server failed: HTTP {response.status}", provider, status=response.status, url=url)
    if response.status not in _REVOKED:
        raise refusal(provider, response.status, {}, {}, url)
    return True
