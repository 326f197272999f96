"""What a run with a ledger did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitfleet_api import GitFleetError, ProviderError

from ..outcome import MISSING, Outcome, Status

__all__ = ["Problem", "RunSummary", "Tally", "code_and_message"]

_EXAMPLES = 3
_MOST_PROBLEMS = 1_000
_LONGEST = 1_000
"""Characters of a message that are kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Equal errors of a run."""

    kind: str
    """Name of the call, as ``branches``; ``repositories`` for targets that could not be listed."""
    status: Status
    """Status of the outcomes."""
    code: str
    """Code of the error, as ``not_found``."""
    message: str
    """Message of the first one."""
    count: int
    """Number of outcomes."""
    examples: tuple[str, ...]
    """The first repositories or targets, at most three, as ``github:python/cpython``."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run with a ledger did. ``str()`` is one line for people."""

    ledger: Path
    """Path of the ledger."""
    run: int
    """Number of the run in the ledger."""
    resumed: bool
    """Whether it continued a run that was interrupted."""
    skipped: int
    """Units that were not repeated, because the interrupted run had finished them."""
    repositories: int
    """Repositories of the fleet."""
    vanished: int
    """Repositories that the listing lacked for the first time. Their rows are kept."""
    units: Mapping[str, Mapping[Status, int]]
    """Number of units of this run by kind and status."""
    rows: Mapping[str, int]
    """Number of rows that this run has written, by kind."""
    stale: int
    """Units without a new result whose older rows are kept."""
    problems: tuple[Problem, ...]
    """Equal errors once, the most frequent first."""
    calls: int
    """Calls that the run cost, with those for the listing."""
    seconds: float
    """Its duration."""
    files: tuple[Path, ...]
    """Files that it wrote to the store."""

    @property
    def done(self) -> int:
        """Number of units of this run."""
        return sum(sum(counts.values()) for counts in self.units.values())

    @property
    def is_complete(self) -> bool:
        """Whether no rows are missing: each unit of this run was ``ok``, ``renamed`` or ``empty``."""
        return not self.problems

    def __str__(self) -> str:
        missing = sum(problem.count for problem in self.problems)
        parts = [
            f"{self.done:,} of {self.done + self.skipped:,} units" if self.skipped else f"{self.done:,} units",
            f"{self.repositories:,} repositories",
            f"{sum(self.rows.values()):,} rows",
            f"{self.calls:,} calls",
            f"{self.seconds:.1f} s",
        ]
        if missing:
            parts.append(f"{missing:,} without a result")
        if self.stale:
            parts.append(f"older rows kept for {self.stale:,}")
        if self.vanished:
            parts.append(f"{self.vanished:,} repositories vanished")
        return f"{self.ledger.name}: {', '.join(parts)}"


@dataclass(slots=True)
class Tally:
    """Counts outcomes. Its size does not depend on their number."""

    units: dict[str, Counter[Status]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    stale: int = 0
    calls: int = 0
    _problems: dict[tuple[str, str, str, object], tuple[str, list[str]]] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str, object]] = field(default_factory=Counter)

    def add(self, outcome: Outcome[Any], *, is_stale: bool = False, written: int = 0) -> None:
        """Count an outcome.

        Args:
            outcome: The outcome.
            is_stale: Whether older rows are kept.
            written: Rows that were written.
        """
        self.calls += outcome.calls
        if outcome.repo is not None:
            self.units.setdefault(outcome.kind, Counter())[outcome.status] += 1
            self.rows[outcome.kind] += written
            self.stale += is_stale
        if outcome.status in MISSING:
            self._add_problem(outcome)

    def problems(self) -> tuple[Problem, ...]:
        """Return equal errors once, the most frequent first."""
        found = []
        for key, count in self._counts.most_common():
            kind, status, code, _ = key
            message, examples = self._problems[key]
            found.append(Problem(kind, status, code, message, count, tuple(examples)))  # type: ignore[arg-type]
        return tuple(found)

    def _add_problem(self, outcome: Outcome[Any]) -> None:
        error = outcome.error
        code, message = code_and_message(error)
        # Messages of providers name the URL, so equal errors have different ones.
        same: object = message
        if isinstance(error, ProviderError):
            same = error.status, getattr(error, "reason", None)
        key = outcome.kind, outcome.status, code, same
        if key not in self._problems:
            if len(self._problems) >= _MOST_PROBLEMS:
                key = outcome.kind, outcome.status, code, None
            self._problems.setdefault(key, (message, []))
        examples = self._problems[key][1]
        if len(examples) < _EXAMPLES:
            examples.append(outcome.target)
        self._counts[key] += 1


def code_and_message(error: Exception | None) -> tuple[str, str]:
    """Return the code and the text of an error. Errors of the library contain no secrets."""
    if error is None:
        return "", ""
    if isinstance(error, GitFleetError):
        return error.code, error.message[:_LONGEST]
    return type(error).__name__, f"{type(error).__name__}: {error}"[:_LONGEST]
