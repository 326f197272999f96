"""Fleets: one call for each repository of many owners, with an outcome for each.

Users import it from ``GitFleet``.
"""

from __future__ import annotations

from .errors import IncompleteFleetError
from .events import FleetEvent, IncompleteFleet, TargetListed, UnitDone
from .fleet import Fleet
from .kinds import LanguageShare
from .outcome import Outcome, Status
from .repository import Repository

__all__ = [
    "Fleet",
    "FleetEvent",
    "IncompleteFleet",
    "IncompleteFleetError",
    "LanguageShare",
    "Outcome",
    "Repository",
    "Status",
    "TargetListed",
    "UnitDone",
]
