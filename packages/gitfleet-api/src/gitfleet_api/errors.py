"""Errors: one tree of classes with stable codes, the same from both engines.

::

    GitFleetError
    ├─ ConfigurationError (also ValueError)      bad arguments, before anything is sent
    │  └─ BackendUnavailableError (also ImportError)
    ├─ InternalError                             a bug in an engine; carries the panic's text
    ├─ NetworkError                              no complete response
    │  ├─ ConnectionFailedError                  name look-up, refused, unreachable
    │  ├─ ProxyError                             the proxy requires credentials, or refuses
    │  ├─ TLSError                               handshake or certificate
    │  ├─ RequestTimeoutError                    connect, read or total
    │  └─ ProtocolError                          connection lost, not HTTP, body too large
    └─ ProviderError                             an error response, or an unusable one
       ├─ AuthError                              401
       ├─ PermissionDeniedError                  403
       ├─ NotFoundError                          404, 410
       ├─ ConflictError                          409
       ├─ InvalidRequestError                    400, 422
       ├─ UnavailableForLegalReasonsError        451
       ├─ ServerError                            5xx
       ├─ RateLimitError                         no calls left until reset_time
       │  └─ SecondaryRateLimitError             too many requests in a short time
       ├─ UnsupportedError                       this provider does not support the call; not sent
       ├─ DecodeError                            not JSON, or not the expected shape
       └─ IncompleteListingError                 rows are missing; has those that arrived

``str(error)`` is for people and may change. ``error.code`` is for programs and does not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .gaps import Gap
    from .provider_type import ProviderType

__all__ = [
    "AuthError",
    "BackendUnavailableError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DecodeError",
    "DecodeFailure",
    "GitFleetError",
    "IncompleteListingError",
    "InternalError",
    "InvalidRequestError",
    "NetworkError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProtocolError",
    "ProviderError",
    "ProxyError",
    "RateLimitError",
    "RequestTimeoutError",
    "SecondaryRateLimitError",
    "ServerError",
    "TLSError",
    "UnavailableForLegalReasonsError",
    "UnsupportedError",
]


def _restore(cls: type[GitFleetError], args: tuple[object, ...], state: dict[str, object]) -> GitFleetError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class GitFleetError(Exception):
    """Base of all errors of this library.

    Attributes:
        message: Text for people.
        code: Short lower-case name of the error. It is the same in both engines and does not change between releases.
    """

    default_code: ClassVar[str] = "error"
    """The ``code`` of errors that are created without one."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code: str = code or self.default_code

    def __str__(self) -> str:
        return self.message

    # The inherited method calls cls(*args), which loses keyword-only arguments.
    def __reduce__(
        self,
    ) -> tuple[Callable[..., GitFleetError], tuple[type[GitFleetError], tuple[object, ...], dict[str, object]]]:
        return _restore, (type(self), self.args, self.__dict__)


class ConfigurationError(GitFleetError, ValueError):
    """An invalid argument, or an invalid combination of arguments. Nothing was sent."""

    default_code: ClassVar[str] = "invalid_argument"


class BackendUnavailableError(ConfigurationError, ImportError):
    """No engine could be loaded. The message lists each one with the reason and the command that fixes it."""

    default_code: ClassVar[str] = "backend_unavailable"


class InternalError(GitFleetError):
    """A bug in an engine; please report it. The message contains the details."""

    default_code: ClassVar[str] = "internal"


class NetworkError(GitFleetError):
    """No complete response arrived.

    Attributes:
        method: HTTP method of the request, or None if unknown.
        url: URL of the request, or None if unknown.
    """

    default_code: ClassVar[str] = "network"

    def __init__(
        self, message: str, *, code: str | None = None, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.method = method
        self.url = url


class ConnectionFailedError(NetworkError):
    """The connection could not be opened, so the request was not sent."""

    default_code: ClassVar[str] = "connection_failed"


class ProxyError(NetworkError):
    """The proxy refused to pass the request on. It is final: repeated logins with a wrong password lock accounts.

    ``code`` is ``proxy_auth_required`` (407: user or password are missing or wrong) or ``proxy_refused`` (any other
    refusal, as 403). A proxy that fails to reach the server raises :class:`ConnectionFailedError`.
    """

    default_code: ClassVar[str] = "proxy_refused"


class TLSError(NetworkError):
    """The TLS handshake failed, usually because the certificate is not trusted."""

    default_code: ClassVar[str] = "tls_failed"


class RequestTimeoutError(NetworkError):
    """A time limit of :class:`gitfleet_api.Timeout` was exceeded.

    ``code`` is ``timeout_connect``, ``timeout_read`` or ``timeout_total``.
    """

    default_code: ClassVar[str] = "timeout_total"


class ProtocolError(NetworkError):
    """The response is incomplete or not valid HTTP.

    ``code`` is ``connection_lost``, ``not_processed`` (the server ended its HTTP/2 connections or refused the request
    before it processed the request), ``protocol_error`` (not valid HTTP) or ``body_too_large``.
    """

    default_code: ClassVar[str] = "protocol_error"


class ResponseDetails(TypedDict, total=False):
    """Keyword arguments of every :class:`ProviderError` about the response."""

    status: int | None
    code: str | None
    url: str | None
    request_id: str | None


class ProviderError(GitFleetError):
    """An error response, or a response that cannot be used.

    Errors without a subclass are distinguished by ``code``. ``not_ready``: after the last retry the provider was still
    computing the response (202).

    Attributes:
        provider_type: The provider.
        status: HTTP status, or None if nothing was sent.
        url: URL of the request, or None.
        request_id: The provider's id of the request, for its support, or None.
    """

    default_code: ClassVar[str] = "provider_error"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        status: int | None = None,
        code: str | None = None,
        url: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.provider_type = provider_type
        self.status = status
        self.url = url
        self.request_id = request_id


class AuthError(ProviderError):
    """401: The token is missing, wrong, expired or revoked."""

    default_code: ClassVar[str] = "unauthorized"


class PermissionDeniedError(ProviderError):
    """403, except rate limits: The token does not allow the call.

    Attributes:
        reason: What the provider refuses, if its response says so: ``account_suspended``, ``sso_required``,
            ``token_lifetime``, ``token_forbidden`` (the owner or the endpoint accepts no such token),
            ``missing_scope``, ``ip_not_allowed`` or ``object_blocked`` (with any token). None if it does not.
    """

    default_code: ClassVar[str] = "forbidden"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        reason: str | None = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.reason = reason


class NotFoundError(ProviderError):
    """404 or 410: The object does not exist, or the token may not see it."""

    default_code: ClassVar[str] = "not_found"


class ConflictError(ProviderError):
    """409: The state of the resource does not allow the call."""

    default_code: ClassVar[str] = "conflict"


class InvalidRequestError(ProviderError):
    """400 or 422: The provider rejects the parameters."""

    default_code: ClassVar[str] = "invalid_request"


class UnavailableForLegalReasonsError(ProviderError):
    """451: The repository is blocked for legal reasons.

    Attributes:
        reason: The provider's name of the reason, as ``dmca``, or None.
    """

    default_code: ClassVar[str] = "unavailable_for_legal_reasons"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        reason: str | None = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.reason = reason


class ServerError(ProviderError):
    """5xx: The provider failed.

    Attributes:
        retry_after: Seconds that the provider asks to wait (Retry-After), or None.
    """

    default_code: ClassVar[str] = "server_error"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        retry_after: float | None = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.retry_after = retry_after


class RateLimitError(ProviderError):
    """No calls are left for this token and resource.

    Attributes:
        reset_time: When calls are possible again (aware, UTC, by this machine's clock even if the server's differs), or
            None if the provider does not state it.
        retry_after: Seconds to wait, or None.
        resource: The provider's name of the exhausted budget, as ``core``, or None.
    """

    default_code: ClassVar[str] = "rate_limited"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        reset_time: datetime | None = None,
        retry_after: float | None = None,
        resource: str | None = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.reset_time = reset_time
        self.retry_after = retry_after
        self.resource = resource


class SecondaryRateLimitError(RateLimitError):
    """Too many requests in a short time. The primary rate limit may still have calls left."""

    default_code: ClassVar[str] = "secondary_rate_limited"


class UnsupportedError(ProviderError):
    """The provider does not support the call (nothing was sent), or this server has no GraphQL API (``status``)."""

    default_code: ClassVar[str] = "unsupported"


class DecodeError(ProviderError):
    """The body is not valid JSON (``decode_json``) or does not have the expected shape (``decode_shape``).

    Attributes:
        byte: Offset in the body, in bytes, or None.
        row: Index of the row, from 0, or None if the error is not about one row.
        field: JSON path of the value in the row, or None.
    """

    default_code: ClassVar[str] = "decode_json"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        byte: int | None = None,
        row: int | None = None,
        field: str | None = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.byte = byte
        self.row = row
        self.field = field


class IncompleteListingError(ProviderError):
    """A listing has ended, but rows are missing. ``on_incomplete`` selects a warning, or nothing, instead.

    Attributes:
        rows: The rows that arrived: those of an awaited listing. Those of a table are dictionaries, or objects of your
            own class. Empty for a streamed listing, whose reader has them.
        gaps: Why rows are missing, as :class:`Gap` objects.
    """

    default_code: ClassVar[str] = "incomplete_listing"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        rows: list[Any],
        gaps: tuple[Gap, ...],
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.rows = rows
        self.gaps = gaps


class DecodeFailure(ValueError):
    """Raised by an engine or a row decoder for a body that cannot be decoded.

    It contains no provider and no URL. The session turns it into a :class:`DecodeError`.

    Attributes:
        code: ``decode_json`` or ``decode_shape``.
        message: Text for people.
        byte: Offset in the body, in bytes, or None.
        row: Index of the row, from 0, or None if the failure is not about one row.
        field: JSON path of the value in the row, or None.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        byte: int | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.byte = byte
        self.row = row
        self.field = field

    def __reduce__(self) -> tuple[Callable[..., DecodeFailure], tuple[str, str], dict[str, object]]:
        return DecodeFailure, (self.code, self.message), self.__dict__
