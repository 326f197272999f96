"""Repositories that a complete listing lacks: renamed, moved to another owner, hidden or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gitfleet_api import DecodeError, GitFleetError, ProviderType, RepoInfo
from gitfleet_api.client import gather_all
from gitfleet_fleet import Outcome, Repository
from gitfleet_fleet.outcome import status_of
from gitfleet_fleet.targets import Target

from ..writer import Id
from .deletions import Deletions, repository_deletion
from .repositories import KIND, Repositories
from .store import checked_values
from .unit import Rules

__all__ = ["MissingRepositories"]

_AT_ONCE = 8
"""Repositories that are looked up at the same time."""
_BY_ID = {ProviderType.GITHUB: "/repositories/{id}", ProviderType.GITLAB: "/projects/{id}"}
_FATE = (
    "SELECT visibility, private, listed_at FROM repository JOIN _listed USING (provider) "
    "WHERE id = repository_id AND target = ? AND provider = ? AND id = ?"
)
_Missing = tuple[str, Id, str]


class MissingRepositories:
    """Looks up the repositories that listings lack.

    Args:
        repositories: Those that were found.
        rules: The options of the update.
        deletions: Receives those that do not exist any more.
    """

    def __init__(self, repositories: Repositories, rules: Rules, deletions: Deletions) -> None:
        self._repositories = repositories
        self._store = repositories.store
        self._rules = rules
        self._deletions = deletions
        self._targets: Sequence[Target] = ()

    async def look_up(self, targets: Sequence[Target]) -> None:
        """Look up the missing repositories of all targets that were listed completely."""
        self._targets = targets
        for target in targets:
            if target.text not in self._repositories.listed:
                continue
            missing = await self._store.read(self._store.cursors.missing, target.text, self._store.now)
            await self._look_up(target, iter(missing))

    async def _look_up(self, target: Target, missing: Iterator[_Missing]) -> None:
        async def work() -> None:
            for provider, identity, name in missing:
                await self._find(target, provider, identity, name)

        await gather_all(work() for _ in range(_AT_ONCE))

    async def _find(self, target: Target, provider: str, identity: Id, name: str) -> None:
        store, client = self._store, target.client
        assert client is not None  # noqa: S101  an update takes no listings
        if (provider, identity) in self._repositories.found:  # another target has it
            await store.write(store.cursors.unlist, target.text, provider, identity)
            return
        try:
            info = await client.fetch(_BY_ID[client.provider_type], RepoInfo, id=identity)
        except GitFleetError as error:
            await self._lose(target, provider, identity, name, error)
            return
        try:
            await self._keep(target, provider, identity, info)
        except DecodeError as error:
            await self._lose(target, provider, identity, name, error)

    async def _keep(self, target: Target, provider: str, identity: Id, info: RepoInfo) -> None:
        """Write a repository that was found by its id, under the target that has it now."""
        store, client = self._store, target.client
        assert client is not None  # noqa: S101  as above
        present = self._target_of(target, info)
        if present is not None:
            if present is not target:
                await store.write(store.cursors.unlist, target.text, provider, identity)
            repo = Repository(client.provider_type, client.base_url, info.full_name, provider, info.id, info)
            await self._repositories.write(present, [(client, repo, info)])
            return

        def move() -> None:
            store.writer.upsert("repository", provider, None, [info], store.now)
            store.cursors.unlist(target.text, provider, identity)

        with checked_values(client):
            await store.write(move)

    def _target_of(self, former: Target, info: RepoInfo) -> Target | None:
        """Return the target that a repository belongs to. Not every token that lists it sees the repository."""
        others = (target for target in self._targets if target.client is former.client)
        return next((target for target in (former, *others) if self._belongs(target, info)), None)

    def _belongs(self, target: Target, info: RepoInfo) -> bool:
        """Return whether a repository belongs to the target whose listing lacks it: lists move while they are read."""
        filters = self._repositories.filters
        return _is_inside(target, info.full_name) and (not filters.is_active or filters.accepts(info))

    async def _lose(self, target: Target, provider: str, identity: Id, name: str, error: GitFleetError) -> None:
        status = status_of(error)
        if status == "gone" and await self._is_deleted(target, provider, identity):
            self._deletions.add(repository_deletion(self._store, provider, name, identity, target.text))
        else:
            self._repositories.fail(Outcome(f"{provider}:{name}", KIND, status, None, [], error))

    async def _is_deleted(self, target: Target, provider: str, identity: Id) -> bool:
        """Return whether a repository that no token finds does not exist any more.

        A public repository is visible to all. Another one may be hidden from a token that has lost access: it is
        deleted if the principal that listed it last time still sees one of this owner that is not public.
        """
        if self._rules.allow_deletions:
            return True

        def fate() -> tuple[Any, ...]:
            row: tuple[Any, ...] = self._store.connection.execute(_FATE, (target.text, provider, identity)).fetchone()
            return row

        visibility, private, listed_at = await self._store.read(fate)
        if visibility == "public" or (visibility is None and private == 0):
            return True
        is_visible = any(
            not other.is_public and other.client is target.client and _is_inside(target, other.repo.full_name)
            for other in self._repositories.found.values()
        )
        return is_visible and bool(listed_at >= self._repositories.listed[target.text])


def _is_inside(target: Target, full_name: str) -> bool:
    """Return whether a repository has a name that the target means."""
    is_owner = target.form in ("owner", "either")
    name, path = full_name.lower(), target.path.lower()
    return name == path or (is_owner and name.startswith(f"{path}/"))
