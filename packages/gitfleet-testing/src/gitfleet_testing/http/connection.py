"""The connection under one request: sends answers as they should be, and as they should not."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .messages import Response

__all__ = ["ClientConnection", "Message", "Receive", "Send"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Below this, compressing costs more than it saves.
_COMPRESS_FROM = 1024
#: Seconds that a client has to read what came before a reset, which on some systems takes it away.
_BEFORE_RESET = 0.03
# On, and no time at all: closing such a socket resets the connection. Windows has other integers there.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class ClientConnection:
    """What can be done with the connection of one request, whose body has been read."""

    def __init__(
        self, scope: Message, receive: Receive, send: Send, stopping: asyncio.Event, *, compress: bool
    ) -> None:
        self._receive = receive
        self._send = send
        self._stopping = stopping
        self._transport: asyncio.Transport = scope["state"]["transport"]
        self._head_only = scope["method"] == "HEAD"
        self._compress = compress and _takes_gzip(scope["headers"])

    # -- answers

    async def send(self, response: Response) -> None:
        """Send the whole answer."""
        await self.end(await self.begin(response))

    async def begin(self, response: Response) -> bytes:
        """Send the head of the answer; returns the bytes of the body that it promises."""
        headers = [(name.lower().encode("latin-1"), _bytes(value)) for name, value in response.headers]
        data = b""
        if response.body is not None:
            data = response.body.data
            if self._compress and len(data) > _COMPRESS_FROM:
                data = response.body.compressed
                headers.append((b"content-encoding", b"gzip"))
            headers.append((b"content-length", b"%d" % len(data)))
        await self._send({"type": "http.response.start", "status": response.status, "headers": headers})
        return b"" if self._head_only else data

    async def part(self, data: bytes) -> None:
        """Send some of the body; there is more of it."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes) -> None:
        """Send the rest of the body."""
        await self._send({"type": "http.response.body", "body": data})

    # -- no answers

    async def raw(self, data: bytes) -> None:
        """Send bytes as they are, HTTP or not."""
        self._transport.write(data)

    async def close(self) -> None:
        """Close the connection, in order, once everything is sent."""
        self._transport.close()
        await self._until_gone()

    async def reset(self) -> None:
        """Break the connection off: the client sees a reset (RST)."""
        while self._transport.get_write_buffer_size() and not self._transport.is_closing():
            await self.pause(0.005)
        await self.pause(_BEFORE_RESET)
        below: socket.socket | None = self._transport.get_extra_info("socket")
        if below is not None and not self._transport.is_closing():
            below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
        await self._until_gone()

    # -- time

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        return self._transport.is_closing()

    async def pause(self, seconds: float | None) -> None:
        """Wait so long (None: for ever), but no longer than the client stays and the server runs."""
        ends = (asyncio.ensure_future(self._until_gone()), asyncio.ensure_future(self._stopping.wait()))
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    @property
    def stopping(self) -> bool:
        """Whether nothing is to be waited for any more: the server stops."""
        return self._stopping.is_set()

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _takes_gzip(headers: list[tuple[bytes, bytes]]) -> bool:
    accepted = b",".join(value for name, value in headers if name.lower() == b"accept-encoding").decode("latin-1")
    for part in accepted.split(","):
        coding, _, weight = part.strip().lower().partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
