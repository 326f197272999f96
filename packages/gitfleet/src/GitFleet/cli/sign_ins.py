"""Signing in and out: the flows of ``gitfleet auth login`` and ``logout``."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gitfleet_api import AuthError, ConfigurationError, GitFleetError, GitProviderClient, ProviderType
from gitfleet_api.auth import (
    AccessToken,
    FileStore,
    KeyringStore,
    LoopbackSignIn,
    SignIn,
    SignInStore,
    exchange_for,
    finish_device,
    revoke,
    start_device,
    web_origin,
)
from gitfleet_api.auth.found.stored import stores

from .exit_codes import CommandError, ExitCode
from .hosts import url_from_environment, url_of_host
from .stderr import print_message
from .text_files import BYTE_ORDER_MARK, read_text
from .token_states import header_of, token_state

__all__ = ["LoginOptions", "api_url", "client_without_token", "log_in", "log_out"]

_NO_CLIENT = "none"
"""Client id of a sign-in whose token the user has given."""
_SCOPES = {ProviderType.GITHUB: ("repo", "read:org"), ProviderType.GITLAB: ("read_api",)}


@dataclass(frozen=True, slots=True)
class LoginOptions:
    """The options of ``gitfleet auth login``. The attributes have the names of the options."""

    client_id: str | None
    scopes: str | None
    device: bool
    port: int
    no_browser: bool
    with_token: bool
    keyring: bool


def api_url(provider: ProviderType, hostname: str | None) -> str | None:
    """Return the API root of --hostname, or else of the environment; None for the public server.

    Raises:
        CommandError: it is no host.
    """
    try:
        url = url_from_environment(provider) if hostname is None else url_of_host(provider, hostname)
        web_origin(provider, url)
    except (ValueError, ConfigurationError) as error:
        raise CommandError(f"the host of {provider}: {str(error).replace('base_url', 'it')}") from None
    return url


def client_without_token(provider: ProviderType, url: str | None) -> GitProviderClient:
    """Return a client without a token.

    Raises:
        ConfigurationError: the URL is none.
    """
    from gitfleet_api.providers import GitHubClient, GitLabClient

    return (GitHubClient if provider is ProviderType.GITHUB else GitLabClient)(base_url=url)


async def log_in(provider: ProviderType, url: str | None, options: LoginOptions) -> str:
    """Sign in on a server, store the sign-in, and return the line to print.

    Raises:
        CommandError: an option is missing, or a person is needed and there is none.
        GitFleetError: the server refuses, or the sign-in cannot be stored.
    """
    store: SignInStore = KeyringStore() if options.keyring else FileStore()
    token = _read_token() if options.with_token else None
    if token is None:
        _check_person()
    async with client_without_token(provider, url) as client:
        if token is not None:
            found = await _with_token(client, provider, token)
        else:
            client_id = _client_id(options, web_origin(provider, client.base_url))
            scopes = _scopes(options, provider)
            if provider is ProviderType.GITHUB or options.device:
                found = await _by_device(client, client_id, scopes)
            else:
                found = await _by_browser(client, client_id, scopes, options)
    await asyncio.to_thread(store.write, found)
    return f"signed in on {found.host} as {found.login or 'unknown user'}; stored in {store.name}"


async def log_out(provider: ProviderType, url: str | None) -> list[str]:
    """Revoke the sign-in on a server, remove it from the stores, and return lines to print.

    Raises:
        CommandError: there is none.
        StoreError: a store cannot be used.
    """
    server = web_origin(provider, url)
    lines = []
    for store in stores():
        found = await asyncio.to_thread(store.read, server)
        if found is None or found.provider is not provider:
            continue
        note = await _revoke(found, url)
        await asyncio.to_thread(store.remove, server)
        lines.append(f"removed the sign-in on {found.host} from {store.name}; {note}")
    if not lines:
        raise CommandError(f"not signed in on {server.partition('://')[2]}", ExitCode.DENIED)
    return lines


async def _revoke(found: SignIn, url: str | None) -> str:
    if found.client_id == _NO_CLIENT:
        return "the token stays valid on the server"
    try:
        async with client_without_token(found.provider, url) as client:
            is_revoked = await revoke(client, found)
    except GitFleetError as error:
        return f"the server has not revoked it: {error}"
    return "the server has revoked it" if is_revoked else "revoke it in your settings on the server"


def _check_person() -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
        if os.environ.get(name, "").lower() not in ("", "0", "false"):
            raise CommandError(
                f"a sign-in needs a person, and this is a job ({name} is set): set GITHUB_TOKEN or GITLAB_TOKEN, "
                "or use --with-token"
            )


def _client_id(options: LoginOptions, server: str) -> str:
    if not options.client_id:
        raise CommandError(
            "GitFleet has no registered OAuth application"
            f": register one on {server} and give its id with --client-id or GITFLEET_CLIENT_ID, or use --with-token"
        )
    return options.client_id


def _scopes(options: LoginOptions, provider: ProviderType) -> Sequence[str]:
    return _SCOPES[provider] if options.scopes is None else options.scopes.replace(",", " ").split()


async def _by_device(client: GitProviderClient, client_id: str, scopes: Sequence[str]) -> SignIn:
    secret = os.environ.get("GITFLEET_CLIENT_SECRET") or None
    code = await start_device(client, client_id, scopes, client_secret=secret)
    minutes = max(1, round((code.expires_at - time.time()) / 60))
    print_message(f"open {code.verification_url} and enter the code {code.user_code} within {minutes} minutes")
    return await finish_device(client, code)


async def _by_browser(
    client: GitProviderClient, client_id: str, scopes: Sequence[str], options: LoginOptions
) -> SignIn:
    secret = os.environ.get("GITFLEET_CLIENT_SECRET") or None
    async with LoopbackSignIn(client, client_id, scopes, port=options.port, client_secret=secret) as flow:
        print_message(f"open {flow.url}")
        if not options.no_browser:
            import webbrowser

            # A browser in the terminal ends when the user leaves it.
            threading.Thread(target=webbrowser.open, args=(flow.url,), daemon=True).start()
        return await flow.finish()


async def _with_token(client: GitProviderClient, provider: ProviderType, token: str) -> SignIn:
    header = header_of(provider, "bearer", token)
    state = await token_state(exchange_for(client), provider, "bearer", header)
    server = web_origin(provider, client.base_url)
    if not state.accepted:
        raise AuthError(f"{server} does not accept the token: {state.problem}", provider, status=401)
    return SignIn(
        provider,
        server,
        _NO_CLIENT,
        token,
        expires_at=None if state.expires_at is None else state.expires_at.timestamp(),
        obtained_at=time.time(),
        login=state.login,
        scopes=state.scopes or (),
    )


def _read_token() -> str:
    try:
        text = read_text("-").strip(f" \t\r\n{BYTE_ORDER_MARK}")
        return AccessToken(text).token
    except (OSError, ValueError, ConfigurationError) as error:
        reason = error if isinstance(error, ConfigurationError) else "it is not text"
        raise CommandError(f"cannot read a token from stdin: {reason}") from None
