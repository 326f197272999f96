"""Running coroutines in tests that are plain functions."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from support.loops import LoopWithoutReaders

T = TypeVar("T")

LOOP = os.environ.get("GITFLEET_TEST_LOOP", "asyncio")
"""The event loop that tests run on: ``asyncio``, ``uvloop``, or ``no-readers`` for one like that of Windows."""
_PATIENCE = 60.0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if LOOP == "asyncio":
        return None
    if LOOP == "no-readers":
        return LoopWithoutReaders
    if LOOP != "uvloop":
        raise pytest.UsageError(f"GITFLEET_TEST_LOOP must be asyncio, uvloop or no-readers, not {LOOP!r}")
    import uvloop

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def run(coroutine: Coroutine[Any, Any, T], *, within: float = _PATIENCE) -> T:
    """The result of ``coroutine`` in an event loop of its own; what hangs fails instead."""

    async def bounded() -> T:
        async with asyncio.timeout(within):
            return await coroutine

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(bounded())


async def until(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Come back when ``condition()`` is true; what never is fails."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  what servers and kernels do sets no event
            await asyncio.sleep(0.01)


def other_tasks() -> list[asyncio.Task[object]]:
    """The tasks of the running loop but for the one that asks."""
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
