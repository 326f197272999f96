"""What distinguishes a kind of files from others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gitfleet_api import GitFleetError

__all__ = ["FileKind"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of SQLite files of GitFleet."""

    noun: str
    """Name of a file in messages, as ``ledger``. Codes of errors begin with it."""
    application: int
    """Identifies its files in their headers (``application_id``)."""
    error_class: Callable[..., GitFleetError]
    """Class of its errors."""
    rerun: str = "Run it again to continue"
    """What the user does after the disk was full."""

    def error(self, message: str, problem: str) -> GitFleetError:
        """Return an error.

        Args:
            message: The message.
            problem: The end of its code, as ``damaged`` for ``ledger_damaged``.
        """
        return self.error_class(message, code=f"{self.noun}_{problem}")
