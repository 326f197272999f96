"""The handler of every request: secret, route, call, response."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator

from aiohttp import hdrs, web

from gitfleet_api import GitFleetError
from gitfleet_api.backend import Headers, Response
from gitfleet_api.events import logger

from .calls import call_for
from .delivery import Delivery, own_response, plain_text
from .exchange import Exchange, StreamingBackend
from .failures import problem_of
from .headers import for_server
from .metrics import Metrics
from .patience import Patience, TooSlow
from .routes import Refused, Route, Routes
from .secret import Secret
from .uploads import read_upload

__all__ = ["ProxyHandler"]

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
_CHALLENGE = {"Proxy-Authenticate": 'Basic realm="gitfleet proxy"'}
_DEFAULT_ACCEPT = "*/*"
_CONDITIONS = ("if-none-match", "if-modified-since")


class ProxyHandler:
    """Handles the requests of all clients.

    Args:
        routes: The servers.
        secret: The secret that every request must carry.
        backend: The engine of the clients of these servers.
        metrics: Counts what is done.
        patience: Seconds for which a request waits for its client, beyond the time that its bytes may take.
    """

    def __init__(
        self, routes: Routes, secret: Secret, backend: StreamingBackend, metrics: Metrics, patience: float
    ) -> None:
        self._routes = routes
        self._secret = secret
        self._backend = backend
        self._metrics = metrics
        self._patience = patience

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the response to a request, which may have been sent already."""
        try:
            return await self._handle(request)
        except Exception as error:  # noqa: BLE001  its text may contain a header, so that it is not shown
            frames = traceback.extract_tb(error.__traceback__)
            logger.error("gitfleet proxy: internal error: %s at %s", type(error).__name__, frames[-1:])
            self._metrics.refused["internal"] += 1
            return _cut(request)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        target = request.raw_path
        if target == "/healthz" and request.method in ("GET", "HEAD"):
            return plain_text("ok\n")
        if target == "/metrics" and request.method in ("GET", "HEAD"):
            return plain_text(self._metrics.text(self._routes.upstreams))
        if not self._secret.is_in(request.headers.items()):
            self._metrics.refused["secret"] += 1
            return own_response(407, "the secret of this proxy is missing or wrong", _CHALLENGE)
        try:
            route = self._route(request)
        except Refused as refused:
            self._metrics.refused[str(refused.status)] += 1
            return own_response(refused.status, str(refused))
        return await self._forward(request, route)

    def _route(self, request: web.BaseRequest) -> Route:
        if request.method == "CONNECT":
            raise Refused(403, "this proxy opens no tunnels; use an http:// URL, see docs/proxy.md")
        if request.method not in _METHODS:
            raise Refused(405, f"the method must be one of {', '.join(sorted(_METHODS))}")
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) > 1:
            raise Refused(400, "more than one Host header")
        if request.method in ("GET", "HEAD") and request.can_read_body:
            raise Refused(400, f"a {request.method} has no body")
        return self._routes.find(request.raw_path, hosts[0] if hosts else None, _scheme(request))

    async def _forward(self, request: web.BaseRequest, route: Route) -> web.StreamResponse:
        name = str(route.upstream.provider)
        self._metrics.running[name] += 1
        try:
            sent = await self._exchanged(request, route)
        except web.RequestPayloadError:
            sent = own_response(400, "the body of the request is incomplete or has a wrong form")
        except (TooSlow, ConnectionError) as error:
            self._metrics.refused["slow_client" if isinstance(error, TooSlow) else "lost_client"] += 1
            return _cut(request)
        finally:
            self._metrics.running[name] -= 1
        self._metrics.requests[name, request.method, sent.status] += 1
        return sent

    async def _exchanged(self, request: web.BaseRequest, route: Route) -> web.StreamResponse:
        """Send the request through the session of its server, and the response to the client."""
        session, patience = route.upstream.client.session, Patience(self._patience)
        if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        upload = await read_upload(request, patience)
        delivery = Delivery(request, route.links, session.failures.secrets, patience)
        given = for_server(request.headers.items())
        streamed: list[web.StreamResponse] = []

        async def deliver(status: int, headers: Headers, parts: AsyncIterator[bytes]) -> None:
            streamed.append(await delivery.stream(status, headers, parts))

        exchange = Exchange(_call_headers(request.method, given, has_cache=session.has_cache), deliver, *upload[1:])
        call, parse = call_for(request.method, route, exchange, upload.body)
        self._backend.add(exchange)
        try:
            response = await session.send(call, parse)
        except GitFleetError as error:
            if exchange.is_delivering:
                return _cut(request)
            problem = problem_of(error, exchange)
            if problem is not None or exchange.last is None:
                status, message, wait = problem or (502, error.message, None)
                return own_response(status, message, None if wait is None else {"Retry-After": str(wait)})
            response = exchange.last
        finally:
            self._backend.remove(exchange)
        if streamed:
            return streamed[0]
        response = session.failures.response(response)
        is_known = session.has_cache and _is_unchanged(response, dict(given))
        return await delivery.whole(response, 304 if is_known else response.status)


def _call_headers(method: str, given: tuple[tuple[str, str], ...], *, has_cache: bool) -> tuple[tuple[str, str], ...]:
    """Return the headers of a call, the first of which is a new object: it marks the call."""
    values = dict(given)
    accept = values.pop("accept", _DEFAULT_ACCEPT)
    if has_cache and method == "GET":  # the cache sends conditions, and those of the client are compared here
        for name in _CONDITIONS:
            values.pop(name, None)
    if method == "HEAD" or "range" in values:
        values["accept-encoding"] = "identity"  # the length and the range are those of the plain body
    return (("accept", accept), *values.items())


def _is_unchanged(response: Response, given: dict[str, str]) -> bool:
    """Return whether a client has the response already, by the ETag that it named."""
    etag, known = response.headers.get("etag"), given.get("if-none-match")
    if response.status != 200 or etag is None or known is None:
        return False
    return etag.removeprefix("W/") in [item.strip().removeprefix("W/") for item in known.split(",")]


def _scheme(request: web.BaseRequest) -> str | None:
    """Return the scheme by which a client reaches the proxy; None on a Unix socket."""
    transport = request.transport
    address = None if transport is None else transport.get_extra_info("sockname")
    if isinstance(address, str | bytes):
        return None
    return "https" if request.secure else "http"


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection, so that the client sees that the response is incomplete."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)
