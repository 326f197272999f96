"""The sign-in of ``gitfleet auth login``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...errors import ConfigurationError
from ..config_files import sign_in_path
from ..oauth_refresh import OAuthSource
from ..store import SignInStore, StoreError
from ..token_file import FileStore
from .credentials import FoundCredentials
from .server import Server

__all__ = ["find", "stores"]


def stores() -> Iterator[SignInStore]:
    """Yield the stores that may have a sign-in: the file, and the keyring if something was stored in it.

    Raises:
        ConfigurationError: The package ``keyring`` is not installed, but a sign-in was stored in the keyring.
    """
    yield FileStore()
    if sign_in_path().with_name("keyring.lock").exists():  # others get no question to unlock their keyring
        from ..keyring_store import KeyringStore

        yield KeyringStore()


def find(server: Server, warn: Callable[[str], None]) -> FoundCredentials | None:
    """Return the stored sign-in, whose token is renewed when it expires."""
    try:
        for store in stores():
            found = store.read(server.web)
            if found is not None and found.provider is server.provider:
                source = OAuthSource(store, server.provider, server.web)
                return FoundCredentials(server, "gitfleet", store.name, login=found.login, kind="bearer", stored=source)
    except (StoreError, ConfigurationError) as error:
        warn(str(error))
    return None
