"""What a fleet reports about its progress, to ``on_event``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .outcome import Outcome, Status

__all__ = ["FleetEvent", "IncompleteFleet", "OnFleetEvent", "TargetListed", "UnitDone"]


@dataclass(frozen=True, slots=True)
class TargetListed:
    """All repositories of a target are known."""

    target: str
    """The target, as ``github:python``."""
    repositories: int
    """Repositories of it that belong to the fleet: those that the filters accept and that no other target has."""
    total: int | None
    """Repositories of the whole fleet. None while other targets are still being listed."""


@dataclass(frozen=True, slots=True)
class UnitDone:
    """One call for one repository has ended."""

    target: str
    """The repository, as ``github:python/cpython``."""
    kind: str
    """Name of the call, as ``branches``."""
    status: Status
    """The status of its outcome."""
    rows: int
    """Number of its rows."""
    done: int
    """Outcomes so far."""
    total: int | None
    """Outcomes in all. None while targets are still being listed."""


@dataclass(frozen=True, slots=True)
class IncompleteFleet:
    """A table lacks rows, with ``on_incomplete="warn"``."""

    kind: str
    """Name of the call, as ``branches``."""
    outcomes: tuple[Outcome[Any], ...] = field(repr=False)
    """The outcomes of the repositories and targets whose rows are missing."""
    message: str
    """How many are missing, and the first errors."""


FleetEvent = TargetListed | UnitDone | IncompleteFleet
"""Any event that ``on_event`` of a fleet receives."""
OnFleetEvent = Callable[[FleetEvent], None]
"""Type of the ``on_event`` option of a fleet."""
