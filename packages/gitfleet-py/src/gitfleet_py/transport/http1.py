"""HTTP/1.1 on a channel. h11 writes the requests and parses the responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable

import h11

from ..errors import LocalProtocolError, ReadError, RemoteProtocolError, TooLarge
from .base import Connection, Message, ResponseBody, ResponseHead
from .channel import Channel

__all__ = ["HTTP1Connection"]

# The limits of hyper, which the native engine uses.
_MAX_HEAD = 8192 + 4096 * 100
_MAX_HEADERS = 100


class HTTP1Connection(Connection):
    """One connection of HTTP/1.1: one exchange at a time. A failure closes it."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        # Unsent bytes are no reason to close: uvloop may still hold the end of the TLS handshake.
        if channel.is_closed or channel.has_received():
            channel.abort()  # the server sent something before any request
        else:
            channel.expects_data = False

    async def exchange(self, message: Message, timeout: float | None) -> ResponseHead:
        """Send ``message`` and return the head of the response."""
        try:
            self._send(message)
            if message.upload is not None:
                await self._upload(message.upload, timeout)
            while isinstance(event := await self._next_event(timeout), h11.InformationalResponse):
                pass
            if not isinstance(event, h11.Response):
                raise RemoteProtocolError("the server did not send a response")
            if len(event.headers) > _MAX_HEADERS:
                raise TooLarge(f"more than {_MAX_HEADERS} headers")
        except BaseException:
            self.abort()
            raise
        return ResponseHead(
            event.status_code, event.headers.raw_items(), event.http_version, event.reason, _Body(self, timeout)
        )

    def has_unread_bytes(self) -> bool:
        """Whether bytes follow the part of the response that was parsed."""
        return bool(self._parser.trailing_data[0]) or not self.channel.is_quiet()

    def _send(self, message: Message) -> None:
        if self.channel.is_closed:
            raise ReadError("the server closed the connection before the request was sent")
        send = self._parser.send
        try:
            data = send(h11.Request(method=message.method, target=message.target, headers=message.headers)) or b""
            if message.body:
                data += send(h11.Data(data=message.body)) or b""
            if message.upload is None:
                data += send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            problem = str(error)
        else:
            self.channel.expects_data = True
            self.channel.write(data)
            return
        # Raised here, so that the frames of h11, which hold header values, are not part of the traceback.
        raise LocalProtocolError(problem)

    async def _upload(self, parts: AsyncIterable[bytes], timeout: float | None) -> None:
        """Send a body part by part, as fast as the server takes it. A response ends it early."""
        channel, send = self.channel, self._parser.send
        try:
            async for part in parts:
                channel.write(send(h11.Data(data=part)) or b"")
                await channel.drain(timeout)
                if channel.has_received() or channel.is_closed:
                    return  # the server has refused the rest
            channel.write(send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as error:
            problem = str(error)
        else:
            return
        raise LocalProtocolError(problem)

    async def read(self, timeout: float | None) -> bytes | None:
        """Return the next part of the body, or None at its end."""
        try:
            event = await self._next_event(timeout)
        except BaseException:
            self.abort()
            raise
        if isinstance(event, h11.Data):
            return bytes(event.data)
        self._finish()
        return None

    async def _next_event(self, timeout: float | None) -> h11.Event | type[h11.PAUSED | h11.NEED_DATA]:
        parser, data = self._parser, None
        try:
            while (event := parser.next_event()) is h11.NEED_DATA:
                data = await self.channel.receive(timeout)
                if not data and parser.their_state is h11.SEND_RESPONSE:
                    raise ReadError("the server closed the connection before the response was complete")
                parser.receive_data(data)
        except h11.RemoteProtocolError as error:
            problem, is_too_large = str(error), error.error_status_hint == 431
        else:
            return event
        if data == b"":
            raise ReadError(f"the server closed the connection within the response: {problem}")
        raise TooLarge(problem) if is_too_large else RemoteProtocolError(problem)

    def _finish(self) -> None:
        """End the exchange. A connection with unread or unsent bytes is closed, never used again."""
        parser = self._parser
        states = {parser.our_state, parser.their_state}
        if states != {h11.DONE} or self.has_unread_bytes():
            self.abort()
            return
        parser.start_next_cycle()
        self.channel.expects_data = False
        self.idle_since = asyncio.get_running_loop().time()
        self.on_idle()


class _Body(ResponseBody):
    """The body of one response; it loses its connection at its end."""

    __slots__ = ("_connection", "_timeout")

    def __init__(self, connection: HTTP1Connection, timeout: float | None) -> None:
        self._connection: HTTP1Connection | None = connection
        self._timeout = timeout

    async def read(self) -> bytes | None:
        """Return the next part, or None at the end."""
        if self._connection is None:
            return None
        part = await self._connection.read(self._timeout)
        if part is None:
            self._connection = None
        return part

    def close(self) -> None:
        """Close the connection unless the body was read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()
