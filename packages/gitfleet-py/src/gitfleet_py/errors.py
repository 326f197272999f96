"""The codes of gitfleet_api.errors for the exceptions of httpx, and the exceptions that our transport raises."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from httpx import (
    ConnectError,
    ConnectTimeout,
    DecodingError,
    HTTPError,
    InvalidURL,
    LocalProtocolError,
    NetworkError,
    PoolTimeout,
    ProxyError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    StreamError,
    TimeoutException,
    UnsupportedProtocol,
)

from gitfleet_api.backend import Request

__all__ = [
    "HTTPX_ERRORS",
    "ConnectError",
    "ConnectTimeout",
    "HandshakeError",
    "InvalidURL",
    "LocalProtocolError",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "UnsupportedProtocol",
    "code_of",
    "describe",
]


class HandshakeError(ConnectError):
    """The TLS handshake failed."""


HTTPX_ERRORS = (HTTPError, InvalidURL, StreamError, ssl.SSLError, OSError)
"""The exceptions of httpx, and those that transports of httpx let through."""

# One class of httpx can stand for several codes; then the cause or the text decides, in `code_of`.
_BY_CLASS: tuple[tuple[type[Exception], str], ...] = (
    (ConnectTimeout, "timeout_connect"),
    (PoolTimeout, "timeout_connect"),
    (TimeoutException, "timeout_read"),
    (HandshakeError, "tls_failed"),
    (ConnectError, "connection_failed"),
    (ProxyError, "connection_failed"),
    (UnsupportedProtocol, "invalid_request"),
    (LocalProtocolError, "invalid_request"),
    (InvalidURL, "invalid_request"),
    (DecodingError, "protocol_error"),
    (RemoteProtocolError, "protocol_error"),
    (NetworkError, "connection_lost"),
    (ssl.SSLError, "tls_failed"),
    (OSError, "connection_lost"),
)


def code_of(error: Exception) -> str:
    """Return the code for an exception of httpx or of one of its transports."""
    if isinstance(error, ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return "tls_failed"
    # httpx's own transport has one class for a peer that closes the connection and one that does not speak HTTP.
    if isinstance(error, RemoteProtocolError) and ("disconnected" in str(error) or "closed connection" in str(error)):
        return "connection_lost"
    return next((code for kind, code in _BY_CLASS if isinstance(error, kind)), "internal")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def describe(error: Exception, code: str, request: Request) -> str:
    """Return the message for ``error``."""
    if code == "timeout_connect":
        return f"no connection within {request.timeout.connect} s (timeout.connect)"
    if code == "timeout_read":
        return f"nothing received for {request.timeout.read} s (timeout.read)"
    return str(error) or type(error).__name__
