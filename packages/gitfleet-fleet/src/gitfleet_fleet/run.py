"""A run with a ledger: what it does in which order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from gitfleet_api import GitProviderClient, measure_calls

from .clients import Clients
from .events import OnFleetEvent, TargetListed
from .files.thread import FileThread
from .filters import Filters
from .fingerprint import fingerprint_of, is_fingerprint_exact
from .kinds import Kind, Work
from .ledger.ledger import Ledger, RunStart
from .ledger.listing import ListingIntoLedger
from .ledger.scans import Scans
from .ledger.summary import RunSummary, Tally
from .ledger.units import DueUnit, Result
from .ledger.writer import ResultWriter
from .outcome import Outcome
from .progress import Progress
from .repositories import RepositoryLister
from .targets import Target
from .units import run_work
from .workers import Do, Feeder, Put, run_all

if TYPE_CHECKING:
    from .remote.prepare import Remote

__all__ = ["LedgerRun"]

_DUE = 500
"""Units that are read from the ledger at once."""


@dataclass(frozen=True, slots=True)
class _LedgerWork(Work):
    """Work with its units in the ledger, one per repository."""

    units: list[DueUnit]


class _RunProgress(Progress):
    """Progress whose total is known when the repositories are listed. Units of an interrupted run count as done."""

    _total: int | None = None

    @property
    def total(self) -> int | None:
        """Outcomes in all. None while targets are still being listed."""
        return self._total

    def expect(self, due: int, skipped: int) -> None:
        """Set the number of units that are due, and of those that are done already."""
        self._done += skipped
        self._total = self._done + due


class _Found(TypedDict):
    """The fields of a summary that the ledger knows."""

    run: int
    resumed: bool
    skipped: int
    repositories: int
    vanished: int
    files: tuple[Path, ...]


class LedgerRun:
    """One run of a fleet with a ledger.

    Args:
        targets: The targets of the fleet.
        clients: Its clients.
        filters: Its filters.
        concurrency: Repositories per client at the same time. None for the client's own limit.
        on_event: Receives the events of the progress. None for no events.
        remote: Where the work is done. None for this process.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        clients: Clients,
        filters: Filters,
        concurrency: int | None,
        on_event: OnFleetEvent | None,
        remote: Remote | None = None,
    ) -> None:
        self._targets = targets
        self._clients = clients
        self._filters = filters
        self._concurrency = concurrency
        self._on_event = on_event
        self._remote = remote
        self._thread = FileThread()
        self._opened: Ledger | None = None
        self._is_over = False
        self._tally = Tally()

    async def run(self, kinds: Sequence[Kind], path: Path, folder: Path | None, *, failed_only: bool) -> RunSummary:
        """Run, and return what was done.

        Args:
            kinds: What is done for each repository.
            path: Path of the ledger.
            folder: Folder for Parquet files. None for none.
            failed_only: Whether only failures are repeated.
        """
        begun = time.monotonic()
        try:
            ledger = await self._thread.call(self._open, path)
            found = await self._run(ledger, kinds, folder, failed_only=failed_only)
        finally:
            self._is_over = True
            await self._thread.finish(self._close)
        tally = self._tally
        return RunSummary(
            ledger=path,
            **found,
            units=tally.units,
            rows=tally.rows,
            stale=tally.stale,
            problems=tally.problems(),
            calls=tally.calls,
            seconds=time.monotonic() - begun,
        )

    async def _run(self, ledger: Ledger, kinds: Sequence[Kind], folder: Path | None, *, failed_only: bool) -> _Found:
        scans = Scans(ledger.connection, fingerprint_of(self._targets, self._clients, self._filters))
        with_info = any(kind.function is not None for kind in kinds)
        start = await self._thread.call(
            ledger.begin,
            kinds,
            scans,
            failed_only=failed_only,
            reuses=is_fingerprint_exact(self._targets, self._filters),
            with_info=with_info,
        )
        progress = await self._list(ledger, scans, start, with_info=with_info)
        vanished = await self._thread.call(ledger.end_listing, start, scans)
        due, others = await self._thread.call(ledger.count)
        resumed = start.resumed and not failed_only
        skipped = others if resumed else 0
        progress.expect(due, skipped)
        if self._remote is None:
            await self._work(ledger, progress, run_work, self._concurrency)
        elif due:
            from .remote.coordinator import Coordinator  # few programs need it

            remote = self._remote
            async with Coordinator(remote.executor, remote.recipes, due, self._concurrency) as coordinator:
                await self._work(ledger, progress, coordinator.do, coordinator.concurrency)
        files: tuple[Path, ...] = ()
        if folder is not None:
            files = await self._thread.call(ledger.export, start, folder, lambda: not self._is_over)
        repositories = await self._thread.call(ledger.end, start, scans)
        return {
            "run": start.number,
            "resumed": resumed,
            "skipped": skipped,
            "repositories": repositories,
            "vanished": vanished,
            "files": files,
        }

    def _open(self, path: Path) -> Ledger:
        self._opened = Ledger(path)
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    async def _list(self, ledger: Ledger, scans: Scans, start: RunStart, *, with_info: bool) -> _RunProgress:
        """List the targets that the listing of the run lacks."""
        targets = [target for target in self._targets if target.text not in start.listed]
        progress = _RunProgress(self._on_event, len(targets))

        def fail(outcome: Outcome[Any]) -> None:
            self._tally.add(outcome)
            progress.done(outcome)

        listing = ListingIntoLedger(ledger, self._thread, scans, start, with_info=with_info, on_failure=fail)

        def listed(event: TargetListed) -> None:
            progress.listed(event)
            listing.listed(event)

        lister = RepositoryLister(
            targets, self._clients, self._filters, self._concurrency, looks_up=True, on_listed=listed
        )
        with measure_calls() as meter:
            await listing.run(lister, targets)
        self._tally.calls += meter.calls
        return progress

    async def _work(self, ledger: Ledger, progress: Progress, do_work: Do, concurrency: int | None) -> None:
        """Do all units that are due, so many at the same time for each client."""
        writer = ResultWriter(ledger, self._thread)

        async def do(work: Work) -> list[Outcome[Any]]:
            outcomes = await do_work(work)
            assert isinstance(work, _LedgerWork)  # noqa: S101  the feeders put no other
            results = [Result(unit, outcome) for unit, outcome in zip(work.units, outcomes, strict=True)]
            await writer.write(results)
            for result in results:
                self._tally.add(result.outcome, is_stale=result.is_stale, written=result.written)
            return [result.outcome for result in results]

        feeders = [_feeder(client, self._reader(ledger, client)) for client in self._clients]
        try:
            async with aclosing(run_all(feeders, self._clients, concurrency, do)) as outcomes:
                async for outcome in outcomes:
                    progress.done(outcome)
        finally:
            await writer.finish()

    def _reader(self, ledger: Ledger, client: GitProviderClient) -> Callable[[tuple[str, int]], Any]:
        return lambda after: self._thread.call(ledger.due, client.base_url, after, _DUE)


def _feeder(client: GitProviderClient, read: Callable[[tuple[str, int]], Any]) -> Feeder:
    """Return the feeder that puts the units of a server that are due, those with the oldest results first."""

    async def feed(put: Put) -> None:
        waiting: dict[int, list[DueUnit]] = {}
        after = ("", 0)
        while units := await read(after):
            after = (units[-1].finished, units[-1].id)
            for unit in units:
                batch = waiting.setdefault(unit.kind.id, [])
                batch.append(unit)
                if len(batch) >= unit.kind.kind.batch_size(client):
                    await put(_work_of(client, waiting.pop(unit.kind.id)))
        for batch in waiting.values():
            await put(_work_of(client, batch))

    return feed


def _work_of(client: GitProviderClient, units: list[DueUnit]) -> Work:
    return _LedgerWork(client, units[0].kind.kind, [unit.repo for unit in units], units)
