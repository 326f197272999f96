"""Messages for the user, on stderr."""

from __future__ import annotations

import sys

from .output.sanitize import single_line

__all__ = ["print_message"]


def print_message(text: str) -> None:
    """Write one line to stderr. A closed or full stderr is ignored: there is no other channel to report it."""
    try:
        print(f"gitfleet: {single_line(text)}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return
