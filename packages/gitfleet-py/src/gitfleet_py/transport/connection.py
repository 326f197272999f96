"""New connections: directly or through a proxy, with TLS, in the version of HTTP that the server chooses."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import ConnectFailure, ConnectTimeout, ReadError, RemoteProtocolError, tls_failure
from .base import Connection, Message, Origin
from .channel import Channel
from .http1 import HTTP1Connection

__all__ = ["Connector", "Proxy"]

_NEVER = 1e9  # seconds
_NEXT_ADDRESS_AFTER = 0.25  # seconds
_MAY_PASS = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses of a proxy that failed; all others refuse."""
_HTTP1 = ("http/1.1",)
_HTTP2 = ("h2",)


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy.

    Attributes:
        origin: its address; the scheme says whether the connection to it uses TLS.
        headers: sent to the proxy only: its credentials.
    """

    origin: Origin
    headers: list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Connector:
    """Opens connections.

    Attributes:
        tls: returns the TLS context that offers the given application protocols.
        proxy: the proxy that all connections go through, or None.
        http1: whether HTTP/1.1 may be used.
        http2: whether HTTP/2 may be used.
    """

    tls: Callable[[tuple[str, ...]], ssl.SSLContext]
    proxy: Proxy | None = None
    http1: bool = True
    http2: bool = False

    def may_use_http2(self, origin: Origin) -> bool:
        """Whether a connection to ``origin`` may turn out to be HTTP/2, which many requests can share."""
        return self.http2 and (origin.scheme == "https" or (origin.scheme == "http" and not self.http1))

    async def connect(self, origin: Origin, timeout: float | None) -> Connection:
        """Return a new connection to ``origin``.

        Raises:
            ConnectFailure: the server or the proxy can't be reached, the proxy refuses, or TLS failed.
            ConnectTimeout: it took more than ``timeout`` seconds.
        """
        channel = Channel()
        try:
            async with asyncio.timeout(timeout):
                await self._open(channel, origin)
        except TimeoutError:
            channel.abort()
        except BaseException:
            channel.abort()
            raise
        else:
            if channel.alpn_protocol() == "h2" or (self.may_use_http2(origin) and not self.http1):
                from .http2 import HTTP2Connection

                return HTTP2Connection(channel)
            return HTTP1Connection(channel)
        raise ConnectTimeout(f"no connection within {timeout} s")

    async def _open(self, channel: Channel, origin: Origin) -> None:
        proxy = self.proxy
        if proxy is not None:
            await _reach(channel, proxy.origin)
            if proxy.origin.scheme == "https":
                try:
                    await _secure(channel, proxy.origin.host, self.tls(_HTTP1))
                except ConnectFailure as error:
                    error.at_proxy = True
                    raise
            if origin.scheme == "proxy":
                return
            await _open_tunnel(channel, origin, proxy.headers)
        else:
            await _reach(channel, origin)
        if origin.scheme == "https":
            protocols = (_HTTP2 if self.http2 else ()) + (_HTTP1 if self.http1 else ())
            await _secure(channel, origin.host, self.tls(protocols))


async def _reach(channel: Channel, origin: Origin) -> None:
    loop = asyncio.get_running_loop()
    try:
        if origin.host.replace(".", "").isdecimal() or ":" in origin.host:
            await loop.create_connection(lambda: channel, origin.host, origin.port)
        else:
            await loop.create_connection(lambda: channel, sock=await _open_socket(origin.host, origin.port))
    except (socket.gaierror, UnicodeError) as error:
        raise ConnectFailure("unresolved", str(error)) from error
    except OSError as error:
        raise ConnectFailure("connect", str(error) or type(error).__name__, number=error.errno) from error


async def _open_socket(host: str, port: int) -> socket.socket:
    """Connect to one of the addresses of ``host``; the next one is tried as well after 0.25 s (RFC 8305)."""
    # Imported for the first name: numeric addresses do not need it.
    from aiohappyeyeballs import start_connection

    addresses = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not addresses:
        raise OSError("the name has no address")
    return await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER, interleave=1)


async def _secure(channel: Channel, host: str, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    try:
        # The timeout for connecting includes the handshake; asyncio's own is switched off.
        secure = await loop.start_tls(
            channel.transport, channel, context, server_hostname=host, ssl_handshake_timeout=_NEVER
        )
    except (OSError, ValueError) as error:
        raise tls_failure(error) from error
    if secure is None:  # the peer closed the connection at the same moment
        raise ConnectFailure("tls_cut", "the connection was lost after the TLS handshake")
    channel.transport = secure


async def _open_tunnel(channel: Channel, origin: Origin, headers: list[tuple[bytes, bytes]]) -> None:
    """Have the proxy connect to ``origin`` (CONNECT)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    target = f"{host}:{origin.port}".encode("ascii")
    connection = HTTP1Connection(channel)
    try:
        head = await connection.exchange(Message("CONNECT", "", target, [(b"host", target), *headers]), None)
    except ReadError as error:
        raise ConnectFailure("tunnel_lost", str(error)) from error
    except RemoteProtocolError as error:
        raise ConnectFailure("tunnel_garbled", str(error)) from error
    if not 200 <= head.status < 300:
        reason = {407: "proxy_auth"}.get(head.status, "proxy_refused")
        raise ConnectFailure("tunnel_failed" if head.status in _MAY_PASS else reason, number=head.status)
    if connection.has_unread_bytes():
        raise ConnectFailure("tunnel_garbled", "the proxy sent bytes before the TLS handshake")
