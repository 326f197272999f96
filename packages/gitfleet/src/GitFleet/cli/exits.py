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

__all__ = ["EXPLAINED", "ClosedPipe", "CommandError", "Exit", "Interrupted", "OutputError", "exit_of"]


class Exit(IntEnum):
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


EXPLAINED = """\
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

    def __init__(self, message: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.code = code


class OutputError(CommandError):
    """The output can't be written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Exit.OUTPUT)


class ClosedPipe(Exception):
    """Nobody reads the output any more."""


class Interrupted(Exception):
    """The user, or a signal, stopped the command."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


_CODES: tuple[tuple[type[GitFleetError], Exit], ...] = (
    (ConfigurationError, Exit.USAGE),
    (UnsupportedError, Exit.USAGE),
    (AuthError, Exit.DENIED),
    (PermissionDeniedError, Exit.DENIED),
    (NotFoundError, Exit.NOT_FOUND),
    (UnavailableForLegalReasonsError, Exit.NOT_FOUND),
    (RateLimitError, Exit.RATE_LIMIT),
)


def exit_of(*errors: GitFleetError) -> Exit:
    """The exit code for what went wrong: the one that all errors share, or else 1."""
    codes = {next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED) for error in errors}
    if not codes:
        return Exit.OK
    return codes.pop() if len(codes) == 1 else Exit.FAILED
