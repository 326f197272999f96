"""The event loop of the sync clients: an ordinary one that leaves forked children and a process that ends in peace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.thread import ThreadPoolExecutor
from contextvars import Context
from typing import Any, ParamSpec, TypeVar, TypeVarTuple, Unpack

__all__ = ["Loop"]

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Loop(asyncio.SelectorEventLoop):
    """Not one of the program's own policy, which may be made for a main thread only, as those of user interfaces are.

    On Windows too: there the ordinary loop can't watch the socket of the native engine.
    """

    forked = False
    """Whether this is the copy in a forked child. Nothing of it may be used there: its selector is the parent's."""

    def __init__(self) -> None:
        super().__init__()
        self.set_default_executor(_DaemonThreads(max_workers=1))

    def is_closed(self) -> bool:
        """Whether nothing runs here any more."""
        return self.forked or super().is_closed()

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As every loop does it, but never from a forked child, where it would wake the parent."""
        if self.forked:
            raise RuntimeError("this event loop belongs to the parent process")
        return super().call_soon_threadsafe(callback, *args, context=context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """As every loop does it; in a forked child the parent's tasks are dropped without a word."""
        if not self.forked:
            super().call_exception_handler(context)


class _DaemonThreads(ThreadPoolExecutor):
    """Names are looked up and cache files read in a thread each, 80 µs dearer than by a pool.

    A pool takes no more work once the main thread has ended, although other threads may still be at it, and a process
    that ends waits for its threads: for a name server that does not answer, too.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  it is raised where the answer is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        try:
            threading.Thread(target=work, name="gitfleet-sync-work", daemon=True).start()
        except RuntimeError:  # CPython 3.12.0 and 3.12.1 start none any more as soon as the main thread has ended
            work()
        return future
