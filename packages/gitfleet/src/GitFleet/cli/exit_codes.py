"""Exit codes, and the errors that they report."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitfleet_api import GitFleetError

__all__ = ["EXIT_CODES_HELP", "ClosedPipe", "CommandError", "ExitCode", "Interrupted", "OutputError", "exit_code_for"]


class ExitCode(IntEnum):
    """Exit codes of the command line. They are stable."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    NOT_FOUND = 4
    RATE_LIMIT = 5
    OUTPUT = 6
    INCOMPLETE = 7
    FINDINGS = 8
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


EXIT_CODES_HELP = """\
\b
Exit codes:
  0    success
  1    the provider or the network failed, or owners failed with different errors
  2    wrong arguments; nothing was sent
  3    the token is missing, rejected or lacks a permission
  4    not found, or not visible to this token
  5    rate limit reached
  6    the output cannot be written
  7    rows are missing; those that arrived are written
  8    audit --strict has findings
  130  stopped by Ctrl-C (143: by SIGTERM)
  141  the reader closed the output, as in `| head -1`"""


class CommandError(Exception):
    """A command cannot continue.

    Args:
        message: the reason, in one line.
        code: the exit code.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code


class OutputError(CommandError):
    """The output cannot be written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.OUTPUT)


class ClosedPipe(Exception):
    """The reader of stdout closed the pipe."""


class Interrupted(Exception):
    """A signal stopped the command.

    Args:
        code: the exit code of the signal.
    """

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code.name)
        self.code = code


def exit_code_for(*errors: Exception) -> ExitCode:
    """Return the exit code that all errors have in common, or 1 if they differ; 0 without errors."""
    codes = {_code(error) for error in errors}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED


def _code(error: Exception) -> ExitCode:
    import gitfleet_api as api  # not at the top: --help needs the exit codes, and no policies

    codes: tuple[tuple[type[GitFleetError], ExitCode], ...] = (
        (api.IncompleteListingError, ExitCode.INCOMPLETE),
        (api.ConfigurationError, ExitCode.USAGE),
        (api.UnsupportedError, ExitCode.USAGE),
        (api.AuthError, ExitCode.DENIED),
        (api.PermissionDeniedError, ExitCode.DENIED),
        (api.NotFoundError, ExitCode.NOT_FOUND),
        (api.UnavailableForLegalReasonsError, ExitCode.NOT_FOUND),
        (api.RateLimitError, ExitCode.RATE_LIMIT),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), ExitCode.FAILED)
