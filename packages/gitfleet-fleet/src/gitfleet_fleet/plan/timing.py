"""How long the calls of one server take, and what they take of its budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from ..repositories import LISTED_AT_ONCE
from .costs import Cost, Server
from .model import PlannedBudget
from .schedule import BudgetState, Part, Result, simulate
from .survey import Population

__all__ = ["Timing", "budgets_of", "time_of"]

_PREFETCHED = 3
"""Pages of each of them that it requests at the same time."""
_FREE = "free"
"""The budget of requests that cost no call."""


@dataclass(frozen=True)
class Timing:
    """The time that the calls of one server take.

    Attributes:
        seconds: With all waits.
        unlimited: Without any.
        result: What the simulation has found.
    """

    seconds: float
    unlimited: float
    result: Result


def time_of(server: Server, population: Population) -> Timing:
    """Return the time of all calls to a server.

    Args:
        server: The server.
        population: Its repositories.
    """
    session = server.client.session
    parts = _parts(server.costs)
    budgets = {part.resource: _states(server, part.resource) for part in parts}
    result = simulate(
        parts,
        budgets,
        session.rate_limit_policy,
        concurrency=server.concurrency,
        patience=session.max_rate_limit_wait,
        first=_first(server),
    )
    free = {part.resource: [_endless()] for part in parts}
    unlimited = simulate(parts, free, None, concurrency=server.concurrency, patience=inf)
    each = parts[0].seconds
    ahead = each * min(population.steps, default=0)  # nothing else can be sent before the first rows
    rounds = sum(1 + ceil((steps - 1) / _PREFETCHED) for steps in population.steps if steps)
    looked_up = population.steps.count(0) / max(LISTED_AT_ONCE, server.concurrency)
    listing = each * (rounds / LISTED_AT_ONCE + looked_up)
    return Timing(max(result.seconds, listing) + ahead, max(unlimited.seconds, listing) + ahead, result)


def _first(server: Server) -> int | None:
    """Return the principal of the client's own token, which is preferred. None if it has a pool only."""
    own = server.client.session.own_token
    if own is None:
        return None
    tokens = [account.token for account in server.accounts]
    return next((i for i, token in enumerate(tokens) if token and token.principal is own.principal), None)


def _parts(costs: Sequence[Cost]) -> list[Part]:
    requests = sum(cost.requests for cost in costs)
    usual = sum(cost.seconds for cost in costs) / requests if requests else 0.0
    parts = []
    for cost in costs:
        seconds = cost.seconds / cost.requests if cost.requests else usual
        parts.append(Part(cost.resource, cost.calls.expected, seconds, cost.endpoint))
        if cost.saved_by_cache:  # the server confirms them: they take time
            parts.append(Part(_FREE, cost.saved_by_cache, seconds))
    return parts


def _endless() -> BudgetState:
    return BudgetState(0, inf, inf, inf, 0.0)


def _states(server: Server, resource: str) -> list[BudgetState]:
    """Return the budgets of a resource."""
    if resource == _FREE:
        return [_endless()]
    states = []
    for index, account in enumerate(server.accounts):
        left, reset = server.client.session.calls_left(account.token, resource)
        limit = account.limits.get(resource)
        states.append(
            BudgetState(
                index,
                left if left is not None else inf if limit is None else limit,
                inf if reset is None else reset,
                inf if limit is None else limit,
                account.window(server.client, resource),
            )
        )
    return states


def budgets_of(server: Server, result: Result) -> list[PlannedBudget]:
    """Return what the calls take of each budget of a server."""
    found = []
    for (index, resource), calls in sorted(result.taken.items(), key=lambda item: (item[0][1], item[0][0])):
        if resource == _FREE:
            continue
        account = server.accounts[index]
        left, reset = server.client.session.calls_left(account.token, resource)
        limit = account.limits.get(resource)
        left = limit if left is None else left
        found.append(PlannedBudget(server.label, resource, account.label, calls, left, limit, reset))
    return found
