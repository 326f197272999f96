"""From httpx's exceptions to the codes of gitfleet_api.errors."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx

from gitfleet_api.backend import Request

__all__ = ["OF_HTTPX", "code_of", "describe"]

OF_HTTPX = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError)
"""What httpx raises, and what it lets through."""

# Where one class of httpx stands for several things, the deeper cause or the text tells which.
_BY_CLASS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "timeout_connect"),
    (httpx.PoolTimeout, "timeout_connect"),
    (httpx.TimeoutException, "timeout_read"),
    (httpx.ConnectError, "connection_failed"),
    (httpx.ProxyError, "connection_failed"),
    (httpx.UnsupportedProtocol, "invalid_request"),
    (httpx.LocalProtocolError, "invalid_request"),
    (httpx.InvalidURL, "invalid_request"),
    (httpx.DecodingError, "protocol_error"),
    (httpx.RemoteProtocolError, "protocol_error"),
    (httpx.NetworkError, "connection_lost"),
    (ssl.SSLError, "tls_failed"),
    (OSError, "connection_lost"),
)


def code_of(error: Exception) -> str:
    """The code for an exception out of httpx."""
    if isinstance(error, httpx.ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return "tls_failed"
    # h11 and h2 have one class for a peer that breaks off and one that speaks no HTTP.
    if isinstance(error, httpx.RemoteProtocolError) and (
        "disconnected" in str(error) or "closed connection" in str(error)
    ):
        return "connection_lost"
    return next((code for kind, code in _BY_CLASS if isinstance(error, kind)), "internal")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def describe(error: Exception, code: str, request: Request) -> str:
    """What to say of it."""
    if code == "timeout_connect":
        return f"no connection within {request.timeout.connect} s (timeout.connect)"
    if code == "timeout_read":
        return f"nothing heard for {request.timeout.read} s (timeout.read)"
    return str(error) or type(error).__name__
