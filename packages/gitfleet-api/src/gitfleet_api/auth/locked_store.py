"""LockedStore: files of secrets that one thread of one process changes at a time."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ..errors import GitFleetError
from .file_lock import FileLock

__all__ = ["LockedStore", "StoreError", "locked"]

_WAIT = 60.0
"""Seconds to wait for the lock of a store. A renewal sends one request while it has the lock."""
_STEP = 0.02
_LONGEST_STEP = 0.25


class StoreError(GitFleetError):
    """A store of sign-ins or tokens cannot be used. Nothing was overwritten.

    ``code`` is ``store_unsafe`` (others may read or write the file), ``store_damaged``, ``store_in_use`` (another
    process has locked it for too long) or ``store_failed`` (the system reported an error).
    """

    default_code = "store_failed"


class LockedStore(ABC):
    """Secrets that threads and processes share. The methods block."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Where the secrets are, for messages."""

    @property
    @abstractmethod
    def lock_path(self) -> Path:
        """Path of the lock file."""

    def try_lock(self) -> FileLock | None:
        """Return the lock, or None if another thread or process has it.

        Raises:
            StoreError: The lock file cannot be opened.
        """
        try:
            return FileLock.acquire(self.lock_path)
        except OSError as error:
            raise StoreError(f"cannot lock {self.name}: {error.strerror or error}: {self.lock_path}") from None

    @contextmanager
    def lock(self, timeout: float = _WAIT) -> Iterator[None]:
        """Have the lock for a block: others neither write nor renew.

        Args:
            timeout: Seconds to wait for it.

        Raises:
            StoreError: It was not released in time.
        """
        end, step = time.monotonic() + timeout, _STEP
        while (lock := self.try_lock()) is None:
            if time.monotonic() >= end:
                raise self._in_use(timeout)
            time.sleep(step)
            step = min(_LONGEST_STEP, step * 2)
        try:
            yield
        finally:
            lock.release()

    def _in_use(self, timeout: float) -> StoreError:
        return StoreError(f"another process has locked {self.name} for {timeout:.0f} seconds", code="store_in_use")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


@asynccontextmanager
async def locked(store: LockedStore, timeout: float = _WAIT) -> AsyncIterator[FileLock]:
    """Have the lock of a store for a block, without blocking the event loop.

    Raises:
        StoreError: It was not released in time.
    """
    end, step = time.monotonic() + timeout, _STEP
    while (lock := await asyncio.to_thread(store.try_lock)) is None:
        if time.monotonic() >= end:
            raise store._in_use(timeout)  # noqa: SLF001  the same module
        await asyncio.sleep(step)
        step = min(_LONGEST_STEP, step * 2)
    try:
        yield lock
    finally:
        lock.release()
