"""What each kind of call costs on one server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from gitfleet_api import GitProviderClient, measure_calls

from ..kinds import Kind
from .accounts import Account
from .counts import count_calls, is_countable
from .model import Estimate, PlannedCall, PlannedToken, PlanProblem
from .sampling import Observations, is_users, observe, share_in_cache
from .statistics import Sample, added, exact, total_of
from .survey import Population

__all__ = ["Cost", "CostFinder", "Server", "listing_cost", "merged"]


@dataclass
class Server:
    """A client, and what the plan has learned about it.

    Attributes:
        client: The client.
        label: How texts name the server.
        accounts: The principals.
        tokens: The tokens.
        costs: What the listing and each kind cost.
        allowed: Calls that one part of the plan may take.
        concurrency: Repositories at the same time.
    """

    client: GitProviderClient
    label: str
    accounts: list[Account] = field(default_factory=list)
    tokens: list[PlannedToken] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    allowed: int = 0
    concurrency: int = 1


@dataclass
class Cost:
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


class CostFinder:
    """Finds what kinds cost on one server.

    Args:
        server: The server.
        population: Its repositories.

    Attributes:
        problems: What will fail.
    """

    def __init__(self, server: Server, population: Population) -> None:
        self._server = server
        self._population = population
        self.problems: list[PlanProblem] = []

    async def cost(self, kind: Kind) -> Cost:
        """Return the cost of a kind."""
        client, count = self._server.client, self._population.count
        none = exact(0)
        if not count.high:
            return Cost(kind.name, none, none, "core", "no repositories")
        if kind.method is not None and not client.supports(kind.method):
            message = f"{client.profile.name} has no such call"
            self.problems.append(PlanProblem(kind.name, "unsupported", count.expected, message))
            return Cost(kind.name, none, none, "core", "unsupported")
        if is_users(kind):
            message = "a function is not called by a plan: one call for each repository is assumed"
            self.problems.append(PlanProblem(kind.name, None, count.expected, message))
            return Cost(kind.name, count, count, "core", "assumed")
        size = kind.batch_size(client)
        if size > 1:
            return await self._batches(kind, size)
        return await self._one_by_one(kind)

    async def _batches(self, kind: Kind, size: int) -> Cost:
        """Return the cost of a kind that is requested for many repositories at once."""
        client, count = self._server.client, self._population.count
        named = [repo.full_name for repo in self._population.known[:size]]
        with measure_calls() as meter:
            await client.fetch_many_repository_details(named)
        rest = meter.requests - 1
        if rest > len(named) // 2:  # the server has no usable GraphQL API
            calls = count
        else:
            calls = Estimate(*(ceil(number / size) for number in (count.expected, count.low, count.high)))
        is_rest = calls is count
        method = "one request for each" if is_rest else f"one request for {size} repositories"
        return Cost(
            kind.name,
            count,
            calls,
            "core" if is_rest else client.profile.resource_of("/graphql"),
            method,
            saved_by_batches=max(0, count.expected - calls.expected),
            requests=meter.requests,
            seconds=meter.seconds,
        )

    async def _one_by_one(self, kind: Kind) -> Cost:
        client, population = self._server.client, self._population
        known, count = population.known, population.count
        cached = await share_in_cache(client, kind, known)
        counted = await count_calls(client, kind, known) if is_countable(kind, client) else None
        seen = await observe(
            client,
            kind,
            known,
            count.expected,
            concurrency=self._server.concurrency,
            allowed=max(2, self._server.allowed),
            counted=counted is not None,
        )
        self._note_failures(kind, seen, count)
        if counted is not None:
            sample = Sample(counted if population.is_whole else (), counted, count.expected)
            method = "counted by GraphQL" if population.is_whole else f"{len(known):,} counted by GraphQL"
        else:
            sample = seen.sample
            method = "measured" if sample.is_whole else f"sample of {seen.members} repositories"
        calls = _scaled(total_of(sample, may_vary=seen.may_vary), count)
        saved = 0
        if cached and not client.profile.counts_confirmations:
            saved = round(calls.expected * cached)
            calls = Estimate(calls.expected - saved, max(0, calls.low - saved), calls.high - saved)
        return Cost(
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
            self.problems.append(PlanProblem(kind.name, status, concerned, message))


def listing_cost(population: Population) -> Cost:
    """Return the cost of listing the targets."""
    count = population.count
    return Cost(
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


def merged(costs: Sequence[Cost]) -> PlannedCall:
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
