"""The thread in which the calls of all sync clients run: one a process, made by the first call."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import copy
import os
import sys
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from ..backend.base import Backend
from ..errors import ConfigurationError, GitFleetError
from .loop import Loop

__all__ = ["close_when_dropped", "is_running", "run", "steps"]

T = TypeVar("T")

_PATIENCE = 0.5
"""Seconds a process that ends leaves to what is under way, so that connections are closed and not broken off."""
_TICK = 0.1
"""Windows tells a thread that waits nothing of Ctrl-C, so there the wait is cut into pieces of so many seconds."""


class _Call(Generic[T]):
    """One coroutine on its way through the thread, and the caller who waits for it."""

    result: T

    def __init__(self, coroutine: Coroutine[Any, Any, T], background: Background) -> None:
        self._coroutine = coroutine
        self._background = background
        self._context = copy_context()  # as a task has that of the one who makes it
        self._task: asyncio.Task[T] | None = None
        self._given_up = False
        self.error: BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def start(self) -> None:
        """In the thread."""
        if self._given_up:
            self._coroutine.close()
            return
        self._task = self._background.loop.create_task(self._coroutine, context=self._context)
        self._background.keep(self._task)
        self._task.add_done_callback(self._finish)

    def give_up(self) -> None:
        """In the thread: nobody waits any more."""
        self._given_up = True
        if self._task is None:
            self._coroutine.close()
        else:
            self._task.cancel()

    def _finish(self, task: asyncio.Task[T]) -> None:
        self._task = None  # which holds the error, whose frames hold this
        if self._background.ending:
            return  # Whoever still waits is a daemon thread, which ends with the process; an error would be printed.
        if task.cancelled():
            self.error = asyncio.CancelledError()
        elif (error := task.exception()) is not None:
            self.error = _own(error)
        else:
            self.result = task.result()
        self._done.release()

    def wait(self) -> None:
        """In the caller's thread: until it has ended."""
        if sys.platform == "win32":
            while not self._done.acquire(timeout=_TICK):
                pass
        else:
            self._done.acquire()


def _own(error: BaseException) -> BaseException:
    """The error for one caller alone: raising writes to it, and one look-up may fail for several threads at once."""
    if not isinstance(error, GitFleetError):
        return error
    own = copy.copy(error)
    own.__cause__, own.__context__ = error.__cause__, error.__context__
    own.__suppress_context__ = error.__suppress_context__
    return own.with_traceback(error.__traceback__)


class Background:
    """A daemon thread that runs an event loop."""

    def __init__(self) -> None:
        self.loop = Loop()
        self._tasks: set[asyncio.Task[Any]] = set()  # a loop itself does not keep them alive
        self.ending = False
        self._thread = threading.Thread(target=self._serve, name="gitfleet-sync", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            self.loop.close()
            raise

    @property
    def is_here(self) -> bool:
        """Whether this is the thread that asks."""
        return threading.get_ident() == self._thread.ident

    def complete(self, coroutine: Coroutine[Any, Any, T]) -> _Call[T]:
        """Come back when ``coroutine`` has ended; an exception in the waiting thread (Ctrl-C) cancels it at once."""
        call = _Call(coroutine, self)
        try:
            self.loop.call_soon_threadsafe(call.start)
            call.wait()
        except BaseException:
            self._tell(call)
            raise
        return call

    def _tell(self, call: _Call[Any]) -> None:
        """That nobody waits for a call any more; one that has ended does not mind."""
        try:
            self.loop.call_soon_threadsafe(call.give_up)
        except RuntimeError:  # the loop is closed
            call.give_up()

    def spawn(self, make: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run a coroutine without anybody waiting for it. For any thread, and for whatever drops objects."""
        # Where the loop is closed, what was to be freed went with it.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._spawn, make)

    def _spawn(self, make: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self.keep(self.loop.create_task(make()))

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Hold a task until it has ended."""
        self._tasks.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # taken, so that asyncio does not report it

    def _serve(self) -> None:
        while not self.ending:
            # Raised by a listener, say: its task hands it to the one who waits, and the others go on.
            with contextlib.suppress(KeyboardInterrupt, SystemExit):
                self.loop.run_forever()
        self.loop.close()

    def end(self, backends: list[Backend]) -> None:
        """Cancel what is under way, close the connections and end the thread."""
        self.loop.call_soon_threadsafe(self._begin_to_end, backends)
        self._thread.join(2 * _PATIENCE)

    def _begin_to_end(self, backends: list[Backend]) -> None:
        self.ending = True
        last = self.loop.create_task(self._finish(backends))
        last.add_done_callback(lambda _: self.loop.stop())

    async def _finish(self, backends: list[Backend]) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        closing = [asyncio.ensure_future(backend.aclose()) for backend in backends]
        for task in closing:
            self.keep(task)
        if under_way or closing:
            await asyncio.wait([*under_way, *closing], timeout=_PATIENCE)
        # Not shutdown_asyncgens(): it closes generators and those inside them at the same time, and reports that.


_current: Background | None = None
_lock = threading.RLock()
_ended = False
_backends: weakref.WeakSet[Backend] = weakref.WeakSet()
"""Those that sync clients have opened for themselves."""
_parents: list[Background] = []
"""Of the processes that this one was forked from; kept, as dropping a loop closes what it shares with its like."""


def _background() -> Background:
    global _current  # noqa: PLW0603  one a process is the point
    found = _current
    if found is None:
        with _lock:
            if _ended:
                raise ConfigurationError("Python is ending; call sync clients before that", code="closed")
            if _current is None:
                _current = Background()
            found = _current
    return found


def is_running() -> bool:
    """Whether the thread has been started in this process."""
    return _current is not None


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """What ``coroutine`` gives, awaited in the thread of the sync clients.

    For what has async methods only, as a cache or a backend that several clients share: ``run(cache.aclose())``.

    Raises:
        ConfigurationError: it was called in that very thread, by ``on_event`` or the like, which would wait for ever.
    """
    try:
        background = _background()
        if background.is_here:
            raise ConfigurationError(
                "a sync client was called in the thread that serves all of them, as by on_event: nothing would come "
                "of it; put what you have on a queue.SimpleQueue() and make the call in a thread of your own",
                code="wrong_thread",
            )
    except BaseException:
        coroutine.close()
        raise
    call = background.complete(coroutine)
    if call.error is None:
        return call.result
    try:
        raise call.error
    finally:
        del call  # or the error would hold itself through this frame


_END: Any = object()


async def _next(source: AsyncGenerator[T, None]) -> T:
    return await anext(source, _END)


def steps(source: AsyncGenerator[T, None]) -> Generator[T, None, None]:
    """What an async generator gives, by one way there and back each; left early, it is closed.

    Raises:
        ConfigurationError: the process was forked meanwhile; the rest is the parent's.
    """
    background = _background()
    ended = False
    try:
        while True:
            if background.loop.forked:
                raise ConfigurationError("this listing was begun before the process was forked; begin it again here")
            try:
                found = run(_next(source))
            except Exception:
                ended = True
                raise
            if found is _END:
                ended = True
                return
            yield found
    finally:
        if not ended:
            background.spawn(source.aclose)  # not run(): whatever thread drops a generator must not wait


def close_when_dropped(owner: object, backend: Backend) -> None:
    """Close ``backend`` once ``owner`` is gone: its connections would stay open as long as the thread runs."""
    _backends.add(backend)
    weakref.finalize(owner, _close, backend).atexit = False


def _close(backend: Backend) -> None:
    if _current is not None:
        _current.spawn(backend.aclose)


# Registered before what users register, and so called after that: their last calls still work.
@atexit.register
def _end() -> None:
    global _ended, _current
    with _lock:
        _ended, found, _current = True, _current, None
    if found is not None:
        found.end(list(_backends))


def _after_fork() -> None:
    global _current, _lock  # noqa: PLW0603
    _lock = threading.RLock()  # another thread of the parent may have held it
    if _current is not None:
        _current.loop.forked = True
        _parents.append(_current)
        _current = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
