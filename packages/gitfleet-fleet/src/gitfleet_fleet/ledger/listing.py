"""Lists the targets of a fleet into a ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from gitfleet_api.client import gather_all

from ..events import TargetListed
from ..files.thread import FileThread
from ..outcome import Outcome
from ..repositories import Found, RepositoryLister, groups_of
from ..targets import Target
from .ledger import Ledger, RunStart
from .scans import FoundRepository, ListedTarget, Scans
from .summary import code_and_message

__all__ = ["ListingIntoLedger"]

_BATCH = 500
"""Repositories of a transaction."""
Put = Callable[["Found | Outcome[Any]"], Awaitable[None]]


class ListingIntoLedger:
    """One listing of some targets. A target is stored as listed with the last of its repositories or after it.

    Args:
        ledger: The ledger.
        thread: Its thread.
        scans: Its listings.
        start: The run.
        with_info: Whether the repositories are stored with their objects.
        on_failure: Receives the outcome of a target that could not be listed.
    """

    def __init__(
        self,
        ledger: Ledger,
        thread: FileThread,
        scans: Scans,
        start: RunStart,
        *,
        with_info: bool,
        on_failure: Callable[[Outcome[Any]], None],
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._scans = scans
        self._start = start
        self._with_info = with_info
        self._on_failure = on_failure
        self._failed: set[str] = set()
        self._found: list[FoundRepository] = []
        self._targets: list[ListedTarget] = []

    def listed(self, event: TargetListed) -> None:
        """Note that a target was listed."""
        if event.target not in self._failed:
            self._targets.append(ListedTarget(event.target, "ok", repositories=event.repositories))

    async def run(self, lister: RepositoryLister, targets: Sequence[Target]) -> None:
        """List targets.

        Args:
            lister: Lists them, and calls :meth:`listed`.
            targets: The targets.
        """
        groups = groups_of(targets)
        jobs = [(iter(self._jobs(lister, group)), lister.at_once(group)) for group in groups]

        async def work(waiting: Iterable[Callable[[], Awaitable[None]]]) -> None:
            for job in waiting:
                await job()

        await gather_all(work(waiting) for waiting, count in jobs for _ in range(count))

    def _jobs(self, lister: RepositoryLister, targets: Sequence[Target]) -> Iterable[Callable[[], Awaitable[None]]]:
        named = [target for target in targets if target.form == "repository"]
        if named:  # they are looked up together
            yield lambda: self._feed(lister, named, None)
        for target in targets:
            if target.form != "repository":
                yield lambda target=target: self._feed(lister, [target], target.text)  # type: ignore[misc]

    async def _feed(self, lister: RepositoryLister, targets: Sequence[Target], text: str | None) -> None:
        await lister.feed(targets, self._putter(text))
        await self._flush()

    def _putter(self, target: str | None) -> Put:
        async def put(item: Found | Outcome[Any]) -> None:
            if isinstance(item, Outcome):
                self._failed.add(item.target)
                code, message = code_and_message(item.error)
                self._targets.append(ListedTarget(item.target, item.status, code, message))
                self._on_failure(item)
                return
            _, repo = item
            text = target or f"{repo.label}:{repo.former_name or repo.full_name}"
            self._found.append(FoundRepository(text, repo))
            if len(self._found) >= _BATCH:
                await self._flush()

        return put

    async def _flush(self) -> None:
        found, targets = self._found, self._targets
        self._found, self._targets = [], []
        await self._thread.call(
            self._ledger.add_repositories, self._start, self._scans, found, targets, with_info=self._with_info
        )
