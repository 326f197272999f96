"""SharedWork: work that one caller does for all that need its result, in any thread and event loop."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from .._internal.at_fork import renew_after_fork

__all__ = ["SharedWork"]

_LOST_AFTER = 1.0
"""Seconds between two looks whether the event loop of another thread, which does the work, was closed."""


class SharedWork:
    """Work that runs once for concurrent callers. Threads and event loops share it."""

    __slots__ = ("__weakref__", "_lock", "_running")

    def __init__(self) -> None:
        self._running: _Running | None = None
        self._lock = threading.Lock()
        renew_after_fork(self)

    async def run(self, is_due: Callable[[], bool], work: Callable[[], Awaitable[None]]) -> None:
        """Do the work if it is due, or wait until another caller, in any thread, has done it.

        A caller that is cancelled does not stop the others: what it began continues.

        Args:
            is_due: Returns whether the work is needed.
            work: Does it.

        Raises:
            GitFleetError: It failed. All callers that waited get the same error.
        """
        while is_due():
            with self._lock:
                running, own = self._running, None
                if running is None or running.is_lost():
                    own = self._running = _Running(asyncio.get_running_loop())
            if own is not None:
                task = asyncio.ensure_future(work())
                # Not in a coroutine of ours: that of a task that is cancelled before its first step never runs.
                task.add_done_callback(functools.partial(self._end, own))
                await asyncio.shield(task)
                return  # also if it is due again already: the server decides
            if running is not None:
                await running.wait()

    def _end(self, running: _Running, task: asyncio.Future[None]) -> None:
        with self._lock:
            if self._running is running:
                self._running = None
        # Retrieved here, so that asyncio does not report it if the caller was cancelled.
        running.end(None if task.cancelled() else task.exception())

    def _after_fork(self) -> None:
        self._lock, self._running = threading.Lock(), None


class _Running:
    """Work in progress."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: Future[None] = Future()
        self._done.set_running_or_notify_cancel()  # so that a caller that is cancelled does not cancel it

    def is_lost(self) -> bool:
        """Return whether it can no longer end, because its loop was closed."""
        return self._loop.is_closed() and not self._done.done()

    def end(self, error: BaseException | None) -> None:
        """Let all that wait continue; with an error, they raise it."""
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)

    async def wait(self) -> None:
        """Wait until it ends, or until it is lost."""
        done = asyncio.wrap_future(self._done)
        done.add_done_callback(_retrieve)
        while not self.is_lost():
            if (await asyncio.wait({done}, timeout=_LOST_AFTER))[0]:
                return done.result()
        done.cancel()
        return None


def _retrieve(done: asyncio.Future[None]) -> None:
    """Retrieve the exception, so that asyncio does not report it if the caller was cancelled."""
    if not done.cancelled():
        done.exception()
