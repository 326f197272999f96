"""Times in query parameters."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

from ..data.timestamps import parse_time

__all__ = ["Instant", "instant"]


class Instant(enum.Enum):
    """The state of a time parameter that has no time."""

    MISSING = "missing"
    INVALID = "invalid"


def instant(parameters: Mapping[str, str], name: str) -> datetime | Instant:
    """Return the aware time of a parameter, or why there is none."""
    text = parameters.get(name)
    if not text:
        return Instant.MISSING
    try:
        # An unescaped plus is decoded as a space.
        return parse_time(text.strip().replace(" ", "+"))
    except ValueError:
        return Instant.INVALID
