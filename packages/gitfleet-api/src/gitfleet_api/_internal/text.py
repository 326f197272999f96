"""How values that users give are called in messages."""

from __future__ import annotations

__all__ = ["shorten_repr"]

_CUT = 80


def shorten_repr(value: object) -> str:
    """A value as Python writes it, cut; the name of its type where it can't be written.

    As a number of more than 4,300 digits can't, or an object whose ``__repr__`` raises.
    """
    try:
        text = repr(value[: _CUT + 1] if type(value) in (str, bytes) else value)  # type: ignore[index]
    except Exception:  # noqa: BLE001  the message is about something else
        return f"<{type(value).__name__}>"
    return text if len(text) <= _CUT + 2 else f"{text[:_CUT]}..."
