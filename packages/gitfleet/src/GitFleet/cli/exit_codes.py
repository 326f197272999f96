"""How a command ends: its exit codes, and which error means which."""

from __future__ import annotations

from enum import IntEnum

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitFleetError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnavailableForLegalReasonsError,
    UnsupportedError,
)

__all__ = ["EXIT_CODES_HELP", "ClosedPipe", "CommandError", "ExitCode", "Interrupted", "OutputError", "exit_code_for"]


class ExitCode(IntEnum):
    """Exit codes; programs may rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    NOT_FOUND = 4
    RATE_LIMIT = 5
    OUTPUT = 6
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


EXIT_CODES_HELP = """\
\b
Exit codes:
  0    all is well
  1    the provider or the network failed, or several things did
  2    wrong arguments; nothing was sent
  3    the token is refused, missing, or may not do this
  4    not there, or not there for this token
  5    no calls are left (rate limit)
  6    the output can't be written
  130  stopped by Ctrl-C (143: by SIGTERM)
  141  the reader of the output went away, as with `| head -1`"""


class CommandError(Exception):
    """A command can't go on; says why in one line, and what the exit code is."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code


class OutputError(CommandError):
    """The output can't be written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.OUTPUT)


class ClosedPipe(Exception):
    """Nobody reads the output any more."""


class Interrupted(Exception):
    """The user, or a signal, stopped the command."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code.name)
        self.code = code


_CODES: tuple[tuple[type[GitFleetError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.USAGE),
    (UnsupportedError, ExitCode.USAGE),
    (AuthError, ExitCode.DENIED),
    (PermissionDeniedError, ExitCode.DENIED),
    (NotFoundError, ExitCode.NOT_FOUND),
    (UnavailableForLegalReasonsError, ExitCode.NOT_FOUND),
    (RateLimitError, ExitCode.RATE_LIMIT),
)


def exit_code_for(*errors: GitFleetError) -> ExitCode:
    """The exit code for what went wrong: the one that all errors share, or else 1."""
    codes = {next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED) for error in errors}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED
