"""FileStore: sign-ins in one JSON file that only the user may read."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._internal.redacted import RedactedBytes
from ..errors import ConfigurationError
from .config_files import sign_in_path
from .locked_store import StoreError
from .private_file import PrivateFile
from .sign_in import SignIn, hide_texts, sign_in_from, sign_in_json
from .store import SignInStore

__all__ = ["FileStore"]

_VERSION = 1


class FileStore(SignInStore):
    """Sign-ins in a JSON file with mode 0600.

    A write creates a new file in the same folder and renames it, so a process that is killed leaves either the old
    content or the new one.

    Args:
        path: Path of the file. None for :func:`sign_in_path`.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._file = PrivateFile(sign_in_path() if path is None else path)

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self._file.path

    @property
    def name(self) -> str:
        """Where the sign-ins are, for messages."""
        return self._file.name

    @property
    def lock_path(self) -> Path:
        """Path of the lock file, beside the file."""
        return self.path.with_name(self.path.name + ".lock")

    def read(self, server: str) -> SignIn | None:
        """Return the sign-in on a server, or None.

        Raises:
            StoreError: Others may read or write the file, it is damaged, or it cannot be read.
        """
        values = self._load().get(server)
        return None if values is None else self._sign_in(values)

    def all(self) -> list[SignIn]:
        """Return all sign-ins, sorted by server.

        Raises:
            StoreError: Others may read or write the file, it is damaged, or it cannot be read.
        """
        return [self._sign_in(values) for _, values in sorted(self._load().items())]

    def write_locked(self, sign_in: SignIn) -> None:
        """Replace the sign-in on its server. The caller has the lock.

        Raises:
            StoreError: The file cannot be used or written.
        """
        self._save(self._load() | {sign_in.server: sign_in_json(sign_in)})

    def remove_locked(self, server: str) -> bool:
        """Remove the sign-in on a server, and return whether there was one. The caller has the lock.

        Raises:
            StoreError: The file cannot be used or written.
        """
        known = self._load()
        if known.pop(server, None) is None:
            return False
        self._save(known)
        return True

    def _load(self) -> dict[str, Any]:
        content = self._file.read()
        if content is None:
            return {}
        with suppress(ValueError, RecursionError):
            document = json.loads(content, object_hook=hide_texts)
            if isinstance(document, dict) and isinstance(document.get("sign_ins"), dict):
                if document.get("version") == _VERSION:
                    found: dict[str, Any] = document["sign_ins"]
                    return found
                raise StoreError(f"{self.name} was written by another version of GitFleet", code="store_damaged")
        raise self._damaged()

    def _sign_in(self, values: Any) -> SignIn:
        try:
            return sign_in_from(values)
        except ConfigurationError:
            raise self._damaged() from None

    def _damaged(self) -> StoreError:
        return StoreError(
            f"{self.name} is damaged, and nothing was changed; move it away and sign in again: gitfleet auth login",
            code="store_damaged",
        )

    def _save(self, sign_ins: dict[str, Any]) -> None:
        document = {"version": _VERSION, "sign_ins": sign_ins}
        self._file.write(RedactedBytes(json.dumps(document, indent=2).encode()))
