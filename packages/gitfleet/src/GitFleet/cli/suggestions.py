"""Suggestions for names that do not exist: ``did you mean ...?``."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean"]

_CUTOFF = 0.6
_COUNT = 3


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the text to append to a message about an unknown name: the known names that are similar.

    Args:
        name: the unknown name.
        known: the existing names. Upper and lower case are equal.

    Returns:
        ``; did you mean a or b?``, or an empty text if no name is similar.
    """
    from difflib import get_close_matches  # 5 ms, and most commands have no unknown name

    by_key = {item.casefold(): item for item in known}
    close = [by_key[key] for key in get_close_matches(name.casefold(), by_key, _COUNT, _CUTOFF)]
    if not close:
        return ""
    listed = close[0] if len(close) == 1 else f"{', '.join(close[:-1])} or {close[-1]}"
    return f"; did you mean {listed}?"
