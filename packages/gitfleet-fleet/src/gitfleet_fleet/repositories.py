"""The repositories of a fleet's targets, each once, as they are listed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Container, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from gitfleet_api import ConfigurationError, GitFleetError, GitProviderClient, Listing, NotFoundError, RepoInfo

from .clients import Clients
from .events import TargetListed
from .filters import Filters
from .outcome import Outcome, rows_of_error, status_of
from .repository import Repository
from .targets import Target, client_of
from .task_errors import cancelled_inside, first_of

__all__ = ["LISTED_AT_ONCE", "Found", "RepositoryLister", "groups_of"]

Found = tuple[GitProviderClient, Repository]
Put = Callable[["Found | Outcome[Any]"], Awaitable[None]]
"""Takes a repository, or the outcome of a target that could not be listed."""
_KIND = "repositories"
LISTED_AT_ONCE = 4
"""Owners of one server that are listed at the same time. Each has a few pages in memory."""
_BATCH = 100
"""Named repositories that are looked up together."""


def groups_of(targets: Sequence[Target]) -> list[list[Target]]:
    """Return the targets by server, so that a slow server does not delay the others. Listings are a group."""
    groups: dict[str | None, list[Target]] = {}
    for target in targets:
        groups.setdefault(None if target.client is None else target.client.base_url, []).append(target)
    return list(groups.values())


class RepositoryLister:
    """One pass over the repositories of a fleet.

    Args:
        targets: All targets of the fleet.
        clients: The clients of the fleet.
        filters: Which repositories belong to it.
        concurrency: Repositories of one server that are looked up at the same time. None for as many requests as its
            client sends.
        looks_up: Whether also named repositories are looked up, so that each has an ``id`` and ``info``.
        on_listed: Called when a target has been listed.
        users: Texts of the targets that are known to be users of GitHub. Otherwise GitHub is first requested to list
            them as organizations, which costs a call.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        clients: Clients,
        filters: Filters,
        concurrency: int | None,
        *,
        looks_up: bool,
        on_listed: Callable[[TargetListed], None],
        users: Container[str] = (),
    ) -> None:
        self._clients = clients
        self._filters = filters
        self._concurrency = concurrency
        self._looks_up = looks_up or filters.is_active
        self._on_listed = on_listed
        self._users = users
        self._has_unknown_ids = not self._looks_up and any(target.form == "repository" for target in targets)
        self._seen: dict[str, set[int | str]] = {}
        self.principals: dict[str, str | None] = {}
        """Label of the token that showed the repositories of an owner, by the text of the target."""
        self.incomplete: set[str] = set()
        """Texts of targets whose listings lacked repositories, if the client accepts that."""
        self._listings: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(LISTED_AT_ONCE))

    def at_once(self, targets: Sequence[Target]) -> int:
        """Return how many targets of one server to work on at the same time. Of them, few owners are listed."""
        client = targets[0].client if targets else None
        most = LISTED_AT_ONCE if client is None else self._concurrency or client.session.max_concurrency
        return min(len(targets), max(LISTED_AT_ONCE, most))

    async def feed(self, targets: Sequence[Target], put: Put) -> None:
        """Put every repository of some targets, and an outcome for each target that could not be listed.

        Raises:
            Exception: What a filter of the user, or ``put``, has raised.
        """
        jobs = iter(self._jobs(targets))

        async def work() -> None:
            try:
                for job in jobs:
                    await job(put)
            except asyncio.CancelledError as caught:
                raise cancelled_inside(caught) from None

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.at_once(targets)):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None

    def _jobs(self, targets: Sequence[Target]) -> Iterable[Callable[[Put], Awaitable[None]]]:
        named: dict[str, list[Target]] = {}
        for target in targets:
            if target.form == "repository" and self._looks_up and target.client and _has_batches(target.client):
                waiting = named.setdefault(target.client.base_url, [])
                waiting.append(target)
                if len(waiting) == _BATCH:
                    yield _Job(self._look_up, named.pop(target.client.base_url))
            else:
                yield _Job(self._list, target)
        for waiting in named.values():
            yield _Job(self._look_up, waiting)

    async def _list(self, target: Target, put: Put) -> None:
        found = 0
        try:
            async with aclosing(self._rows(target)) as rows:
                async for client, repo in rows:
                    if self._belongs(repo):
                        found += 1
                        await put((client, repo))
        except GitFleetError as error:
            await put(_failure(target, error))
        except asyncio.CancelledError as caught:
            await put(_failure(target, cancelled_inside(caught)))
        self._on_listed(TargetListed(target.text, found, None))

    async def _rows(self, target: Target) -> AsyncGenerator[Found, None]:
        if target.listing is not None:
            async for info in target.listing:
                owner = client_of(info, self._clients)
                yield owner, self._repository(owner, info)
            return
        client = target.client
        assert client is not None  # noqa: S101  only listings have none
        if target.info is not None:
            yield client, self._repository(client, target.info)
        elif target.form == "repository" and self._looks_up:
            details = await client.fetch_repository_details(target.path)
            yield client, self._repository(client, details, target.path)
        elif target.form == "repository":
            yield client, Repository(client.provider_type, client.base_url, target.path, self._clients.label(client))
        else:
            if target.form == "either":
                try:
                    details = await client.fetch_repository_details(target.path)
                except NotFoundError:
                    pass  # a group
                else:
                    yield client, self._repository(client, details, target.path)
                    return
            async with self._listings[client.base_url], aclosing(self._owned(client, target)) as infos:
                async for info in infos:
                    yield client, self._repository(client, info)

    async def _owned(self, client: GitProviderClient, target: Target) -> AsyncGenerator[RepoInfo, None]:
        """Yield the repositories of an owner."""
        kinds: tuple[Any, ...] = ("self", "user") if target.text in self._users else (None,)
        for kind in kinds:
            listing: Listing[RepoInfo] = client.fetch_repositories(target.path, kind=kind)
            try:
                async for info in listing:
                    self.principals[target.text] = listing.principal
                    yield info
            except ConfigurationError:  # no token of the client belongs to this user
                if kind != "self":
                    raise
            else:
                self._note_end(target, listing)
                return

    def _note_end(self, target: Target, listing: Listing[RepoInfo]) -> None:
        self.principals[target.text] = listing.principal
        if not listing.complete:
            self.incomplete.add(target.text)

    async def _look_up(self, targets: list[Target], put: Put) -> None:
        client = targets[0].client
        assert client is not None  # noqa: S101  they are named
        try:
            outcomes = await client.fetch_many_repository_details(target.path for target in targets)
        except (GitFleetError, asyncio.CancelledError) as caught:
            error = cancelled_inside(caught) if isinstance(caught, asyncio.CancelledError) else caught
            for target in targets:
                await put(_failure(target, error))
                self._on_listed(TargetListed(target.text, 0, None))
            return
        for target, outcome in zip(targets, outcomes, strict=True):
            found = 0
            try:
                repo = self._repository(client, outcome.unwrap(), target.path)
                if self._belongs(repo):
                    found = 1
                    await put((client, repo))
            except GitFleetError as error:
                await put(_failure(target, error))
            self._on_listed(TargetListed(target.text, found, None))

    def _repository(self, client: GitProviderClient, info: RepoInfo, named: str | None = None) -> Repository:
        label = self._clients.label(client)
        former = named if named is not None and named.lower() != info.full_name.lower() else None
        return Repository(client.provider_type, client.base_url, info.full_name, label, info.id, info, former)

    def _belongs(self, repo: Repository) -> bool:
        if repo.info is not None and self._filters.is_active and not self._filters.accepts(repo.info):
            return False
        # A repository that was named and not looked up has no id: then all are recognized by their names.
        key = repo.full_name.lower() if self._has_unknown_ids or repo.id is None else repo.id
        seen = self._seen.setdefault(repo.server, set())
        if key in seen:
            return False
        seen.add(key)
        return True


class _Job:
    """A step of a pass with its argument."""

    def __init__(self, step: Callable[[Any, Put], Awaitable[None]], argument: object) -> None:
        self._step = step
        self._argument = argument

    def __call__(self, put: Put) -> Awaitable[None]:
        return self._step(self._argument, put)


def _has_batches(client: GitProviderClient) -> bool:
    """Return whether one request can look up many repositories: GraphQL needs a token."""
    return client.batch_query is not None and bool(client.session.tokens())


def _failure(target: Target, error: Exception) -> Outcome[Any]:
    return Outcome(target.text, _KIND, status_of(error), None, rows_of_error(error), error)
