"""The lock of a file: one process uses it at a time."""

from __future__ import annotations

import json
import os
import platform
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gitfleet_api import GitFleetError

from .kind import FileKind

__all__ = ["FileLock"]

_MOST = 500
"""Bytes that are read of what the owner of a lock wrote."""
_LOCKED_BYTE = 1 << 30
"""Windows prevents other processes from reading locked bytes, so the locked one is behind the text."""
_in_use: set[Path] = set()
_guard = threading.Lock()


def _after_fork() -> None:
    """Let the child use files of its parent when the parent has ended: their locks are not its own."""
    global _guard  # noqa: PLW0603
    _guard = threading.Lock()  # another thread of the parent may have held the old one
    _in_use.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class FileLock:
    """An operating system's lock on a file beside the one to lock. It ends with the process, also after ``kill -9``.

    The lock belongs to the process, not to the open file: a forked child that survives does not keep it. Within one
    process it is a set of paths.

    Args:
        kind: Kind of the file.
        locked: Its absolute path, without symbolic links.
    """

    def __init__(self, kind: FileKind, locked: Path) -> None:
        self._kind = kind
        self._locked = locked
        self._path = locked.with_name(f"{locked.name}.lock")
        self._file: int | None = None
        self._is_mine = False
        self._process = os.getpid()

    def acquire(self) -> None:
        """Lock the file.

        Raises:
            GitFleetError: It is in use.
            OSError: The file beside it cannot be written.
        """
        with _guard:
            if self._locked in _in_use:
                raise self._error("this process")
            _in_use.add(self._locked)
            self._is_mine = True
        try:
            self._file = self._lock()
            os.ftruncate(self._file, 0)
            os.write(self._file, _owner().encode())
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Unlock the file. Does nothing if another lock has it, or the process is a forked child."""
        if self._process != os.getpid():
            return
        if self._file is not None:
            if sys.platform != "win32":  # there a file that is open cannot be removed
                with suppress(OSError):
                    self._path.unlink()
            os.close(self._file)
            self._file = None
        with _guard:
            if self._is_mine:
                _in_use.discard(self._locked)
            self._is_mine = False

    def _lock(self) -> int:
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock_or_raise(file)
            except OSError:
                owner = os.read(file, _MOST)
                os.close(file)
                raise self._error(_named(owner)) from None
            if sys.platform == "win32":
                return file
            # Its last owner may have removed it since it was opened.
            with suppress(FileNotFoundError):
                if os.path.samestat(self._path.stat(), os.fstat(file)):
                    return file
            os.close(file)

    def _error(self, owner: str) -> GitFleetError:
        text = f"the {self._kind.noun} {self._locked} is in use by {owner}; wait until it ends"
        return self._kind.error(text, "in_use")


def _owner() -> str:
    # The command is not in it, because it may contain a token.
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": platform.node(), "started": now})


def _named(owner: bytes) -> str:
    try:
        text = json.loads(owner)
        return f"process {text['pid']} on {text['host']}, since {text['started']}"
    except (ValueError, TypeError, KeyError):  # it has not written it yet
        return "another process"


if sys.platform == "win32":
    import msvcrt

    def _lock_or_raise(file: int) -> None:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock_or_raise(file: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
