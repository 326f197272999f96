"""Budgets that processes and machines share. Import from here what the folder offers."""

from .base import BudgetReply, BudgetReport, Budgets, BudgetWarning, PaceReply, PaceReport, budget_key
from .memory import MemoryBudgets
from .opening import open_budgets
from .policy import LEASE_LIFETIME
from .redis import RedisBudgets
from .sqlite import SQLiteBudgets

__all__ = [
    "LEASE_LIFETIME",
    "BudgetReply",
    "BudgetReport",
    "BudgetWarning",
    "Budgets",
    "MemoryBudgets",
    "PaceReply",
    "PaceReport",
    "RedisBudgets",
    "SQLiteBudgets",
    "budget_key",
    "open_budgets",
]
