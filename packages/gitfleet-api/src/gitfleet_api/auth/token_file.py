"""FileStore: sign-ins in one JSON file that only the user may read."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._internal.redacted import RedactedBytes
from ..errors import ConfigurationError
from .config_files import sign_in_path
from .sign_in import SignIn, hide_texts, sign_in_from, sign_in_json
from .store import SignInStore, StoreError

__all__ = ["FileStore"]

_VERSION = 1
_LARGEST = 1 << 20
"""Bytes of a file at most: a sign-in has less than 1 KiB."""


class FileStore(SignInStore):
    """Sign-ins in a JSON file with mode 0600.

    A write creates a new file in the same folder and renames it, so a process that is killed leaves either the old
    content or the new one.

    Args:
        path: Path of the file. None for :func:`sign_in_path`.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        # A link stays: the file that it names is replaced.
        self._path = Path(os.path.realpath(sign_in_path() if path is None else path))

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self._path

    @property
    def name(self) -> str:
        """Where the sign-ins are, for messages."""
        return f"the file {self._path}"

    @property
    def lock_path(self) -> Path:
        """Path of the lock file, beside the file."""
        return self._path.with_name(self._path.name + ".lock")

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
        content = self._content()
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

    def _content(self) -> RedactedBytes | None:
        try:
            file = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {self.name}: {error.strerror or error}") from None
        with os.fdopen(file, "rb") as stream:
            self._check(os.fstat(file))
            return RedactedBytes(stream.read(_LARGEST))

    def _check(self, state: os.stat_result) -> None:
        """Raise if others may read or write the file."""
        if os.name == "nt":  # the user's profile is private there, and modes mean nothing
            return
        quoted = shlex.quote(str(self._path))
        if not stat.S_ISREG(state.st_mode):
            raise StoreError(f"{self.name} is not a regular file", code="store_unsafe")
        if state.st_uid != os.geteuid():
            raise StoreError(
                f"{self.name} belongs to another user; run: sudo chown {os.geteuid()} {quoted}", code="store_unsafe"
            )
        if state.st_mode & 0o077:
            raise StoreError(
                f"others may read or write {self.name} (mode {stat.S_IMODE(state.st_mode):04o}); "
                f"run: chmod 600 {quoted}",
                code="store_unsafe",
            )

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
        content = RedactedBytes(json.dumps({"version": _VERSION, "sign_ins": sign_ins}, indent=2).encode())
        folder, prefix = self._path.parent, f".{self._path.name}."
        try:
            for left in folder.glob(f"{prefix}*.tmp"):  # of a process that was killed: the caller has the lock
                left.unlink(missing_ok=True)
            new = folder / f"{prefix}{secrets.token_hex(8)}.tmp"
            try:
                _write_new(new, content)
                os.replace(new, self._path)  # noqa: PTH105  named so in documentation
            except BaseException:
                new.unlink(missing_ok=True)
                raise
            _sync_folder(folder)
        except OSError as error:
            raise StoreError(f"cannot write {self.name}: {error.strerror or error}") from None


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename durable, where the system can."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # some file systems refuse it
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
