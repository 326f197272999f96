"""A request through httpx: for what is not ordinary, and for whoever wants httpx's own hooks and transports."""

from __future__ import annotations

import http.cookiejar
import ssl
from typing import Any

import httpx

from gitfleet_api.backend import Headers, Request

from .bodies import Body, too_large
from .pool import Limits

__all__ = ["exchange", "new_client"]

_HEADERS = "gitfleet_headers"
_LAST_PORT = 65535


def new_client(
    options: dict[str, Any], limits: Limits, proxy: str | None, context: ssl.SSLContext | None
) -> httpx.AsyncClient:
    """A client with a user's ``options``."""
    nobody = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    hooks = options.get("event_hooks") or {}
    # Of a transport that was given httpx makes no use for requests with a proxy.
    takes_proxies = options.get("transport") is None
    client = httpx.AsyncClient(
        verify=context or False,
        cookies=nobody,
        proxy=_proxy(proxy, context) if proxy is not None and takes_proxies else None,
        trust_env=False,  # the environment was asked above; .netrc would add credentials of its own
        follow_redirects=False,
        limits=httpx.Limits(
            max_connections=limits.connections,
            max_keepalive_connections=limits.idle,
            keepalive_expiry=limits.seconds,
        ),
        **{**options, "event_hooks": {**hooks, "response": [*hooks.get("response", ()), _put_location_away]}},
    )
    # httpx's own defaults (user agent, accept) would show through where a request has none.
    for name in client.headers:
        del client.headers[name]
    client.headers.update({"accept-encoding": "gzip", "connection": "keep-alive"})
    return client


async def exchange(client: httpx.AsyncClient, request: Request) -> tuple[int, Headers, bytes]:
    """Status, headers, and the body unpacked."""
    message = client.build_request(
        request.method,
        _address(request),
        headers=_headers(request),
        content=request.body,
        timeout=_timeout(request),
    )
    answer = await client.send(message, stream=True)
    try:
        raw: list[tuple[bytes, bytes]] = answer.extensions[_HEADERS]
        headers = Headers((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
        return answer.status_code, headers, await _read(answer, headers, request)
    finally:
        await answer.aclose()


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """As bytes, as httpx refuses letters that are no ASCII by an error that is not its own."""
    found = []
    for name, value in request.headers:
        # A wrong length would let a body pass for another request.
        wrong_length = name.lower() == "content-length" and value != str(len(request.body or b""))
        if wrong_length or name.lower() == "transfer-encoding":
            raise httpx.LocalProtocolError(f"the header {name!r} does not fit the body")
        try:
            found.append((name.encode("ascii"), value.encode("latin-1")))
        except UnicodeEncodeError:
            raise httpx.LocalProtocolError(f"the header {name!r} has a character that is not allowed") from None
    return found


async def _read(answer: httpx.Response, headers: Headers, request: Request) -> bytes:
    try:
        # There already when a transport made it up or an event hook has read it.
        if len(answer.content) > request.max_body:
            raise too_large(request)
    except httpx.ResponseNotRead:
        pass
    else:
        return answer.content
    has_body = request.method != "HEAD" and answer.status_code not in (204, 304)
    body = Body(headers, request) if has_body else None
    # Where nothing comes as well: only a connection that was read to the end serves another request.
    async for piece in answer.aiter_raw():
        if body is not None:
            body.add(piece)
    return b"" if body is None else body.whole()


def _address(request: Request) -> httpx.URL:
    """Find what httpx only notices later, and then not by an error of its own."""
    url = httpx.URL(request.url)
    if (url.port or 0) > _LAST_PORT:
        raise httpx.InvalidURL(f"there is no port {url.port}")
    try:
        _ = url.host
    except UnicodeError as error:  # it begins with xn--, but no name follows
        raise httpx.InvalidURL(f"{url.raw_host.decode('ascii')!r} is no name of a host: {error}") from None
    return url


async def _put_location_away(answer: httpx.Response) -> None:
    """Keep httpx from making a redirect's next request, which nobody wants and a strange Location breaks."""
    answer.extensions[_HEADERS] = list(answer.headers.raw)
    answer.headers.pop("location", None)


def _proxy(url: str, context: ssl.SSLContext | None) -> httpx.Proxy:
    # A proxy that speaks TLS is judged as servers are; httpx by itself would ask certifi.
    return httpx.Proxy(url, ssl_context=context if url.startswith("https:") else None)


def _timeout(request: Request) -> httpx.Timeout:
    limits = request.timeout
    return httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.read, pool=None)
