"""What an engine holds outside Python: its handle in the library, and what wakes its event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from typing import Any

from .library import LibraryError, ffi, last_error, lib
from .waiter import Drain, Waiter

__all__ = ["Held"]

_forks = 0


def _count_fork() -> None:
    global _forks  # noqa: PLW0603  a counter is all the state there is
    _forks += 1


# In a forked child no Rust thread runs and locks may be held for ever: engines made before are left alone there.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


class Held:
    """Made for the running loop; freed once, from any thread.

    Raises:
        LibraryError: the system has no socket or thread left for it.
    """

    def __init__(self, config: bytes, drain: Drain) -> None:
        self._loop = asyncio.get_running_loop()
        self._forks = _forks
        self._socket, wake = _watch(self._loop, drain)
        self._waiter: Waiter | None = None
        self.handle: Any = lib.gf_engine_new(config, len(config), wake)
        if self.handle == ffi.NULL:
            error = last_error()
            self._unwatch()
            raise error
        if self._socket is None:
            self._waiter = Waiter(self.handle, self._loop, drain)

    @property
    def gone(self) -> bool:
        """Whether it was freed, or belongs to the process that this one was forked from."""
        return bool(self.handle == ffi.NULL) or self._forks != _forks

    def free(self) -> None:
        """Close the engine and free its handle. Safe to repeat."""
        if self.gone or sys.is_finalizing():
            # At exit the threads end with the process; in a forked child they are not there.
            if self._socket is not None:
                self._socket.detach()
                self._socket = None
            return
        handle, self.handle = self.handle, ffi.NULL
        lib.gf_engine_close(handle)
        if self._waiter is None:
            lib.gf_engine_free(handle)
        else:
            self._waiter.close()  # it frees the handle, as it may still be using it
        self._unwatch()

    def _unwatch(self) -> None:
        if self._socket is None:
            return
        ours, self._socket = self._socket, None
        if self._loop.is_closed():
            ours.close()
        elif _running_loop() is self._loop:
            _release(self._loop, ours)
        else:
            try:
                self._loop.call_soon_threadsafe(_release, self._loop, ours)
            except RuntimeError:  # closed in between
                ours.close()


def _watch(loop: asyncio.AbstractEventLoop, drain: Drain) -> tuple[socket.socket | None, int]:
    """Have the loop drain when a byte comes. Gives our end, and the one for Rust to own: None and -1 when it can't."""
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise LibraryError("connection_failed", f"no socket pair to be had: {error}") from None
    ours.setblocking(False)
    theirs.setblocking(False)
    try:
        loop.add_reader(ours, _woken, ours, drain)
    except NotImplementedError:  # the Proactor of Windows has no readers: a thread waits instead
        ours.close()
        theirs.close()
        return None, -1
    return ours, theirs.detach()


def _woken(ours: socket.socket, drain: Drain) -> None:
    with contextlib.suppress(BlockingIOError, InterruptedError):
        ours.recv(4096)
    found = drain()
    if found is not None:
        found()


def _release(loop: asyncio.AbstractEventLoop, ours: socket.socket) -> None:
    loop.remove_reader(ours)
    ours.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
