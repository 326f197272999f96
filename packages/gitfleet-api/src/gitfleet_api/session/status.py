"""What an answer that is no success means."""

from __future__ import annotations

from datetime import datetime

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
from ..profile import ProviderProfile
from ..ratelimit.headers import read_limits, retry_after

__all__ = ["decode_error", "error_from_response", "is_not_ready", "one_line", "provider_error"]

_CLASSES: dict[int, tuple[type[ProviderError], str]] = {
    400: (InvalidRequestError, "bad_request"),
    401: (AuthError, "unauthorized"),
    403: (PermissionDeniedError, "forbidden"),
    404: (NotFoundError, "not_found"),
    409: (ConflictError, "conflict"),
    410: (NotFoundError, "gone"),
    422: (InvalidRequestError, "unprocessable"),
}
_MESSAGE_LENGTH = 300
_LONGEST_ERROR = 64 * 1024


def error_from_response(
    response: Response, profile: ProviderProfile, *, method: str, url: str, now: datetime
) -> ProviderError:
    """The error for an answer whose status is not 2xx; waits are counted from ``now``."""
    status, headers = response.status, response.headers
    body = _object(response.body)
    said = _message(response.body, body)
    text = f"{method} {url}: {profile.name} answered {status}" + (f": {said}" if said else "")
    request_id = headers.get(profile.request_id_header)
    if status in (403, 429):
        limited = _limit_error(response, profile, said, now)
        if limited is not None:
            limit_class, reset_time, wait = limited
            resource = read_limits(headers, profile).resource
            if reset_time is not None:
                text += f"; calls are possible again at {reset_time.isoformat()}"
            return limit_class(
                text,
                profile.type,
                status=status,
                url=url,
                request_id=request_id,
                reset_time=reset_time,
                retry_after=wait,
                resource=resource,
            )
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
    error_class, code = _CLASSES.get(status) or _by_range(status)
    return error_class(text, profile.type, status=status, code=code, url=url, request_id=request_id)


def _by_range(status: int) -> tuple[type[ProviderError], str]:
    if 300 <= status < 400:
        return ProviderError, "redirected"
    return ProviderError, "http_error"


def _limit_error(
    response: Response, profile: ProviderProfile, said: str, now: datetime
) -> tuple[type[RateLimitError], datetime | None, float | None] | None:
    """Class, reset and seconds to wait, when a 403 or 429 speaks of a limit; None when it means "not allowed"."""
    state, wait = read_limits(response.headers, profile), retry_after(response.headers, now)
    if state.remaining == 0 and (wait is None or not profile.has_secondary_limits):
        if wait is None and state.reset_time is not None:
            wait = max(0.0, (state.reset_time - now).total_seconds())
        return RateLimitError, state.reset_time, wait
    lowered = said.lower()
    if wait is not None or "secondary rate limit" in lowered or "abuse detection" in lowered:
        return SecondaryRateLimitError, None, wait
    if response.status == 429:
        # With calls left it is not the budget: what the headers say of its end says nothing of this limit's.
        return (SecondaryRateLimitError, None, None) if state.remaining else (RateLimitError, state.reset_time, None)
    return None


def _object(body: bytes) -> dict[str, object] | None:
    """The JSON object of an error, or None."""
    try:
        # What an error has to say is short; a long body is somebody's page, or an attack on this parser.
        parsed = loads(body) if len(body) <= _LONGEST_ERROR else None
    except DecodeFailure:
        return None
    return parsed if isinstance(parsed, dict) else None


def _block(body: dict[str, object] | None) -> dict[str, object]:
    """Why the provider has closed something, as GitHub tells it: reason, created_at, html_url."""
    found = (body or {}).get("block")
    return found if isinstance(found, dict) else {}


def _message(body: bytes, parsed: dict[str, object] | None) -> str:
    """What the provider says, from its JSON or else the start of the body on one line."""
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
    """What stands in an error as people write it: GitLab sends texts, and lists of them by the name of a field."""
    if isinstance(value, dict):
        return "; ".join(
            f"{name}: {_plain(inner) if isinstance(inner, list) else inner}" for name, inner in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def one_line(text: str) -> str:
    """``text`` without what could play tricks on a terminal or a log."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def decode_error(
    failure: DecodeFailure, response: Response, profile: ProviderProfile, *, method: str, url: str
) -> DecodeError:
    """The error for a successful answer whose body can't be read as what was promised."""
    cut = one_line(response.body[:120].decode(errors="replace"))
    text = f"{method} {url}: {failure.message}" + (f"; the body begins {cut!r}" if cut else "")
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
    """Whether an answer to a GET only says that what was asked for is still being made: a 202 without it."""
    if response.status != 202:
        return False
    if response.columns is None:
        return response.failure is not None or response.body.strip() in (b"", b"{}")
    return all(value in (None, {}) for column in response.columns for value in column)


def provider_error(
    code: str, message: str, profile: ProviderProfile, *, status: int | None = None, url: str | None = None
) -> ProviderError:
    """An error about what a provider sent that has no class of its own."""
    return ProviderError(message, profile.type, status=status, code=code, url=url)
