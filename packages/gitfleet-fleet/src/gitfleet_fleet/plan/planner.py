"""The making of a plan: accounts first, then repositories, then what each call costs, then the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf

from gitfleet_api import AuthError, GitProviderClient, measure_calls
from gitfleet_api.client import gather_all

from ..clients import Clients
from ..filters import Filters
from ..kinds import Kind
from ..targets import Target
from .accounts import Account, check_accounts
from .counts import count_calls, is_countable
from .model import Estimate, PlannedBudget, PlannedCall, PlannedToken, PlanProblem
from .plan import Plan
from .sampling import Observations, is_users, observe, share_in_cache
from .schedule import BudgetState, Part, Result, simulate
from .statistics import Sample, added, exact, total_of
from .survey import Population, Surveyor

__all__ = ["Planner"]

_SHARE = 20
"""A plan takes at most this part of the calls that are left: one in 20."""
_LISTED_AT_ONCE = 4
"""Targets of one server that a run lists at the same time."""
_PREFETCHED = 3
"""Pages of each of them that it requests at the same time."""


@dataclass
class _Server:
    """A client, and what the plan has learned about it."""

    client: GitProviderClient
    label: str
    accounts: list[Account] = field(default_factory=list)
    tokens: list[PlannedToken] = field(default_factory=list)
    costs: list[_Cost] = field(default_factory=list)
    allowed: int = 0


@dataclass
class _Cost:
    """What one kind costs on one server."""

    name: str
    repositories: Estimate
    calls: Estimate
    resource: str
    method: str
    saved_by_batches: int = 0
    saved_by_cache: int = 0
    requests: int = 0
    seconds: float = 0.0
    endpoint: str | None = None


class Planner:
    """Makes one plan.

    Args:
        targets: The targets of the fleet.
        clients: The clients of the fleet.
        filters: Which repositories belong to it.
        concurrency: Repositories of one client at the same time; None for as many as it sends requests.
    """

    def __init__(self, targets: Sequence[Target], clients: Clients, filters: Filters, concurrency: int | None) -> None:
        self._targets = targets
        self._clients = clients
        self._filters = filters
        self._concurrency = concurrency
        self._problems: list[PlanProblem] = []
        self._spent = 0

    async def plan(self, kinds: Sequence[Kind]) -> Plan:
        """Return the plan of some kinds.

        Raises:
            GitFleetError: The server accepts no token, or no calls are left.
        """
        with measure_calls() as meter:
            servers = await gather_all(map(self._server, self._used_clients()))
            surveyor = Surveyor(self._clients, self._filters, self._allowed(servers))
            await surveyor.survey(self._targets)
            self._problems += surveyor.problems
            for server in servers:
                population = surveyor.populations[server.client.base_url]
                server.costs.append(_listing_cost(population))
                for kind in kinds:
                    server.costs.append(await self._cost(server, kind, population))
        # Inner meters count for themselves.
        cost = meter.calls + self._spent + sum(item.spent for item in surveyor.populations.values())
        return self._plan(servers, surveyor, kinds, cost)

    # -- before anything is spent

    def _used_clients(self) -> list[GitProviderClient]:
        """Return the clients that serve a target; all of them if the rows of a listing name their servers."""
        if any(target.client is None for target in self._targets):
            return list(self._clients)
        return [client for client in self._clients if any(target.client is client for target in self._targets)]

    async def _server(self, client: GitProviderClient) -> _Server:
        server = _Server(client, self._clients.label(client))
        server.accounts, server.tokens, problems = await check_accounts(client, server.label)
        if not server.accounts:
            raise AuthError(
                f"{client.profile.name} refuses every token of {server.label}", client.provider_type, status=401
            )
        self._problems += problems
        left = [client.session.calls_left(account.token, "core")[0] for account in server.accounts]
        known = [number for number in left if number is not None]
        server.allowed = max(2, max(known) // _SHARE) if known else 100
        return server

    def _allowed(self, servers: Sequence[_Server]) -> dict[str, int]:
        allowed = {client.base_url: 0 for client in self._clients}
        return {**allowed, **{server.client.base_url: server.allowed for server in servers}}

    # -- what a kind costs

    async def _cost(self, server: _Server, kind: Kind, population: Population) -> _Cost:
        client, count = server.client, population.count
        none = exact(0)
        if not count.high:
            return _Cost(kind.name, none, none, "core", "no repositories")
        if kind.method is not None and not client.supports(kind.method):
            message = f"{client.profile.name} has no such call"
            self._problems.append(PlanProblem(kind.name, "unsupported", count.expected, message))
            return _Cost(kind.name, none, none, "core", "unsupported")
        if is_users(kind):
            message = "a function is not called by a plan: one call for each repository is assumed"
            self._problems.append(PlanProblem(kind.name, None, count.expected, message))
            return _Cost(kind.name, count, count, "core", "assumed")
        size = kind.batch_size(client)
        if size > 1:
            return await self._batches(server, kind, population, size)
        return await self._one_by_one(server, kind, population)

    async def _batches(self, server: _Server, kind: Kind, population: Population, size: int) -> _Cost:
        """Return the cost of a kind that is requested for many repositories at once."""
        client, count = server.client, population.count
        named = [repo.full_name for repo in population.known[:size]]
        with measure_calls() as meter:
            await client.fetch_many_repository_details(named)
        self._spent += meter.calls
        rest = meter.requests - 1
        if rest > len(named) // 2:  # the server has no usable GraphQL API
            calls = count
        else:
            calls = Estimate(*(ceil(number / size) for number in (count.expected, count.low, count.high)))
        is_rest = calls is count
        method = "one request for each" if is_rest else f"one request for {size} repositories"
        return _Cost(
            kind.name,
            count,
            calls,
            "core" if is_rest else client.profile.resource_of("/graphql"),
            method,
            saved_by_batches=max(0, count.expected - calls.expected),
            requests=meter.requests,
            seconds=meter.seconds,
        )

    async def _one_by_one(self, server: _Server, kind: Kind, population: Population) -> _Cost:
        client, known, count = server.client, population.known, population.count
        cached = await share_in_cache(client, kind, known)
        counted = await count_calls(client, kind, known) if is_countable(kind, client) else None
        seen = await observe(
            client,
            kind,
            known,
            count.expected,
            concurrency=self._in_flight(client),
            allowed=max(2, server.allowed),
            counted=counted is not None,
        )
        self._spent += seen.spent
        self._note_failures(kind, seen, count)
        if counted is not None:
            sample = Sample(counted if population.is_whole else (), counted, count.expected)
            method = "counted by GraphQL" if population.is_whole else f"{len(known):,} counted by GraphQL"
        else:
            sample = seen.sample
            method = "measured" if sample.is_whole else f"sample of {seen.members} repositories"
        calls = _scaled(total_of(sample, may_vary=seen.may_vary), count)
        saved = 0
        if cached and client.profile.has_secondary_limits:  # GitLab counts confirmed entries too
            saved = round(calls.expected * cached)
            calls = Estimate(calls.expected - saved, max(0, calls.low - saved), calls.high - saved)
        return _Cost(
            kind.name,
            count,
            calls,
            "core",
            method,
            saved_by_cache=saved,
            requests=seen.requests,
            seconds=seen.seconds,
            endpoint=_endpoint(client, kind),
        )

    def _note_failures(self, kind: Kind, seen: Observations, count: Estimate) -> None:
        for status, number in seen.statuses.items():
            concerned = round(count.expected * number / seen.members)
            message = f"{number} of {seen.members} sampled repositories are {status}: about {concerned} of all"
            self._problems.append(PlanProblem(kind.name, status, concerned, message))

    def _in_flight(self, client: GitProviderClient) -> int:
        most = client.session.max_concurrency
        return most if self._concurrency is None else min(most, self._concurrency)

    # -- the whole

    def _plan(self, servers: Sequence[_Server], surveyor: Surveyor, kinds: Sequence[Kind], cost: int) -> Plan:
        results = [self._time(server, surveyor.populations[server.client.base_url]) for server in servers]
        calls = tuple(_merged([server.costs[index] for server in servers]) for index in range(len(kinds) + 1))
        stops = [result.stops_after for _, result, _ in results if result.stops_after is not None]
        for server, (_, result, _) in zip(servers, results, strict=True):
            self._note_stop(server, result)
        return Plan(
            tuple(target.text for target in self._targets),
            added([surveyor.populations[server.client.base_url].count for server in servers]),
            calls,
            added([call.calls for call in calls]),
            tuple(
                budget
                for server, (_, result, _) in zip(servers, results, strict=True)
                for budget in _budgets(server, result)
            ),
            max(seconds for seconds, _, _ in results),
            max(seconds - unlimited for seconds, _, unlimited in results),
            max(result.longest_wait for _, result, _ in results),
            min(stops, default=None),
            max(self._in_flight(server.client) for server in servers),
            tuple(token for server in servers for token in server.tokens),
            tuple(self._problems),
            cost,
        )

    def _time(self, server: _Server, population: Population) -> tuple[float, Result, float]:
        """Return the seconds of a server's calls, the simulation, and the seconds without limits."""
        client = server.client
        usual = _usual_seconds(server.costs)
        parts = [
            Part(
                cost.resource,
                cost.calls.expected + cost.saved_by_cache,
                cost.seconds / cost.requests if cost.requests else usual,
                cost.endpoint,
            )
            for cost in server.costs
        ]
        own = client.session.own_token
        first = next(
            (
                index
                for index, item in enumerate(server.accounts)
                if own is not None and item.token is not None and item.token.principal is own.principal
            ),
            None,
        )
        concurrency = self._in_flight(client)
        result = simulate(
            parts,
            {part.resource: _states(server, part.resource) for part in parts},
            client.session.rate_limit_policy,
            concurrency=concurrency,
            patience=client.session.max_rate_limit_wait,
            first=first,
        )
        free = {part.resource: [BudgetState(0, inf, inf, inf, 0.0)] for part in parts}
        unlimited = simulate(parts, free, None, concurrency=concurrency, patience=inf)
        each = parts[0].seconds
        ahead = each * min(population.steps, default=0)  # nothing else can be sent before the first rows
        listing = each * sum(1 + ceil(max(0, steps - 1) / _PREFETCHED) for steps in population.steps) / _LISTED_AT_ONCE
        more = max(listing, ahead if len(population.steps) else 0.0)
        return max(result.seconds, listing) + min(ahead, more), result, unlimited.seconds + min(ahead, more)

    def _note_stop(self, server: _Server, result: Result) -> None:
        if result.stops_after is None:
            return
        patience = server.client.session.max_rate_limit_wait
        message = (
            f"after about {result.stops_after:,} calls no calls are left, and the wait of {result.longest_wait:.0f} s "
            f"is longer than max_rate_limit_wait={patience:g}: the other calls fail with RateLimitError. Create the "
            f"client with max_rate_limit_wait={ceil(result.longest_wait + 1)}, or add tokens of other users"
        )
        self._problems.append(PlanProblem(server.label, "failed", None, message))


def _listing_cost(population: Population) -> _Cost:
    count = population.count
    return _Cost(
        "repositories",
        count,
        exact(population.calls),
        "core",
        "counted" if count.is_exact else "estimated from some pages",
        requests=population.requests,
        seconds=population.seconds,
        endpoint=None,
    )


def _endpoint(client: GitProviderClient, kind: Kind) -> str | None:
    """Return the endpoint with a limit in addition that a kind requests."""
    path = "/projects/1" if kind.method == "fetch_repository_details" else ""
    return client.profile.endpoint_of(path, True) if path else None


def _scaled(calls: Estimate, count: Estimate) -> Estimate:
    """Return calls with the uncertainty of the number of repositories."""
    if count.is_exact or not count.expected:
        return calls
    share = calls.expected / count.expected
    of_count = Estimate(0, round(share * (count.low - count.expected)), round(share * (count.high - count.expected)))
    own = Estimate(0, calls.low - calls.expected, calls.high - calls.expected)
    both = added([own, of_count])
    return Estimate(calls.expected, calls.expected + both.low, calls.expected + both.high)


def _usual_seconds(costs: Sequence[_Cost]) -> float:
    requests = sum(cost.requests for cost in costs)
    return sum(cost.seconds for cost in costs) / requests if requests else 0.0


def _states(server: _Server, resource: str) -> list[BudgetState]:
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


def _budgets(server: _Server, result: Result) -> list[PlannedBudget]:
    found = []
    for (index, resource), calls in sorted(result.taken.items(), key=lambda item: (item[0][1], item[0][0])):
        account = server.accounts[index]
        left, reset = server.client.session.calls_left(account.token, resource)
        limit = account.limits.get(resource)
        left = limit if left is None else left
        found.append(PlannedBudget(server.label, resource, account.label, calls, left, limit, reset))
    return found


def _merged(costs: Sequence[_Cost]) -> PlannedCall:
    """Return the cost of one kind on all servers."""
    requests = sum(cost.requests for cost in costs)
    methods = list(dict.fromkeys(cost.method for cost in costs if cost.repositories.high)) or [costs[0].method]
    return PlannedCall(
        costs[0].name,
        added([cost.repositories for cost in costs]),
        added([cost.calls for cost in costs]),
        ", ".join(methods),
        sum(cost.saved_by_batches for cost in costs),
        sum(cost.saved_by_cache for cost in costs),
        sum(cost.seconds for cost in costs) / requests if requests else 0.0,
    )
