"""One request through httpx."""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import importlib.util
import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Self

import httpx

from gitfleet_api.backend import ERROR_BODY_BYTES, Backend, Headers, Request, Response, decodes
from gitfleet_api.errors import ConfigurationError, DecodeFailure, GitFleetError, transport_error
from gitfleet_api.jsontext import loads
from gitfleet_api.per_loop import PerLoop
from gitfleet_api.picking import pick

from .bodies import read_body
from .failures import code_of
from .held import Held
from .tls import ssl_context
from .version import VERSION

__all__ = ["PythonBackend"]

_Hooks = Mapping[str, list[Callable[..., Any]]]
_HEADERS = "gitfleet_headers"
_LAST_PORT = 65535


class PythonBackend(Backend):
    """The pure Python engine. Connections are pooled by event loop and proxy, and made when first needed.

    What httpx takes for debugging and tuning is passed through to its ``AsyncClient``.

    Args:
        verify: True for the system's certificate authorities (and SSL_CERT_FILE), the path of a PEM file for
            those in it and no others, False for none, or an ``ssl.SSLContext``.
        transport: send through this instead of the network.
        mounts: transports by URL pattern.
        event_hooks: functions to call with each request and response, as httpx describes.
        limits: bounds of the connection pool; the default keeps up to 100 connections.
        http1: speak HTTP/1.1.
        http2: speak HTTP/2 where the server does (needs ``pip install httpx[http2]``).
    """

    name = "python"
    protocol = 1

    def __init__(
        self,
        *,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext = True,
        transport: httpx.AsyncBaseTransport | None = None,
        mounts: Mapping[str, httpx.AsyncBaseTransport | None] | None = None,
        event_hooks: _Hooks | None = None,
        limits: httpx.Limits | None = None,
        http1: bool = True,
        http2: bool = False,
    ) -> None:
        self._verify = _checked(verify)
        if http2 and importlib.util.find_spec("h2") is None:
            raise ConfigurationError("http2=True needs the package h2: pip install 'httpx[http2]'")
        # Of a transport that was given httpx makes no use for requests with a proxy.
        self._takes_proxies = transport is None
        self._options: dict[str, Any] = {
            "transport": transport,
            "mounts": mounts,
            "event_hooks": _with_own_hook(event_hooks or {}),
            "limits": limits or httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=90),
            "http1": http1,
            "http2": http2,
        }
        self._loops = PerLoop(Held)
        self._closed = False

    @classmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """An engine with httpx's ordinary settings."""
        return cls(verify=verify)

    @classmethod
    def version(cls) -> str:
        """Versions of this package and of httpx."""
        return f"gitfleet-py {VERSION}, httpx {httpx.__version__}"

    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the answer."""
        held = self._loops.get()
        try:
            async with held.send():
                # Not before: a backend that is closed from here on gives this send up.
                if self._closed:
                    raise _error("closed", "the backend is closed; make a new one", request)
                answer, body = await _exchange(self._client(held, request), request)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            code = "closed" if self._closed else code_of(error)
            raise _error(code, _describe(error, code, request), request) from error
        raw: list[tuple[bytes, bytes]] = answer.extensions[_HEADERS]
        headers = Headers((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
        return _decoded(request, answer.status_code, headers, body)

    async def aclose(self) -> None:
        """Give up what is under way and close every connection; callers get an error with code ``closed``.

        Other event loops do their part when they get to it: only they can.
        """
        self._closed = True
        here = asyncio.get_running_loop()
        loops = self._loops.pop_all()
        for loop, held in loops:
            if loop is not None and loop is not here:
                with contextlib.suppress(RuntimeError):  # it is closed
                    loop.call_soon_threadsafe(held.start_closing)
        for loop, held in loops:
            if loop is here:
                await held.aclose()

    def _client(self, held: Held, request: Request) -> httpx.AsyncClient:
        # Making a TLS context takes 20 to 40 ms, which plain http (a test's server, say) needs not pay.
        tls = request.url.startswith("https:") or (request.proxy or "").startswith("https:")
        key = (request.proxy, tls)
        if key not in held.clients:
            held.clients[key] = self._new_client(request.proxy, tls=tls)
        return held.clients[key]

    def _new_client(self, proxy: str | None, *, tls: bool) -> httpx.AsyncClient:
        if tls and isinstance(self._verify, bool):
            self._verify = ssl_context(self._verify)
        context = self._verify if isinstance(self._verify, ssl.SSLContext) else None
        nobody = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        client = httpx.AsyncClient(
            verify=context or False,
            cookies=nobody,
            proxy=_proxy(proxy, context) if proxy is not None and self._takes_proxies else None,
            trust_env=False,  # the environment was asked above; .netrc would add credentials of its own
            follow_redirects=False,
            **self._options,
        )
        # httpx's own defaults (user agent, accept) would show through where a request has none.
        client.headers = httpx.Headers({"accept-encoding": "gzip", "connection": "keep-alive"})
        return client


def _checked(verify: object) -> bool | ssl.SSLContext:
    """What to verify by: never anything that httpx would take for "trust anybody"."""
    if isinstance(verify, bool | ssl.SSLContext):
        return verify
    if isinstance(verify, str | os.PathLike):
        return ssl_context(os.fsdecode(verify))
    raise ConfigurationError(f"verify must be True, False, the path of a PEM file or an SSLContext, not {verify!r}")


async def _exchange(client: httpx.AsyncClient, request: Request) -> tuple[httpx.Response, bytes]:
    """The answer, and its body unpacked."""
    message = client.build_request(
        request.method,
        _address(request),
        headers=list(request.headers),
        content=request.body,
        timeout=_timeout(request),
    )
    answer = await client.send(message, stream=True)
    try:
        return answer, await read_body(answer, request)
    finally:
        await answer.aclose()


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


def _with_own_hook(hooks: _Hooks) -> _Hooks:
    return {**hooks, "response": [*hooks.get("response", ()), _put_location_away]}


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


def _decoded(request: Request, status: int, headers: Headers, body: bytes) -> Response:
    if request.projection is None or not decodes(request, status):
        return Response(status, headers, body)
    try:
        return Response(status, headers, columns=pick(loads(body), request.projection))
    except DecodeFailure as failure:
        return Response(status, headers, body[:ERROR_BODY_BYTES], failure=failure)


def _error(code: str, message: str, request: Request) -> GitFleetError:
    return transport_error(code, message, method=request.method, url=request.url)


def _describe(error: Exception, code: str, request: Request) -> str:
    if code == "timeout_connect":
        return f"no connection within {request.timeout.connect} s (timeout.connect)"
    if code == "timeout_read":
        return f"nothing heard for {request.timeout.read} s (timeout.read)"
    if code == "closed":
        return "the backend was closed while the request was under way"
    return str(error) or type(error).__name__
