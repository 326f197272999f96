"""A Rust engine bound to one event loop: requests go in, completions come back to their futures."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any, NamedTuple

from .held import Held
from .library import LibraryError, ffi, last_error, lib

__all__ = ["Completion", "Engine"]


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
        self._pending: dict[int, asyncio.Future[Completion] | None] = {}  # None: its caller has left
        self._held = Held(config, weakref.WeakMethod(self.drain))
        # Not __del__: in a cycle that is collected, the socket might be finalized before it.
        weakref.finalize(self, self._held.free).atexit = False

    @property
    def stale(self) -> bool:
        """Whether this process was forked from the one that made it, or it was closed."""
        return self._held.gone

    @property
    def waiting(self) -> int:
        """How many requests have no completion yet."""
        return len(self._pending)

    async def run(self, request: bytes, body: bytes | None, projection: Any) -> Completion:
        """Send a request; when the caller is cancelled, so is the request.

        Raises:
            LibraryError: nothing was sent, or the engine was closed meanwhile.
        """
        future: asyncio.Future[Completion] = self._loop.create_future()
        data = ffi.NULL if body is None else body
        number: int = lib.gf_submit(self._held.handle, request, len(request), data, len(body or b""), projection)
        if number == 0:
            raise last_error()
        self._pending[number] = future
        try:
            return await future
        finally:
            # Still there: the caller was cancelled or dropped before the answer came.
            if number in self._pending:
                self._pending[number] = None
                if not self.stale:
                    lib.gf_cancel(self._held.handle, number)

    def drain(self) -> None:
        """Hand every waiting completion to its future."""
        while not self.stale:
            batch = lib.gf_drain(self._held.handle)
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
        """Give up what is in flight; its callers get an error with code ``closed``."""
        if self.stale:
            return
        self._held.free()
        pending, self._pending = self._pending, {}
        if not self._loop.is_closed():
            for future in pending.values():
                if future is not None and not future.done():
                    future.set_exception(LibraryError("closed", "the backend was closed"))
