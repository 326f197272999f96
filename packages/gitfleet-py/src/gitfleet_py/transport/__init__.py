"""The transport of the engine: an implementation of httpx's transport interface on asyncio, h11 and h2.

httpx's own transport takes bytes that follow a response for the next response, and needs 20 times as much CPU for many
requests at once.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import AsyncIterable, AsyncIterator, Callable

import httpx

from gitfleet_api.backend import RedactedBytes

from .base import Message, Origin, ResponseBody
from .connection import Connector, Proxy
from .pool import Limits, Pool

__all__ = ["UPLOAD", "AsyncioTransport", "Limits"]

UPLOAD = "gitfleet_upload"
"""Extension of a request with the parts of its body, which are read as they are sent. Only for HTTP/1.1."""

_PORTS = {"http": 80, "https": 443}


class AsyncioTransport(httpx.AsyncBaseTransport):
    """Sends requests over the pooled connections of one event loop.

    A connection with unread bytes after a response is closed, never used again. A request is sent again only if no
    server has processed it (HTTP/2).

    Args:
        tls: returns the TLS context that offers the given application protocols.
        limits: bounds of the connection pool.
        proxy: URL of the HTTP proxy that all requests go through, or None.
        http1: allow HTTP/1.1.
        http2: offer HTTP/2 to servers with TLS; without ``http1`` every server must speak HTTP/2.
    """

    def __init__(
        self,
        tls: Callable[[tuple[str, ...]], ssl.SSLContext],
        *,
        limits: Limits = Limits(),  # noqa: B008  a tuple
        proxy: str | None = None,
        http1: bool = True,
        http2: bool = False,
    ) -> None:
        self._proxy = None if proxy is None else _proxy(proxy)
        self._pool = Pool(limits, Connector(tls, self._proxy, http1, http2))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return the response, whose stream must be closed.

        Raises:
            httpx.TransportError: there was no complete head of a response.
        """
        url = request.url
        scheme = url.scheme
        if scheme not in _PORTS:
            raise httpx.UnsupportedProtocol(f"the URL must begin with http:// or https://, not {scheme}://")
        upload: AsyncIterable[bytes] | None = request.extensions.get(UPLOAD)
        body = b""
        if upload is None:
            body = b"".join(request.stream) if isinstance(request.stream, httpx.ByteStream) else await request.aread()
        headers = request.headers.raw
        origin = Origin(scheme, url.raw_host.decode("ascii"), url.port or _PORTS[scheme])
        target = url.raw_path
        if self._proxy is not None and scheme == "http":
            # The proxy reads the whole URL, without user information and fragment.
            target = b"http://" + url.netloc + target
            headers = [*self._proxy.headers, *headers]
            origin = Origin("proxy", *self._proxy.origin[1:])
        timeout = request.extensions.get("timeout", {})
        message = Message(request.method, scheme, target, headers, body, upload)
        head = await self._pool.exchange(origin, message, timeout.get("connect"), timeout.get("read"))
        return httpx.Response(
            head.status,
            headers=head.headers,
            stream=_Stream(head.body),
            extensions={"http_version": b"HTTP/" + head.http_version, "reason_phrase": head.reason},
        )

    def abort(self) -> None:
        """Close every connection at once; exchanges in progress fail."""
        self._pool.abort()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    """The body of a response, as httpx reads it. Not a generator, whose end would depend on garbage collection."""

    def __init__(self, body: ResponseBody) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        part = await self._body.read()
        if part is None:
            raise StopAsyncIteration
        return part

    async def aclose(self) -> None:
        self._body.close()


def _proxy(url: str) -> Proxy:
    parsed = httpx.Proxy(url)
    if parsed.url.scheme not in _PORTS:
        raise httpx.UnsupportedProtocol("the URL of a proxy must begin with http:// or https://")
    headers: list[tuple[bytes, bytes]] = []
    if parsed.raw_auth is not None:
        credentials = b64encode(b":".join(parsed.raw_auth))
        headers.append((b"Proxy-Authorization", RedactedBytes(b"Basic " + credentials)))
    address = parsed.url
    return Proxy(
        Origin(address.scheme, address.raw_host.decode("ascii"), address.port or _PORTS[address.scheme]), headers
    )
