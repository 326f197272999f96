"""Budgets in the memory of one process."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from .._internal.at_fork import renew_after_fork
from .base import BudgetReply, BudgetReport, Budgets
from .policy import BudgetState, exchange

__all__ = ["MemoryBudgets"]

_SWEEP = 1024


class MemoryBudgets(Budgets):
    """Budgets that several token pools of one process share, as for clients with different settings.

    One pool shares its budgets among its clients without this.

    Args:
        reserve: Calls of each window of each budget that are left for other programs; at most half of the window.

    Raises:
        ConfigurationError: ``reserve`` is negative or no integer.
    """

    in_process = True

    def __init__(self, *, reserve: int = 0) -> None:
        super().__init__(reserve=reserve)
        self._states: dict[str, BudgetState] = {}
        self._lock = threading.Lock()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"MemoryBudgets(reserve={self.reserve})"

    def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
        """Record what a worker says, lease what it wants, and return a reply for each report."""
        with self._lock:
            if len(self._states) > _SWEEP:
                self._states = {key: state for key, state in self._states.items() if state.expires_at(now - 60) > now}
            return [
                exchange(self._states.setdefault(report.key, BudgetState()), worker, report, self.reserve, now)
                for report in reports
            ]

    def close(self) -> None:
        """Do nothing: there is no file and no connection."""

    def _after_fork(self) -> None:
        # The child has another memory; it can't know what the parent spends.
        self._lock = threading.Lock()
        self._states = {}
