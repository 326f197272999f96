"""One connection of HTTP/1.1: a request at a time, and its answer."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable
from typing import NamedTuple, cast

from .answer import Answer
from .broken import ExchangeError
from .message import Origin
from .reaching import reach

__all__ = ["Connection", "connect"]

_FOR_EVER = 1e9


class _UnderWay(NamedTuple):
    answer: Answer
    whole: asyncio.Future[None]


class Connection(asyncio.Protocol):
    """Made by :func:`connect`; for its own loop's thread.

    Attributes:
        transport: set as soon as there is one.
        is_closed: nothing can be sent any more.
        idle_since: the loop's time when the last exchange ended.
    """

    def __init__(self, on_gone: Callable[[Connection], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_gone = on_gone
        self._gone = self._loop.create_future()
        self._under_way: _UnderWay | None = None
        self._heard = 0.0
        self._unsent = 0
        self._watch: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport
        self._is_made = False
        self.is_closed = False
        self.idle_since = 0.0

    async def exchange(self, content: bytes, answer: Answer, silence: float | None) -> None:
        """Send ``content`` and have ``answer`` filled. When that fails the connection is closed.

        Args:
            content: head and body.
            answer: not used for any other exchange.
            silence: how many seconds may pass in which nothing moves.

        Raises:
            ExchangeError: there was no complete answer.
            ProtocolError: the body can't be unpacked, or is too large.
        """
        if self.is_closed:
            raise ExchangeError("connection_lost", "the server closed the connection before the request was sent")
        under_way = self._under_way = _UnderWay(answer, self._loop.create_future())
        self._heard, self._unsent = self._loop.time(), 0
        if silence is not None:
            self._watch = self._loop.call_later(silence, self._look, silence)
        try:
            self.transport.write(content)
            await under_way.whole
        except BaseException:
            self.abort()
            raise
        finally:
            self._under_way = None
            if self._watch is not None:
                self._watch.cancel()
        self.idle_since = self._heard
        if not answer.keeps_connection or self.transport.get_write_buffer_size():
            self.abort()

    def abort(self) -> None:
        """Close the connection without a word; what is under way on it fails."""
        self.is_closed = True
        if self._is_made:
            self.transport.abort()

    async def aclose(self) -> None:
        """Close the connection and wait until its socket is."""
        self.abort()
        await asyncio.shield(self._gone)

    def is_readable(self) -> bool:
        """Whether something lies there that nobody asked for: as a rule the news that the server has closed it."""
        sock = self.transport.get_extra_info("socket")
        return sock is not None and _is_readable(sock.fileno())

    def _look(self, allowed: float) -> None:
        """Give up when nothing moved for so long. Rarely called: what moves only notes the time."""
        now, unsent = self._loop.time(), self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._heard, self._unsent = now, unsent
        left = self._heard + allowed - now
        if left > 0:
            self._watch = self._loop.call_later(left, self._look, allowed)
        else:
            self._fail(ExchangeError("timeout_read", f"nothing heard for {allowed} s (timeout.read)"))

    def _fail(self, error: Exception) -> None:
        if self._under_way is not None and not self._under_way.whole.done():
            self._under_way.whole.set_exception(error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """For the loop to call, as those below."""
        self.transport = cast("asyncio.Transport", transport)
        self._is_made = True
        if self.is_closed:
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._heard = self._loop.time()
        if not self._feed(data):
            self.abort()  # nobody asked for it, and it may not be taken for the next answer

    def eof_received(self) -> None:
        """The server has said all."""
        self.is_closed = True
        self._feed(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed, whoever did it."""
        self.is_closed = True
        self._fail(ExchangeError("connection_lost", str(error or "the connection was closed")))
        if not self._gone.done():
            self._gone.set_result(None)
        self._on_gone(self)

    def _feed(self, data: bytes) -> bool:
        """Whether there was an answer that could take it."""
        if self._under_way is None or self._under_way.whole.done():
            return False
        answer, whole = self._under_way
        try:
            if answer.feed(data):
                whole.set_result(None)
        except Exception as error:  # noqa: BLE001  it is raised where the answer is waited for
            whole.set_exception(error)
        return True


async def connect(
    origin: Origin, tls: ssl.SSLContext | None, allowed: float | None, on_gone: Callable[[Connection], None]
) -> Connection:
    """A new connection to ``origin``, with ``tls`` where it is given.

    Raises:
        ExchangeError: ``connection_failed``, ``tls_failed`` or ``timeout_connect``.
    """
    made = Connection(on_gone)
    try:
        async with asyncio.timeout(allowed):
            await _reach(origin, made)
            if tls is not None:
                await _secure(origin, made, tls)
    except TimeoutError:
        made.abort()
        raise ExchangeError("timeout_connect", f"no connection within {allowed} s (timeout.connect)") from None
    except BaseException:
        made.abort()
        raise
    return made


async def _reach(origin: Origin, made: Connection) -> None:
    loop = asyncio.get_running_loop()
    try:
        if origin.host.replace(".", "").isdecimal():
            await loop.create_connection(lambda: made, origin.host, origin.port)
        else:
            await loop.create_connection(lambda: made, sock=await reach(origin.host, origin.port))
    except (OSError, UnicodeError) as error:
        raise ExchangeError("connection_failed", str(error) or type(error).__name__) from error


async def _secure(origin: Origin, made: Connection, tls: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    try:
        # A limit of its own would end a handshake that may take longer.
        secure = await loop.start_tls(
            made.transport, made, tls, server_hostname=origin.host, ssl_handshake_timeout=_FOR_EVER
        )
    except (OSError, ValueError) as error:
        raise ExchangeError("tls_failed", str(error) or "the handshake was broken off") from error
    if secure is None:  # the server left at the same moment
        raise ExchangeError("tls_failed", "the connection was lost after the handshake")
    made.transport = secure


def _is_readable(descriptor: int) -> bool:
    if hasattr(select, "poll"):
        # Not select(), which refuses descriptors above 1023.
        asked = select.poll()
        asked.register(descriptor, select.POLLIN)
        return bool(asked.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])
