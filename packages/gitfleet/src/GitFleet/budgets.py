"""Budgets that processes and machines share: who may send how many calls.

>>> from GitFleet import TokenManager
>>> from GitFleet.budgets import SQLiteBudgets
>>> tokens = TokenManager(budgets=SQLiteBudgets("budgets.sqlite"))   # doctest: +SKIP

Contents:
    :class:`SQLiteBudgets`: for all processes of one machine, in a file.
    :class:`RedisBudgets`: for processes on many machines (extra ``[redis]``).
    :class:`MemoryBudgets`: for several token pools of one process.
    :func:`open_budgets`: one of them by a path or URL.
    :class:`Budgets`: the interface of them all, for another kind of store, with :class:`BudgetReport`,
        :class:`BudgetReply`, :class:`PaceReport` and :class:`PaceReply`.
    :class:`BudgetWarning`: a store can't be used for a while.
"""

from __future__ import annotations

from gitfleet_api.budgets import (
    BudgetReply,
    BudgetReport,
    Budgets,
    BudgetWarning,
    MemoryBudgets,
    PaceReply,
    PaceReport,
    RedisBudgets,
    SQLiteBudgets,
    open_budgets,
)

__all__ = [
    "BudgetReply",
    "BudgetReport",
    "BudgetWarning",
    "Budgets",
    "MemoryBudgets",
    "PaceReply",
    "PaceReport",
    "RedisBudgets",
    "SQLiteBudgets",
    "open_budgets",
]
