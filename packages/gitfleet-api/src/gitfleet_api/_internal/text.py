"""Shortened representations of user values for messages."""

from __future__ import annotations

__all__ = ["path_repr", "shorten_repr"]

_MAX_LENGTH = 80
_MAX_PATH = 1000


def path_repr(path: str) -> str:
    """Return the ``repr`` of a path, which is shortened above 1,000 characters only: its end says the most."""
    return shorten_repr(path, _MAX_PATH)


def shorten_repr(value: object, longest: int = _MAX_LENGTH) -> str:
    """Return the ``repr`` of a value, shortened to 80 characters or to ``longest``.

    Returns the name of the type if ``repr`` raises, as for an integer of more than 4,300 digits.
    """
    try:
        text = repr(value[: longest + 1] if type(value) in (str, bytes) else value)  # type: ignore[index]
    except Exception:  # noqa: BLE001  __repr__ may raise anything
        return f"<{type(value).__name__}>"
    return text if len(text) <= longest + 2 else f"{text[:longest]}..."
