"""The connection of one request: sends responses, complete or broken."""

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

#: Smaller bodies are not compressed: it would cost more than it saves.
_COMPRESS_FROM = 1024
#: Seconds that a client has to read the bytes before a reset. On some systems a reset discards unread bytes.
_BEFORE_RESET = 0.03
# SO_LINGER on with a timeout of 0: closing the socket resets the connection. Windows uses other integer sizes.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class ClientConnection:
    """The operations on the connection of one request. The body of the request was read before.

    Args:
        scope: the ASGI scope.
        receive: receives ASGI events.
        send: sends ASGI events.
        stopping: set when the server stops.
        compress: whether bodies are compressed if the client accepts it.
    """

    def __init__(
        self, scope: Message, receive: Receive, send: Send, stopping: asyncio.Event, *, compress: bool
    ) -> None:
        self._receive = receive
        self._send = send
        self._stopping = stopping
        self._transport: asyncio.Transport = scope["state"]["transport"]
        self._head_only = scope["method"] == "HEAD"
        self._compress = compress and _accepts_gzip(scope["headers"])

    # -- responses

    async def send(self, response: Response) -> None:
        """Send the whole response."""
        await self.end(await self.begin(response))

    async def begin(self, response: Response) -> bytes:
        """Send the head of the response. Returns the bytes of the body that must follow."""
        headers = [(name.lower().encode("latin-1"), _header_bytes(value)) for name, value in response.headers]
        data = b""
        if response.body is not None:
            compress = self._compress and response.body.length > _COMPRESS_FROM
            data = response.body.compressed if compress else response.body.data
            if compress:
                headers.append((b"content-encoding", b"gzip"))
            headers.append((b"content-length", b"%d" % len(data)))
        await self._send({"type": "http.response.start", "status": response.status, "headers": headers})
        return b"" if self._head_only else data

    async def send_part(self, data: bytes) -> None:
        """Send a part of the body that is not the last one."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes) -> None:
        """Send the rest of the body."""
        await self._send({"type": "http.response.body", "body": data})

    # -- broken responses

    async def send_raw(self, data: bytes) -> None:
        """Send bytes unchanged, HTTP or not."""
        self._transport.write(data)

    async def close(self) -> None:
        """Close the connection after everything was sent."""
        self._transport.close()
        await self._until_closed()

    async def reset(self) -> None:
        """Abort the connection: the client receives a TCP RST."""
        while self._transport.get_write_buffer_size() and not self._transport.is_closing():
            await self.pause(0.005)
        await self.pause(_BEFORE_RESET)
        client: socket.socket | None = self._transport.get_extra_info("socket")
        if client is not None and not self._transport.is_closing():
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
        await self._until_closed()

    # -- time

    @property
    def client_closed(self) -> bool:
        """Whether the client has closed the connection."""
        return self._transport.is_closing()

    async def pause(self, seconds: float | None) -> None:
        """Wait, at most until the client closes the connection or the server stops.

        Args:
            seconds: the duration. None: no limit.
        """
        ends = (asyncio.ensure_future(self._until_closed()), asyncio.ensure_future(self._stopping.wait()))
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    @property
    def stopping(self) -> bool:
        """Whether the server stops, so that nothing should wait any more."""
        return self._stopping.is_set()

    async def _until_closed(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _header_bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _accepts_gzip(headers: list[tuple[bytes, bytes]]) -> bool:
    accepted = b",".join(value for name, value in headers if name.lower() == b"accept-encoding").decode("latin-1")
    for part in accepted.split(","):
        coding, _, weight = part.strip().lower().partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
