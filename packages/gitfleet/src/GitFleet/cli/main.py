"""``gitfleet`` as a process: from arguments to an exit code."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Sequence

import click

from gitfleet_api import GitFleetError

from .app import app
from .exit_codes import ClosedPipe, CommandError, ExitCode, exit_code_for
from .stderr import print_message
from .stdout import is_write_error

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command, and give its exit code. What goes wrong is told in one line, never by a traceback."""
    logging.getLogger("gitfleet").addHandler(logging.NullHandler())  # events are shown, or not, by the display
    warnings.showwarning = _show_warning
    try:
        code = int(app.main(list(arguments) or ["--help"], prog_name="gitfleet", standalone_mode=False) or 0)
    except SystemExit as ended:  # the end of a completion
        return ended.code if isinstance(ended.code, int) else ExitCode.OK
    except ClosedPipe:
        return ExitCode.CLOSED_PIPE
    except BaseException as error:  # whoever runs a command is not to read a traceback
        if isinstance(error, OSError) and is_write_error(error):
            raise
        message, code = _outcome(error)
        print_message(message)
        if "--debug" in arguments:
            traceback.print_exception(error, file=sys.stderr)
    return code


def _outcome(error: BaseException) -> tuple[str, ExitCode]:
    """What to say of an error, and the exit code."""
    found: tuple[str, ExitCode] = (
        f"internal error: {type(error).__name__}: {error} (--debug shows where)",
        ExitCode.FAILED,
    )
    if isinstance(error, CommandError):
        found = (str(error), error.code)
    elif isinstance(error, GitFleetError):
        found = (str(error), exit_code_for(error))
    elif isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx is not None else "gitfleet"
        found = (f"{error.format_message()} ({command} --help)", ExitCode.USAGE)
    elif isinstance(error, click.Abort | KeyboardInterrupt):
        found = ("stopped", ExitCode.INTERRUPTED)
    return found


def _show_warning(message: Warning | str, *_where: object, **_more: object) -> None:
    print_message(f"warning: {message}")
