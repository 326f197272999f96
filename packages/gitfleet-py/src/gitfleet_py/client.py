"""The requests of one event loop through one proxy, or none: as requests of httpx, through one transport."""

from __future__ import annotations

import asyncio
import http.cookiejar
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import httpx

from gitfleet_api.backend import Headers, Request

from .body import Body, Streamed, too_large
from .errors import HTTPX_ERRORS, error_of
from .streaming import parts_of
from .transport import UPLOAD, AsyncioTransport, Limits

__all__ = ["LoopClient", "Options", "httpx_request"]

_HEADERS = "gitfleet_headers"
_LAST_PORT = 65535
_PARTS_BETWEEN_YIELDS = 256
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_WITH_LENGTH = frozenset(("POST", "PUT", "PATCH"))
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NO_AUTH = httpx.Auth()  # httpx would make credentials of the user information in a URL
_DEFAULTS = ((b"accept-encoding", b"gzip"), (b"connection", b"keep-alive"))


class Options(NamedTuple):
    """The arguments of PythonBackend that configure clients."""

    transport: httpx.AsyncBaseTransport | None = None
    mounts: Mapping[str, httpx.AsyncBaseTransport | None] | None = None
    event_hooks: Mapping[str, list[Callable[..., Any]]] | None = None
    limits: httpx.Limits | None = None
    http1: bool = True
    http2: bool = False

    @property
    def need_client(self) -> bool:
        """Whether an ``httpx.AsyncClient`` is needed; otherwise the transport is called directly."""
        return bool(self.transport or self.mounts or self.event_hooks)


class LoopClient:
    """Sends requests. Used on the thread of the loop that created it.

    Args:
        options: of the engine.
        proxy: URL of the proxy that all requests go through, or None.
        tls: returns the TLS context that offers the given application protocols.
    """

    def __init__(self, options: Options, proxy: str | None, tls: Callable[[tuple[str, ...]], ssl.SSLContext]) -> None:
        self._transport = options.transport or AsyncioTransport(
            tls, limits=_limits(options.limits), proxy=proxy, http1=options.http1, http2=options.http2
        )
        self._client = _client(options, self._transport) if options.need_client else None

    async def send(self, request: Request) -> tuple[int, Headers, bytes]:
        """Send ``request`` and return status, headers and the decompressed body.

        Raises:
            GitFleetError: there was no complete response, or the request is not valid HTTP.
        """
        try:
            if self._client is None:
                return await _exchange(self._transport, request)
            return await _exchange_with_hooks(self._client, request)
        except HTTPX_ERRORS as error:
            raise error_of(error, request, has_head=False) from error

    @asynccontextmanager
    async def stream(self, request: Request, upload: AsyncIterable[bytes] | None) -> AsyncGenerator[Streamed, None]:
        """Send ``request`` and give the response before its body was read.

        Args:
            request: the request. With ``upload`` it has no body, and may have a header ``content-length``.
            upload: the parts of the body to send.

        Raises:
            GitFleetError: there was no head of a response, or the request is not valid HTTP.
        """
        try:
            asked = httpx_request(request) if upload is None else _with_upload(request, upload)
            response = await self._transport.handle_async_request(asked)
        except HTTPX_ERRORS as error:
            raise error_of(error, request, has_head=False) from error
        try:
            headers = _headers(response.headers.raw)
            raw: Any = response.stream
            async with aclosing(parts_of(raw, response.status_code, headers, request)) as parts:
                yield Streamed(response.status_code, headers, parts)
        finally:
            await response.stream.aclose()  # type: ignore[union-attr]

    def abort(self) -> None:
        """Close every connection of our own transport at once."""
        if isinstance(self._transport, AsyncioTransport):
            self._transport.abort()

    async def aclose(self) -> None:
        """Close every connection."""
        await (self._client or self._transport).aclose()


async def _exchange(transport: httpx.AsyncBaseTransport, request: Request) -> tuple[int, Headers, bytes]:
    response = await transport.handle_async_request(httpx_request(request))
    try:
        headers = _headers(response.headers.raw)
        body = await _read(response.stream, response.status_code, headers, request)  # type: ignore[arg-type]
        return response.status_code, headers, body
    finally:
        await response.stream.aclose()  # type: ignore[union-attr]


async def _exchange_with_hooks(client: httpx.AsyncClient, request: Request) -> tuple[int, Headers, bytes]:
    response = await client.send(httpx_request(request), auth=_NO_AUTH, stream=True)
    try:
        headers = _headers(response.extensions[_HEADERS])
        try:
            # A transport that made the response up, or an event hook, may have read the body already.
            body = response.content
        except httpx.ResponseNotRead:
            body = await _read(response.aiter_raw(), response.status_code, headers, request)
        if len(body) > request.max_body:
            raise too_large(request)
        return response.status_code, headers, body
    finally:
        await response.aclose()


async def _read(parts: AsyncIterable[bytes], status: int, headers: Headers, request: Request) -> bytes:
    has_body = request.method != "HEAD" and status not in (204, 304)
    body = Body(headers, request) if has_body else None
    count = 0
    # Read without a body as well: only then the connection serves another request.
    try:
        async for part in parts:
            if body is not None:
                body.add(part)
            count += 1
            if count % _PARTS_BETWEEN_YIELDS == 0:
                # Parts that were received together come without a wait; timeouts must still work.
                await asyncio.sleep(0)
    except HTTPX_ERRORS as error:
        raise error_of(error, request, has_head=True) from error
    return b"" if body is None else body.whole()


def _headers(raw: list[tuple[bytes, bytes]]) -> Headers:
    return Headers([(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw])


def httpx_request(request: Request) -> httpx.Request:
    """Return ``request`` as httpx has it, complete: an ``httpx.AsyncClient`` adds nothing.

    Raises:
        httpx.InvalidURL: the URL can't be sent.
        httpx.LocalProtocolError: the method or a header can't be sent.
    """
    if request.method not in _METHODS and (request.method == "CONNECT" or not _TOKEN.fullmatch(request.method)):
        raise httpx.LocalProtocolError(f"{request.method!r} is not an HTTP method that can be sent")
    url = _url(request.url)
    limits = request.timeout
    timeout = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": None}
    return httpx.Request(
        request.method,
        url,
        headers=_request_headers(request, url),
        # With a stream httpx adds no headers, which costs 14 µs.
        stream=httpx.ByteStream(request.body or b""),
        extensions={"timeout": timeout},
    )


def _with_upload(request: Request, upload: AsyncIterable[bytes]) -> httpx.Request:
    """Return ``request`` with a body that is read as it is sent: of the length in its headers, or in chunks."""
    lengths = [value for name, value in request.headers if name.lower() == "content-length"]
    others = tuple(pair for pair in request.headers if pair[0].lower() != "content-length")
    sent = httpx_request(replace(request, headers=others, body=None))
    framing = [(b"content-length", lengths[0].encode("ascii"))] if lengths else [(b"transfer-encoding", b"chunked")]
    kept = [(name, value) for name, value in sent.headers.raw if name.lower() != b"content-length"]
    extensions = {**sent.extensions, UPLOAD: upload}
    return httpx.Request(
        sent.method, sent.url, headers=[*kept, *framing], stream=httpx.ByteStream(b""), extensions=extensions
    )


def _url(text: str) -> httpx.URL:
    """Find what httpx only notices later, and then with other exceptions."""
    url = httpx.URL(text)
    if (url.port or 0) > _LAST_PORT:
        raise httpx.InvalidURL(f"there is no port {url.port}")
    if b"xn--" in url.raw_host:
        try:
            _ = url.host
        except UnicodeError as error:
            raise httpx.InvalidURL(f"{url.raw_host.decode('ascii')!r} is not a host name: {error}") from None
    return url


def _request_headers(request: Request, url: httpx.URL) -> list[tuple[bytes, bytes]]:
    length = str(len(request.body or b""))
    found: list[tuple[bytes, bytes]] = []
    given = set()
    for name, value in request.headers:
        lower = name.lower()
        if not _TOKEN.fullmatch(name) or not _can_be_sent(value):
            raise httpx.LocalProtocolError(f"the header {name!r} has a character that is not allowed")
        # A wrong length would let a part of the body pass for another request.
        if lower == "transfer-encoding" or (lower == "content-length" and value != length):
            raise httpx.LocalProtocolError(f"the header {name!r} does not fit the body")
        given.add(lower)
        found.append((name.encode("ascii"), value.encode("latin-1")))
    added = [] if "host" in given else [(b"host", url.netloc)]
    added += [(name, value) for name, value in _DEFAULTS if name.decode() not in given]
    if "content-length" not in given and (request.body or request.method in _WITH_LENGTH):
        found.append((b"content-length", length.encode("ascii")))
    return added + found


def _can_be_sent(value: str) -> bool:
    if value.isascii() and value.isprintable():
        return True
    return not any(char in "\r\n\0" or ord(char) > 255 for char in value)


def _client(options: Options, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    no_cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    hooks = options.event_hooks or {}
    return httpx.AsyncClient(
        transport=transport,
        mounts=options.mounts,
        event_hooks={**hooks, "response": [*hooks.get("response", ()), _remove_location]},
        cookies=no_cookies,
        trust_env=False,  # proxies are chosen above the engines; .netrc would add credentials
        follow_redirects=False,
    )


async def _remove_location(response: httpx.Response) -> None:
    """Keep httpx from making the next request of a redirect: nobody uses it, and an invalid Location raises."""
    response.extensions[_HEADERS] = list(response.headers.raw)
    response.headers.pop("location", None)


def _limits(limits: httpx.Limits | None) -> Limits:
    if limits is None:
        return Limits()
    return Limits(limits.max_connections, limits.max_keepalive_connections, limits.keepalive_expiry)
