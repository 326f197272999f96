"""A thread that waits for completions on behalf of an event loop that cannot watch a socket."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from typing import Any

from .library import lib

__all__ = ["Drain", "Waiter"]

Drain = weakref.WeakMethod[Callable[[], None]]
"""Called when there are completions. Weak, so that neither loop nor thread keeps an unused engine alive."""

_COMPLETED = 1


class Waiter:
    """A thread that waits in the library and lets the loop drain the completions. It owns the handle and frees it."""

    def __init__(self, handle: Any, loop: asyncio.AbstractEventLoop, drain: Drain) -> None:
        self._handle = handle
        self._loop = loop
        self._drain = drain
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="gitfleet-waiter", daemon=True).start()

    def close(self) -> None:
        """End the thread after its engine was closed. Does not join it: the thread may be waiting for this loop."""
        self._closed.set()

    def _run(self) -> None:
        while lib.gf_wait(self._handle, -1) == _COMPLETED and not self._closed.is_set():
            drained = threading.Event()
            try:
                self._loop.call_soon_threadsafe(_drain_and_notify, self._drain, drained)
            except RuntimeError:  # the loop is closed: no caller waits for these completions
                lib.gf_batch_free(lib.gf_drain(self._handle))
                continue
            # Until the loop has drained the queue, gf_wait would return immediately.
            while not (drained.wait(1.0) or self._closed.is_set() or self._loop.is_closed()):
                pass
        # gf_wait may return while gf_engine_close still uses the handle.
        self._closed.wait()
        lib.gf_engine_free(self._handle)


def _drain_and_notify(drain: Drain, drained: threading.Event) -> None:
    try:
        method = drain()
        if method is not None:
            method()
    finally:
        drained.set()
