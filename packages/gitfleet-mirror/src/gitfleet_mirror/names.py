"""Names in SQL, and texts of times."""

from __future__ import annotations

from datetime import UTC, datetime

from gitfleet_fleet.files.names import quoted

__all__ = ["quoted", "time_text"]


def time_text(time: datetime) -> str:
    """Return a time in UTC as text with milliseconds. All texts have the same length, and sort like their times."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
