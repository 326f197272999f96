"""Times as the services send them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

__all__ = ["format_time", "now", "parse_time", "spread_times"]

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def format_time(moment: datetime) -> str:
    """Return the time in UTC, to the second: 2024-05-06T07:08:09Z."""
    return moment.astimezone(UTC).strftime(_FORM)


def parse_time(text: str) -> datetime:
    """Return the aware time of a string, with any offset; without one it is UTC. ValueError if it is no time."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def now() -> str:
    """Return the present time as a string."""
    return format_time(datetime.now(UTC))


def spread_times(count: int, first: str, last: str) -> Iterator[str]:
    """Return ``count`` times at equal distances, from ``last`` back to shortly after ``first``."""
    end = parse_time(last)
    step = (end - min(parse_time(first), end)) / max(count, 1)
    return (format_time(end - step * number) for number in range(count))
