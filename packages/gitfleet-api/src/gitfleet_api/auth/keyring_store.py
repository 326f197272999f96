"""KeyringStore: sign-ins in the keyring of the system. Needs the extra ``keyring``."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from .._internal.redacted import RedactedStr
from ..errors import ConfigurationError
from .config_files import sign_in_path
from .sign_in import SignIn, hide_texts, sign_in_from, sign_in_json
from .store import SignInStore, StoreError

__all__ = ["KeyringStore"]

_SERVICE = "gitfleet"
_INDEX = "servers"
"""Name of the entry that lists the servers: keyrings cannot list entries."""


class KeyringStore(SignInStore):
    """Sign-ins in the keyring of the system (macOS Keychain, Windows Credential Locker, Secret Service, KWallet).

    Args:
        lock_path: Path of the lock file; keyrings have no locks. None for one in the folder of GitFleet's
            configuration.

    Raises:
        ConfigurationError: The package ``keyring`` is not installed (``keyring_missing``).
    """

    def __init__(self, lock_path: str | os.PathLike[str] | None = None) -> None:
        self._lock_path = sign_in_path().with_name("keyring.lock") if lock_path is None else Path(lock_path)
        try:
            self._keyring: Any = import_module("keyring")
        except ImportError:
            raise ConfigurationError(
                "the system keyring needs an extra: pip install 'gitfleet[keyring]'", code="keyring_missing"
            ) from None

    @property
    def name(self) -> str:
        """Where the sign-ins are, for messages."""
        return "the system keyring"

    @property
    def lock_path(self) -> Path:
        """Path of the lock file."""
        return self._lock_path

    def read(self, server: str) -> SignIn | None:
        """Return the sign-in on a server, or None.

        Raises:
            StoreError: The keyring refuses, or the entry is damaged.
        """
        text = self._ask("get_password", server)
        if text is None:
            return None
        with suppress(ConfigurationError, ValueError, RecursionError):
            return sign_in_from(json.loads(text, object_hook=hide_texts))
        raise StoreError(
            f"the sign-in on {server} in {self.name} is damaged, and nothing was changed; "
            "remove it and sign in again: gitfleet auth login",
            code="store_damaged",
        )

    def all(self) -> list[SignIn]:
        """Return all sign-ins, sorted by server.

        Raises:
            StoreError: The keyring refuses, or an entry is damaged.
        """
        found = [self.read(server) for server in self._servers()]
        return [sign_in for sign_in in found if sign_in is not None]

    def write_locked(self, sign_in: SignIn) -> None:
        """Replace the sign-in on its server. The caller has the lock.

        Raises:
            StoreError: The keyring refuses.
        """
        servers = self._servers()
        if sign_in.server not in servers:  # first: what is not listed could not be removed
            self._ask("set_password", _INDEX, json.dumps(sorted([*servers, sign_in.server])))
        self._ask("set_password", sign_in.server, RedactedStr(json.dumps(sign_in_json(sign_in))))

    def remove_locked(self, server: str) -> bool:
        """Remove the sign-in on a server, and return whether there was one. The caller has the lock.

        Raises:
            StoreError: The keyring refuses.
        """
        is_stored = self._ask("get_password", server) is not None
        if is_stored:
            self._ask("delete_password", server)
        servers = self._servers()
        if server in servers:
            self._ask("set_password", _INDEX, json.dumps([name for name in servers if name != server]))
        return is_stored

    def _servers(self) -> list[str]:
        text = self._ask("get_password", _INDEX)
        try:
            names = json.loads(text or "[]")
        except ValueError:
            names = None
        if not isinstance(names, list):
            raise StoreError(f"the list of servers in {self.name} is damaged", code="store_damaged")
        return sorted(str(name) for name in names)

    def _ask(self, method: str, *arguments: str) -> Any:
        problem: str
        try:
            found = getattr(self._keyring, method)(_SERVICE, *(str(item) for item in arguments))
            return RedactedStr(found) if isinstance(found, str) else found
        except Exception as error:  # noqa: BLE001  each backend has its own kinds; texts could show what was stored
            problem = type(error).__name__
        raise StoreError(
            f"{self.name} refuses ({problem}); unlock it, or use the file {sign_in_path()}", code="store_failed"
        )
