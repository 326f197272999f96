"""The resources of an engine outside Python: its handle in the library, and what wakes the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from typing import Any

from .library import LibraryError, ffi, last_error, lib
from .waiter import Drain, Waiter

__all__ = ["EngineHandle"]

_TAKES_SOCKETS = sys.platform != "win32"
"""Whether the library can wake a loop by a socket. It takes descriptors, and a socket of Windows has none."""
_forks = 0


def _count_fork() -> None:
    global _forks  # noqa: PLW0603  a counter is the only state
    _forks += 1


# A forked child has no Rust threads, and locks may stay locked forever, so it must not use inherited engines.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


class EngineHandle:
    """The handle of an engine for the running event loop. It can be freed from any thread.

    Args:
        config: the configuration of ``gf_engine_new``, as JSON.
        drain: called in the event loop when there are completions.

    Attributes:
        pointer: the engine in the library, or ``ffi.NULL`` when it is freed.

    Raises:
        LibraryError: the configuration is invalid, or the system has no sockets or threads left.
    """

    def __init__(self, config: bytes, drain: Drain) -> None:
        self._loop = asyncio.get_running_loop()
        self._forks = _forks
        self._socket, wake = _watch(self._loop, drain)
        self._waiter: Waiter | None = None
        self.pointer: Any = lib.gf_engine_new(config, len(config), wake)
        if self.pointer == ffi.NULL:
            error = last_error()
            self._unwatch()
            raise error
        self._unfreed = [self.pointer]
        if self._socket is None:
            self._start_waiter(drain)

    def _start_waiter(self, drain: Drain) -> None:
        try:
            self._waiter = Waiter(self.pointer, self._loop, drain)
        except RuntimeError as error:
            self.free()
            raise LibraryError("connection_failed", f"cannot start a thread: {error}") from None

    @property
    def stale(self) -> bool:
        """Whether the handle was freed, or was created before this process was forked."""
        return bool(self.pointer == ffi.NULL) or self._is_inherited

    @property
    def _is_inherited(self) -> bool:
        return self._forks != _forks

    def free(self) -> None:
        """Close the engine and free its handle. Safe to repeat, and in several threads at once."""
        if self._is_inherited or sys.is_finalizing():
            # At exit the threads end with the process; a forked child does not have them.
            if self._socket is not None:
                self._socket.detach()
                self._socket = None
            return
        try:
            pointer = self._unfreed.pop()  # atomic; a lock could stay locked in a forked child
        except IndexError:
            return
        self.pointer = ffi.NULL
        lib.gf_engine_close(pointer)
        if self._waiter is None:
            lib.gf_engine_free(pointer)
        else:
            self._waiter.close()  # it frees the engine, because it may still be using it
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
            except RuntimeError:  # the loop was closed meanwhile
                ours.close()


def _watch(loop: asyncio.AbstractEventLoop, drain: Drain) -> tuple[socket.socket | None, int]:
    """Let the loop call ``drain`` for each byte from Rust.

    Returns:
        Our end of the socket pair, and the descriptor of the end that Rust will own. None and -1 if the loop cannot
        watch sockets, or the library cannot write to one: a thread waits instead.
    """
    if not _TAKES_SOCKETS:
        return None, -1
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise LibraryError("connection_failed", f"cannot create a socket pair: {error}") from None
    ours.setblocking(False)
    theirs.setblocking(False)
    try:
        loop.add_reader(ours, _woken, ours, drain)
    except NotImplementedError:  # as on the proactor loop
        ours.close()
        theirs.close()
        return None, -1
    return ours, theirs.detach()


def _woken(ours: socket.socket, drain: Drain) -> None:
    with contextlib.suppress(BlockingIOError, InterruptedError):
        ours.recv(4096)
    method = drain()
    if method is not None:
        method()


def _release(loop: asyncio.AbstractEventLoop, ours: socket.socket) -> None:
    loop.remove_reader(ours)
    ours.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
