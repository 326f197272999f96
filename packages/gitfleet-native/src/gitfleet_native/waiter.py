"""Stands in for a loop that can't watch a socket."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from typing import Any

from .library import lib

__all__ = ["Drain", "Waiter"]

Drain = weakref.WeakMethod[Callable[[], None]]
"""Called when there are completions. Weak: neither loop nor thread keeps an engine alive whose clients are gone."""

_COMPLETED = 1


class Waiter:
    """A thread that waits in the library and has the loop drain. From its start on the handle is its to free."""

    def __init__(self, handle: Any, loop: asyncio.AbstractEventLoop, drain: Drain) -> None:
        self._handle = handle
        self._loop = loop
        self._drain = drain
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="gitfleet-waiter", daemon=True).start()

    def close(self) -> None:
        """End the thread, whose engine has been closed. Doesn't wait for it: it may be waiting for this very loop."""
        self._closed.set()

    def _run(self) -> None:
        while lib.gf_wait(self._handle, -1) == _COMPLETED and not self._closed.is_set():
            drained = threading.Event()
            try:
                self._loop.call_soon_threadsafe(_drain_and_tell, self._drain, drained)
            except RuntimeError:  # the loop is closed: nobody waits for these any more
                lib.gf_batch_free(lib.gf_drain(self._handle))
                continue
            # gf_wait would return at once again until the loop has taken the queue.
            while not (drained.wait(1.0) or self._closed.is_set() or self._loop.is_closed()):
                pass
        # gf_wait may come back while gf_engine_close is still at work on the handle.
        self._closed.wait()
        lib.gf_engine_free(self._handle)


def _drain_and_tell(drain: Drain, drained: threading.Event) -> None:
    try:
        found = drain()
        if found is not None:
            found()
    finally:
        drained.set()
