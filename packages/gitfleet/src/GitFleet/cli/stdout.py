"""What is printed, to its end: Python itself would complain of a full disk when all is over."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable

__all__ = ["is_write_error", "run_and_flush"]

_WRITE_ERRORS = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EIO", "EFBIG", "EDQUOT", "EBADF", "EPIPE") if hasattr(errno, name)
)


def is_write_error(error: OSError) -> bool:
    """Whether an error is one of printing, and not of what was printed."""
    return error.errno in _WRITE_ERRORS and error.filename is None


def run_and_flush(work: Callable[[], int]) -> int:
    """The exit code of ``work``, which prints; or that of what went wrong with the standard output."""
    try:
        code = work()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if not is_write_error(error):
            raise
        from .exit_codes import ExitCode

        # It is still in the buffer, and Python would try once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return ExitCode.CLOSED_PIPE
        with contextlib.suppress(OSError):
            print(f"gitfleet: can't write the standard output: {error.strerror}", file=sys.stderr)
        return ExitCode.OUTPUT
    return code
