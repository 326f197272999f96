"""Fleets: one call for each repository of many owners, with an outcome for each.

Users import it from ``GitFleet``.
"""

from __future__ import annotations

from .audit.findings import AuditReport, Finding
from .errors import IncompleteFleetError, LedgerError
from .events import FleetEvent, IncompleteFleet, TargetListed, UnitDone
from .fleet import Fleet
from .kinds import LanguageShare
from .ledger.summary import Problem, RunSummary
from .outcome import Outcome, Status
from .plan import Estimate, Plan, PlannedBudget, PlannedCall, PlannedToken, PlanProblem
from .repository import Repository

__all__ = [
    "AuditReport",
    "Estimate",
    "Finding",
    "Fleet",
    "FleetEvent",
    "IncompleteFleet",
    "IncompleteFleetError",
    "LanguageShare",
    "LedgerError",
    "Outcome",
    "Plan",
    "PlanProblem",
    "PlannedBudget",
    "PlannedCall",
    "PlannedToken",
    "Problem",
    "Repository",
    "RunSummary",
    "Status",
    "TargetListed",
    "UnitDone",
]
