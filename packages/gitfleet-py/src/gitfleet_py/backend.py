"""The engine: requests and responses of GitFleet through httpx."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from gitfleet_api.backend import (
    ERROR_BODY_BYTES,
    Authorities,
    Backend,
    Headers,
    LoopLocal,
    Request,
    Response,
    decodes,
    transport_error,
)
from gitfleet_api.errors import ConfigurationError, DecodeFailure

from .body import Streamed
from .decode import decoder, decoder_name
from .loop_state import LoopState
from .tls import TLSContexts
from .version import VERSION

if TYPE_CHECKING:
    import httpx

    from .client import LoopClient

__all__ = ["PythonBackend"]

_LARGE = 1024 * 1024
"""From this size on a body is decoded in a thread, so that other tasks run and timeouts work between its steps."""


class PythonBackend(Backend):
    """The pure Python engine. It opens connections when they are needed and keeps them for each event loop.

    Every request is an ``httpx.Request`` through one transport of httpx's transport interface. With ``transport``,
    ``mounts`` or ``event_hooks`` an ``httpx.AsyncClient`` sends it, otherwise the transport is called directly.

    Args:
        verify: True for the certificate authorities that SSL_CERT_FILE and SSL_CERT_DIR name, or else those of the
            system; the path of a PEM file or folder for only those in it; False for no verification; or an
            ``ssl.SSLContext``.
        transport: a transport to use instead of the network; it gets the requests that have a proxy, too.
        mounts: transports by URL pattern.
        event_hooks: functions to call with each ``httpx.Request`` and ``httpx.Response``, as httpx describes.
        limits: bounds of the connection pool; by default up to 100 connections, idle ones for 90 seconds.
        http1: allow HTTP/1.1.
        http2: use HTTP/2 where the server supports it (needs ``pip install 'gitfleet-py[http2]'``).

    Raises:
        ConfigurationError: ``verify`` is not one of these, the package h2 is missing, or both versions are off.
    """

    name = "python"
    protocol = 1

    def __init__(
        self,
        *,
        verify: bool | str | os.PathLike[str] | Authorities | ssl.SSLContext = True,
        transport: httpx.AsyncBaseTransport | None = None,
        mounts: Mapping[str, httpx.AsyncBaseTransport | None] | None = None,
        event_hooks: Mapping[str, list[Callable[..., Any]]] | None = None,
        limits: httpx.Limits | None = None,
        http1: bool = True,
        http2: bool = False,
    ) -> None:
        self._contexts = TLSContexts(verify)
        if http2 and importlib.util.find_spec("h2") is None:
            raise ConfigurationError("http2=True needs the package h2: pip install 'gitfleet-py[http2]'")
        if not (http1 or http2):
            raise ConfigurationError("http1=False needs http2=True")
        self._options = (transport, mounts, event_hooks, limits, http1, http2)
        self._loops = LoopLocal(LoopState, LoopState.aclose, LoopState.abort)
        self._closed = False

    @classmethod
    def create(cls, *, verify: bool | Authorities = True) -> Self:
        """Return an engine with default settings."""
        return cls(verify=verify)

    @classmethod
    def version(cls) -> str:
        """Return the versions of this package, of httpx and of the JSON decoder."""
        import httpx

        return f"gitfleet-py {VERSION}, httpx {httpx.__version__}, {decoder_name()}"

    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the response."""
        state = self._loops.get()
        try:
            async with state.track():
                # Not before: closing the backend ends this request from here on.
                if self._closed:
                    raise transport_error("closed", request)
                client = state.clients.get(request.proxy) or self._new_client(state, request.proxy)
                status, headers, body = await client.send(request)
        except TimeoutError as error:
            raise transport_error("closed_meanwhile", request) from error
        if len(body) > _LARGE:
            return await asyncio.to_thread(_decoded, request, status, headers, body)
        return _decoded(request, status, headers, body)

    @asynccontextmanager
    async def stream(
        self, request: Request, upload: AsyncIterable[bytes] | None = None
    ) -> AsyncGenerator[Streamed, None]:
        """Send ``request`` and give the response before its body was read, for programs that pass bodies on.

        Nothing is decoded into columns, and ``max_body`` does not apply. Hooks and mounts are not used.

        Args:
            request: the request. With ``upload`` it has no body, and may have a header ``content-length``.
            upload: the parts of the body to send, which are read as fast as the server takes them. None: no such body.

        Raises:
            NetworkError: There was no head of a response. The parts raise it if the body is incomplete.
            ConfigurationError: The request is invalid, or the engine is closed.
        """
        state = self._loops.get()
        try:
            async with state.track():
                if self._closed:
                    raise transport_error("closed", request)
                client = state.clients.get(request.proxy) or self._new_client(state, request.proxy)
                async with client.stream(request, upload) as streamed:
                    yield streamed
        except TimeoutError as error:
            if not self._closed:
                raise  # of the caller
            raise transport_error("closed_meanwhile", request) from error

    def _new_client(self, state: LoopState, proxy: str | None) -> LoopClient:
        # Importing httpx takes 60 ms, which only processes that send something need.
        from .client import LoopClient, Options

        client = state.clients[proxy] = LoopClient(Options(*self._options), proxy, self._contexts.get)
        return client

    async def aclose(self) -> None:
        """Cancel the requests in progress (code ``closed``) and close every connection.

        Other event loops close theirs in their own threads, as soon as they run.
        """
        self._closed = True
        here = asyncio.get_running_loop()
        loops = self._loops.pop_all()
        for loop, state in loops:
            if loop is not None and loop is not here:
                with contextlib.suppress(RuntimeError):  # it is closed
                    loop.call_soon_threadsafe(state.start_closing)
        for loop, state in loops:
            if loop is here:
                await state.aclose()


def _decoded(request: Request, status: int, headers: Headers, body: bytes) -> Response:
    if request.projection is None or not decodes(request, status):
        return Response(status, headers, body)
    try:
        return Response(status, headers, columns=decoder()(body, request.projection))
    except DecodeFailure as failure:
        return Response(status, headers, body[:ERROR_BODY_BYTES], failure=failure)
