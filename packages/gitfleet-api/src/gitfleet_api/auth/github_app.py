"""GitHubApp: tokens of the installations of a GitHub App. Needs the extra ``app``."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from .._internal.redacted import RedactedStr
from .._internal.reference import Reference
from ..errors import AuthError, ConfigurationError, DecodeError, GitFleetError
from ..provider_type import ProviderType
from .account import AccessToken, Account
from .app_arguments import checked_installation, checked_issuer, checked_permissions, checked_repositories
from .app_directory import AppDirectory
from .app_key import AppKey, hidden_key
from .app_requests import AppRequests
from .exchanging import SignInClient, exchange_for
from .installation import Installation
from .shared_tokens import SharedTokens
from .sign_in import api_origin, web_origin
from .source import Exchange, TokenSource, local_now

__all__ = ["GitHubApp"]

_FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE = 403, 404, 422


class GitHubApp(TokenSource):
    """The tokens of a GitHub App: one for each account that has installed it, each with its own rate limit.

    Private data of an account is read with its own installation alone, public data of others with any. The
    installations are listed once, and again, at most once a minute, for an owner that is not among them.

    Args:
        app_id: Number of the app. Give it or ``client_id``.
        client_id: Client id of the app.
        private_key: Private key of the app, as PEM.
        private_key_path: Path of a file with the key, in place of ``private_key``.
        base_url: Base URL of the API of an Enterprise Server (``https://HOST/api/v3``) or of a subdomain of GHE.com
            (``https://api.SUBDOMAIN.ghe.com``). None for github.com.
        permissions: The only permissions of the tokens, like ``{"contents": "read"}``. None for all that were granted.
        repositories: Names, without owners, of the only repositories of the tokens. None for all.
        shared: Folder, which only you may read, in which the processes of this machine share the tokens: one of them
            requests each. None to share them within the process.

    Raises:
        ConfigurationError: An argument is invalid, the key is no private RSA key (``app_key_invalid``), its file cannot
            be read (``app_key_unreadable``), or the extra is not installed (``app_missing``). No message shows the key.
    """

    provider: ClassVar[ProviderType] = ProviderType.GITHUB

    def __init__(
        self,
        app_id: int | str | None = None,
        *,
        client_id: str | None = None,
        private_key: str | bytes | None = None,
        private_key_path: str | os.PathLike[str] | None = None,
        base_url: str | None = None,
        permissions: Mapping[str, str] | None = None,
        repositories: Sequence[str] | None = None,
        shared: str | os.PathLike[str] | None = None,
    ) -> None:
        private_key = hidden_key(private_key)  # crash reporters show local variables
        if isinstance(private_key_path, str):
            private_key_path = RedactedStr(private_key_path)  # some pass the key in place of its path
        super().__init__(api_origin(ProviderType.GITHUB, web_origin(ProviderType.GITHUB, base_url)))
        self._issuer: str = checked_issuer(app_id, client_id)
        self._restrictions: dict[str, Any] = {
            **checked_permissions(permissions),
            **checked_repositories(repositories),
        }
        self._key: AppKey = AppKey(private_key, private_key_path)
        self._shared: SharedTokens | None = None if shared is None else SharedTokens(shared)
        self._installation: int | None = None
        self._arguments: dict[str, object] | None = None
        if private_key_path is not None:  # else the key has no place that another process can read
            self._arguments = {
                "app_id": app_id,
                "client_id": client_id,
                "private_key_path": str(Path(private_key_path).absolute()),
                "base_url": base_url,
                **self._restrictions,
                "shared": None if shared is None else str(Path(shared).absolute()),
            }
        self._start()

    def _adopt(self, other: GitHubApp, installation: int) -> None:
        """Become the source of one installation of the same app."""
        self._issuer, self._restrictions, self._key = other._issuer, other._restrictions, other._key
        self._shared, self._arguments = other._shared, other._arguments
        self._installation = installation
        self._start()

    def _start(self) -> None:
        self._requests = AppRequests(self._key, self._issuer, self.name)
        self._directory = AppDirectory(self._requests, self.name, self._installation)

    @property
    def name(self) -> str:
        """Its name in messages."""
        app = f"the GitHub App {self._issuer}"
        return app if self._installation is None else f"installation {self._installation} of {app}"

    def for_installation(self, installation_id: int) -> GitHubApp:
        """Return a source of the tokens of one installation, for example the one that a webhook names.

        Args:
            installation_id: Number of the installation.

        Raises:
            ConfigurationError: It is no positive integer.
        """
        number = checked_installation(installation_id)
        created = GitHubApp.__new__(GitHubApp)
        TokenSource.__init__(created, self.origin)
        created._adopt(self, number)  # noqa: SLF001  # another object of this class
        return created

    def reference(self) -> Reference[TokenSource] | None:
        """Return how another process opens the app, by the path of its key. None if the key was given as text."""
        if self._arguments is None:
            return None
        return Reference(_open_app, (("installation", self._installation), *self._arguments.items()))

    async def installations(self, client: SignInClient) -> list[Installation]:
        """Return all installations of the app, also suspended ones, by ``GET /app/installations``.

        Args:
            client: A client of the server, asynchronous or synchronous. It needs no token.

        Raises:
            AuthError: The server does not accept the app (``app_refused``).
            ConfigurationError: The client is for another server.
            GitFleetError: The installations could not be read.
        """
        exchange = exchange_for(client)
        if exchange.origin != self.origin:
            raise ConfigurationError(f"{self.name} is for {self.origin}; base_url is on {exchange.origin}")
        return await self._directory.fetch(exchange)

    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return the installation on an owner alone, or all installations if there is none.

        Raises:
            AuthError: The app is installed nowhere (``app_not_installed``), or the server does not accept it
                (``app_refused``).
            GitFleetError: The installations could not be read.
        """
        return await self._directory.accounts(exchange, owner)

    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return a new token of an installation, by ``POST /app/installations/{id}/access_tokens``.

        Raises:
            AuthError: The app was uninstalled (``app_uninstalled``) or suspended (``app_suspended``), was not granted
                what the token shall do (``app_not_granted``), or is not accepted (``app_refused``).
            StoreError: The folder of shared tokens cannot be used.
            GitFleetError: The token could not be obtained. Temporary.
        """

        def mint() -> Awaitable[AccessToken]:
            return self._mint(exchange, account)

        if self._shared is None:
            return await mint()
        restrictions = json.dumps(self._restrictions, sort_keys=True)
        subject = (exchange.base_url, self._issuer, account.key, restrictions)
        return await self._shared.obtain(subject, refused, lambda: local_now(exchange), mint)

    async def _mint(self, exchange: Exchange, account: Account) -> AccessToken:
        url = f"{exchange.base_url}/app/installations/{account.key}/access_tokens"
        body = json.dumps(self._restrictions).encode() if self._restrictions else None
        response = await self._requests.send(exchange, "POST", url, body)
        error = None
        if response.status in (_FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE):
            error = self._refusal(
                exchange, account, self._requests.error(exchange, response, "POST", url), response.status
            )
        if error is not None:
            raise error
        found = self._requests.json(exchange, response, "POST", url)
        del response
        try:
            ends = datetime.fromisoformat(found["expires_at"]).timestamp()
            return AccessToken(found["token"], exchange.local_time(ends))
        except (KeyError, TypeError, ValueError, OverflowError):
            pass
        raise DecodeError(f"POST {url}: the response has no token", ProviderType.GITHUB, url=url)

    def _refusal(self, exchange: Exchange, account: Account, said: GitFleetError, status: int) -> AuthError | None:
        """Return the error for a final refusal. None for a rate limit."""
        if status == _NOT_FOUND:
            code, text = "app_uninstalled", "the app was uninstalled there; install it again, or leave the owner out"
        elif status == _UNPROCESSABLE:
            code = "app_not_granted"
            text = "a permission or a repository that was asked for is not granted; grant it, or ask for less"
        elif "suspended" in said.message.lower():
            code, text = "app_suspended", "the installation is suspended; an owner of the account can unsuspend it"
        else:
            return None
        message = f"no token of {account.label}: {text} ({said.message})"
        error = AuthError(message, ProviderType.GITHUB, status=status, code=code)
        if code != "app_not_granted":
            self._directory.forget(exchange, account, error)
        return error


def _open_app(installation: int | None, **arguments: Any) -> GitHubApp:
    """Return the app, or the source of one installation of it, in another process."""
    app = GitHubApp(**arguments)
    return app if installation is None else app.for_installation(installation)
