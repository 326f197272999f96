"""The entry point of the command line: from arguments to an exit code."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import click

from .app import app
from .exit_codes import ClosedPipe, CommandError, ExitCode, exit_code_for
from .stderr import print_message, print_traceback
from .stdout import is_write_error

__all__ = ["run"]

_OPTIONS = {": add one to clients=": ": set --base-url, if its API is there", "language= needs": "--language needs"}


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code. An error is one line on stderr; only ``--debug`` adds a traceback."""
    warnings.showwarning = _show_warning
    try:
        code = int(app.main(list(arguments) or ["--help"], prog_name="gitfleet", standalone_mode=False) or 0)
    except SystemExit as error:  # Click exits this way after it printed completions
        return error.code if isinstance(error.code, int) else ExitCode.OK
    except ClosedPipe:
        return ExitCode.CLOSED_PIPE
    except BaseException as error:  # users of the command line must not see a traceback
        if isinstance(error, OSError) and is_write_error(error):
            raise
        message, code = _describe(error)
        print_message(message)
        if "--debug" in arguments:
            print_traceback(error)
    return code


def _describe(error: BaseException) -> tuple[str, ExitCode]:
    """Return the message and the exit code for an error."""
    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx is not None else "gitfleet"
        return f"{error.format_message()} ({command} --help)", ExitCode.USAGE
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "stopped", ExitCode.INTERRUPTED
    from gitfleet_api import GitFleetError  # not at the top: --help loads no policies

    if isinstance(error, GitFleetError):
        return _with_options(str(error)), exit_code_for(error)
    return f"internal error: {type(error).__name__}: {error} (--debug shows the traceback)", ExitCode.FAILED


def _with_options(message: str) -> str:
    """Replace arguments of the library in a message by the options of the command line."""
    for argument, option in _OPTIONS.items():
        message = message.replace(argument, option)
    return message


def _show_warning(message: Warning | str, *_location: object, **_options: object) -> None:
    print_message(f"warning: {message}")
