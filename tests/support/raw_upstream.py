"""A server that behaves as a test says: long bodies, slow bodies, redirects, echoes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

__all__ = ["RawUpstream"]

Behaviour = Callable[[str, dict[str, str], asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Gets the first line of a request, its headers with names in lower case, and the connection, which is closed then."""


class RawUpstream:
    """Serves one request per connection, in a thread of its own.

    Args:
        behave: what happens after the head of a request.
    """

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._started.set()
        async with server:
            await self._stopped.wait()
            await _turns()  # asyncio loses a connection that is half accepted when the server closes
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for writer in self._writers:
                if writer.transport.get_write_buffer_size():
                    writer.transport.abort()
            await _turns()  # the transports close now

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.append(writer)
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            await self._behave(lines[0], headers, reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()  # after what is unsent

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)


async def _turns() -> None:
    """Let the loop do what it has planned."""
    for _ in range(10):
        await asyncio.sleep(0)
