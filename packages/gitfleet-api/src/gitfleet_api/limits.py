"""What an answer's headers say about calls left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from .backend import Headers
from .profile import ProviderProfile
from .shapes import to_datetime

__all__ = ["LimitState", "read_limits", "retry_after", "whole_number"]

_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, eq=False)
class LimitState:
    """Calls left, when the window ends, and the provider's name of the budget; each None when not said."""

    remaining: int | None
    reset_time: datetime | None
    resource: str | None


def read_limits(headers: Headers, profile: ProviderProfile) -> LimitState:
    """The limit headers of an answer; what is missing or makes no sense is None."""
    remaining, reset, resource = (headers.get(name) for name in profile.limit_headers)
    return LimitState(
        remaining=whole_number(remaining),
        reset_time=_epoch(reset),
        resource=profile.resource_named(resource) if resource else None,
    )


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait, from its number or its date; None without a sensible one."""
    value = headers.get("retry-after")
    if not value:
        return None
    if value.isdecimal():
        number = whole_number(value)
        return None if number is None else float(number)
    # Imported late: email takes 10 ms, and hardly any answer has a date here.
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(value)
        return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def whole_number(text: str | None) -> int | None:
    """The number that a header holds, or None."""
    # A longer one counts nothing, and above 4,300 digits int() refuses.
    return int(text) if text and text.isdecimal() and len(text) <= _MAX_DIGITS else None


def _epoch(text: str | None) -> datetime | None:
    number = whole_number(text)
    if number is None:
        return None
    try:
        return to_datetime(number)
    except (ValueError, OverflowError, OSError):
        return None
