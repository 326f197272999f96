"""A Rust engine bound to one event loop: requests go in, completions come back to their futures."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
import weakref
from typing import Any, NamedTuple

from gitfleet_api.errors import GitFleetError, transport_error

from .library import ffi, last_error, lib

__all__ = ["Completion", "Engine", "engine_error"]

_forks = 0


def _count_fork() -> None:
    global _forks  # noqa: PLW0603  a counter is all the state there is
    _forks += 1


# In a forked child no Rust thread runs and locks may be held for ever: engines made before are left alone there.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


class Completion(NamedTuple):
    """One finished request, copied out of the library's memory."""

    status: int
    format: int
    headers: bytes
    body: bytes
    error: bytes


class Engine:
    """Rust threads never call Python, which crashed interpreters that were shutting down. They queue completions
    and write one byte to a socket pair; the loop then takes the whole queue at once. Loops that can't watch a
    socket (Windows' proactor) are served by a thread that waits in the library.
    """

    def __init__(self, config: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self._forks = _forks
        self._pending: dict[int, asyncio.Future[Completion]] = {}
        self._waiter: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self._handle: Any = ffi.NULL
        wake = self._watch()
        self._handle = lib.gf_engine_new(config, len(config), wake)
        if self._handle == ffi.NULL:
            error = engine_error(last_error())
            self._unwatch()
            raise error
        if self._socket is None:
            self._waiter = threading.Thread(
                target=_wait, args=(self._handle, self._loop, weakref.ref(self)), daemon=True
            )
            self._waiter.start()

    @property
    def stale(self) -> bool:
        """Whether this process was forked from the one that made it, or it was closed."""
        return self._forks != _forks or self._handle == ffi.NULL

    @property
    def waiting(self) -> int:
        """How many requests have no completion yet."""
        return len(self._pending)

    async def run(self, request: bytes, body: bytes | None, projection: Any) -> Completion:
        """Send a request; when the caller is cancelled, so is the request."""
        future: asyncio.Future[Completion] = self._loop.create_future()
        data = ffi.NULL if body is None else body
        number: int = lib.gf_submit(self._handle, request, len(request), data, len(body or b""), projection)
        if number == 0:
            raise engine_error(last_error())
        self._pending[number] = future
        try:
            return await future
        finally:
            # Still there: the caller was cancelled or dropped before the answer came.
            if number in self._pending and not self.stale:
                lib.gf_cancel(self._handle, number)

    def drain(self) -> None:
        """Hand every waiting completion to its future."""
        while not self.stale:
            batch = lib.gf_drain(self._handle)
            if batch == ffi.NULL:
                return
            try:
                for index in range(batch.len):
                    self._finish(batch.items[index])
            finally:
                lib.gf_batch_free(batch)

    def _finish(self, item: Any) -> None:
        future = self._pending.pop(item.id, None)
        if future is None or future.done():  # cancelled, or given up by close()
            return
        completion = Completion(
            item.status,
            item.format,
            ffi.buffer(item.headers, item.headers_len)[:],
            ffi.buffer(item.body, item.body_len)[:],
            ffi.buffer(item.error, item.error_len)[:],
        )
        future.set_result(completion)

    def close(self) -> None:
        """Give up what is in flight; its callers get an error with code ``closed``."""
        if self.stale:
            return
        handle, self._handle = self._handle, ffi.NULL
        lib.gf_engine_close(handle)
        if self._waiter is not None and self._waiter is not threading.current_thread():
            self._waiter.join()
        lib.gf_engine_free(handle)
        self._unwatch()
        pending, self._pending = self._pending, {}
        if not self._loop.is_closed():
            for future in pending.values():
                if not future.done():
                    future.set_exception(engine_error(b'{"code":"closed","message":"the backend was closed"}'))

    def __del__(self) -> None:
        # At exit the threads simply end with the process; in a forked child they are not there.
        if sys.is_finalizing() or self._forks != _forks:
            if self._socket is not None:
                self._socket.detach()
            return
        self.close()

    def _watch(self) -> int:
        """Have the loop call :meth:`drain` when a byte comes; gives the end for Rust to own, or -1."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        try:
            # A weak reference: the loop must not keep an engine alive whose clients are gone.
            self._loop.add_reader(ours, _woken, ours, weakref.ref(self))
        except NotImplementedError:
            ours.close()
            theirs.close()
            return -1
        self._socket = ours
        return theirs.detach()

    def _unwatch(self) -> None:
        if self._socket is None:
            return
        ours, self._socket = self._socket, None
        if self._loop.is_closed():
            ours.close()
        elif _running_loop() is self._loop:
            _release(self._loop, ours)
        else:
            with contextlib.suppress(RuntimeError):  # closed in between
                self._loop.call_soon_threadsafe(_release, self._loop, ours)


def engine_error(text: bytes, *, method: str = "-", url: str = "-") -> GitFleetError:
    """The error that the library's JSON describes."""
    said = json.loads(text)
    return transport_error(said["code"], said["message"], method=method, url=url)


def _woken(ours: socket.socket, engine: weakref.ref[Engine]) -> None:
    with contextlib.suppress(BlockingIOError, InterruptedError):
        ours.recv(4096)
    found = engine()
    if found is not None:
        found.drain()


def _wait(handle: Any, loop: asyncio.AbstractEventLoop, engine: weakref.ref[Engine]) -> None:
    """Body of the waiting thread: 1 means there are completions, 2 that the engine was closed."""
    while lib.gf_wait(handle, -1) == 1:
        drained = threading.Event()
        try:
            loop.call_soon_threadsafe(_drain_and_tell, engine, drained)
        except RuntimeError:  # the loop is closed: nobody is waiting any more
            return
        # gf_wait would return at once again until the loop has taken the queue.
        while not drained.wait(1.0):
            if loop.is_closed():
                return


def _drain_and_tell(engine: weakref.ref[Engine], drained: threading.Event) -> None:
    found = engine()
    if found is not None:
        found.drain()
    drained.set()


def _release(loop: asyncio.AbstractEventLoop, ours: socket.socket) -> None:
    loop.remove_reader(ours)
    ours.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
