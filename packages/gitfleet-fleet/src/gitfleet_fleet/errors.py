"""The error of a whole fleet: some repositories have no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from gitfleet_api import GitFleetError

from .outcome import Outcome

__all__ = ["IncompleteFleetError", "LedgerError"]

_SHOWN = 3


class IncompleteFleetError(GitFleetError):
    """A result for a whole fleet lacks the rows of some repositories or targets.

    Attributes:
        outcomes: The outcomes of those repositories and targets.
        result: The result without them: a list or a table. None if it was written to a file or a ledger.
    """

    default_code: ClassVar[str] = "incomplete_fleet"

    def __init__(self, message: str, *, outcomes: Sequence[Outcome[Any]], result: Any = None) -> None:
        super().__init__(message)
        self.outcomes: list[Outcome[Any]] = list(outcomes)
        self.result: Any = result

    @classmethod
    def of(cls, outcomes: Sequence[Outcome[Any]], result: Any = None) -> IncompleteFleetError:
        """Return the error for outcomes with missing rows.

        Args:
            outcomes: The outcomes, at least one.
            result: The result without them.
        """
        return cls(describe(outcomes), outcomes=outcomes, result=result)


class LedgerError(GitFleetError):
    """The file of a ledger cannot be used. What was committed to it stays.

    ``code`` is ``ledger_in_use`` (by another run), ``ledger_locked`` (by another program that writes to it),
    ``ledger_full`` (no space, or the file may not grow), ``ledger_damaged`` or ``ledger_failed``.
    """

    default_code: ClassVar[str] = "ledger_failed"


def describe(outcomes: Sequence[Outcome[Any]]) -> str:
    """Return a text with the number of outcomes by status, and the first of them."""
    counts = Counter(outcome.status for outcome in outcomes)
    parts = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    shown = "; ".join(
        f"{outcome.target}: {outcome.status if outcome.error is None else outcome.error}"
        for outcome in outcomes[:_SHOWN]
    )
    more = f"; and {len(outcomes) - _SHOWN} more" if len(outcomes) > _SHOWN else ""
    return f"rows are missing ({parts}): {shown}{more}"
