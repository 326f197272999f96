"""FoundCredentials: tokens that were found, as a source of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Literal

from ..._internal.reference import Reference
from ...errors import AuthError, ConfigurationError
from ...provider_type import ProviderType
from ..account import AccessToken, Account
from ..source import Exchange, TokenSource
from .server import Server

__all__ = ["CredentialKind", "CredentialSource", "CredentialWarning", "FoundCredentials"]

CredentialSource = Literal["environment", "gitfleet", "gh", "glab", "git", "netrc", "file"]
"""Where credentials are searched, or were read by :func:`credentials_at`."""
CredentialKind = Literal["token", "bearer", "job"]
"""How tokens are sent: as access tokens, in ``Authorization: Bearer``, or as those of a CI job (``JOB-TOKEN``)."""

_HEADERS = {"bearer": ("authorization", "Bearer {}"), "job": ("job-token", "{}")}


class CredentialWarning(RuntimeWarning):
    """Credentials that exist could not be used; the search continues."""


class FoundCredentials(TokenSource):
    """Tokens for one server that :func:`find_credentials` has found. Give it to a client as ``token=``.

    Attributes:
        source: Where it was searched, like ``environment`` or ``gh``.
        where: The place in it: name of a variable, path of a file, or a command.
        login: Login of the user as the place states it. None if it states none.
        kind: ``token``, ``bearer`` or ``job``: how the tokens are sent.
    """

    def __init__(
        self,
        server: Server,
        source: CredentialSource,
        where: str,
        tokens: Sequence[str] = (),
        *,
        login: str | None = None,
        kind: CredentialKind = "token",
        stored: TokenSource | None = None,
    ) -> None:
        super().__init__(server.origin)
        self.provider: ProviderType = server.provider  # type: ignore[misc]  # one class serves all providers
        self.source: CredentialSource = source
        self.where: str = where
        self.login: str | None = login
        self.kind: CredentialKind = kind
        self._host: str | None = server.base_url
        self.may_lag = stored is not None
        self._stored = stored
        try:
            self._tokens = {str(number): AccessToken(token) for number, token in enumerate(tokens, 1)}
        except ConfigurationError as error:
            raise ConfigurationError(f"{where}: {error}") from None

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"token of {self.where}"

    @property
    def access_tokens(self) -> tuple[AccessToken, ...]:
        """The tokens, for code that has a pool. Empty for a stored sign-in, whose token may have to be renewed."""
        return tuple(self._tokens.values())

    def reference(self) -> Reference[TokenSource]:
        """Return how another process finds the credentials at the same place. It has no token."""
        opener: Callable[..., TokenSource] = import_module(f"{__package__}.place").credentials_at  # it imports this one
        place = f"{self.source}:{self.where}" if self.source in ("environment", "file") else self.source
        return Reference(opener, (("place", place), ("provider", self.provider), ("host", self._host)))

    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return one account for each token: it is not known which of them belong to one user.

        Raises:
            AuthError: The sign-in was removed from the store.
        """
        if self._stored is not None:
            return await self._stored.accounts(exchange, owner)
        count = len(self._tokens)
        return [Account(key, f"{self.name}{f' ({key})' if count > 1 else ''}") for key in self._tokens]

    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return the token of an account.

        Raises:
            AuthError: The server has refused it (``token_refused``), or the sign-in is not valid any more.
        """
        if self._stored is not None:
            return await self._stored.token(exchange, account, refused)
        found = self._tokens[account.key]
        if found.token == refused:
            raise AuthError(f"the server refuses the {self.name}", self.provider, status=401, code="token_refused")
        return found

    def header(self, token: str) -> tuple[str, str] | None:
        """Return the header that carries a token; None for that of the client."""
        if self._stored is not None:
            return self._stored.header(token)
        if self.kind not in _HEADERS:
            return None
        name, value = _HEADERS[self.kind]
        return name, value.format(token)
