"""What a call costs for some repositories."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log1p

from gitfleet_api import GitProviderClient, Listing, RateLimitError, measure_calls
from gitfleet_api.client import LookedUp, gather_all, look_up_cache, sample_listing

from ..kinds import Kind
from ..outcome import Status, status_of
from ..repository import Repository
from .statistics import Sample, relative_error, spread

__all__ = ["Observations", "is_users", "observe", "share_in_cache"]

_logger = logging.getLogger("gitfleet")
_FEWEST, _MOST = 24, 96
"""Repositories of a sample. It grows until its error is small enough."""
_ALIKE = 16
"""Repositories of a sample that only measures times and failures."""
_PART = 4
"""A sample has at most one in 4 repositories, beyond the fewest."""
_LARGEST = 6
"""Of these, the ones that are likely to have most rows."""
_GOAL = 0.02
"""Standard error, as a share of the sum, at which a sample is large enough."""
_LOOKED_UP = 100
"""Repositories whose requests are looked up in a cache, which sends nothing."""
_FOLLOWED = 10
"""Pages to read if the provider does not name the last one."""


@dataclass
class Observations:
    """What a call has cost for some repositories.

    Attributes:
        sample: The calls per repository.
        statuses: The failures.
        requests: Requests that were sent.
        seconds: Time of their responses.
        members: Number of repositories.
        may_vary: Whether other repositories may cost more although all of these cost the same: listings have pages.
    """

    sample: Sample
    statuses: Counter[Status] = field(default_factory=Counter)
    requests: int = 0
    seconds: float = 0.0
    members: int = 0
    may_vary: bool = False


def is_users(kind: Kind) -> bool:
    """Return whether a kind is a function of the user. A plan does not call it: it may change something."""
    return kind.function is not None and kind.model is None


class _Observer:
    """Measures one kind.

    Args:
        client: The client.
        kind: The kind.
        concurrency: Repositories at the same time, as in a run.
    """

    def __init__(self, client: GitProviderClient, kind: Kind, concurrency: int) -> None:
        self._client = client
        self._kind = kind
        self._slots = asyncio.Semaphore(concurrency)
        self.statuses: Counter[Status] = Counter()
        self.requests = 0
        self.seconds = 0.0

    async def observe(self, repos: Sequence[Repository]) -> list[float]:
        """Return the calls for each repository."""
        return await gather_all(map(self._one, repos))

    async def _one(self, repo: Repository) -> float:
        more = 0
        async with self._slots:
            with measure_calls() as meter:
                try:
                    more = await _first(self._kind, self._client, repo)
                except RateLimitError:
                    raise
                except Exception as error:  # noqa: BLE001  it is what a run will meet
                    self.statuses[status_of(error)] += 1
        self.requests += meter.requests
        self.seconds += meter.seconds
        return meter.requests - meter.free + more


async def _first(kind: Kind, client: GitProviderClient, repo: Repository) -> int:
    """Send the first request of a call, or all if it is no listing. Return the number of requests left."""
    if kind.method is None:
        await kind.rows(client, repo)
        return 0
    result = getattr(client, kind.method)(repo.owner, repo.name, **kind.arguments)
    if not isinstance(result, Listing):
        await result
        return 0
    found = await sample_listing(result, lambda pages: range(_FOLLOWED) if pages is None else ())
    return 0 if found.total is None else found.total - len(found.pages)


async def observe(
    client: GitProviderClient,
    kind: Kind,
    repos: Sequence[Repository],
    population: float,
    *,
    concurrency: int,
    allowed: int,
    counted: bool,
) -> Observations:
    """Measure a call for a sample of repositories, which grows until the sum is known well enough.

    Args:
        client: The client.
        kind: The kind.
        repos: The repositories that are known.
        population: Number of all.
        concurrency: Repositories at the same time.
        allowed: Repositories that the sample may have.
        counted: Whether the calls are known, so that only failures and times are of interest.
    """
    observer = _Observer(client, kind, concurrency)
    is_fixed = counted or not _is_listing(kind)
    number = min(_ALIKE if is_fixed else _FEWEST, allowed)
    chosen, others = spread(repos, number, min(_LARGEST, number // 4), _size)
    largest = await observer.observe(chosen)
    values = await observer.observe(others)
    seen = {repo.full_name for repo in (*chosen, *others)}
    sample = Sample(largest, values, population)
    most = min(_MOST, allowed, max(_FEWEST, len(repos) // _PART))
    while not is_fixed and len(seen) < most and relative_error(sample) > _GOAL:
        rest = [repo for repo in repos if repo.full_name not in seen]
        if not rest:
            break
        _, more = spread(rest, min(len(seen), most - len(seen)), 0, _size)
        more = more or rest
        values = values + await observer.observe(more)
        seen.update(repo.full_name for repo in more)
        sample = Sample(largest, values, population)
    return Observations(sample, observer.statuses, observer.requests, observer.seconds, len(seen), _is_listing(kind))


def _is_listing(kind: Kind) -> bool:
    return kind.method is not None and not inspect.iscoroutinefunction(getattr(GitProviderClient, kind.method))


def _size(repo: Repository) -> float:
    """Return a number that is likely to grow with the rows of a repository."""
    info = repo.info
    if info is None:
        return 0.0
    numbers = (info.stargazers_count, info.forks_count, info.open_issues_count, info.size)
    return sum(log1p(max(0, number)) for number in numbers if number is not None)


async def share_in_cache(client: GitProviderClient, kind: Kind, repos: Sequence[Repository]) -> float:
    """Return the share of repositories for which the client's cache has the first response. Nothing is sent."""
    if not client.session.has_cache or not repos:
        return 0.0
    chosen, others = spread(repos, _LOOKED_UP, 0, _size)
    found = 0
    looked_up = [*chosen, *others]
    for repo in looked_up:
        with look_up_cache():
            try:
                await _first(kind, client, repo)
            except LookedUp as result:
                found += result.is_cached
            except RateLimitError:
                raise
            except Exception as error:  # noqa: BLE001  what fails is in no cache
                _logger.debug("not looked up: %s", error)
    return found / len(looked_up)
