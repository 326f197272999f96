"""The thread that talks to the store of shared budgets, while there is something to say. Private to the library."""

from __future__ import annotations

import atexit
import contextlib
import threading
import weakref
from collections.abc import Callable
from math import inf

__all__ = ["Keeper"]

_LONGEST_SLEEP = 0.5
_SHORTEST_SLEEP = 0.002
"""Seconds between two rounds: the wishes of many calls are one request."""
_ENDS_AFTER = 10.0
"""Seconds without anything to say after which the thread ends."""
_LAST_WORDS = 3.0
"""Seconds that the end of the process waits for leases to be given back."""


class Keeper:
    """A thread that calls a function whenever that is due. It starts when it is needed, and ends when it is not.

    Args:
        work: Called with ``is_last=False``; returns after how many seconds to call it again, infinity for never. Called
            with ``is_last=True`` at the end.
        close: Called when the thread ends.
    """

    def __init__(self, work: Callable[..., float], close: Callable[[], None]) -> None:
        self._work = work
        self._close = close
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._thread: threading.Thread | None = None
        self._stopping = False
        _keepers.add(self)

    @property
    def is_running(self) -> bool:
        """Whether there is a thread. The system may refuse one, and at the end of the process none can be started."""
        return self._thread is not None

    def wake(self) -> None:
        """Call the function now."""
        if not self._event.is_set():
            self._event.set()
        if self._thread is None:
            self._start()

    def watch(self) -> None:
        """Call the function when it is due."""
        if self._thread is None:
            self._start()

    def stop(self) -> threading.Thread | None:
        """Call the function for the last time, soon. Return the thread that does it, or None."""
        with self._lock:
            self._stopping = True
            self._event.set()
            return self._thread

    def stop_soon(self) -> None:
        """Call the function for the last time within half a second.

        No lock is acquired: garbage collection may call this in any line, also one that has acquired it.
        """
        self._stopping = True

    def abandon(self) -> None:
        """Forget a keeper of the parent process: its thread is not there, and may have acquired the lock."""
        _keepers.discard(self)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping:
                thread = threading.Thread(target=self._run, name="gitfleet-budgets", daemon=True)
                with contextlib.suppress(RuntimeError):  # the interpreter ends: nothing can be leased any more
                    thread.start()
                    self._thread = thread

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            with self._lock:  # also after an unexpected exception: then the next call starts it again
                if self._thread is threading.current_thread():
                    self._thread = None
            self._close()

    def _serve(self) -> None:
        idle, seconds = 0.0, 0.0
        while True:
            self._event.wait(seconds)
            if not self._stopping and seconds > 0:
                self._event.clear()
            is_last = self._stopping  # it may have to stop while it works, and then works once more
            after = self._work(is_last=is_last)
            idle = 0.0 if after < inf else idle + seconds
            with self._lock:
                if is_last or (idle > _ENDS_AFTER and not self._event.is_set()):
                    self._thread = None
                    return
            seconds = min(max(after, _SHORTEST_SLEEP), _LONGEST_SLEEP)


_keepers: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _stop_all() -> None:
    threads = [keeper.stop() for keeper in list(_keepers)]
    for thread in threads:
        if thread is not None:
            thread.join(_LAST_WORDS)


atexit.register(_stop_all)
