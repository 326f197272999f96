"""The plan, as users see it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from .model import Estimate, PlannedBudget, PlannedCall, PlannedToken, PlanProblem
from .text import duration, table_of_budgets, table_of_calls

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fleet's calls will cost. ``str(plan)`` is a table, ``plan.to_dict()`` is for JSON.

    The repositories are listed once. A fleet that is read with ``each`` several times lists them each time.
    """

    targets: tuple[str, ...]
    """The targets."""
    repositories: Estimate
    """Repositories of the fleet."""
    calls: tuple[PlannedCall, ...]
    """Each kind of call; the first is the listing of the targets."""
    total: Estimate
    """Calls in all."""
    budgets: tuple[PlannedBudget, ...]
    """Calls by resource and principal."""
    seconds: float
    """Duration in seconds, with all waits for rate limits."""
    waiting: float
    """Seconds of it during which requests wait for rate limits, or for the pace that the provider permits."""
    longest_wait: float
    """Longest wait of one request for a rate limit, in seconds. Waits for the pace are not included."""
    stops_after: int | None
    """Calls after which requests fail, because ``max_rate_limit_wait`` is shorter than the wait. None if none fails."""
    concurrency: int
    """Requests that are in flight at the same time, of the client with most of them."""
    tokens: tuple[PlannedToken, ...]
    """The tokens of the clients."""
    problems: tuple[PlanProblem, ...]
    """What will fail, and what the user should know."""
    cost: int
    """Calls that the plan itself has cost."""
    skipped: int = 0
    """Units, each a call for a repository, whose results the ledger has. The plan does not count them."""

    @property
    def saved_by_batches(self) -> int:
        """Calls that requests for many repositories save."""
        return sum(call.saved_by_batches for call in self.calls)

    @property
    def saved_by_cache(self) -> int:
        """Calls that the caches of the clients save."""
        return sum(call.saved_by_cache for call in self.calls)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as values that JSON has."""
        found = dataclasses.asdict(self)
        return {**found, "saved_by_batches": self.saved_by_batches, "saved_by_cache": self.saved_by_cache}

    def __str__(self) -> str:
        shown = ", ".join(self.targets[:3]) + (f" and {len(self.targets) - 3} more" if len(self.targets) > 3 else "")
        title = f"Plan for {shown}: {self.repositories} repositories"
        tables = [title, "", *table_of_calls(self.calls, self.total), "", *table_of_budgets(self.budgets)]
        return "\n".join([*tables, "", *self._sentences()])

    def _sentences(self) -> list[str]:
        lines = [f"Time: about {duration(self.seconds)}, with {self.concurrency} requests at the same time."]
        if self.waiting >= 1:
            lines.append(f"Waits for rate limits and pace: {duration(self.waiting)} of it.")
        if self.saved_by_batches:
            lines.append(f"GraphQL batches save {self.saved_by_batches:,} calls.")
        if self.saved_by_cache:
            lines.append(f"The cache saves about {self.saved_by_cache:,} calls.")
        if self.skipped:
            lines.append(f"The ledger has the results of {self.skipped:,} units: only the others are counted.")
        lines.append(f"This plan cost {self.cost:,} calls.")
        return lines + [f"Note: {problem.what}: {problem.message}" for problem in self.problems]
