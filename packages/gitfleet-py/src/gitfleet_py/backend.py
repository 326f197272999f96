"""The engine: which way a request goes, and what comes of its answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from gitfleet_api.backend import (
    ERROR_BODY_BYTES,
    Backend,
    Headers,
    LoopLocal,
    Request,
    Response,
    decodes,
    error_for_code,
)
from gitfleet_api.errors import ConfigurationError, DecodeFailure, GitFleetError

from .answer import Answer
from .broken import ExchangeError
from .columns import decoder, decoder_name
from .held import Held
from .message import message_of
from .pool import Limits, Pool
from .tls import ssl_context
from .version import VERSION

if TYPE_CHECKING:
    import httpx

__all__ = ["PythonBackend"]

_Hooks = Mapping[str, list[Callable[..., Any]]]


class PythonBackend(Backend):
    """The pure Python engine. Connections are pooled by event loop, and made when first needed.

    Ordinary requests go over connections of its own. Those through a proxy, and all of them where ``transport``,
    ``mounts``, ``event_hooks`` or ``http2`` is given, go through an ``httpx.AsyncClient``, which takes 5 times as long
    and does what httpx documents.

    Args:
        verify: True for the system's certificate authorities (and SSL_CERT_FILE), the path of a PEM file for
            those in it and no others, False for none, or an ``ssl.SSLContext``.
        transport: send through this instead of the network.
        mounts: transports by URL pattern.
        event_hooks: functions to call with each request and response, as httpx describes.
        limits: bounds of the connection pool; the default keeps up to 100 connections.
        http1: speak HTTP/1.1.
        http2: speak HTTP/2 where the server does (needs ``pip install httpx[http2]``).

    Raises:
        ConfigurationError: ``verify`` is none of these, or ``http2`` is asked for without h2.
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
        if http2 and not _has_h2():
            raise ConfigurationError("http2=True needs the package h2: pip install 'httpx[http2]'")
        self._options: dict[str, Any] = {
            "transport": transport,
            "mounts": mounts,
            "event_hooks": event_hooks,
            "http1": http1,
            "http2": http2,
        }
        self._limits = limits
        self._wants_httpx = bool(transport or mounts or event_hooks or http2 or not http1)
        self._loops = LoopLocal(Held)
        self._closed = False

    @classmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """An engine with ordinary settings."""
        return cls(verify=verify)

    @classmethod
    def version(cls) -> str:
        """Versions of this package, of httpx, and what decodes."""
        import httpx

        return f"gitfleet-py {VERSION}, httpx {httpx.__version__}, {decoder_name()}"

    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the answer."""
        held = self._loops.get()
        try:
            async with held.send():
                # Not before: a backend that is closed from here on gives this send up.
                if self._closed:
                    raise _error("closed", "the backend is closed; make a new one", request)
                status, headers, body = await self._exchange(held, request)
        except ExchangeError as error:
            raise _error(error.code, str(error), request) from error
        except TimeoutError as error:
            raise _error("closed", "the backend was closed while the request was under way", request) from error
        return _decoded(request, status, headers, body)

    async def _exchange(self, held: Held, request: Request) -> tuple[int, Headers, bytes]:
        message = None if self._wants_httpx or request.proxy is not None else message_of(request)
        if message is None:
            return await self._exchange_through_httpx(held, request)
        if held.pool is None:
            held.pool = Pool(_limits(self._limits), self._tls_for_http1)
        answer = Answer(request)
        await held.pool.exchange(message, answer, request.timeout)
        return answer.status, answer.headers, answer.body()

    async def _exchange_through_httpx(self, held: Held, request: Request) -> tuple[int, Headers, bytes]:
        # 60 ms to import, which a process that only sends ordinary requests does not pay.
        from . import failures, through_httpx

        # Making a TLS context takes 20 to 40 ms, which plain http (a test's server, say) needs not pay.
        tls = request.url.startswith("https:") or (request.proxy or "").startswith("https:")
        key = (request.proxy, tls)
        try:
            if key not in held.clients:
                held.clients[key] = through_httpx.new_client(
                    self._options, _limits(self._limits), request.proxy, self._tls() if tls else None
                )
            return await through_httpx.exchange(held.clients[key], request)
        except failures.OF_HTTPX as error:
            code = failures.code_of(error)
            raise ExchangeError(code, failures.describe(error, code, request)) from error

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

    def _tls(self) -> ssl.SSLContext:
        if isinstance(self._verify, bool):
            self._verify = ssl_context(self._verify)
        return self._verify

    def _tls_for_http1(self) -> ssl.SSLContext:
        context = self._tls()
        context.set_alpn_protocols(["http/1.1"])
        return context


def _has_h2() -> bool:
    import importlib.util

    return importlib.util.find_spec("h2") is not None


def _limits(given: httpx.Limits | None) -> Limits:
    if given is None:
        return Limits()
    return Limits(given.max_connections, given.max_keepalive_connections, given.keepalive_expiry)


def _checked(verify: object) -> bool | ssl.SSLContext:
    """What to verify by: never anything that httpx would take for "trust anybody"."""
    if isinstance(verify, bool | ssl.SSLContext):
        return verify
    if isinstance(verify, str | os.PathLike):
        return ssl_context(os.fsdecode(verify))
    raise ConfigurationError(f"verify must be True, False, the path of a PEM file or an SSLContext, not {verify!r}")


def _decoded(request: Request, status: int, headers: Headers, body: bytes) -> Response:
    if request.projection is None or not decodes(request, status):
        return Response(status, headers, body)
    try:
        return Response(status, headers, columns=decoder()(body, request.projection))
    except DecodeFailure as failure:
        return Response(status, headers, body[:ERROR_BODY_BYTES], failure=failure)


def _error(code: str, message: str, request: Request) -> GitFleetError:
    return error_for_code(code, message, method=request.method, url=request.url)
