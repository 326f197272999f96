"""The Rust engine of one event loop: submits requests, and passes completions to their futures."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any, NamedTuple

from .handle import EngineHandle
from .library import LibraryError, ffi, last_error, lib

__all__ = ["Completion", "Engine"]


class Completion(NamedTuple):
    """The outcome of one request, copied from the library's memory; the fields are those of ``gf_completion``."""

    status: int
    format: int
    headers: bytes
    body: bytes
    error: bytes


class Engine:
    """A Rust engine bound to the running event loop.

    Rust threads never call Python, because that crashes interpreters that are shutting down. They queue completions
    and write one byte to a socket pair; the event loop then drains the whole queue. On Windows, and for loops that
    cannot watch a socket, a Python thread waits in the library instead.

    Args:
        config: the configuration of ``gf_engine_new``, as JSON.

    Raises:
        LibraryError: the configuration is invalid, or the system has no sockets or threads left.
    """

    def __init__(self, config: bytes) -> None:
        self._loop = asyncio.get_running_loop()
        self._pending: dict[int, asyncio.Future[Completion] | None] = {}  # None: the caller was cancelled
        self._handle = EngineHandle(config, weakref.WeakMethod(self.drain))
        # Not __del__: when a reference cycle is collected, the socket might be finalized first.
        weakref.finalize(self, self._handle.free).atexit = False

    @property
    def stale(self) -> bool:
        """Whether the engine was closed, or was created before this process was forked."""
        return self._handle.stale

    @property
    def waiting(self) -> int:
        """Number of requests that have not completed."""
        return len(self._pending)

    async def run(self, request: bytes, body: bytes | None, projection: Any) -> Completion:
        """Send a request and wait for its completion. If the caller is cancelled, the request is cancelled too.

        Args:
            request: the request of ``gf_submit``, as JSON.
            body: the request's body.
            projection: handle of a compiled projection, or ``ffi.NULL`` to receive the whole body.

        Raises:
            LibraryError: the request was rejected and not sent, or the engine was closed.
        """
        future: asyncio.Future[Completion] = self._loop.create_future()
        data = ffi.NULL if body is None else body
        number: int = lib.gf_submit(self._handle.pointer, request, len(request), data, len(body or b""), projection)
        if number == 0:
            raise last_error()
        self._pending[number] = future
        try:
            return await future
        finally:
            # Still pending: the caller was cancelled, or its coroutine closed, before the completion arrived.
            if number in self._pending:
                self._pending[number] = None
                if not self.stale:
                    lib.gf_cancel(self._handle.pointer, number)

    def drain(self) -> None:
        """Pass every queued completion to its future."""
        while not self.stale:
            batch = lib.gf_drain(self._handle.pointer)
            if batch == ffi.NULL:
                return
            try:
                for index in range(batch.len):
                    self._finish(batch.items[index])
            finally:
                lib.gf_batch_free(batch)

    def _finish(self, item: Any) -> None:
        future = self._pending.pop(item.id, None)
        if future is None or future.done():
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
        """Cancel all requests in flight; their callers get an error with code ``closed``."""
        if self.stale:
            return
        self._handle.free()
        pending, self._pending = self._pending, {}
        if not self._loop.is_closed():
            for future in pending.values():
                if future is not None and not future.done():
                    future.set_exception(LibraryError("closed", "the backend was closed"))
