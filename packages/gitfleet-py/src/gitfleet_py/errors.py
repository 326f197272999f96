"""The reasons of :func:`gitfleet_api.backend.transport_error` for exceptions of httpx and of our own transport.

Our transport raises subclasses of httpx's exceptions, which have the reason; other transports raise those of httpx,
whose class, cause or text suggests one.
"""

from __future__ import annotations

import socket
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

from gitfleet_api.backend import Request, error_for_code, transport_error
from gitfleet_api.errors import GitFleetError

__all__ = [
    "HTTPX_ERRORS",
    "ConnectFailure",
    "ConnectTimeout",
    "InvalidURL",
    "LocalProtocolError",
    "NotProcessed",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "TooLarge",
    "UnsupportedProtocol",
    "error_of",
    "tls_failure",
]


class ConnectFailure(ConnectError):
    """A connection could not be opened.

    Attributes:
        reason: for ``transport_error``.
        number: error number of the system, or status of the proxy's response.
        at_proxy: whether a failure of TLS concerns the proxy.
    """

    def __init__(self, reason: str, message: str = "", *, number: int | None = None, at_proxy: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.number = number
        self.at_proxy = at_proxy


class NotProcessed(ReadError):
    """The server certainly did not process the request (HTTP/2).

    Attributes:
        most_sends: how often such a request is sent at most.
        sends: how often it was sent.
        reason: for ``transport_error``, if it is not sent again.
    """

    def __init__(self, message: str, *, most_sends: int, reason: str = "not_processed") -> None:
        super().__init__(message)
        self.most_sends = most_sends
        self.sends = 1
        self.reason = reason


class TooLarge(RemoteProtocolError):
    """The head of the response is too large."""


HTTPX_ERRORS = (HTTPError, InvalidURL, StreamError, ssl.SSLError, OSError)
"""The exceptions of httpx, and those that transports of httpx let through."""

# One class of httpx can stand for several reasons; then the cause or the text decides, in `_reason_of`.
_BY_CLASS: tuple[tuple[type[Exception], str], ...] = (
    (ConnectTimeout, "timeout_connect"),
    (PoolTimeout, "timeout_connect"),
    (TimeoutException, "timeout_read"),
    (ConnectError, "connect"),
    (ProxyError, "tunnel_lost"),
    (DecodingError, "undecodable"),
    (TooLarge, "head_too_large"),
    (RemoteProtocolError, "not_http"),
    (NetworkError, "lost"),
    (ssl.SSLError, "tls"),
    (OSError, "lost"),
)
_TLS_REASONS = {
    "WRONG_VERSION_NUMBER": "tls_not",
    "HTTP_REQUEST": "tls_not",
    "PACKET_LENGTH_TOO_LONG": "tls_not",
    "RECORD_LAYER_FAILURE": "tls_not",
    "UNEXPECTED_MESSAGE": "tls_not",
    "UNEXPECTED_EOF_WHILE_READING": "tls_cut",
}
_EXPIRED, _NOT_YET_VALID = 10, 9  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_CERT_NOT_YET_VALID
_OTHER_NAMES = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH


def error_of(error: Exception, request: Request, *, has_head: bool) -> GitFleetError:
    """Return the error for an exception of httpx or of one of its transports.

    Args:
        error: the exception.
        request: the request.
        has_head: whether the head of the response had arrived.
    """
    if isinstance(error, InvalidURL | UnsupportedProtocol | LocalProtocolError):
        return error_for_code("invalid_request", str(error), method=request.method, url=request.url)
    reason = _reason_of(error)
    if reason == "lost":
        reason = "lost_body" if has_head else "lost_head"
    return transport_error(
        reason or "internal",
        request,
        number=error.sends if isinstance(error, NotProcessed) else getattr(error, "number", None),
        detail=str(error) or type(error).__name__,
        at_proxy=getattr(error, "at_proxy", False),
    )


def _reason_of(error: Exception) -> str | None:
    if isinstance(error, ConnectFailure | NotProcessed):
        return error.reason
    if isinstance(error, ConnectError):
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLError):
                return tls_failure(cause).reason
            if isinstance(cause, socket.gaierror):
                return "unresolved"
    # httpx's own transport has one class for a peer that closes the connection and one that does not speak HTTP.
    if isinstance(error, RemoteProtocolError) and ("disconnected" in str(error) or "closed connection" in str(error)):
        return "lost"
    return next((reason for kind, reason in _BY_CLASS if isinstance(error, kind)), None)


def tls_failure(error: Exception) -> ConnectFailure:
    """Return the exception for an error of the TLS handshake."""
    reason = "tls"
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        reason = "tls_expired" if code == _EXPIRED else "tls_early" if code == _NOT_YET_VALID else "tls_untrusted"
        if code in _OTHER_NAMES or "match" in error.verify_message:
            reason = "tls_name"
    elif isinstance(error, ssl.SSLError):
        name = error.reason or ""
        reason = _TLS_REASONS.get(name, "tls_refused" if "ALERT" in name else "tls")
    elif isinstance(error, OSError):
        reason = "tls_cut"
    return ConnectFailure(reason, str(error) or type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
