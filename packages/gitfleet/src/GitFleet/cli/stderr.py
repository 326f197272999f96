"""Messages for the user, on stderr."""

from __future__ import annotations

import sys
import traceback

from .output.sanitize import replace_controls, single_line

__all__ = ["print_message", "print_traceback"]


def print_message(text: str) -> None:
    """Write one line to stderr. A closed or full stderr is ignored: there is no other channel to report it."""
    try:
        print(f"gitfleet: {single_line(text)}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return


def print_traceback(error: BaseException) -> None:
    """Write the traceback of an error to stderr. Its messages can contain text of the server."""
    try:
        print(replace_controls("".join(traceback.format_exception(error))), end="", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return
