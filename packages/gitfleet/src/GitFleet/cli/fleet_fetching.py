"""Fetching for each repository of a fleet, whose pages are processed one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gitfleet_api import GitProviderClient, NotFoundError
from gitfleet_fleet import Fleet, FleetEvent, Outcome, Repository, TargetListed

from .fetching import FailedListing
from .plurals import counted
from .progress.displays import Display
from .report import Report

__all__ = ["FleetSource", "fetch_fleet"]

OnPage = Callable[[Repository, Sequence[object]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FleetSource:
    """What a command does for each repository of a fleet.

    Attributes:
        create: creates the fleet; takes the function that receives its events.
        kind: name of the call.
        pages: starts the listing of a repository; None if ``kind`` is called without pages.
        named: returns the full names, in lower case, of the repositories that the user named.
        keeps: whether a row is written.
    """

    create: Callable[[Callable[[FleetEvent], None]], Fleet]
    kind: str
    pages: Callable[[GitProviderClient, Repository], AsyncGenerator[Sequence[object], None]] | None
    named: Callable[[], Mapping[str, int]]
    keeps: Callable[[object], bool] = field(default=lambda _: True)


async def fetch_fleet(source: FleetSource, on_page: OnPage, display: Display, report: Report) -> list[FailedListing]:
    """Fetch for all repositories and pass each page to ``on_page``, one page at a time.

    The error of a repository is printed and does not stop the others.

    Args:
        source: what is fetched.
        on_page: processes a page. Until it returns, only a few further pages are fetched. Its exceptions stop
            everything.
        display: shows the progress. When the ``limit`` of its tally is reached, all requests end.
        report: prints the errors.

    Returns:
        The targets and repositories that failed, in the order of their failures.
    """
    return await _FleetFetching(source, on_page, display, report).run()


class _FleetFetching:
    """One run of :func:`fetch_fleet`."""

    def __init__(self, source: FleetSource, on_page: OnPage, display: Display, report: Report) -> None:
        self._source = source
        self._on_page = on_page
        self._display = display
        self._tally = display.tally
        self._report = report
        self._page_lock = asyncio.Lock()
        self._fetched: dict[str, int] = {}
        self._fatal: Exception | None = None
        self._failed: list[FailedListing] = []

    async def run(self) -> list[FailedListing]:
        """Fetch until all repositories are done, there are enough rows, or the rows cannot be written."""
        self._tally.begin_fleet()
        fleet = self._source.create(self._on_event)
        call: Any = self._source.kind if self._source.pages is None else self._read
        async with aclosing(fleet.each(call)) as outcomes:
            async for outcome in outcomes:
                if self._fatal is not None:
                    break
                await self._take(outcome)
                if self._has_enough:
                    break
        if self._fatal is not None:
            raise self._fatal
        return self._failed

    @property
    def _has_enough(self) -> bool:
        return self._tally.limit is not None and self._tally.rows >= self._tally.limit

    def _on_event(self, event: FleetEvent) -> None:
        if isinstance(event, TargetListed):
            self._tally.add_listed(event.repositories, is_growing=event.total is None)

    async def _read(self, client: GitProviderClient, repo: Repository) -> list[object]:
        """Read the pages of a repository. They are written here, so the outcome has no rows."""
        assert self._source.pages is not None  # noqa: S101  otherwise it is not called
        async with aclosing(self._source.pages(client, repo)) as pages:
            async for page in pages:
                if self._has_enough or self._fatal is not None:
                    break
                await self._process(repo, page, pages)
        self._fetched.pop(repo.text, None)
        return []

    async def _process(
        self, repo: Repository, page: Sequence[object], pages: AsyncGenerator[Sequence[object], None] | None = None
    ) -> None:
        tally = self._tally
        kept = [item for item in page if self._source.keeps(item)]
        if tally.limit is not None:
            kept = kept[: tally.limit - tally.rows]
        tally.pages += 1
        tally.rows += len(kept)
        self._fetched[repo.text] = self._fetched.get(repo.text, 0) + len(kept)
        self._display.on_page()
        if self._has_enough and pages is not None:
            await pages.aclose()  # before the next await, because pages ahead are requested there
        try:
            async with self._page_lock:
                await self._on_page(repo, kept)
        except Exception as error:
            self._fatal = error  # it ends the command; raised here, it would be the outcome of one repository
            raise

    async def _take(self, outcome: Outcome[Any]) -> None:
        self._tally.add_done(is_target=outcome.repo is None)
        if outcome.repo is not None and outcome.rows and self._source.pages is None:
            await self._process(outcome.repo, outcome.rows)
            self._fetched.pop(outcome.target, None)
        if not outcome.is_missing or outcome.error is None:
            return
        fetched = self._fetched.pop(outcome.target, 0)
        after = counted(fetched, self._tally.noun) if fetched else ""
        kind = "repositories" if outcome.repo is None else self._source.kind
        self._report.add(outcome.target, outcome.error, status=outcome.status, kind=kind, after=after)
        is_named = outcome.repo is None or outcome.repo.full_name.lower() in self._source.named()
        if is_named or not _is_disabled(outcome.error):
            self._failed.append(FailedListing(outcome.target, outcome.error, is_named=is_named))


def _is_disabled(error: Exception) -> bool:
    """Whether a feature, such as issues, is disabled in a repository: it has no rows that could be missing."""
    return isinstance(error, NotFoundError) and error.code == "gone"
