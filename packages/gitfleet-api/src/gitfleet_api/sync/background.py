"""The background thread that runs the calls of all sync clients: one per process, started by the first call."""

from __future__ import annotations

import asyncio
import atexit
import inspect
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Generator
from types import CoroutineType
from typing import Any, TypeVar

from .._internal.text import shorten_repr
from ..backend.base import Backend
from ..errors import ConfigurationError
from .thread import Background

__all__ = ["close_when_dropped", "is_running", "run", "steps"]

T = TypeVar("T")

_current: Background | None = None
_lock = threading.RLock()
_ended = False
_backends: weakref.WeakSet[Backend] = weakref.WeakSet()
"""Engines that sync clients have created for themselves."""
_parents: list[Background] = []
"""Background threads of parent processes. They stay referenced: freeing a loop would close file descriptors that are
shared with the parent."""


def _background() -> Background:
    global _current  # noqa: PLW0603  one per process is intended
    found = _current
    if found is None:
        with _lock:
            if _ended:
                raise ConfigurationError("the interpreter is shutting down; sync clients no longer work", code="closed")
            if _current is None:
                _current = Background()
            found = _current
    return found


def is_running() -> bool:
    """Whether the thread has been started in this process."""
    return _current is not None


def run(awaitable: Awaitable[T]) -> T:
    """Run an awaitable of the library in the thread of the sync clients and return its result.

    For objects with async methods only, such as a cache or a backend that several clients share::

        run(cache.aclose())

    An asynchronous :class:`gitfleet_api.Listing` returns the list of its rows.

    Args:
        awaitable: A coroutine, an asynchronous listing, or any other object with ``__await__``.

    Returns:
        The result of ``await awaitable``.

    Raises:
        ConfigurationError: ``awaitable`` cannot be awaited, or is a future or task of another event loop
            (``invalid_argument``); or ``run`` was called in the thread of the sync clients, for example by
            ``on_event``, where it would wait for ever (``wrong_thread``); or the interpreter is shutting down
            (``closed``).
    """
    coroutine = _coroutine(awaitable)
    try:
        background = _background()
        if background.is_current_thread:
            raise ConfigurationError(
                "a sync client was called in the thread that runs all sync clients, for example by on_event: the call "
                "would wait for itself; put the data on a queue.SimpleQueue() and make the call in another thread",
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
        del call  # breaks a reference cycle: error, this frame, call, error


def _coroutine(awaitable: Awaitable[T]) -> Coroutine[Any, Any, T]:
    """Return a coroutine that awaits ``awaitable``, or raise for an object that the thread cannot await."""
    if isinstance(awaitable, CoroutineType):
        return awaitable
    if asyncio.isfuture(awaitable):
        raise ConfigurationError(
            f"run() cannot await {shorten_repr(awaitable)}: a future or task belongs to its own event loop; "
            "await it there, or give run() the coroutine"
        )
    if not inspect.isawaitable(awaitable):
        raise ConfigurationError(
            "run() needs a coroutine or an asynchronous listing, such as run(cache.aclose()), "
            f"not {shorten_repr(awaitable)}; methods of sync clients and sync listings are called without run()"
        )

    async def wait() -> T:
        return await awaitable

    return wait()


_END: Any = object()


async def _next(source: AsyncGenerator[T, None]) -> T:
    return await anext(source, _END)


def steps(source: AsyncGenerator[T, None]) -> Generator[T, None, None]:
    """Iterate over an async generator, with one call in the background thread per item.

    If the caller stops early, the async generator is closed.

    Raises:
        ConfigurationError: The process was forked since the first item; the rest belongs to the parent.
    """
    background = _background()
    ended = False
    try:
        while True:
            if background.loop.forked:
                raise ConfigurationError(
                    "this iteration was started before the process was forked; start it again in the child"
                )
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
            background.spawn(source.aclose)  # not run(): a thread that frees a generator must not wait


def close_when_dropped(owner: object, backend: Backend) -> None:
    """Close ``backend`` once ``owner`` is freed; otherwise its connections stay open as long as the thread runs."""
    with _lock:
        _backends.add(backend)
    weakref.finalize(owner, _close, backend).atexit = False


def _close(backend: Backend) -> None:
    if _current is not None:
        _current.spawn(backend.aclose)


# atexit runs functions in reverse order: this one was registered before the user's, so calls in those still work.
@atexit.register
def _end() -> None:
    global _ended, _current
    with _lock:
        _ended, found, _current = True, _current, None
        backends = list(_backends)  # daemon threads may still create clients
    if found is not None:
        found.end(backends)


def _after_fork() -> None:
    global _current, _lock  # noqa: PLW0603
    _lock = threading.RLock()  # another thread of the parent may have held the old one
    if _current is not None:
        _current.loop.forked = True
        _parents.append(_current)
        _current = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
