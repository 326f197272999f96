"""Signing in: sources of tokens, sign-ins by OAuth and their stores, found credentials.

Every ``token=`` takes a :class:`TokenSource`. Each name is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitfleet_api import auth

if TYPE_CHECKING:
    from gitfleet_api.auth import (
        CREDENTIAL_SOURCES,
        AccessToken,
        Account,
        CredentialKind,
        CredentialSource,
        CredentialWarning,
        DeviceCode,
        Exchange,
        FileStore,
        FoundCredentials,
        GitHubApp,
        Installation,
        KeyringStore,
        LoopbackSignIn,
        OAuthSource,
        SignIn,
        SignInClient,
        SignInStore,
        StoreError,
        TokenSource,
        api_origin,
        config_folder,
        credentials_at,
        exchange_for,
        find_credentials,
        finish_device,
        revoke,
        search_credentials,
        sign_in_path,
        start_device,
        web_origin,
    )

__all__ = [
    "CREDENTIAL_SOURCES",
    "AccessToken",
    "Account",
    "CredentialKind",
    "CredentialSource",
    "CredentialWarning",
    "DeviceCode",
    "Exchange",
    "FileStore",
    "FoundCredentials",
    "GitHubApp",
    "Installation",
    "KeyringStore",
    "LoopbackSignIn",
    "OAuthSource",
    "SignIn",
    "SignInClient",
    "SignInStore",
    "StoreError",
    "TokenSource",
    "api_origin",
    "config_folder",
    "credentials_at",
    "exchange_for",
    "find_credentials",
    "finish_device",
    "revoke",
    "search_credentials",
    "sign_in_path",
    "start_device",
    "web_origin",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(auth, name)
        return found
