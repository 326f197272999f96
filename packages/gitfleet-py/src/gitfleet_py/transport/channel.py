"""A byte stream to one peer, plain or TLS: an asyncio protocol that buffers received bytes until they are read."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable
from typing import cast

from ..errors import ReadError
from .waiter import Waiter

__all__ = ["Channel"]

_MAX_BUFFERED = 1024 * 1024


def _ignore() -> None:
    return None


class Channel(asyncio.Protocol):
    """Sends and receives bytes. Used on the thread of the loop that created it.

    Attributes:
        transport: asyncio's transport, set when the connection is made and replaced by TLS.
        is_closed: whether nothing can be sent any more.
        expects_data: whether received bytes belong to a response. Unrequested bytes close the channel.
        on_data: called with each received chunk instead of buffering it.
        on_lost: called once, when the socket is closed.
    """

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._lost = asyncio.get_running_loop().create_future()
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._is_connected = False
        self._is_paused = False
        self._is_full = False
        self._at_end = False
        self._error: ReadError | None = None
        self.waiter = Waiter(self.unsent)
        self.is_closed = False
        self.expects_data = True
        self.on_data: Callable[[bytes], None] | None = None
        self.on_lost: Callable[[], None] = _ignore

    def write(self, data: bytes) -> None:
        """Send ``data``; what the kernel does not take at once is sent later."""
        if not self.is_closed:
            self.transport.write(data)

    async def drain(self, timeout: float | None) -> None:
        """Wait until little of what was written is unsent, or the peer has sent something.

        Raises:
            ReadTimeout: the peer took nothing for ``timeout`` seconds.
        """
        await asyncio.sleep(0)  # for what the peer has sent meanwhile: a response, or the end of the connection
        while self._is_full and not (self.is_closed or self._chunks):
            await self.waiter.wait(timeout)

    async def receive(self, timeout: float | None) -> bytes:
        """Return received bytes as soon as there are some; ``b""`` if the peer has sent everything.

        Raises:
            ReadError: the connection was lost.
            ReadTimeout: nothing was received for ``timeout`` seconds.
        """
        if not (self._chunks or self._at_end or self._error):
            await self.waiter.wait(timeout)
        if self._chunks or self._at_end:
            return self.take()
        raise ReadError(str(self._error))

    def take(self) -> bytes:
        """Return the bytes that were received since the last call."""
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if self._is_paused:
            self._is_paused = False
            self.transport.resume_reading()
        return data

    def unsent(self) -> int:
        """Return the number of bytes that the kernel has not taken yet."""
        return self.transport.get_write_buffer_size()

    def has_received(self) -> bool:
        """Whether received bytes were not read yet."""
        return bool(self._chunks)

    def is_quiet(self) -> bool:
        """Whether the channel is open, everything was sent and nothing is left to read."""
        return not (self.is_closed or self._chunks or self.unsent())

    def is_readable(self) -> bool:
        """Whether the kernel has unrequested bytes; usually they mean that the server closed the connection."""
        sock = self.transport.get_extra_info("socket")
        return sock is not None and _is_readable(sock.fileno())

    @property
    def is_lost(self) -> bool:
        """Whether the socket is closed."""
        return self._lost.done()

    def alpn_protocol(self) -> str | None:
        """Return the application protocol that the TLS handshake negotiated."""
        tls: ssl.SSLObject | None = self.transport.get_extra_info("ssl_object")
        return None if tls is None else tls.selected_alpn_protocol()

    def abort(self) -> None:
        """Close the connection at once and drop unsent bytes; a wait in progress fails."""
        self.is_closed = True
        self.waiter.stop()
        if self._is_connected:
            self.transport.abort()

    async def aclose(self) -> None:
        """Close the connection and wait until its socket is closed."""
        self.abort()
        await asyncio.shield(self._lost)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, like the methods below."""
        self.transport = cast("asyncio.Transport", transport)
        self._is_connected = True
        if self.is_closed:
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Buffer received bytes, or close the channel if nobody requested them."""
        if self.on_data is not None:
            self.on_data(data)
        elif not self.expects_data:
            self.abort()
        else:
            self._chunks.append(data)
            self._buffered += len(data)
            if self._buffered > _MAX_BUFFERED and not self._is_paused:
                self._is_paused = True
                self.transport.pause_reading()
            self.waiter.wake()

    def pause_writing(self) -> None:
        """Note that much is unsent; see :meth:`drain`."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Note that little is unsent any more."""
        self._is_full = False
        self.waiter.wake()

    def eof_received(self) -> None:
        """Note that the peer has sent everything; asyncio closes the transport then."""
        self.is_closed = self._at_end = True
        self.waiter.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is closed, by either side."""
        self.is_closed = True
        self._error = ReadError(str(exc or "the connection was closed"))
        self.waiter.wake()
        self.waiter.stop()
        if not self._lost.done():
            self._lost.set_result(None)
        self.on_lost()


def _is_readable(descriptor: int) -> bool:
    if hasattr(select, "poll"):
        # select() refuses descriptors above 1023.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])
