"""A thread that does all work on a file, so that the event loop never waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

__all__ = ["FileThread"]

P = ParamSpec("P")
T = TypeVar("T")


class FileThread:
    """One thread: what is called in it runs in order, and each call to its end, also if the caller is cancelled."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "gitfleet-file")

    async def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in the thread and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))

    async def finish(self, function: Callable[[], None]) -> None:
        """Call a function after all others, even if the caller is cancelled meanwhile, and end the thread."""
        last = asyncio.get_running_loop().run_in_executor(self._executor, function)
        self._executor.shutdown(wait=False)
        try:
            await asyncio.shield(last)
        except asyncio.CancelledError:
            await asyncio.wait([last])
            raise
