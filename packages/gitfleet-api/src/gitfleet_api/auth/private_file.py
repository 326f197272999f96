"""PrivateFile: a small file that only the user may read, replaced as a whole."""

from __future__ import annotations

import os
import secrets
import shlex
import stat
from contextlib import suppress
from pathlib import Path

from .._internal.redacted import RedactedBytes
from .locked_store import StoreError

__all__ = ["PrivateFile"]

_LARGEST = 1 << 20
"""Bytes of a file at most: a sign-in has less than 1 KiB."""


class PrivateFile:
    """A file with mode 0600.

    A write creates a new file in the same folder and renames it, so a process that is killed leaves either the old
    content or the new one.

    Args:
        path: Path of the file. The file that a link names is replaced, not the link.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(os.path.realpath(path))

    @property
    def name(self) -> str:
        """The file in messages."""
        return f"the file {self.path}"

    def read(self) -> RedactedBytes | None:
        """Return the content. None if there is no file.

        Raises:
            StoreError: Others may read or write the file, or it cannot be read.
        """
        try:
            file = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {self.name}: {error.strerror or error}") from None
        try:
            self._check(os.fstat(file))
            with os.fdopen(file, "rb", closefd=False) as stream:
                return RedactedBytes(stream.read(_LARGEST))
        finally:
            os.close(file)

    def _check(self, state: os.stat_result) -> None:
        """Raise if others may read or write the file."""
        if os.name == "nt":  # the user's profile is private there, and modes mean nothing
            return
        quoted = shlex.quote(str(self.path))
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

    def write(self, content: RedactedBytes) -> None:
        """Replace the content. The caller has the lock of the store.

        Raises:
            StoreError: The file cannot be written.
        """
        folder, prefix = self.path.parent, f".{self.path.name}."
        try:
            for left in folder.glob(f"{prefix}*.tmp"):  # of a process that was killed: the caller has the lock
                left.unlink(missing_ok=True)
            new = folder / f"{prefix}{secrets.token_hex(8)}.tmp"
            try:
                _write_new(new, content)
                os.replace(new, self.path)  # noqa: PTH105  named so in documentation
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
