"""The making of a plan: accounts first, then repositories, then what each call costs, then the time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from gitfleet_api import AuthError, GitProviderClient, measure_calls
from gitfleet_api.client import gather_all

from ..clients import Clients
from ..filters import Filters
from ..fingerprint import fingerprint_of, is_fingerprint_exact
from ..kinds import Kind
from ..ledger.progress import LedgerProgress, read_progress
from ..targets import Target
from .accounts import check_accounts
from .costs import CostFinder, Server, listing_cost, merged
from .model import PlanProblem
from .plan import Plan
from .schedule import Result
from .statistics import added
from .survey import Surveyor
from .timing import budgets_of, time_of

__all__ = ["Planner"]

_SHARE = 20
"""A plan takes at most this part of the calls that are left: one in 20."""


class Planner:
    """Makes one plan.

    Args:
        targets: The targets of the fleet.
        clients: The clients of the fleet.
        filters: Which repositories belong to it.
        concurrency: Repositories of one client at the same time; None for as many as it sends requests.
        ledger: Path of the ledger that the run will continue. None for none.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        clients: Clients,
        filters: Filters,
        concurrency: int | None,
        ledger: Path | None = None,
    ) -> None:
        self._ledger = ledger
        self._skipped = 0
        self._targets = targets
        self._clients = clients
        self._filters = filters
        self._concurrency = concurrency
        self._problems: list[PlanProblem] = []

    async def plan(self, kinds: Sequence[Kind]) -> Plan:
        """Return the plan of some kinds.

        Raises:
            GitFleetError: The server accepts no token, or no calls are left.
        """
        progress = await self._progress(kinds)
        with measure_calls() as meter:
            servers = await gather_all(map(self._server, self._used_clients()))
            surveyor = Surveyor(self._clients, self._filters, self._allowed(servers), progress.listed)
            await surveyor.survey(self._targets)
            self._problems += surveyor.problems
            for server in servers:
                population = surveyor.populations[server.client.base_url]
                server.costs = [listing_cost(population)]
                for kind, done in zip(kinds, progress.done, strict=True):
                    rest = population.without(done) if done else population
                    self._skipped += population.count.expected - rest.count.expected
                    finder = CostFinder(server, rest)
                    server.costs.append(await finder.cost(kind))
                    self._problems += finder.problems
        return self._plan(servers, surveyor, kinds, meter.calls)

    async def _progress(self, kinds: Sequence[Kind]) -> LedgerProgress:
        """Return what the ledger has already."""
        if self._ledger is None:
            return LedgerProgress(done=tuple(frozenset[tuple[str, str]]() for _ in kinds))
        fingerprint = fingerprint_of(self._targets, self._clients, self._filters)
        reuses = is_fingerprint_exact(self._targets, self._filters)
        return await asyncio.to_thread(read_progress, self._ledger, kinds, fingerprint, reuses=reuses)

    def _used_clients(self) -> list[GitProviderClient]:
        """Return the clients that serve a target; all of them if the rows of a listing name their servers."""
        if any(target.client is None for target in self._targets):
            return list(self._clients)
        return [client for client in self._clients if any(target.client is client for target in self._targets)]

    async def _server(self, client: GitProviderClient) -> Server:
        server = Server(client, self._clients.label(client))
        server.accounts, server.tokens, problems = await check_accounts(client, server.label)
        if not server.accounts:
            raise AuthError(
                f"{client.profile.name} refuses every token of {server.label}", client.provider_type, status=401
            )
        self._problems += problems
        left = [client.session.calls_left(account.token, "core")[0] for account in server.accounts]
        known = [number for number in left if number is not None]
        most = client.session.max_concurrency
        server.concurrency = most if self._concurrency is None else min(most, self._concurrency)
        server.allowed = max(2, max(known) // _SHARE) if known else 100
        return server

    def _allowed(self, servers: Sequence[Server]) -> dict[str, int]:
        allowed = {client.base_url: 0 for client in self._clients}
        return {**allowed, **{server.client.base_url: server.allowed for server in servers}}

    def _plan(self, servers: Sequence[Server], surveyor: Surveyor, kinds: Sequence[Kind], cost: int) -> Plan:
        populations = [surveyor.populations[server.client.base_url] for server in servers]
        timings = [time_of(server, population) for server, population in zip(servers, populations, strict=True)]
        calls = tuple(merged([server.costs[index] for server in servers]) for index in range(len(kinds) + 1))
        results = [timing.result for timing in timings]
        for server, result in zip(servers, results, strict=True):
            self._note_stop(server, result)
        return Plan(
            targets=tuple(target.text for target in self._targets),
            repositories=added([population.count for population in populations]),
            calls=calls,
            total=added([call.calls for call in calls]),
            budgets=tuple(
                budget for server, result in zip(servers, results, strict=True) for budget in budgets_of(server, result)
            ),
            seconds=max(timing.seconds for timing in timings),
            waiting=max(timing.seconds - timing.unlimited for timing in timings),
            longest_wait=max(result.longest_wait for result in results),
            stops_after=min((item.stops_after for item in results if item.stops_after is not None), default=None),
            concurrency=max(server.concurrency for server in servers),
            tokens=tuple(token for server in servers for token in server.tokens),
            problems=tuple(self._problems),
            cost=cost,
            skipped=self._skipped,
        )

    def _note_stop(self, server: Server, result: Result) -> None:
        if result.stops_after is None:
            return
        patience = server.client.session.max_rate_limit_wait
        message = (
            f"after about {result.stops_after:,} calls no calls are left, and the wait of {result.longest_wait:.0f} s "
            f"is longer than max_rate_limit_wait={patience:g}: the other calls fail with RateLimitError. Create the "
            f"client with max_rate_limit_wait={ceil(result.longest_wait + 1)}, or add tokens of other users"
        )
        self._problems.append(PlanProblem(server.label, "failed", None, message))
