"""The codes of transport failures and the error class of each."""

from __future__ import annotations

from ..errors import (
    ConfigurationError,
    ConnectionFailedError,
    GitFleetError,
    InternalError,
    NetworkError,
    ProtocolError,
    ProxyError,
    RequestTimeoutError,
    TLSError,
)

__all__ = ["error_for_code"]

_LONGEST_PART = 1000

_CLASS_OF_CODE: dict[str, type[NetworkError]] = {
    "connection_failed": ConnectionFailedError,
    "proxy_auth_required": ProxyError,
    "proxy_refused": ProxyError,
    "tls_failed": TLSError,
    "timeout_connect": RequestTimeoutError,
    "timeout_read": RequestTimeoutError,
    "timeout_total": RequestTimeoutError,
    "connection_lost": ProtocolError,
    "not_processed": ProtocolError,
    "protocol_error": ProtocolError,
    "body_too_large": ProtocolError,
}


def error_for_code(code: str, message: str, *, method: str, url: str) -> GitFleetError:
    """Return the error that an engine raises for a failure. Both engines use this table of codes.

    Args:
        code: code of the failure, such as ``timeout_read``; an unknown code gives an InternalError.
        message: description of the failure.
        method: method of the request.
        url: URL of the request.
    """
    # Shortened, because the failure may be a URL that is too long, which ``message`` may contain again.
    text = f"{method} {url[:_LONGEST_PART]}: {message[:_LONGEST_PART]}"
    if code in _CLASS_OF_CODE:
        return _CLASS_OF_CODE[code](text, code=code, method=method, url=url)
    if code in ("closed", "invalid_argument", "invalid_request"):
        return ConfigurationError(text, code=code)
    return InternalError(text, code=code)
