"""``NativeBackend``: sends requests with the Rust engine."""

from __future__ import annotations

import asyncio
import json
import os
import weakref
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import Any, Self

from gitfleet_api.backend import (
    Backend,
    Columns,
    Headers,
    LoopLocal,
    Projection,
    RedactedBytes,
    Request,
    Response,
    error_for_code,
    loads_columns,
)
from gitfleet_api.errors import ConfigurationError, DecodeFailure

from .binary_columns import read_binary
from .engine import Completion, Engine
from .library import LibraryError, build_info, ffi, last_error, lib
from .version import VERSION

__all__ = ["NativeBackend"]

_JSON_COLUMNS, _BINARY_COLUMNS = 1, 2
_MAX_HEADS = 64

_projections: weakref.WeakKeyDictionary[Projection, Any] = weakref.WeakKeyDictionary()


class NativeBackend(Backend):
    """The native engine. Sockets, TLS, decompression and parsing run on Rust threads, without the GIL.

    Args:
        verify: True trusts the certificate authorities of the system (or of SSL_CERT_FILE and SSL_CERT_DIR if set); the
            path of a PEM file trusts only the certificates in it; False disables verification.
        http2: use HTTP/2 if the server offers it by ALPN.

    Raises:
        ConfigurationError: ``verify`` has another type, or its file contains no usable certificate.
    """

    name = "native"
    protocol = 1

    def __init__(self, *, verify: bool | str | os.PathLike[str] = True, http2: bool = True) -> None:
        if not isinstance(verify, bool | str | os.PathLike):
            raise ConfigurationError(f"verify must be True, False or the path of a PEM file, not {verify!r}")
        ca_file = None if isinstance(verify, bool) else os.fsdecode(verify)
        settings = {"verify": verify is not False, "ca_file": ca_file, "http2": http2}
        self._config = json.dumps(settings).encode()
        self._engines = LoopLocal(partial(Engine, self._config))  # a closure over self would be a reference cycle
        self._closed = False
        self._heads: dict[tuple[object, ...], bytes] = {}
        if ca_file is not None:
            self._check_config()

    @classmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """Create an engine with default settings."""
        return cls(verify=verify)

    @classmethod
    def version(cls) -> str:
        """The versions of this package and of the library."""
        return f"gitfleet-native {VERSION}, library {json.loads(build_info())['version']}"

    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the response."""
        if self._closed:
            raise error_for_code(
                "closed", "the backend is closed; create a new one", method=request.method, url=request.url
            )
        try:
            projection = ffi.NULL if request.projection is None else _handle_of(request.projection)
            done = await self._engine().run(self._encoded(request), request.body, projection)
        except LibraryError as error:
            raise error_for_code(error.code, error.message, method=request.method, url=request.url) from None
        return _response(done, request)

    async def aclose(self) -> None:
        """Close all connections; callers that wait for a response get an error with code ``closed``."""
        self._closed = True
        running = asyncio.get_running_loop()
        for loop, engine in self._engines.pop_all():
            if loop is None or loop is running or loop.is_closed():
                engine.close()
            else:
                loop.call_soon_threadsafe(engine.close)

    def _engine(self) -> Engine:
        engine = self._engines.get()
        if engine.stale:
            self._engines.pop_all()
            engine = self._engines.get()
        return engine

    def _encoded(self, request: Request) -> bytes:
        # Most requests differ only in the URL, so the rest is cached: 0.6 µs instead of 4.3.
        timeout = request.timeout
        key = (request.method, request.headers, request.proxy, timeout.connect, timeout.read, request.max_body)
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= _MAX_HEADS:
                self._heads.clear()
            head = self._heads[key] = _head(*key)
        return RedactedBytes(b'%b"url":%b}' % (head, encode_basestring_ascii(request.url).encode()))

    def _check_config(self) -> None:
        """Raise for an unusable PEM file now, not at the first request."""
        if lib.gf_config_check(self._config, len(self._config)) != 0:
            error = last_error()
            raise ConfigurationError(error.message, code=error.code)


def _handle_of(projection: Projection) -> Any:
    """The compiled form of a projection, cached for the projection's lifetime."""
    handle = _projections.get(projection)
    if handle is None:
        spec = projection.to_json().encode()
        pointer = lib.gf_projection_new(spec, len(spec))
        if pointer == ffi.NULL:
            raise last_error()
        handle = _projections[projection] = ffi.gc(pointer, lib.gf_projection_free)
    return handle


def _head(
    method: str,
    headers: tuple[tuple[str, str], ...],
    proxy: str | None,
    connect: float | None,
    read: float | None,
    max_body: int,
) -> bytes:
    """The JSON of a request up to the URL, which is the last member. It may contain a token."""
    members = {"method": method, "headers": headers, "proxy": proxy, "max_body": max_body}
    text = json.dumps({**members, "connect_timeout": connect, "read_timeout": read})
    return RedactedBytes(text.encode()[:-1] + b",")


def _response(done: Completion, request: Request) -> Response:
    failure = None
    if done.error:
        error = json.loads(done.error)
        if not error["code"].startswith("decode_"):
            raise error_for_code(error["code"], error["message"], method=request.method, url=request.url)
        position = {"byte": error["byte"], "row": error["row"], "field": error["field"]}
        failure = DecodeFailure(error["code"], error["message"], **position)
    headers = _headers(done.headers)
    if done.format in (_JSON_COLUMNS, _BINARY_COLUMNS):
        try:
            return Response(done.status, headers, columns=_columns(done, request))
        except DecodeFailure as too_deep:
            return Response(done.status, headers, failure=too_deep)
    return Response(done.status, headers, done.body, failure=failure)


def _headers(encoded: bytes) -> Headers:
    words = iter(encoded.decode("latin-1").split("\0"))
    return Headers(zip(words, words, strict=False))  # not strict: the text after the last NUL is empty


def _columns(done: Completion, request: Request) -> Columns:
    if done.format == _JSON_COLUMNS:
        return loads_columns(done.body)
    assert request.projection is not None  # noqa: S101  only requests with a projection have columns
    return read_binary(done.body, len(request.projection.columns) + len(request.projection.beside))
