"""Running coroutines in tests that are plain functions."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_PATIENCE = 60.0


def run(coroutine: Coroutine[Any, Any, T], *, within: float = _PATIENCE) -> T:
    """The result of ``coroutine`` in an event loop of its own; what hangs fails instead."""

    async def bounded() -> T:
        async with asyncio.timeout(within):
            return await coroutine

    return asyncio.run(bounded())
