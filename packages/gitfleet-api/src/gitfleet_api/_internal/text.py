"""Shortened representations of user values for messages."""

from __future__ import annotations

__all__ = ["shorten_repr"]

_MAX_LENGTH = 80


def shorten_repr(value: object) -> str:
    """Return the ``repr`` of a value, shortened to 80 characters.

    Returns the name of the type if ``repr`` raises, as for an integer of more than 4,300 digits.
    """
    try:
        text = repr(value[: _MAX_LENGTH + 1] if type(value) in (str, bytes) else value)  # type: ignore[index]
    except Exception:  # noqa: BLE001  __repr__ may raise anything
        return f"<{type(value).__name__}>"
    return text if len(text) <= _MAX_LENGTH + 2 else f"{text[:_MAX_LENGTH]}..."
