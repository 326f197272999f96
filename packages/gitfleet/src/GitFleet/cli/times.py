"""Times in options: dates, times, and durations before now such as ``7d``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

__all__ = ["DURATION", "TIME", "parse_time"]

_DURATION = re.compile(r"(\d{1,6})\s?(h|d|w|y)", re.IGNORECASE | re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}


def parse_time(text: str, now: datetime) -> datetime:
    """Return the time that a text means.

    Args:
        text: a date or time in ISO 8601, whose default time zone is UTC, or a duration before ``now``: a number of
            hours, days, weeks or years (365 days), as ``12h``, ``7d``, ``3w`` or ``1y``. It counts from the beginning
            of the current hour, or of the current day in UTC.
        now: the current time.

    Raises:
        ValueError: it is none of these, or before the year 1.
    """
    duration = _DURATION.fullmatch(text.strip())
    try:
        if duration is not None:
            count, unit = int(duration[1]), duration[2].lower()
            start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            # So that a command that is repeated on the same day means the same: a ledger continues it.
            start = start if unit == "h" else start.replace(hour=0)
            return start - timedelta(hours=count * _HOURS[unit])
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time: use a form like 2025-01-31, 2025-01-31T12:00Z or 7d") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


class _Time(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since Click 8.2
    """The type of options that are times."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Convert the text of an option."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_time(str(value), datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


TIME = _Time()
"""The type of an option that is a time."""


_INTERVAL = re.compile(r"(\d{1,6})\s?(m|h|d|w)", re.IGNORECASE | re.ASCII)
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}


class _Duration(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since Click 8.2
    """The type of options that are durations."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Convert the text of an option."""
        if isinstance(value, timedelta):
            return value
        found = _INTERVAL.fullmatch(str(value).strip())
        if found is None or not int(found[1]):
            self.fail(f"{str(value)!r} is not a duration: use a form like 30m, 6h, 1d or 2w", param, ctx)
        return timedelta(minutes=int(found[1]) * _MINUTES[found[2].lower()])


DURATION = _Duration()
"""The type of an option that is a duration."""
