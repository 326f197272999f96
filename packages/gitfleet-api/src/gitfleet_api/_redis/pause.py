"""Pauses after failures: a server that is away is not asked all the time, and not every call waits for it."""

from __future__ import annotations

import time
from threading import Lock

__all__ = ["Pause"]

_FIRST = 1.0
_LONGEST = 60.0
"""Seconds of a pause. Each is twice as long as the one before."""


class Pause:
    """Whether something that failed may be tried again. After a pause one caller tries; if that fails, the next begins.

    Args:
        patience: Seconds after which an attempt that has not ended no longer keeps others from trying.
    """

    __slots__ = ("_lock", "_patience", "_probes", "_resume", "_seconds")

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = Lock()
        self._resume = self._seconds = 0.0
        self._probes = False

    def may_try(self) -> bool:
        """Return whether to try now. :meth:`fail` or :meth:`succeed` should follow."""
        if not self._seconds:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._resume:
                return False
            self._resume, self._probes = now + self._patience, True
            return True

    def fail(self) -> None:
        """Begin a pause. Failures of attempts that began before it do not make it longer."""
        with self._lock:
            now = time.monotonic()
            if self._seconds and not self._probes and now < self._resume:
                return
            self._seconds = min(max(_FIRST, self._seconds * 2), _LONGEST)
            self._resume, self._probes = now + self._seconds, False

    def succeed(self) -> None:
        """End the pause."""
        if self._seconds:
            with self._lock:
                self._resume = self._seconds = 0.0
                self._probes = False

    def after_fork(self) -> None:
        """Renew the lock in a forked child."""
        self._lock = Lock()
