"""A daemon thread that runs an event loop, and the calls that other threads make in it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import sys
import threading
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from ..backend.base import Backend
from ..errors import GitFleetError
from .loop import Loop

__all__ = ["Background"]

T = TypeVar("T")

_GRACE = 0.5
"""Seconds that a process at its end leaves for running calls, so that connections are closed properly."""
_TICK = 0.1
"""Seconds of one wait on Windows, where Ctrl-C does not interrupt a thread that waits for a lock."""


class _Call(Generic[T]):
    """One coroutine that runs in the background thread, and the caller that waits for its result."""

    result: T

    def __init__(self, coroutine: Coroutine[Any, Any, T], background: Background) -> None:
        self._coroutine = coroutine
        self._background = background
        self._context = copy_context()  # like a task, which copies the context of its creator
        self._task: asyncio.Task[T] | None = None
        self._abandoned = False
        self.error: BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def start(self) -> None:
        """Start the coroutine. Runs in the background thread."""
        if self._abandoned:
            self._coroutine.close()
            return
        try:
            self._task = self._background.loop.create_task(self._coroutine, context=self._context)
        except BaseException as error:  # noqa: BLE001  raised in the caller, which would otherwise wait for ever
            self.error = error
            self._done.release()
            return
        self._background.keep(self._task)
        self._task.add_done_callback(self._finish)

    def abandon(self) -> None:
        """Cancel the coroutine, because its caller no longer waits. Runs in the background thread."""
        self._abandoned = True
        if self._task is None:
            self._coroutine.close()
        else:
            self._task.cancel()

    def _finish(self, task: asyncio.Task[T]) -> None:
        self._task = None  # breaks a reference cycle: task, error, frames of the error, self
        if self._background.ending:
            return  # Only daemon threads still wait; they end with the process, and an error would be printed.
        if task.cancelled():
            self.error = asyncio.CancelledError()
        elif (error := task.exception()) is not None:
            self.error = _own(error)
        else:
            self.result = task.result()
        self._done.release()

    def wait(self) -> None:
        """Block until the coroutine has ended. Runs in the caller's thread."""
        if sys.platform == "win32":
            while not self._done.acquire(timeout=_TICK):
                pass
        else:
            self._done.acquire()


def _own(error: BaseException) -> BaseException:
    """A copy of an error for one caller: raising changes it, and a shared look-up can fail for several threads."""
    if not isinstance(error, GitFleetError):
        return error
    own = copy.copy(error)
    own.__cause__, own.__context__ = error.__cause__, error.__context__
    own.__suppress_context__ = error.__suppress_context__
    return own.with_traceback(error.__traceback__)


class Background:
    """A daemon thread that runs an event loop."""

    def __init__(self) -> None:
        self.loop: Loop = Loop()
        self._tasks: set[asyncio.Task[Any]] = set()  # an event loop itself holds weak references only
        self.ending: bool = False
        self._thread = threading.Thread(target=self._serve, name="gitfleet-sync", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            self.loop.close()
            raise

    @property
    def is_current_thread(self) -> bool:
        """Whether the caller runs in the background thread."""
        return threading.get_ident() == self._thread.ident

    def complete(self, coroutine: Coroutine[Any, Any, T]) -> _Call[T]:
        """Run ``coroutine`` and return when it has ended. An exception in the waiting thread (Ctrl-C) cancels it."""
        call = _Call(coroutine, self)
        try:
            self.loop.call_soon_threadsafe(call.start)
            call.wait()
        except BaseException:
            self._abandon(call)
            raise
        return call

    def _abandon(self, call: _Call[Any]) -> None:
        """Cancel a call whose caller no longer waits. Does nothing if it has ended."""
        try:
            self.loop.call_soon_threadsafe(call.abandon)
        except RuntimeError:  # the loop is closed
            call.abandon()

    def spawn(self, function: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run a coroutine function without waiting for its result. Safe in any thread and in finalizers."""
        # A closed loop has already freed its resources.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._spawn, function)

    def _spawn(self, function: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self.keep(self.loop.create_task(function()))

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Keep a reference to a task until it has ended."""
        self._tasks.add(task)
        task.add_done_callback(self._discard)

    def _discard(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it

    def _serve(self) -> None:
        while not self.ending:
            # An on_event callback may raise these: its task passes them to the caller, and the other calls continue.
            with contextlib.suppress(KeyboardInterrupt, SystemExit):
                self.loop.run_forever()
        self.loop.close()

    def end(self, backends: list[Backend]) -> None:
        """Cancel all running calls, close the connections and end the thread."""
        self.loop.call_soon_threadsafe(self._start_shutdown, backends)
        self._thread.join(2 * _GRACE)

    def _start_shutdown(self, backends: list[Backend]) -> None:
        self.ending = True
        last = self.loop.create_task(self._shut_down(backends))
        last.add_done_callback(lambda _: self.loop.stop())

    async def _shut_down(self, backends: list[Backend]) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        closing = [asyncio.ensure_future(backend.aclose()) for backend in backends]
        for task in closing:
            self.keep(task)
        if running or closing:
            await asyncio.wait([*running, *closing], timeout=_GRACE)
        # shutdown_asyncgens() is not used: it closes nested generators concurrently and logs the resulting errors.
