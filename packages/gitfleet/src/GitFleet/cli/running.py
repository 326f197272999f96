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
from .exits import ClosedPipe, CommandError, Exit, exit_of
from .printing import is_of_writing
from .progress import say

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command, and give its exit code. What goes wrong is told in one line, never by a traceback."""
    logging.getLogger("gitfleet").addHandler(logging.NullHandler())  # events are shown, or not, by the display
    warnings.showwarning = _show_warning
    try:
        code = int(app.main(list(arguments) or ["--help"], prog_name="gitfleet", standalone_mode=False) or 0)
    except SystemExit as ended:  # the end of a completion
        return ended.code if isinstance(ended.code, int) else Exit.OK
    except ClosedPipe:
        return Exit.CLOSED_PIPE
    except BaseException as error:  # whoever runs a command is not to read a traceback
        if isinstance(error, OSError) and is_of_writing(error):
            raise
        message, code = _outcome(error)
        say(message)
        if "--debug" in arguments:
            traceback.print_exception(error, file=sys.stderr)
    return code


def _outcome(error: BaseException) -> tuple[str, Exit]:
    """What to say of an error, and the exit code."""
    found: tuple[str, Exit] = (f"internal error: {type(error).__name__}: {error} (--debug shows where)", Exit.FAILED)
    if isinstance(error, CommandError):
        found = (str(error), error.code)
    elif isinstance(error, GitFleetError):
        found = (str(error), exit_of(error))
    elif isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx is not None else "gitfleet"
        found = (f"{error.format_message()} ({command} --help)", Exit.USAGE)
    elif isinstance(error, click.Abort | KeyboardInterrupt):
        found = ("stopped", Exit.INTERRUPTED)
    return found


def _show_warning(message: Warning | str, *_where: object, **_more: object) -> None:
    say(f"warning: {message}")
