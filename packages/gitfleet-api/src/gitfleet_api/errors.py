"""Every error GitFleet raises, the same classes from both engines.

::

    GitFleetError
    ├─ ConfigurationError (also ValueError)      bad arguments, before anything is sent
    │  └─ BackendUnavailableError (also ImportError)
    ├─ InternalError                             a bug in an engine; carries the panic's text
    ├─ NetworkError                              no complete answer arrived
    │  ├─ ConnectionFailedError                  name look-up, refused, unreachable
    │  ├─ TLSError                               handshake or certificate
    │  ├─ RequestTimeoutError                    connect, read or total
    │  └─ ProtocolError                          broken off, not HTTP, larger than allowed
    └─ ProviderError                             the provider answered, but not with what was asked for
       ├─ AuthError                              401
       ├─ PermissionDeniedError                  403
       ├─ NotFoundError                          404, 410
       ├─ ConflictError                          409
       ├─ InvalidRequestError                    400, 422
       ├─ UnavailableForLegalReasonsError        451
       ├─ ServerError                            5xx
       ├─ RateLimitError                         no calls left until reset_time
       │  └─ SecondaryRateLimitError             too fast, although calls are left
       ├─ UnsupportedError                       this provider has no such call
       └─ DecodeError                            not JSON, or not of the promised shape

``str(error)`` is for people and may change; ``error.code`` is for programs and does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

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
    "InternalError",
    "InvalidRequestError",
    "NetworkError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProtocolError",
    "ProviderError",
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
        message: what went wrong, for people.
        code: a short lower-case name of it that stays the same between engines and releases.
    """

    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code

    def __str__(self) -> str:
        return self.message

    # The default calls cls(*args), which loses keyword-only arguments.
    def __reduce__(
        self,
    ) -> tuple[Callable[..., GitFleetError], tuple[type[GitFleetError], tuple[object, ...], dict[str, object]]]:
        return _restore, (type(self), self.args, self.__dict__)


class ConfigurationError(GitFleetError, ValueError):
    """An argument that can't work, found before anything was sent."""

    default_code = "invalid_argument"


class BackendUnavailableError(ConfigurationError, ImportError):
    """No engine could be had; the message says what was tried, why it failed and the command that mends it."""

    default_code = "backend_unavailable"


class InternalError(GitFleetError):
    """An engine met a condition it should never meet: a bug worth reporting."""

    default_code = "internal"


class NetworkError(GitFleetError):
    """No complete answer arrived.

    Attributes:
        method: the HTTP method of the request.
        url: where it went.
    """

    default_code = "network"

    def __init__(
        self, message: str, *, code: str | None = None, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.method = method
        self.url = url


class ConnectionFailedError(NetworkError):
    """The connection was never made, so the request was never sent."""

    default_code = "connection_failed"


class TLSError(NetworkError):
    """The TLS handshake failed, mostly for a certificate nobody vouches for."""

    default_code = "tls_failed"


class RequestTimeoutError(NetworkError):
    """``timeout_connect``, ``timeout_read`` or ``timeout_total`` (see :class:`gitfleet_api.Timeout`)."""

    default_code = "timeout_total"


class ProtocolError(NetworkError):
    """``connection_lost`` half-way, ``protocol_error`` (not HTTP) or ``body_too_large``."""

    default_code = "protocol_error"


class Answer(TypedDict, total=False):
    """What every :class:`ProviderError` may say of the answer it is about."""

    status: int | None
    code: str | None
    url: str | None
    request_id: str | None


class ProviderError(GitFleetError):
    """The provider answered, but not with what was asked for.

    Attributes:
        provider_type: who answered.
        status: HTTP status, or None when nothing was sent.
        url: what was asked.
        request_id: the provider's own name for this request, to quote to its support.

    One that has no class of its own tells by its code what it is; ``not_ready``: the provider was still making the
    answer (202) when it was last asked.
    """

    default_code = "provider_error"

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
    """401: the token is missing, wrong, expired or revoked."""

    default_code = "unauthorized"


class PermissionDeniedError(ProviderError):
    """403 that is no rate limit: the token may not do this."""

    default_code = "forbidden"


class NotFoundError(ProviderError):
    """404 or 410: not there, or not there for this token."""

    default_code = "not_found"


class ConflictError(ProviderError):
    """409: the resource is not in a state that allows this."""

    default_code = "conflict"


class InvalidRequestError(ProviderError):
    """400 or 422: the provider refuses the parameters."""

    default_code = "invalid_request"


class UnavailableForLegalReasonsError(ProviderError):
    """451: taken down.

    Attributes:
        reason: the provider's name of the reason, like ``dmca``, or None.
    """

    default_code = "unavailable_for_legal_reasons"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        reason: str | None = None,
        **answer: Unpack[Answer],
    ) -> None:
        super().__init__(message, provider_type, **answer)
        self.reason = reason


class ServerError(ProviderError):
    """5xx: the provider failed.

    Attributes:
        retry_after: seconds that it asked to wait (Retry-After), or None.
    """

    default_code = "server_error"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        retry_after: float | None = None,
        **answer: Unpack[Answer],
    ) -> None:
        super().__init__(message, provider_type, **answer)
        self.retry_after = retry_after


class RateLimitError(ProviderError):
    """No calls are left for this token and resource.

    Attributes:
        reset_time: when calls are possible again, aware, or None if the provider did not say.
        retry_after: seconds to wait, or None.
        resource: the provider's name of the exhausted budget, like ``core``.
    """

    default_code = "rate_limited"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        reset_time: datetime | None = None,
        retry_after: float | None = None,
        resource: str | None = None,
        **answer: Unpack[Answer],
    ) -> None:
        super().__init__(message, provider_type, **answer)
        self.reset_time = reset_time
        self.retry_after = retry_after
        self.resource = resource


class SecondaryRateLimitError(RateLimitError):
    """Too many requests in too short a time, although calls are left."""

    default_code = "secondary_rate_limited"


class UnsupportedError(ProviderError):
    """This provider has no such call; nothing was sent."""

    default_code = "unsupported"


class DecodeError(ProviderError):
    """The body is not JSON (``decode_json``) or not of the promised shape (``decode_shape``).

    Attributes:
        byte: offset into the body, or None.
        row: index of the row, or None when the error is not about one row.
        field: JSON path of the value inside the row, or None.
    """

    default_code = "decode_json"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        byte: int | None = None,
        row: int | None = None,
        field: str | None = None,
        **answer: Unpack[Answer],
    ) -> None:
        super().__init__(message, provider_type, **answer)
        self.byte = byte
        self.row = row
        self.field = field


class DecodeFailure(ValueError):
    """What an engine or the row builder says of a body it can't decode.

    It knows nothing of providers and urls; the session makes a :class:`DecodeError` of it.
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
