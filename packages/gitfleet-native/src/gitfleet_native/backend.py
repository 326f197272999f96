"""``NativeBackend``: sends requests with the Rust engine."""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import json
import os
import weakref
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import Any, Self

from gitfleet_api.backend import (
    Authorities,
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
    read_authorities,
    system_authorities,
    transport_error,
)
from gitfleet_api.errors import DecodeFailure, GitFleetError

from .binary_columns import read_binary
from .engine import Completion, Engine
from .library import LibraryError, build_info, ffi, last_error, lib
from .version import VERSION

__all__ = ["NativeBackend"]

_JSON_COLUMNS, _BINARY_COLUMNS = 1, 2
_MAX_HEADS = 64
_LARGE = 1024 * 1024  # bytes; larger columns become objects in a thread, so that other tasks run and timeouts work

_projections: weakref.WeakKeyDictionary[Projection, Any] = weakref.WeakKeyDictionary()


class NativeBackend(Backend):
    """The native engine. Sockets, TLS, decompression and parsing run on Rust threads, without the GIL.

    Args:
        verify: True for the certificate authorities that SSL_CERT_FILE and SSL_CERT_DIR name, or else those of the
            system; the path of a PEM file or folder for only those in it; False for no verification.
        http2: use HTTP/2 if the server offers it by ALPN.

    Raises:
        ConfigurationError: ``verify`` has another type, or there is no usable certificate.
    """

    name = "native"
    protocol = 1

    def __init__(self, *, verify: bool | str | os.PathLike[str] | Authorities = True, http2: bool = True) -> None:
        self._engines = LoopLocal(partial(_new_engine, read_authorities(verify), http2), _close_engine)
        self._closed = False
        self._heads: dict[tuple[object, ...], bytes] = {}

    @classmethod
    def create(cls, *, verify: bool | Authorities = True) -> Self:
        """Create an engine with default settings."""
        return cls(verify=verify)

    @classmethod
    def version(cls) -> str:
        """The versions of this package and of the library."""
        return f"gitfleet-native {VERSION}, library {json.loads(build_info())['version']}"

    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the response."""
        if self._closed:
            raise transport_error("closed", request)
        try:
            projection = ffi.NULL if request.projection is None else _handle_of(request.projection)
            done = await self._engine().run(self._encoded(request), request.body, projection)
        except LibraryError as error:
            raise _error(error.code, error.message, request) from None
        except OSError as error:  # no descriptor is free to read the certificates of the system
            raise transport_error("connect", request, number=error.errno) from error
        if len(done.body) > _LARGE:
            return await asyncio.to_thread(_response, done, request)
        return _response(done, request)

    async def aclose(self) -> None:
        """Close all connections; callers that wait for a response get an error with code ``closed``."""
        self._closed = True
        self._heads.clear()  # they contain tokens
        running = asyncio.get_running_loop()
        for loop, engine in self._engines.pop_all():
            if loop is None or loop is running or loop.is_closed():
                engine.close()
                continue
            try:
                loop.call_soon_threadsafe(engine.close)
            except RuntimeError:  # its thread has closed it meanwhile
                engine.close()

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


def _new_engine(trust: bool | Authorities, http2: bool) -> Engine:
    return Engine(_config(trust, http2))


def _config(trust: bool | Authorities, http2: bool) -> bytes:
    """Return the configuration of ``gf_engine_new``. The certificates of the system are read here, when needed."""
    listed = _of_the_system() if trust is True else trust
    settings: dict[str, object] = {"verify": trust is not False, "http2": http2}
    if isinstance(listed, Authorities):
        settings["issuers"] = "".join(map(_pem, listed.issuers))
        settings["servers"] = "".join(map(_pem, listed.servers))
        settings["problem"] = listed.problem
    return json.dumps(settings).encode()


def _of_the_system() -> bool | Authorities | None:
    listed = system_authorities()
    if listed is not None and not listed.certificates:
        with contextlib.suppress(ImportError):
            import certifi  # a dependency of the Python engine, which uses it as well

            return read_authorities(certifi.where())
    return listed


def _pem(der: bytes) -> str:
    text = binascii.b2a_base64(der, newline=False).decode("ascii")
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


async def _close_engine(engine: Engine) -> None:
    engine.close()


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
            raise _transport_error(error, request)
        position = {"byte": error["byte"], "row": error["row"], "field": error["field"]}
        failure = DecodeFailure(error["code"], error["message"], **position)
    headers = _headers(done.headers)
    if done.format in (_JSON_COLUMNS, _BINARY_COLUMNS):
        try:
            return Response(done.status, headers, columns=_columns(done, request))
        except DecodeFailure as too_deep:
            return Response(done.status, headers, failure=too_deep)
    return Response(done.status, headers, done.body, failure=failure)


def _transport_error(error: dict[str, Any], request: Request) -> GitFleetError:
    if error["reason"] is None:
        return _error(error["code"], error["message"], request)
    found = transport_error(
        error["reason"], request, number=error["number"], detail=error["message"], at_proxy=error["at_proxy"]
    )
    # For people who look for the cause: what the HTTP library said.
    found.__cause__ = LibraryError(error["code"], error["message"])
    return found


def _error(code: str, message: str, request: Request) -> GitFleetError:
    if code == "closed":
        return transport_error("closed_meanwhile", request)
    return error_for_code(code, message, method=request.method, url=request.url)


def _headers(encoded: bytes) -> Headers:
    words = iter(encoded.decode("latin-1").split("\0"))
    return Headers(zip(words, words, strict=False))  # not strict: the text after the last NUL is empty


def _columns(done: Completion, request: Request) -> Columns:
    if done.format == _JSON_COLUMNS:
        return loads_columns(done.body)
    assert request.projection is not None  # noqa: S101  only requests with a projection have columns
    return read_binary(done.body, len(request.projection.columns) + len(request.projection.beside))
