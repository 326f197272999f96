"""Running coroutines that never wait."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["at_once"]

T = TypeVar("T")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never waits, without an event loop.

    This works in every thread, also in ``on_event`` callbacks in the thread of the sync clients.

    Raises:
        RuntimeError: The coroutine waits for something.
    """
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("this coroutine waits for something")
