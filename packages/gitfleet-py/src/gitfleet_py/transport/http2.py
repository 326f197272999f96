"""HTTP/2 on a channel, with the package h2: many exchanges at a time on one connection."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import deque
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
from hpack import HeaderTuple, NeverIndexedHeaderTuple

from gitfleet_api.backend import RedactedBytes

from ..errors import LocalProtocolError, NotProcessed, ReadError, RemoteProtocolError
from .base import Connection, Message, ResponseBody, ResponseHead
from .channel import Channel
from .waiter import Waiter

__all__ = ["HTTP2Connection"]

_WINDOW = 1024 * 1024
_MAX_STREAMS = 100
_GOAWAY = 7
_MOST_DEFERRALS = 4
_REFUSED_SENDS = 20
"""How often a request is sent that servers refuse. One that serves few requests per connection refuses many."""
_UNSENT_SENDS = 6
"""How often a connection is tried that is closed before it accepts the request."""
# HTTP/2 has no such headers (RFC 9113, 8.2.2), and `:authority` replaces Host.
_HTTP1_ONLY = frozenset(
    (b"connection", b"host", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade")
)
_SETTINGS = {
    h2.settings.SettingCodes.ENABLE_PUSH: 0,
    h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
    h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: 100 * 1024,
}


class HTTP2Connection(Connection):
    """One connection of HTTP/2."""

    is_shared = True

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._streams: dict[int, _Stream] = {}
        self._is_draining = False
        self._loop = asyncio.get_running_loop()
        self._flush_handle: asyncio.Handle | None = None
        self._frames = _FrameSplitter()
        config = h2.config.H2Configuration(client_side=True, header_encoding=None)
        self.h2 = h2.connection.H2Connection(config)
        self.h2.local_settings = h2.settings.Settings(client=True, initial_values=_SETTINGS)
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(_WINDOW * 15)
        self.flush()
        channel.on_data = self._receive
        self._receive(channel.take())

    @property
    def is_closed(self) -> bool:
        """Whether no request can be sent any more."""
        return self._is_draining or self.channel.is_closed

    @property
    def is_unused(self) -> bool:
        """Whether the connection has no exchange in progress."""
        return not self._streams

    @property
    def is_busy(self) -> bool:
        """Whether the server allows no further exchange now."""
        return len(self._streams) >= min(_MAX_STREAMS, self.h2.remote_settings.max_concurrent_streams)

    def is_stale(self) -> bool:
        """Whether the connection is idle and has unread bytes; usually they mean that the server closed it."""
        return not self._streams and self.channel.is_readable()

    async def exchange(self, message: Message, timeout: float | None) -> ResponseHead:
        """Send ``message`` on a new stream and return the head of the response."""
        if message.upload is not None:
            raise LocalProtocolError("a body that is read as it is sent needs HTTP/1.1")
        stream = self._open(message, timeout)
        try:
            await stream.send(message.body)
            return await stream.head()
        except BaseException:
            stream.close()
            raise

    def flush(self) -> None:
        """Send the frames that h2 has made, soon: together with those of other exchanges."""
        if self._flush_handle is None:
            self._flush_handle = self._loop.call_soon(self._flush_after_reading, 0)

    def _flush_after_reading(self, deferred: int) -> None:
        # A failed write would drop received bytes that were not read yet: often a GOAWAY, after which the server closed
        # the connection. So they are read first, but a long response does not stop all writing.
        if deferred < _MOST_DEFERRALS and not self.channel.is_closed and self.channel.is_readable():
            self._flush_handle = self._loop.call_soon(self._flush_after_reading, deferred + 1)
        else:
            self._flush_now()

    def _flush_now(self) -> None:
        if self._flush_handle is not None:
            self._flush_handle.cancel()
            self._flush_handle = None
        if data := self.h2.data_to_send():
            self.channel.write(data)

    def forget(self, stream: _Stream) -> None:
        """End an exchange."""
        if self._streams.pop(stream.number, None) is None:
            return
        self.idle_since = self._loop.time()
        if self._is_draining and not self._streams:
            self.abort()
        self.capacity.wake_one()
        self.on_idle()

    def _open(self, message: Message, timeout: float | None) -> _Stream:
        if self.is_closed:
            raise _unsent("the server closed the connection before the request was sent")
        try:
            number = self.h2.get_next_available_stream_id()
            self.h2.send_headers(number, _headers(message), end_stream=not message.body)
        except h2.exceptions.ProtocolError as error:
            problem = str(error)
        else:
            self.flush()
            stream = self._streams[number] = _Stream(self, number, message.method, timeout)
            return stream
        self._is_draining = True  # no more stream numbers, usually: the next request opens a connection
        raise _unsent(f"no request can be sent on this connection: {problem}")

    def _receive(self, data: bytes) -> None:
        try:
            for kind, frame in self._frames.split(data):
                if kind == _GOAWAY:
                    self._go_away(frame)
                else:
                    for event in self.h2.receive_data(frame):
                        self._handle(event)
        except Exception as error:  # noqa: BLE001  hpack and hyperframe have exceptions of their own
            problem = str(error) or type(error).__name__
        else:
            self.flush()
            return
        self._flush_now()
        self._fail(RemoteProtocolError(f"HTTP/2: {problem}"))
        self.abort()

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RemoteSettingsChanged):
            self._wake_all()
            return
        number = getattr(event, "stream_id", None)
        if number == 0:  # the window of the connection
            self._wake_all()
        elif number is not None and (stream := self._streams.get(number)) is not None:
            stream.handle(event)

    def _go_away(self, frame: bytes) -> None:
        """Let the exchanges end that the server still serves. It certainly did not process the others (RFC 9113, 6.8).

        h2 itself would refuse every frame after this one.
        """
        if len(frame) < 17:
            raise ValueError("GOAWAY is too short")
        last, code = struct.unpack_from(">II", frame, 9)
        self._is_draining = True
        # After an error a pause is due, which the retry policy decides.
        most_sends = _REFUSED_SENDS if code == h2.errors.ErrorCodes.NO_ERROR else 1
        for number, stream in self._streams.items():
            if number > last & 0x7FFFFFFF:
                stream.refuse(f"the server ends the connection: {_name(code)}", most_sends)
        if all(stream.is_over for stream in self._streams.values()):
            self.abort()
        self.capacity.wake_all()

    def _fail(self, error: Exception) -> None:
        for stream in self._streams.values():
            stream.fail(error)

    def _wake_all(self) -> None:
        self.capacity.wake_all()
        for stream in self._streams.values():
            stream.waiter.wake()

    def _lost(self) -> None:
        self._fail(ReadError("the connection was closed"))
        self.capacity.wake_all()
        super()._lost()


class _Stream(ResponseBody):
    """One exchange, and the body of its response."""

    __slots__ = ("_connection", "_error", "_head", "_is_ended", "_method", "_parts", "_timeout", "number", "waiter")

    def __init__(self, connection: HTTP2Connection, number: int, method: str, timeout: float | None) -> None:
        self.number = number
        self._method = method
        self.waiter = Waiter(connection.channel.unsent)
        self._connection = connection
        self._timeout = timeout
        self._head: list[tuple[bytes, bytes]] | None = None
        self._parts: deque[tuple[bytes, int]] = deque()
        self._is_ended = False
        self._error: Exception | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is received: the response is complete, or it failed."""
        return self._is_ended or self._error is not None

    async def send(self, body: bytes) -> None:
        """Send the body, as fast as the server allows, unless it responds before."""
        h2_connection, left = self._connection.h2, memoryview(body)
        while left and not self.is_over:
            try:
                room = min(h2_connection.local_flow_control_window(self.number), h2_connection.max_outbound_frame_size)
                if room > 0:
                    h2_connection.send_data(self.number, bytes(left[:room]), end_stream=len(left) <= room)
            except h2.exceptions.ProtocolError as error:
                problem = str(error)
            else:
                left = left[max(room, 0) :]
                self._connection.flush()
                if room <= 0:
                    await self.waiter.wait(self._timeout)
                continue
            raise ReadError(f"the request could not be sent: {problem}")

    async def head(self) -> ResponseHead:
        """Wait for the head of the response."""
        while self._head is None and not self.is_over:
            await self.waiter.wait(self._timeout)
        if self._head is None:
            raise self._error or RemoteProtocolError("HTTP/2: the stream ended without a response")
        headers = [(name, value) for name, value in self._head if not name.startswith(b":")]
        return ResponseHead(int(self._status()), headers, b"2", b"", self)

    def _status(self) -> bytes:
        return next((value for name, value in self._head or () if name == b":status"), b"")

    def _end_without_body(self) -> None:
        """End the exchange at its head. h2 would compare the length of the missing body with Content-Length."""
        self._is_ended = True
        self._connection.h2.reset_stream(self.number, h2.errors.ErrorCodes.CANCEL)

    async def read(self) -> bytes | None:
        """Return the next part of the body, or None at its end."""
        while not self._parts:
            if self._is_ended:
                self.close()
                return None
            if self._error is not None:
                raise self._error
            await self.waiter.wait(self._timeout)
        part, size = self._parts.popleft()
        if size and not self._connection.channel.is_closed:
            self._connection.h2.acknowledge_received_data(size, self.number)
            self._connection.flush()
        return part

    def close(self) -> None:
        """End the exchange; the server is asked to send nothing more."""
        self.waiter.stop()
        connection = self._connection
        if not self.is_over and not connection.channel.is_closed:
            self._error = ReadError("the response was closed")
            with contextlib.suppress(h2.exceptions.ProtocolError):  # it has ended already
                connection.h2.reset_stream(self.number, h2.errors.ErrorCodes.CANCEL)
            connection.flush()
        connection.forget(self)

    def fail(self, error: Exception) -> None:
        """End the exchange with ``error`` unless the response is complete."""
        if not self.is_over:
            self._error = error
        self.waiter.wake()

    def refuse(self, why: str, most_sends: int) -> None:
        """End the exchange, which the server did not process."""
        self.fail(ReadError(why) if self._head is not None else NotProcessed(why, most_sends=most_sends))

    def handle(self, event: h2.events.Event) -> None:
        """Take an event of h2."""
        match event:
            case h2.events.ResponseReceived():
                self._head = [(bytes(name), bytes(value)) for name, value in event.headers or ()]
                if event.stream_ended is None and (self._method == "HEAD" or self._status() in (b"204", b"304")):
                    self._end_without_body()
            case h2.events.DataReceived():
                self._parts.append((event.data or b"", event.flow_controlled_length or 0))
            case h2.events.StreamEnded():
                self._is_ended = True
            case h2.events.StreamReset(error_code=h2.errors.ErrorCodes.REFUSED_STREAM):
                self.refuse("the server refused the stream", _REFUSED_SENDS)  # not processed (RFC 9113, 8.7)
            case h2.events.StreamReset():
                self.fail(ReadError(f"the server reset the stream: {_name(event.error_code)}"))
            case _:
                pass
        self.waiter.wake()


def _unsent(why: str) -> NotProcessed:
    return NotProcessed(why, most_sends=_UNSENT_SENDS, reason="lost_head")


class _FrameSplitter:
    """Splits received bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def split(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the type and the bytes of each complete frame.

        Raises:
            ValueError: a frame is longer than the default limit, which we do not raise.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= 9:
            size = int.from_bytes(buffer[:3], "big")
            if size > 16384:
                raise ValueError(f"a frame of {size} bytes is too large")
            if len(buffer) < 9 + size:
                return
            frame = bytes(buffer[: 9 + size])
            del buffer[: 9 + size]
            yield frame[3], frame


def _headers(message: Message) -> list[HeaderTuple]:
    authority = next((value for name, value in message.headers if name.lower() == b"host"), b"")
    found = [
        HeaderTuple(b":method", message.method.encode("ascii")),
        HeaderTuple(b":authority", authority),
        HeaderTuple(b":scheme", message.scheme.encode("ascii")),
        HeaderTuple(b":path", message.target),
    ]
    for name, value in message.headers:
        lower = name.lower()
        if lower not in _HTTP1_ONLY:
            kind = NeverIndexedHeaderTuple if isinstance(value, RedactedBytes) else HeaderTuple
            found.append(kind(lower, value))
    return found


def _name(code: int | None) -> str:
    try:
        return h2.errors.ErrorCodes(code or 0).name
    except ValueError:
        return str(code)
