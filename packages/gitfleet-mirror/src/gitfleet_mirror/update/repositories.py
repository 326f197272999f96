"""The repositories of the targets: listed and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from gitfleet_api import DecodeError, GitFleetError, GitProviderClient, ProviderType, RepoInfo
from gitfleet_api.client import gather_all
from gitfleet_fleet import Outcome, Repository, TargetListed
from gitfleet_fleet.clients import Clients
from gitfleet_fleet.filters import Filters
from gitfleet_fleet.ledger.summary import code_and_message
from gitfleet_fleet.outcome import status_of
from gitfleet_fleet.repositories import Found, RepositoryLister, groups_of
from gitfleet_fleet.targets import Target

from ..cursors import TargetState
from ..errors import MirrorError
from ..writer import Id
from .principals import identity_of, identity_of_pool
from .store import Store, checked_values
from .unit import MirroredRepository, mirrored

__all__ = ["KIND", "FoundRow", "Repositories"]

KIND = "repositories"
"""Kind of the outcomes of targets and of repositories that listings lack."""
FoundRow = tuple[GitProviderClient, Repository, RepoInfo]
_BATCH = 100
"""Repositories of a transaction."""


class Repositories:
    """The repositories of an update.

    Args:
        store: The file.
        clients: The clients.
        filters: Which repositories belong to the targets.
        on_failure: Receives the outcome of each target and repository that could not be read.
        on_listed: Called when a target has been listed.
    """

    def __init__(
        self,
        store: Store,
        clients: Clients,
        filters: Filters,
        *,
        on_failure: Callable[[Outcome[Any]], None],
        on_listed: Callable[[TargetListed], None],
    ) -> None:
        self.store = store
        self.filters = filters
        self.fail = on_failure
        self._clients = clients
        self._on_listed = on_listed
        self.found: dict[tuple[str, Id], MirroredRepository] = {}
        """All repositories, by provider and id."""
        self.listed: dict[str, str] = {}
        """The targets that were listed completely, with the time since which their present principal sees them."""

    async def list(self, targets: Sequence[Target]) -> None:
        """List targets. Each repository is written with its page."""
        github = [item.text for item in targets if item.client and item.client.provider_type is ProviderType.GITHUB]
        users = await self.store.read(self.store.cursors.users, github)
        lister = RepositoryLister(
            targets, self._clients, self.filters, None, looks_up=False, on_listed=self._on_listed, users=users
        )

        async def work(waiting: Iterator[Target]) -> None:
            for target in waiting:
                await _OneTarget(self, lister, target).list()

        jobs = [(iter(group), lister.at_once(group)) for group in groups_of(targets)]
        await gather_all(work(waiting) for waiting, at_once in jobs for _ in range(at_once))

    async def write(self, target: Target, found: Sequence[FoundRow]) -> None:
        """Write repositories of a target, and note that it has them.

        Raises:
            DecodeError: A value cannot be stored. Nothing was written.
        """
        store = self.store

        def write() -> None:
            for label in {repo.label for _, repo, _ in found}:
                infos = [info for _, repo, info in found if repo.label == label]
                for model in {type(info) for info in infos}:
                    rows = [info for info in infos if type(info) is model]
                    store.writer.upsert("repository", label, None, rows, store.now)
                store.cursors.set_listed(target.text, label, [info.id for info in infos], store.now)

        if not found:
            return
        with checked_values(found[0][0]):
            await store.write(write)
        for client, repo, info in found:
            self.found[repo.label, info.id] = mirrored(client, replace(repo, id=info.id), info)

    def label(self, client: GitProviderClient) -> str:
        """Return the label of a client's server."""
        return self._clients.label(client)


class _OneTarget:
    """The listing of one target."""

    def __init__(self, repositories: Repositories, lister: RepositoryLister, target: Target) -> None:
        assert target.client is not None  # noqa: S101  an update takes no listings
        self._repositories = repositories
        self._lister = lister
        self._target = target
        self._client = target.client
        self._waiting: list[FoundRow] = []
        self._failure: Outcome[Any] | None = None
        self._count = 0
        self._is_gone = False
        self._state = TargetState(target.text, repositories.label(target.client), "failed")

    async def list(self) -> None:
        """List the target and write its repositories and its state."""
        store = self._repositories.store
        former = await store.read(store.cursors.target, self._target.text)
        self._state = self._state if former is None else former
        await self._lister.feed([self._target], self._put)
        await self._flush()
        failure = self._failure
        if failure is not None:
            if isinstance(failure.error, MirrorError):  # it concerns the file, not the target
                raise failure.error
            code, message = code_and_message(failure.error)
            self._state = replace(self._state, status=failure.status, code=code, message=message)
            self._repositories.fail(failure)
        if (failure is None or self._is_gone) and self._target.text not in self._lister.incomplete:
            await self._note_principal()
            self._repositories.listed[self._target.text] = self._state.listed_at or store.now
            self._state = replace(self._state, listed_at=store.now)
        if failure is None:
            self._state = replace(self._state, status="ok", code=None, message=None)
        await store.write(store.cursors.set_target, replace(self._state, repositories=self._count))

    async def _put(self, item: Found | Outcome[Any]) -> None:
        if isinstance(item, Outcome):
            self._failure = item
            self._is_gone = item.status == "gone" and self._target.form == "either"
            return
        client, repo = item
        info = repo.info
        if info is None:  # it was named
            try:
                info = await client.fetch_repository_details(repo.owner, repo.name)
            except GitFleetError as error:
                status = status_of(error)
                self._is_gone = status == "gone"
                self._failure = Outcome(self._target.text, KIND, status, None, [], error)
                return
            repo = replace(repo, full_name=info.full_name)
        self._count += 1
        self._waiting.append((client, repo, info))
        if len(self._waiting) >= _BATCH:
            await self._flush()

    async def _flush(self) -> None:
        if self._waiting:
            await self._note_principal()
            waiting, self._waiting = self._waiting, []
            await self._write(waiting)

    async def _write(self, rows: Sequence[FoundRow]) -> None:
        """Write repositories. One that cannot be stored is a failure, and does not affect the others."""
        try:
            await self._repositories.write(self._target, rows)
        except DecodeError as error:
            if len(rows) == 1:
                self._failure = Outcome(rows[0][1].text, KIND, status_of(error), None, [], error)
                return
            for row in rows:
                await self._write([row])

    async def _note_principal(self) -> None:
        """Note who sees the repositories, before they are written: what another one saw can never be missing."""
        principals, store = self._lister.principals, self._repositories.store
        if self._target.text in principals:
            principal = identity_of(self._client, principals[self._target.text])
        else:
            principal = identity_of_pool(self._client)
        if self._state.principal != principal:
            self._state = replace(self._state, principal=principal, listed_at=store.now)
            await store.write(store.cursors.set_target, self._state)
