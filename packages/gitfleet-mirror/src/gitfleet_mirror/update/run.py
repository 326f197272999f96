"""An update: what it does in which order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from gitfleet_api import GitProviderClient, SQLiteCache, measure_calls
from gitfleet_api.client import use_cache
from gitfleet_fleet import Outcome, Repository, UnitDone
from gitfleet_fleet.clients import Clients
from gitfleet_fleet.events import OnFleetEvent
from gitfleet_fleet.filters import Filters
from gitfleet_fleet.kinds import Kind, Work
from gitfleet_fleet.ledger.summary import Tally, code_and_message
from gitfleet_fleet.progress import Progress, emit
from gitfleet_fleet.targets import Target
from gitfleet_fleet.units import run_work
from gitfleet_fleet.workers import Feeder, Put, run_all

from ..cursors import UnitState
from ..errors import MirrorError
from ..names import time_text
from .changes import read_changes
from .commits import read_commits
from .deletions import Deletions, deletion_of
from .kinds import MEMBERS, MirrorKind
from .missing import MissingRepositories
from .repositories import Repositories
from .store import Store
from .summary import UpdateSummary
from .unit import MirroredRepository, Rules, Unit
from .walk import read_all

__all__ = ["Update", "cache_path"]

_STRATEGIES = {"commits": read_commits, "issues": read_changes, "pull_requests": read_changes}
_RENAMED = "SELECT 1 FROM repository_name WHERE provider = ? AND repository_id = ? AND first_seen > ?"
_CACHE_BYTES = 2**40
"""Largest size of the stored responses: an evicted page would cost a call."""
_DONE = frozenset(("ok", "renamed", "empty", "unsupported"))
"""Statuses of units that the continuation of an interrupted update does not repeat."""


def cache_path(mirror: Path) -> Path:
    """Return the path of the responses beside a mirror."""
    return mirror.with_name(f"{mirror.name}-cache")


@dataclass(frozen=True, slots=True)
class _RepositoryWork(Work):
    """All kinds of one repository that are read in turn."""

    of: MirroredRepository
    mirror_kinds: tuple[MirrorKind, ...]


class Update:
    """One update.

    Args:
        path: Path of the mirror.
        targets: The targets.
        clients: The clients.
        filters: Which repositories belong to the targets.
        kinds: What is read of each.
        rules: The options.
        on_event: Receives the events of the progress. None for no events.
    """

    def __init__(
        self,
        path: Path,
        targets: Sequence[Target],
        clients: Clients,
        filters: Filters,
        kinds: Sequence[MirrorKind],
        rules: Rules,
        on_event: OnFleetEvent | None,
    ) -> None:
        self._path = path
        self._targets = targets
        self._clients = clients
        self._kinds = kinds
        self._rules = rules
        self._on_event = on_event
        self._store = Store(path)
        self._tally = Tally()
        self._progress = Progress(on_event, len(targets), len(kinds))
        self._deletions = Deletions(self._store, rules)
        self._repositories = Repositories(
            self._store, clients, filters, on_failure=self._fail, on_listed=self._progress.listed
        )
        self._skipped = 0
        self._done = 0
        self._total = 0

    async def run(self, version: str) -> UpdateSummary:
        """Update, and return what was done.

        Args:
            version: Release of GitFleet.
        """
        begun = time.monotonic()
        cache = SQLiteCache(cache_path(self._path), max_bytes=_CACHE_BYTES)
        try:
            await self._store.open()
            await self._store.begin([target.text for target in self._targets], self._servers(), version)
            with use_cache(cache):
                await self._run()
            changes = self._store.writer.changes
        finally:
            try:
                await cache.aclose()
            finally:
                await self._store.close()
        return UpdateSummary(
            mirror=self._path,
            update=self._store.update.number,
            resumed=bool(self._store.continued),
            skipped=self._skipped,
            repositories=len(self._repositories.found),
            changes=changes,
            problems=self._tally.problems(),
            calls=self._tally.calls,
            seconds=time.monotonic() - begun,
        )

    async def _run(self) -> None:
        store = self._store
        self._kinds = await store.read(self._settled_kinds)
        with measure_calls() as meter:
            await self._repositories.list(self._targets)
            await MissingRepositories(self._repositories, self._rules, self._deletions).look_up(self._targets)
        self._tally.calls += meter.calls
        await self._read_units()
        for outcome in await self._deletions.apply():
            self._fail(outcome)
        now = time_text(datetime.now(UTC))
        await store.write(store.cursors.finish_update, store.update.number, now, self._tally.calls)

    def _settled_kinds(self) -> list[MirrorKind]:
        """Return the kinds, from the times of former updates on."""
        since = self._store.cursors.since
        return [
            kind if kind.since is None else replace(kind, since=since(kind.name, kind.since)) for kind in self._kinds
        ]

    def _servers(self) -> dict[str, str]:
        """Return the URLs of the servers of the targets, by label."""
        clients = {target.client for target in self._targets if target.client is not None}
        return {self._clients.label(client): client.base_url for client in clients}

    def _fail(self, outcome: Outcome[Any]) -> None:
        self._tally.add(outcome)

    # -- units

    async def _read_units(self) -> None:
        works = self._works()
        self._total = sum(len(work.mirror_kinds) for work in works)
        feeders = [_feeder([work for work in works if work.client is client]) for client in self._clients]
        async with aclosing(run_all(feeders, self._clients, None, self._do)) as outcomes:
            async for _ in outcomes:
                pass

    def _works(self) -> list[_RepositoryWork]:
        """Return the work. Branches come before commits; all other kinds are independent."""
        own = [kind for kind in self._kinds if kind.name != MEMBERS]
        chained = tuple(kind for kind in own if kind.name in ("branches", "commits"))
        groups: list[tuple[MirrorKind, ...]] = [(kind,) for kind in own if kind not in chained]
        groups += [chained] if chained else []
        works = [_work(found, group) for found in self._repositories.found.values() for group in groups]
        if len(own) < len(self._kinds):
            members = next(kind for kind in self._kinds if kind.name == MEMBERS)
            works += [_work(owner, (members,)) for owner in self._owners()]
        return works

    def _owners(self) -> list[MirroredRepository]:
        """Return the owners among the targets that were listed, as stand-ins for repositories."""
        found = []
        for target in self._targets:
            client = target.client
            if client is not None and target.form in ("owner", "either") and target.text in self._repositories.listed:
                label = self._clients.label(client)
                repo = Repository(client.provider_type, client.base_url, target.path, label, target.path)
                found.append(MirroredRepository(client, repo, is_public=False, default_branch=None))
        return found

    async def _do(self, work: Work) -> list[Outcome[Any]]:
        assert isinstance(work, _RepositoryWork)  # noqa: S101  the feeders put no other
        outcomes = []
        for kind in work.mirror_kinds:
            outcome, rows = await self._read(work.of, kind)
            self._done += 1
            if outcome is None:
                self._skipped += 1
                continue
            if outcome.status != "unsupported":  # a disabled feature has no rows that could be missing
                self._tally.add(outcome)
            else:
                self._tally.calls += outcome.calls
            event = UnitDone(outcome.target, kind.name, outcome.status, rows, self._done, self._total)
            emit(self._on_event, event)
            outcomes.append(outcome)
        return outcomes

    async def _read(self, of: MirroredRepository, kind: MirrorKind) -> tuple[Outcome[Any] | None, int]:
        """Read a kind of a repository. Return its outcome and the number of rows; no outcome if it was done before."""
        store = self._store
        empty = UnitState(of.repo.label, of.id, kind.name, kind.arguments)
        state = await store.read(store.cursors.unit, of.repo.label, of.id, kind.name, kind.arguments) or empty
        if state.tried_by in store.continued and state.status in _DONE:
            return None, 0
        rules = self._rules
        if kind.name in _STRATEGIES and await store.read(_has_other_name, store, state):
            rules = replace(rules, complete=True)
        unit = Unit(store, rules, kind, of, state)
        call = Kind(kind.name, method=None, function=partial(_rows_of, unit))
        outcome = (await run_work(Work(of.client, call, [of.repo])))[0]
        if isinstance(outcome.error, MirrorError):  # it concerns the file, and so everything else, too
            raise outcome.error
        await self._end(unit, outcome)
        return outcome, unit.rows

    async def _end(self, unit: Unit, outcome: Outcome[Any]) -> None:
        """Write the state of a unit. It advances when the rows that it lacks are marked as deleted."""
        store = self._store
        code, message = (None, None) if outcome.error is None else code_and_message(outcome.error)
        tried = {
            "status": outcome.status,
            "code": code,
            "message": message,
            "tried_by": store.update.number,
        }
        is_read = outcome.status in ("ok", "renamed", "empty")
        if is_read and not unit.is_ended:  # a repository without commits
            is_read = False
        unit.state = replace(unit.state, **tried)  # type: ignore[arg-type]
        if is_read and not unit.unseen:
            await store.write(store.cursors.set_unit, unit.state)
            return
        former = await store.read(store.cursors.unit, *_key(unit.state)) or UnitState(*_key(unit.state))
        if is_read:  # if the update is interrupted before its end, the unit is read again
            tried["tried_by"] = former.tried_by
        await store.write(store.cursors.set_unit, replace(former, **tried))  # type: ignore[arg-type]
        if is_read:
            self._deletions.add(deletion_of(unit))


def _has_other_name(store: Store, state: UnitState) -> bool:
    """Return whether a repository was renamed since the last complete walk: rows contain its name, in URLs."""
    key = state.provider, state.repository_id, state.complete_at
    return store.connection.execute(_RENAMED, key).fetchone() is not None


def _key(state: UnitState) -> tuple[str, Any, str, str]:
    return state.provider, state.repository_id, state.kind, state.arguments


async def _rows_of(unit: Unit, _client: GitProviderClient, _repo: Repository) -> list[Any]:
    """Read a unit. The rows are in the file: what is returned shows only whether there are any."""
    await _STRATEGIES.get(unit.kind.name, read_all)(unit)
    unit.is_ended = True
    return [unit.rows] if unit.rows else []


def _work(of: MirroredRepository, kinds: tuple[MirrorKind, ...]) -> _RepositoryWork:
    return _RepositoryWork(of.client, Kind(kinds[0].name), [of.repo], of, kinds)


def _feeder(works: Sequence[_RepositoryWork]) -> Feeder:
    async def feed(put: Put) -> None:
        for work in works:
            await put(work)

    return feed
