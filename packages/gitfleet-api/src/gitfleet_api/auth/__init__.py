"""Signing in: sources of tokens. Everything that takes ``token=`` takes a :class:`TokenSource`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .account import AccessToken, Account
from .source import Exchange, TokenSource

if TYPE_CHECKING:
    from .config_files import config_folder, sign_in_path
    from .exchanging import SignInClient, exchange_for
    from .found import (
        CREDENTIAL_SOURCES,
        CredentialKind,
        CredentialSource,
        CredentialWarning,
        FoundCredentials,
        credentials_at,
        find_credentials,
        search_credentials,
    )
    from .github_app import GitHubApp
    from .installation import Installation
    from .keyring_store import KeyringStore
    from .oauth_device import DeviceCode, finish_device, start_device
    from .oauth_loopback import LoopbackSignIn
    from .oauth_refresh import OAuthSource
    from .oauth_revoke import revoke
    from .sign_in import SignIn, api_origin, web_origin
    from .store import SignInStore, StoreError
    from .token_file import FileStore

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

if not TYPE_CHECKING:  # each is imported when it is first used: clients need none of them
    _MODULES = {
        "config_files": ("config_folder", "sign_in_path"),
        "exchanging": ("SignInClient", "exchange_for"),
        "found": (
            "CREDENTIAL_SOURCES",
            "CredentialKind",
            "CredentialSource",
            "CredentialWarning",
            "FoundCredentials",
            "credentials_at",
            "find_credentials",
            "search_credentials",
        ),
        "github_app": ("GitHubApp",),
        "installation": ("Installation",),
        "keyring_store": ("KeyringStore",),
        "oauth_device": ("DeviceCode", "finish_device", "start_device"),
        "oauth_loopback": ("LoopbackSignIn",),
        "oauth_refresh": ("OAuthSource",),
        "oauth_revoke": ("revoke",),
        "sign_in": ("SignIn", "api_origin", "web_origin"),
        "store": ("SignInStore", "StoreError"),
        "token_file": ("FileStore",),
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found
