"""The repositories of a plan: how many there are, and some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitfleet_api import CallMeter, GitFleetError, GitProviderClient, NotFoundError, RepoInfo, measure_calls
from gitfleet_api.client import ListingSample, gather_all, sample_listing

from ..clients import Clients
from ..filters import Filters
from ..outcome import Outcome, status_of
from ..repositories import Found, RepositoryLister
from ..repository import Repository
from ..targets import Target, client_of
from .model import Estimate, PlanProblem
from .statistics import Sample, added, exact, total_of

__all__ = ["Population", "Surveyor"]

_MOST_PAGES = 50
"""Pages of repositories that a plan reads. A run of 5,000 repositories reads as many."""


@dataclass
class Population:
    """The repositories of one client.

    Attributes:
        client: The client.
        known: Those that were listed: all, or a sample.
        count: Number of all.
        calls: Calls that list them.
        requests: Requests of the survey, and the seconds of their responses.
        seconds: See ``requests``.
        steps: Requests that list each target; 0 for one that is looked up.
    """

    client: GitProviderClient
    known: list[Repository] = field(default_factory=list)
    count: Estimate = field(default_factory=lambda: exact(0))
    calls: int = 0
    requests: int = 0
    seconds: float = 0.0
    steps: list[int] = field(default_factory=list)
    _keys: set[object] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether all repositories are known."""
        return self.count.is_exact and self.count.expected == len(self.known)

    def add(self, found: Sequence[Repository], count: Estimate) -> None:
        """Add the repositories of a target, each once."""
        new = [repo for repo in found if _key(repo) not in self._keys]
        self._keys.update(map(_key, new))
        self.known += new
        repeated = len(found) - len(new)
        ends = (count.expected - repeated, count.low - repeated, count.high - repeated)
        self.count = added([self.count, Estimate(*ends)])

    def without(self, done: Collection[tuple[str, str]]) -> Population:
        """Return the repositories that are not done.

        Args:
            done: The server and the lower-case full name of each one that is.
        """
        server = self.client.base_url
        known = [repo for repo in self.known if (server, repo.full_name.lower()) not in done]
        if self.is_whole:
            count = exact(len(known))
        else:
            number = len({name for url, name in done if url == server})
            ends = (max(len(known), end - number) for end in (self.count.expected, self.count.low, self.count.high))
            count = Estimate(*ends)
        return Population(self.client, known, count)


def _key(repo: Repository) -> object:
    return repo.full_name.lower() if repo.id is None else repo.id


class Surveyor:
    """Finds the repositories of targets in few requests.

    Args:
        clients: The clients of the fleet.
        filters: Which repositories belong to it.
        allowed: Pages to read per client, by the base URL of its server.
        listed: Targets that the run does not list again, because its ledger has their repositories.
    """

    def __init__(
        self, clients: Clients, filters: Filters, allowed: dict[str, int], listed: Collection[str] = ()
    ) -> None:
        self._listed_before = listed
        self._clients = clients
        self._filters = filters
        self._left = {url: min(pages, _MOST_PAGES) for url, pages in allowed.items()}
        self._waiting: Counter[str] = Counter()
        self.populations = {client.base_url: Population(client) for client in clients}
        self.problems: list[PlanProblem] = []

    async def survey(self, targets: Sequence[Target]) -> None:
        """Fill the populations and the problems."""
        listed = [target for target in targets if target.form in ("owner", "either", "listing")]
        named = [target for target in targets if target.form not in ("owner", "either", "listing")]
        self._waiting.update(map(self._url, listed))
        await gather_all([self._named(named), *map(self._listed, listed)])

    async def _named(self, targets: Sequence[Target]) -> None:
        """Add the repositories that the user has named."""
        if not targets:
            return
        lister = RepositoryLister(
            targets, self._clients, self._filters, None, looks_up=False, on_listed=lambda _event: None
        )
        found: dict[str, list[Repository]] = {}

        async def put(item: Found | Outcome[Any]) -> None:
            if isinstance(item, Outcome):
                self._fail(item.target, item.error)
            else:
                found.setdefault(item[0].base_url, []).append(item[1])

        for url, population in self.populations.items():
            own = [target for target in targets if target.client is not None and target.client.base_url == url]
            with measure_calls() as meter:
                await lister.feed(own, put)
            repos = found.get(url, [])
            population.add(repos, exact(len(repos)))
            if any(target.text not in self._listed_before for target in own):
                population.calls += meter.requests - meter.free
            population.requests += meter.requests
            population.seconds += meter.seconds

    async def _listed(self, target: Target) -> None:
        """Add the repositories of an owner or a listing."""
        client = target.client
        with measure_calls() as meter:
            try:
                listing = target.listing
                if client is not None and target.form == "either" and await self._is_repository(target, client):
                    self._note(client, int(target.text not in self._listed_before), 0, meter)
                    return
                if listing is None:
                    assert client is not None  # noqa: S101  only listings have none
                    listing = client.fetch_repositories(target.path)
                sample = await sample_listing(listing, lambda pages: self._choose(self._url(target), pages))
                self._add(target, sample)
            except GitFleetError as error:
                self._fail(target.text, error)
                if client is not None:
                    self._note(client, meter.calls, 0, meter)
                return
        if sample.total is None:
            message = "the provider does not state the number of its repositories: there may be more than planned"
            self.problems.append(PlanProblem(target.text, None, None, message))
        total = len(sample.pages) if sample.total is None else sample.total
        before = meter.requests - meter.free - len(sample.pages)
        owner = client or self._client_of_rows(sample)
        if owner is not None:
            calls = 0 if target.text in self._listed_before else before + total
            self._note(owner, calls, calls, meter)

    async def _is_repository(self, target: Target, client: GitProviderClient) -> bool:
        owner, _, name = target.path.rpartition("/")
        try:
            details = await client.fetch_repository_details(owner, name)
        except NotFoundError:
            return False
        found = [self._repository(client, details)] if self._belongs(details) else []
        self.populations[client.base_url].add(found, exact(len(found)))
        return True

    def _url(self, target: Target) -> str:
        """Return the server whose calls a target takes. The rows of a listing name it: the scarcest is assumed."""
        return min(self._left, key=self._left.__getitem__) if target.client is None else target.client.base_url

    def _choose(self, url: str, pages: int | None) -> Sequence[int]:
        """Return the pages to read after the first: all if enough may be read, or some at equal distances."""
        left, others = self._left[url], max(0, self._waiting[url] - 1)
        share = max(1, left // (others + 1))
        if pages is None:
            chosen: Sequence[int] = range(2, share + 2)
        elif pages - 1 <= max(share, left - others):
            chosen = range(2, pages + 1)
        else:
            step = (pages - 1) / share
            chosen = [pages - int(index * step) for index in range(share)]
        self._waiting[url] = others
        self._left[url] = max(0, left - len(chosen))
        return chosen

    def _client_of_rows(self, sample: ListingSample[RepoInfo]) -> GitProviderClient | None:
        return client_of(sample.rows[0], self._clients) if sample.rows else None

    def _add(self, target: Target, sample: ListingSample[RepoInfo]) -> None:
        """Add what pages of a listing contain."""
        found: dict[str, list[Repository]] = {}
        numbers: dict[str, dict[int, int]] = {}
        for number, rows in sample.pages.items():
            for info in rows:
                client = target.client or client_of(info, self._clients)
                counts = numbers.setdefault(client.base_url, {})
                counts.setdefault(number, 0)
                if self._belongs(info):
                    counts[number] += 1
                    found.setdefault(client.base_url, []).append(self._repository(client, info))
        for url, counts in numbers.items():
            repos = found.get(url, [])
            self.populations[url].add(repos, _count(sample, counts, len(repos)))

    def _belongs(self, info: RepoInfo) -> bool:
        return not self._filters.is_active or self._filters.accepts(info)

    def _repository(self, client: GitProviderClient, info: RepoInfo) -> Repository:
        label = self._clients.label(client)
        return Repository(client.provider_type, client.base_url, info.full_name, label, info.id, info)

    def _note(self, client: GitProviderClient, calls: int, steps: int, meter: CallMeter) -> None:
        population = self.populations[client.base_url]
        population.calls += calls
        population.steps.append(steps)
        population.requests += meter.requests
        population.seconds += meter.seconds

    def _fail(self, target: str, error: Exception | None) -> None:
        status = None if error is None else status_of(error)
        self.problems.append(PlanProblem(target, status, None, str(error)))


def _count(sample: ListingSample[RepoInfo], counts: dict[int, int], seen: int) -> Estimate:
    """Return the number of repositories of a listing, from the number on each page that was read."""
    if sample.is_whole:
        return exact(seen)
    if sample.total is None:
        return Estimate(seen, seen, 2 * seen)
    last = [counts.get(sample.total, 0)] if sample.total in sample.pages else []
    others = [counts.get(number, 0) for number in sample.pages if number != sample.total]
    return total_of(Sample(last, others, sample.total), may_vary=False)
