"""OAuthSource: tokens of a stored sign-in, renewed with its refresh token by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ..errors import (
    AuthError,
    ConfigurationError,
    DecodeError,
    GitFleetError,
    NetworkError,
    RateLimitError,
    ServerError,
)
from ..http.credentials import check_token
from ..provider_type import ProviderType
from .account import AccessToken, Account
from .file_lock import FileLock
from .locked_store import StoreError, locked
from .oauth_endpoint import post_form, refusal, sign_in_of, token_url
from .sign_in import SignIn, api_origin, web_origin
from .source import Exchange, TokenSource, local_now
from .store import SignInStore

__all__ = ["OAuthSource", "refresh"]

_EARLY = 0.101
"""Part of a token's life that is left when it is renewed: a little more than that of ``Renewal``, which asks."""
_LONGEST_EARLY = 301.0
_SPENT = ("invalid_grant", "bad_refresh_token")
"""Errors of the servers for a refresh token that is not valid."""
_TEMPORARY = (NetworkError, ServerError, RateLimitError, DecodeError, StoreError)


class OAuthSource(TokenSource):
    """The tokens of the user who has signed in on a server.

    Tokens that expire are renewed. GitHub and GitLab give a new refresh token each time and accept the old one no
    longer, so one renewal runs at a time: among all threads and processes that share the store. The new tokens are
    stored before they are used.

    Args:
        store: Where the sign-in is stored.
        provider: The provider.
        base_url: Base URL of the API of a self-hosted server. None for the provider's public server.

    Raises:
        ConfigurationError: ``base_url`` is no URL.
    """

    def __init__(self, store: SignInStore, provider: ProviderType, base_url: str | None = None) -> None:
        self._server: str = web_origin(provider, base_url)
        super().__init__(api_origin(provider, self._server))
        self.provider = provider  # type: ignore[misc]  # one class serves both providers
        self._store = store
        self._account: Account | None = None
        self._unsaved: tuple[SignIn, SignIn] | None = None

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"sign-in on {self._host}"

    @property
    def _host(self) -> str:
        return self._server.partition("://")[2]

    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return the user who has signed in.

        Raises:
            AuthError: Nobody has signed in on the server (``not_signed_in``).
            StoreError: The store cannot be used.
        """
        if self._account is None:
            self._account = _account(await self._stored())
        return (self._account,)

    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return the access token, renewed if it expires soon or was refused.

        Raises:
            AuthError: The sign-in is not valid any more (``sign_in_again``, ``not_signed_in``), another user has
                signed in (``account_changed``), or the server does not accept the application (``wrong_client``).
            ServerError: The server failed. Temporary: the refresh token is kept.
            DecodeError: The server has sent a token that cannot be sent back. Temporary: the refresh token is kept.
            NetworkError: There was no response. Temporary.
            StoreError: The store cannot be used.
        """
        found = await self._current(account)
        if _is_due(found, local_now(exchange), refused):
            found = await self._renewed(exchange, account, refused)
        if not _is_usable(found):
            raise DecodeError(f"the token that {self._host} has sent has characters that no token has", self.provider)
        return AccessToken(found.access_token, found.expires_at)

    def header(self, token: str) -> tuple[str, str] | None:
        """Return the header that carries a token: GitLab reads those of OAuth from ``Authorization`` only."""
        return ("authorization", f"Bearer {token}") if self.provider is ProviderType.GITLAB else None

    async def _renewed(self, exchange: Exchange, account: Account, refused: str | None) -> SignIn:
        async with locked(self._store) as lock:
            await self._save_unsaved()
            found = await self._current(account)  # another process may have renewed it
            if not _is_due(found, local_now(exchange), refused):
                return found
            try:
                renewed = await refresh(exchange, found)
            except _TEMPORARY:
                if refused != found.access_token and not _has_expired(found, local_now(exchange)):
                    return found  # valid for a while
                raise
            self._unsaved = (found, renewed)
            # A caller that is cancelled does not stop it: the server no longer accepts the old refresh token.
            writing = asyncio.get_running_loop().run_in_executor(None, self._save, lock.share())
            await asyncio.shield(writing)
            return renewed

    def _save(self, lock: FileLock) -> None:
        try:
            if self._unsaved is not None:
                self._store.write_locked(self._unsaved[1])
                self._unsaved = None
        finally:
            lock.release()

    async def _save_unsaved(self) -> None:
        """Store what could not be stored before, unless the user has signed in again. The caller has the lock."""
        if self._unsaved is None:
            return
        old, new = self._unsaved
        stored = await asyncio.to_thread(self._store.read, self._server)
        if stored is not None and stored.refresh_token == old.refresh_token:
            await asyncio.to_thread(self._store.write_locked, new)
        self._unsaved = None

    async def _current(self, account: Account) -> SignIn:
        found = await self._stored()
        if found.login != account.login:
            self._account = None
            raise AuthError(
                f"another user has signed in on {self._host}; call again to use that account",
                self.provider,
                code="account_changed",
            )
        return found

    async def _stored(self) -> SignIn:
        found = await asyncio.to_thread(self._store.read, self._server)
        if found is not None and found.provider is self.provider:
            return found
        self._account = None
        raise AuthError(
            f"not signed in on {self._host}; run: {_command(self.provider, self._host)}",
            self.provider,
            code="not_signed_in",
        )


async def refresh(exchange: Exchange, sign_in: SignIn) -> SignIn:
    """Return a sign-in with new tokens. The old refresh token is not valid afterwards; the caller stores the new one.

    Raises:
        AuthError: The refresh token is not valid (``sign_in_again``), or the server does not accept the application
            (``wrong_client``).
        ServerError: The server failed. Temporary.
        NetworkError: There was no response. Temporary.
    """
    provider, url = sign_in.provider, token_url(sign_in.provider, sign_in.server)
    if sign_in.refresh_token is None:
        raise _again(sign_in, "the server refuses its token, which cannot be renewed", None)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": sign_in.refresh_token,
        "client_id": sign_in.client_id,
        "client_secret": sign_in.client_secret,
    }
    status, values = await post_form(exchange, provider, url, form)
    now = local_now(exchange)
    found = sign_in_of(values, now, provider, sign_in.server, sign_in.client_id, scopes=sign_in.scopes)
    if found is None:
        if values.get("error") in _SPENT:
            reason = (
                "its refresh token was revoked or has expired, or a process was killed while it renewed the token "
                f"({values['error']})"
            )
            raise _again(sign_in, reason, status)
        raise refusal(provider, status, values, form, url)
    kept = found.refresh_token or sign_in.refresh_token
    kept_until = found.refresh_expires_at if found.refresh_token else sign_in.refresh_expires_at
    return replace(
        found,
        refresh_token=kept,
        refresh_expires_at=kept_until,
        login=sign_in.login,
        client_secret=sign_in.client_secret,
    )


def _again(sign_in: SignIn, reason: str, status: int | None) -> GitFleetError:
    who = f" of {sign_in.login}" if sign_in.login else ""
    return AuthError(
        f"the sign-in{who} on {sign_in.host} is not valid any more: {reason}; "
        f"sign in again: {_command(sign_in.provider, sign_in.host)}",
        sign_in.provider,
        status=status,
        code="sign_in_again",
    )


def _command(provider: ProviderType, host: str) -> str:
    public = {ProviderType.GITHUB: "github.com", ProviderType.GITLAB: "gitlab.com"}[provider]
    return f"gitfleet auth login {provider.value}" + ("" if host == public else f" --hostname {host}")


def _account(sign_in: SignIn) -> Account:
    who = sign_in.login or "unknown user"
    return Account(f"{sign_in.server} {who}", f"{who} on {sign_in.host}", None, sign_in.login)


def _is_due(sign_in: SignIn, now: float, refused: str | None) -> bool:
    if sign_in.access_token == refused or (sign_in.refresh_token is not None and not _is_usable(sign_in)):
        return True
    if sign_in.expires_at is None:
        return False
    if sign_in.refresh_token is None:
        return _has_expired(sign_in, now)
    life = max(0.0, sign_in.expires_at - sign_in.obtained_at)
    return now >= sign_in.expires_at - min(_LONGEST_EARLY, life * _EARLY)


def _has_expired(sign_in: SignIn, now: float) -> bool:
    return sign_in.expires_at is not None and now >= sign_in.expires_at


def _is_usable(sign_in: SignIn) -> bool:
    """Return whether the token can be sent in a header."""
    try:
        check_token(sign_in.access_token)
    except ConfigurationError:
        return False
    return True
