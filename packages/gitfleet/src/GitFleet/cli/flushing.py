"""The end of what was printed: Python itself would complain of a full disk when all is over."""

from __future__ import annotations

import os
import sys

__all__ = ["flushed"]

_OUTPUT = 6
_CLOSED_PIPE = 141


def flushed(code: int) -> int:
    """The exit code after all is written: ``code``, or that of what went wrong with it."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        # It is still in the buffer, and Python would try once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return _CLOSED_PIPE
        if not code:
            print(f"gitfleet: can't write the standard output: {error.strerror}", file=sys.stderr)
        return code or _OUTPUT
    return code
