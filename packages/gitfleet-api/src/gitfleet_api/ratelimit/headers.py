"""Rate-limit headers of a response."""

from __future__ import annotations

from datetime import UTC, datetime

from .._internal.epoch import MILLISECONDS_FROM
from ..backend.messages import Headers
from ..profile import ProviderProfile

__all__ = ["LimitState", "read_limits", "retry_after", "whole_number"]

_MAX_DIGITS = 18
_LATEST = 253402300799
"""Epoch seconds of the end of the year 9999, the maximum of datetime."""
_MARGIN = 86_400
"""Seconds between the longest wait and that maximum, for the time that passes until the wait is used."""


class LimitState:
    """Remaining calls, reset time (epoch seconds by our clock) and the provider's name of the budget, or None."""

    __slots__ = ("remaining", "reset", "resource")

    def __init__(self, remaining: int | None, reset: float | None, resource: str | None) -> None:
        self.remaining: int | None = remaining
        self.reset: float | None = reset
        self.resource: str | None = resource

    @property
    def reset_time(self) -> datetime | None:
        """When the window ends, as an aware UTC time. Built lazily, because only errors need it."""
        return None if self.reset is None else datetime.fromtimestamp(self.reset, UTC)


def read_limits(headers: Headers, profile: ProviderProfile) -> LimitState:
    """Return the limit headers of a response. Missing or invalid ones are None."""
    remaining, reset, resource = profile.limit_headers
    named = headers.get(resource)
    return LimitState(
        whole_number(headers.get(remaining)),
        _epoch(headers.get(reset), headers.clock_offset),
        profile.resource_named(named) if named else None,
    )


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (a number or a date); None if it is missing or invalid.

    A wait beyond the year 9999 ends there: datetime has no later time.
    """
    value = headers.get("retry-after")
    wait = None if not value else _seconds_of(value, now, headers.clock_offset)
    return None if wait is None else max(0.0, min(wait, _LATEST - _MARGIN - now.timestamp()))


def _seconds_of(value: str, now: datetime, offset: float) -> float | None:
    """Return the seconds of the value of a Retry-After header; None if it is invalid."""
    if value.isdecimal():
        number = whole_number(value)
        return None if number is None else float(number)
    # Imported lazily: email takes 10 ms, and few responses have a date here.
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(value)
        return ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds() - offset
    except (ValueError, OverflowError):
        return None


def whole_number(text: str | None) -> int | None:
    """Return the number of a header, or None."""
    # A longer number is invalid, and int() raises above 4,300 digits.
    return int(text) if text and text.isdecimal() and len(text) <= _MAX_DIGITS else None


def _epoch(text: str | None, offset: float) -> float | None:
    number = whole_number(text)
    if number is None:
        return None
    seconds = number / 1000 if number > MILLISECONDS_FROM else float(number)
    return max(0.0, seconds - offset) if seconds <= _LATEST - _MARGIN else None
