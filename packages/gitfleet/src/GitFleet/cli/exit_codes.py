"""Exit codes, and the errors that they report."""

from __future__ import annotations

from enum import IntEnum

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitFleetError,
    IncompleteListingError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnavailableForLegalReasonsError,
    UnsupportedError,
)

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


_CODES: tuple[tuple[type[GitFleetError], ExitCode], ...] = (
    (IncompleteListingError, ExitCode.INCOMPLETE),
    (ConfigurationError, ExitCode.USAGE),
    (UnsupportedError, ExitCode.USAGE),
    (AuthError, ExitCode.DENIED),
    (PermissionDeniedError, ExitCode.DENIED),
    (NotFoundError, ExitCode.NOT_FOUND),
    (UnavailableForLegalReasonsError, ExitCode.NOT_FOUND),
    (RateLimitError, ExitCode.RATE_LIMIT),
)


def exit_code_for(*errors: GitFleetError) -> ExitCode:
    """Return the exit code that all errors have in common, or 1 if they differ; 0 without errors."""
    codes = {next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED) for error in errors}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED
