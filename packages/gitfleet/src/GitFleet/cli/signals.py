"""Commands that can be stopped: Ctrl-C ends them in an orderly way, at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from .exit_codes import ExitCode, Interrupted

__all__ = ["run"]

T = TypeVar("T")

_SIGNALS = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, in an event loop of its own.

    Raises:
        Interrupted: a signal stopped it, and all that was under way has ended.
        KeyboardInterrupt: a second signal, while that was ending.
    """
    return asyncio.run(_stoppable(work))


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    caught: list[ExitCode] = []
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # for the type checker: a coroutine runs in one

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
    if threading.current_thread() is not threading.main_thread():  # only that one may; nobody else is sent signals
        yield
        return
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
