"""Times in parameters."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

from ..data.timestamps import parse_time

__all__ = ["Instant", "instant"]


class Instant(enum.Enum):
    """What a parameter says when it says no time."""

    UNSAID = "unsaid"
    NONSENSE = "nonsense"


def instant(parameters: Mapping[str, str], name: str) -> datetime | Instant:
    """The aware time that a parameter says."""
    text = parameters.get(name)
    if not text:
        return Instant.UNSAID
    try:
        # An unescaped plus arrives as a space.
        return parse_time(text.strip().replace(" ", "+"))
    except ValueError:
        return Instant.NONSENSE
