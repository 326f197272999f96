"""The event loop of the sync clients: safe in forked children and while the process ends."""

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
    """A selector event loop, independent of the event loop policy of the program.

    Policies of user interface toolkits often need the main thread.
    """

    forked = False
    """Whether this is the copy in a forked child. It must not be used there, because its selector is the parent's."""

    def __init__(self) -> None:
        super().__init__()
        self.set_default_executor(_DaemonThreads(max_workers=1))

    def is_closed(self) -> bool:
        """Return whether the loop is closed. In a forked child it always counts as closed."""
        return self.forked or super().is_closed()

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Schedule a callback from another thread.

        Raises:
            RuntimeError: This is a forked child, where the call would wake up the parent's loop.
        """
        if self.forked:
            raise RuntimeError("this event loop belongs to the parent process")
        return super().call_soon_threadsafe(callback, *args, context=context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log an exception; in a forked child, where the parent's tasks are freed, do nothing."""
        if not self.forked:
            super().call_exception_handler(context)


class _DaemonThreads(ThreadPoolExecutor):
    """An executor that starts one daemon thread per call, for name look-ups and cache files.

    This costs 80 µs more than a pool. But a ThreadPoolExecutor accepts no work after the main thread has ended,
    although other threads may still make calls, and the process waits for its threads, even for a name server that
    never responds.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  raised where the future is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        try:
            threading.Thread(target=work, name="gitfleet-sync-work", daemon=True).start()
        except RuntimeError:  # CPython 3.12.0 and 3.12.1 start no threads after the main thread has ended
            work()
        return future
