"""Values as text for people."""

from __future__ import annotations

from datetime import datetime

from gitfleet_api.tables.files import cell_text

from .sanitize import single_line

__all__ = ["display_text"]


def display_text(value: object) -> str:
    """Return a value as readable text in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return single_line(", ".join(map(str, value)))
    return single_line(cell_text(value))
