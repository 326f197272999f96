"""Errors of stdout. They are reported before Python exits, as it would print a traceback for a full disk."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable

from .pipes import is_closed_pipe

__all__ = ["is_write_error", "run_and_flush"]

_WRITE_ERRORS = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EIO", "EFBIG", "EDQUOT", "EBADF", "EPIPE") if hasattr(errno, name)
)


def is_write_error(error: OSError) -> bool:
    """Return whether an error was raised by writing to stdout, not by the command itself."""
    return error.filename is None and (error.errno in _WRITE_ERRORS or is_closed_pipe(error))


def run_and_flush(work: Callable[[], int]) -> int:
    """Run ``work``, which prints, and flush stdout.

    Returns:
        The exit code of ``work``, or the exit code for an error of stdout.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # The encoding of pipes and files is that of the system, on Windows one of 256 characters.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = work()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if not is_write_error(error):
            raise
        from .exit_codes import ExitCode

        # The text is still in the buffer, and Python would try to write it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if is_closed_pipe(error):
            return ExitCode.CLOSED_PIPE
        with contextlib.suppress(OSError):
            print(f"gitfleet: cannot write to stdout: {error.strerror}", file=sys.stderr)
        return ExitCode.OUTPUT
    return code
