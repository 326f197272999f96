"""The meaning of a response that is not a success."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..backend.messages import Response
from ..backend.strict_json import loads
from ..errors import (
    AuthError,
    ConflictError,
    DecodeError,
    DecodeFailure,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    SecondaryRateLimitError,
    ServerError,
    UnavailableForLegalReasonsError,
)
from ..http.redaction import redact_target
from ..profile import ProviderProfile
from ..ratelimit.headers import read_limits, retry_after
from .other_provider import other_provider
from .refusals import refusal_reason, sso_url
from .scopes import missing_scopes

__all__ = [
    "NOT_THE_API",
    "decode_error",
    "error_from_response",
    "is_not_ready",
    "one_line",
    "provider_error",
    "reset_after",
]

_CLASSES: dict[int, tuple[type[ProviderError], str]] = {
    400: (InvalidRequestError, "bad_request"),
    401: (AuthError, "unauthorized"),
    404: (NotFoundError, "not_found"),
    409: (ConflictError, "conflict"),
    410: (NotFoundError, "gone"),
    422: (InvalidRequestError, "unprocessable"),
}
_MESSAGE_LENGTH = 300
NOT_THE_API = "a web server or a proxy wrote this, not the API: check base_url"
"""Part of the message for a 404 that says nothing about an object."""
_LONGEST_ERROR = 64 * 1024
_SECONDARY_WORDS = ("secondary rate limit", "abuse detection")
_PRIMARY_WORDS = ("rate limit exceeded", "rate limit has been exceeded", "exceeded the rate limit")


def error_from_response(
    response: Response, profile: ProviderProfile, *, method: str, url: str, now: datetime
) -> ProviderError:
    """Return the error for a response whose status is not 2xx.

    Args:
        response: The response.
        profile: How to talk to the provider.
        method: HTTP method of the request.
        url: URL of the request, as it may be shown.
        now: When the response arrived. Waits are counted from here.
    """
    status, headers = response.status, response.headers
    body = _object(response.body)
    said = _message(response.body, body)
    text = f"{method} {url}: {profile.name} responded with {status}" + (f": {said}" if said else "")
    request_id = headers.get(profile.request_id_header)
    limited = _limited(response, profile, text, said, url, now) if status in (403, 429) else None
    if limited is not None:
        return limited
    if status >= 500:
        wait = retry_after(headers, now)
        return ServerError(text, profile.type, status=status, url=url, request_id=request_id, retry_after=wait)
    if status == 451:
        reason = _block(body).get("reason")
        return UnavailableForLegalReasonsError(
            text,
            profile.type,
            status=status,
            url=url,
            request_id=request_id,
            reason=reason if isinstance(reason, str) else None,
        )
    location = headers.get("location") if 300 <= status < 400 else None
    if location is not None:
        text += f"; it points to {redact_target(location)!r}, which was not followed"
    if status in (401, 403, 404):
        text += _hints(response, profile, body)
    if status == 403:
        return _forbidden(response, profile, text, f"{said} {_words(response)}".lower(), _block(body), url)
    if status in (404, 410) and body is None and _is_page(response.body):
        text += f"; {NOT_THE_API}"
    error_class, code = _CLASSES.get(status) or _by_range(status)
    return error_class(text, profile.type, status=status, code=code, url=url, request_id=request_id)


def _hints(response: Response, profile: ProviderProfile, body: dict[str, object] | None) -> str:
    """Return what the end of a message says about the token and the server; empty for most responses."""
    scopes = one_line(missing_scopes(response.status, response.headers, body))
    return other_provider(response.headers, profile) + (f"; {scopes}" if scopes else "")


def _forbidden(
    response: Response, profile: ProviderProfile, text: str, words: str, block: dict[str, object], url: str
) -> PermissionDeniedError:
    """Return the error of a 403 that is no rate limit, with its reason if the response says it."""
    headers = response.headers
    reason = refusal_reason(headers, words, profile, has_block=bool(block))
    authorize = sso_url(headers) if reason == "sso_required" else None
    if authorize is not None:
        text += f"; authorize the token at {one_line(authorize)[:_MESSAGE_LENGTH]}"
    request_id = headers.get(profile.request_id_header)
    return PermissionDeniedError(text, profile.type, status=403, url=url, request_id=request_id, reason=reason)


def _by_range(status: int) -> tuple[type[ProviderError], str]:
    if 300 <= status < 400:
        return ProviderError, "redirected"
    return ProviderError, "http_error"


def _limited(
    response: Response, profile: ProviderProfile, text: str, said: str, url: str, now: datetime
) -> RateLimitError | None:
    """Return the error of a 403 or 429 if it is a rate limit, or None."""
    limit = _limit_of(response, profile, said, now)
    if limit is None:
        return None
    limit_class, reset_time, wait = limit
    if reset_time is not None:
        text += f"; calls are possible again at {reset_time.isoformat()}"
    return limit_class(
        text,
        profile.type,
        status=response.status,
        url=url,
        request_id=response.headers.get(profile.request_id_header),
        reset_time=reset_time,
        retry_after=wait,
        resource=read_limits(response.headers, profile).resource,
    )


def _limit_of(
    response: Response, profile: ProviderProfile, said: str, now: datetime
) -> tuple[type[RateLimitError], datetime | None, float | None] | None:
    """Return class, reset time and seconds to wait if a 403 or 429 means a rate limit; None if it means "forbidden".

    Both headers and words count: GitHub also sends the words without headers, with calls left, or in an HTML page.
    """
    state, wait = read_limits(response.headers, profile), retry_after(response.headers, now)
    if state.remaining == 0 and (wait is None or not profile.has_secondary_limits):
        if wait is None and state.reset_time is not None:
            wait = max(0.0, (state.reset_time - now).total_seconds())
        return RateLimitError, state.reset_time, wait
    words = f"{said} {_words(response)}".lower()
    if wait is not None or any(item in words for item in _SECONDARY_WORDS):
        return SecondaryRateLimitError, reset_after(wait, now), wait
    if response.status == 429:
        # If calls are left, another limit was reached, and the reset time in the headers does not apply to it.
        return (SecondaryRateLimitError, None, None) if state.remaining else (RateLimitError, state.reset_time, None)
    if any(item in words for item in _PRIMARY_WORDS):
        return RateLimitError, state.reset_time, None
    return None


def _words(response: Response) -> str:
    return response.body[:_LONGEST_ERROR].decode(errors="replace")


def reset_after(wait: float | None, now: datetime) -> datetime | None:
    """Return the time at which a wait of some seconds ends; None if the provider named no wait."""
    return None if wait is None else now + timedelta(seconds=wait)


def _object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object of an error body, or None."""
    try:
        # Error bodies are short. A long one is an HTML page, or an attack on this parser.
        parsed = loads(body) if len(body) <= _LONGEST_ERROR else None
    except DecodeFailure:
        return None
    return parsed if isinstance(parsed, dict) else None


def _is_page(body: bytes) -> bool:
    """Return whether a body is neither empty nor JSON, so that a proxy or a web server wrote it."""
    try:
        return bool(body.strip()) and (len(body) > _LONGEST_ERROR or loads(body) is None)
    except DecodeFailure:
        return True


def _block(body: dict[str, object] | None) -> dict[str, object]:
    """Return why the provider blocked something, as GitHub reports it: reason, created_at, html_url."""
    found = (body or {}).get("block")
    return found if isinstance(found, dict) else {}


def _message(body: bytes, parsed: dict[str, object] | None) -> str:
    """Return the provider's message: from its JSON, or else the start of the body, on one line."""
    if parsed is not None:
        said = [_plain(parsed[key]) for key in ("message", "error", "error_description") if parsed.get(key)]
        said += [str(value) for key, value in _block(parsed).items() if key in ("reason", "html_url") and value]
        if parsed.get("errors"):
            said.append(str(parsed["errors"]))
        text = ": ".join(said)
    else:
        text = body[:_MESSAGE_LENGTH].decode(errors="replace")
    return one_line(text)[:_MESSAGE_LENGTH]


def _plain(value: object) -> str:
    """Return a value of an error body as text. GitLab sends strings, and lists of strings by field name."""
    if isinstance(value, dict):
        return "; ".join(
            f"{name}: {_plain(inner) if isinstance(inner, list) else inner}" for name, inner in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def one_line(text: str) -> str:
    """Return ``text`` without characters that could manipulate a terminal or a log."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def decode_error(
    failure: DecodeFailure, response: Response, profile: ProviderProfile, *, method: str, url: str
) -> DecodeError:
    """Return the error for a 2xx response whose body does not match the projection."""
    cut = one_line(response.body[:120].decode(errors="replace"))
    text = f"{method} {url}: {failure.message}" + (f"; the body begins {cut!r}" if cut else "")
    text += other_provider(response.headers, profile)
    return DecodeError(
        text,
        profile.type,
        status=response.status,
        code=failure.code,
        url=url,
        request_id=response.headers.get(profile.request_id_header),
        byte=failure.byte,
        row=failure.row,
        field=failure.field,
    )


def is_not_ready(response: Response) -> bool:
    """Return whether a response to a GET says that its content is still being computed: a 202 without content."""
    if response.status != 202:
        return False
    if response.columns is None:
        return response.failure is not None or response.body.strip() in (b"", b"{}")
    return all(value in (None, {}) for column in response.columns for value in column)


def provider_error(
    code: str, message: str, profile: ProviderProfile, *, status: int | None = None, url: str | None = None
) -> ProviderError:
    """Return a ProviderError, for an error without a more specific class."""
    return ProviderError(message, profile.type, status=status, code=code, url=url)
