"""Errors of writing to a pipe."""

from __future__ import annotations

import errno
import sys

__all__ = ["is_closed_pipe"]


def is_closed_pipe(error: OSError) -> bool:
    """Return whether the reader of a pipe has closed it. On Windows that is the error for an invalid argument."""
    if sys.platform == "win32" and error.errno == errno.EINVAL:
        return error.filename is None
    return isinstance(error, BrokenPipeError)
