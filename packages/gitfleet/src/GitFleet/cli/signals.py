"""Signals: Ctrl-C and SIGTERM cancel a command, which then cleans up and exits.

The handlers are those of the process, not of the event loop: the default loop of Windows has none.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from .exit_codes import ExitCode, Interrupted

__all__ = ["run_cancellable", "run_until_stopped"]

T = TypeVar("T")

_SIGNALS = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
if sys.platform == "win32":  # Ctrl-Break, and what other programs can send; Windows sends no SIGTERM
    _SIGNALS[signal.SIGBREAK] = ExitCode.TERMINATED


def run_cancellable(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` in a new event loop and return its result.

    Raises:
        Interrupted: a signal cancelled ``work``, and all its tasks have ended.
        KeyboardInterrupt: a second signal arrived before that.
    """
    return asyncio.run(_cancellable(work))


def run_until_stopped(work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    """Run a server in a new event loop, and return its result.

    Args:
        work: called with an event, which the first signal sets: then the server ends what runs.

    Raises:
        KeyboardInterrupt: a second signal arrived before the server had ended.
    """
    return asyncio.run(_until_stopped(work))


async def _until_stopped(work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(stopped.set)

    with _handling(stop):
        return await work(stopped)


async def _cancellable(work: Coroutine[Any, Any, T]) -> T:
    caught: list[ExitCode] = []
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # for the type checker: a coroutine always runs in a task

    def stop(number: int, _frame: FrameType | None) -> None:
        if caught:
            raise KeyboardInterrupt
        caught.append(_SIGNALS[signal.Signals(number)])
        loop.call_soon_threadsafe(task.cancel)

    with _handling(stop):
        try:
            return await work
        except asyncio.CancelledError:
            if caught:
                raise Interrupted(caught[0]) from None
            raise


@contextmanager
def _handling(handler: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set handlers
        yield
        return
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
