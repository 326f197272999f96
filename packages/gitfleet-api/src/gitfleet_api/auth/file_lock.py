"""FileLock: a lock file, for threads and processes."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from .._internal.at_fork import renew_after_fork

__all__ = ["FileLock"]


class FileLock:
    """A lock that this process has acquired. The system releases it if the process is killed.

    Another thread than the one that acquired it may release it.
    """

    __slots__ = ("__weakref__", "_file", "_guard", "_users")

    def __init__(self, file: int) -> None:
        self._file: int | None = file
        self._users = 1
        self._guard = threading.Lock()
        renew_after_fork(self)

    @classmethod
    def acquire(cls, path: Path) -> FileLock | None:
        """Return the lock, or None if another thread or process has it. Does not wait.

        Raises:
            OSError: The lock file cannot be opened.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Each call opens the file: locks of flock belong to what was opened, so they exclude threads as well.
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            is_ours = _try_lock(file)
        except BaseException:
            os.close(file)
            raise
        if not is_ours:
            os.close(file)
            return None
        return cls(file)

    def share(self) -> FileLock:
        """Return the same lock for another user, who releases it as well: the last one frees it."""
        with self._guard:
            self._users += 1
        return self

    def release(self) -> None:
        """Release the lock. Called once for the acquisition, and once for each :meth:`share`."""
        with self._guard:
            self._users -= 1
            if self._users > 0:
                return
            file, self._file = self._file, None
        self._close(file)

    @staticmethod
    def _close(file: int | None) -> None:
        if file is not None:
            try:
                _unlock(file)
            finally:
                os.close(file)

    def _after_fork(self) -> None:
        """Close the file in a forked child, without releasing the parent's lock."""
        self._guard = threading.Lock()
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __del__(self) -> None:
        file, self._file = self._file, None
        self._close(file)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
