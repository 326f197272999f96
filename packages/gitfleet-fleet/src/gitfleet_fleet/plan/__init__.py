"""Plans: what a call for each repository of a fleet will cost, before it is done."""

from __future__ import annotations

from .model import Estimate, PlannedBudget, PlannedCall, PlannedToken, PlanProblem
from .plan import Plan

__all__ = ["Estimate", "Plan", "PlanProblem", "PlannedBudget", "PlannedCall", "PlannedToken"]
