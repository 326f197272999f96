"""What an update did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gitfleet_fleet import Problem

from ..changes import Changes

__all__ = ["UpdateSummary"]


@dataclass(frozen=True, slots=True)
class UpdateSummary:
    """What an update did. ``str()`` is one line for people."""

    mirror: Path
    """Path of the mirror."""
    update: int
    """Number of the update in the mirror."""
    resumed: bool
    """Whether it continued an update that was interrupted."""
    skipped: int
    """Units, which are a kind for a repository each, that the interrupted update had finished."""
    repositories: int
    """Repositories of the targets."""
    changes: Mapping[str, Changes]
    """Rows that were inserted, changed, deleted and restored, by table. Tables without any are left out."""
    problems: tuple[Problem, ...]
    """What could not be read, and deletions that were withheld. Equal errors once, the most frequent first."""
    calls: int
    """Counted calls. Responses that GitHub confirmed as unchanged are not in it."""
    seconds: float
    """Duration."""

    @property
    def is_complete(self) -> bool:
        """Whether everything could be read, and no deletion was withheld."""
        return not self.problems

    def __str__(self) -> str:
        total = sum(self.changes.values(), Changes())
        parts = [_counted(self.repositories, "repository", "repositories")]
        parts += [
            f"{_counted(number, 'row', 'rows')} {what}"
            for what, number in (
                ("inserted", total.inserted),
                ("changed", total.changed),
                ("deleted", total.deleted),
                ("restored", total.restored),
            )
            if number
        ]
        parts += [] if total else ["no changes"]
        parts += [_counted(self.calls, "call", "calls"), f"{self.seconds:.1f} s"]
        if self.skipped:
            parts.append(f"{_counted(self.skipped, 'unit', 'units')} done before")
        if self.problems:
            parts.append(_counted(sum(problem.count for problem in self.problems), "problem", "problems"))
        return f"{self.mirror.name}: {', '.join(parts)}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
