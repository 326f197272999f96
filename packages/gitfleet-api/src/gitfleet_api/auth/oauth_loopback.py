"""Authorization code with PKCE: the user signs in with a browser on this machine. For GitLab."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from .._internal.redacted import RedactedStr
from ..errors import AuthError, ConfigurationError, UnsupportedError
from ..provider_type import ProviderType
from .exchanging import SignInClient, exchange_for
from .loopback_server import LoopbackServer, Verdict
from .oauth_device import with_login
from .oauth_endpoint import post_form, refusal, sign_in_of, token_url
from .sign_in import SignIn, web_origin

__all__ = ["LoopbackSignIn"]

_GITLAB = ProviderType.GITLAB


class LoopbackSignIn:
    """A sign-in with a browser on this machine. The application needs the redirect URI ``http://127.0.0.1/``::

        async with LoopbackSignIn(client, client_id, ["read_api"]) as flow:
            webbrowser.open(flow.url)
            sign_in = await flow.finish()

    Args:
        client: A GitLab client of the server. It needs no token.
        client_id: Id of the OAuth application.
        scopes: Scopes to request.
        port: Port of the redirect. 0 for any that is free: GitLab does not compare the port of 127.0.0.1.
        timeout: Seconds to wait for the user.
        client_secret: Secret of the application, if it is a confidential one.

    Raises:
        UnsupportedError: The client is not one of GitLab: GitHub's web flow needs a secret; use the device flow.
    """

    def __init__(
        self,
        client: SignInClient,
        client_id: str,
        scopes: Sequence[str] = ("read_api",),
        *,
        port: int = 0,
        timeout: float = 300.0,
        client_secret: str | None = None,
    ) -> None:
        self._secret = client_secret = None if client_secret is None else RedactedStr(client_secret)
        provider = client.profile.type
        if provider is not _GITLAB:
            raise UnsupportedError("GitHub needs a secret for this sign-in; use the device flow", provider)
        self._exchange = exchange_for(client)
        self._web = web_origin(provider, self._exchange.base_url)
        self._client_id, self._scopes, self._timeout = client_id, tuple(scopes), timeout
        self._state = RedactedStr(secrets.token_urlsafe(32))
        self._verifier = RedactedStr(secrets.token_urlsafe(64))
        self._server = LoopbackServer(self._judge, port)
        self._redirect: asyncio.Future[dict[str, str]] | None = None
        self._rejected = 0

    @property
    def redirect_uri(self) -> str:
        """The redirect URI, like ``http://127.0.0.1:7171/``."""
        return f"http://127.0.0.1:{self._server.port}/"

    @property
    def url(self) -> str:
        """URL to open in the browser."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        query = {
            "client_id": self._client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "state": str(self._state),
            "scope": " ".join(self._scopes),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._web}/oauth/authorize?{urlencode(query)}"

    async def __aenter__(self) -> Self:
        """Begin to listen for the redirect.

        Raises:
            ConfigurationError: The port is in use (``port_in_use``).
        """
        self._redirect = asyncio.get_running_loop().create_future()
        try:
            await self._server.start()
        except OSError as error:
            text = f"cannot listen on port {self._server.port} of 127.0.0.1: {error.strerror or error}"
            raise ConfigurationError(text, code="port_in_use") from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()

    async def finish(self) -> SignIn:
        """Wait for the redirect, and return the sign-in. It is not stored.

        Raises:
            AuthError: ``access_denied`` (the user has refused), ``sign_in_timeout``, ``wrong_state`` (in that time
                only redirects of other sign-ins came), ``wrong_client``, or ``sign_in_refused`` for other reasons.
            ServerError: The server failed.
            NetworkError: There was no response.
        """
        if self._redirect is None:
            raise ConfigurationError("LoopbackSignIn is used in an async with block")
        try:
            async with asyncio.timeout(self._timeout):
                query = await asyncio.shield(self._redirect)
        except TimeoutError:
            raise self._too_late() from None
        if "code" not in query:
            raise refusal(_GITLAB, 400, query, {}, f"{self._web}/oauth/authorize")
        return await self._exchanged(query["code"])

    async def _exchanged(self, code: str) -> SignIn:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self._client_id,
            "client_secret": self._secret,
            "code_verifier": self._verifier,
        }
        url, exchange = token_url(_GITLAB, self._web), self._exchange
        status, values = await post_form(exchange, _GITLAB, url, form)
        now = exchange.local_time(exchange.server_time())
        more = {"scopes": self._scopes, "client_secret": self._secret}
        found = sign_in_of(values, now, _GITLAB, self._web, self._client_id, **more)
        if found is None:
            raise refusal(_GITLAB, status, values, form, url)
        return await with_login(exchange, found)

    def _judge(self, query: Mapping[str, str]) -> Verdict:
        """Accept the first redirect with the right state; others change nothing."""
        if not {"code", "error"} & query.keys() or self._redirect is None:
            return "unrelated"
        if not secrets.compare_digest(query.get("state", "").encode(), self._state.encode()) or self._redirect.done():
            self._rejected += 1
            return "rejected"
        self._redirect.set_result({name: RedactedStr(value) for name, value in query.items()})
        return "accepted"

    def _too_late(self) -> AuthError:
        if self._rejected:
            text = f"{self._rejected} redirects had the state of another sign-in and were rejected; begin again"
            return AuthError(text, _GITLAB, code="wrong_state")
        return AuthError(f"nobody signed in within {self._timeout:.0f} seconds", _GITLAB, code="sign_in_timeout")

    def __repr__(self) -> str:
        return f"<LoopbackSignIn on {self._web}>"
