"""Several listings at once, whose pages come out one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from gitfleet_api import GitFleetError

from .credentials import token_hint
from .progress.displays import Display

__all__ = ["FailedListing", "NamedListing", "fetch_all", "pages_ahead"]

_AT_ONCE = 8
"""Listings under way at the same time; each holds a few pages that wait for their turn."""

_AHEAD = 16
"""Pages of a listing that are fetched at once: with answers of 0.3 s, 58 pages take 2.1 s in place of 9.8 with 3."""
_PAGE = 100

Give = Callable[[int, Sequence[object]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NamedListing:
    """A listing: what people call it, and its pages."""

    label: str
    pages: AsyncGenerator[Sequence[object], None]


@dataclass(frozen=True, slots=True)
class FailedListing:
    """A listing that ended with an error."""

    label: str
    error: GitFleetError


def pages_ahead(limit: int | None) -> int:
    """How many pages to fetch ahead of the first one: no more than there are rows wanted of."""
    return _AHEAD if limit is None else max(1, min(_AHEAD, (limit - 1) // _PAGE))


async def fetch_all(sources: Sequence[NamedListing], give: Give, display: Display) -> list[FailedListing]:
    """Fetch all listings, and hand each page to ``give`` with the number of its listing, one page at a time.

    An error of one listing is told and does not end the others.

    Args:
        sources: the listings.
        give: what becomes of a page; while it works, only a few further pages are fetched. What it raises ends all.
        display: is told of progress; when ``limit`` of its tally is reached, no further page is asked for.
    """
    run = _Fetching(give, display)
    await _all(run.fetch(number, source) for number, source in enumerate(sources))
    return [failed for _, failed in sorted(run.failed.items())]


class _Fetching:
    def __init__(self, give: Give, display: Display) -> None:
        self._give = give
        self._display = display
        self._tally = display.tally
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[None]] = set()
        self.failed: dict[int, FailedListing] = {}

    @property
    def _is_enough(self) -> bool:
        return self._tally.limit is not None and self._tally.rows >= self._tally.limit

    async def fetch(self, number: int, source: NamedListing) -> None:
        """Fetch one listing to its end, or until there is enough of all."""
        given = 0
        async with self._places, aclosing(source.pages) as pages:
            try:
                while not self._is_enough and (page := await self._next(pages)) is not None:
                    given += await self._take(number, page, pages)
            except GitFleetError as error:
                self.failed[number] = FailedListing(source.label, error)
                after = f" (after {given:,} {self._tally.noun})" if given else ""
                self._display.print_line(f"{source.label}: {error}{token_hint(error)}{after}")
            else:
                self._tally.done += 1

    async def _next(self, pages: AsyncGenerator[Sequence[object], None]) -> Sequence[object] | None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None  # noqa: S101  # for the type checker: a coroutine runs in one
        self._asking.add(task)
        try:
            return await anext(pages, None)
        finally:
            self._asking.discard(task)

    async def _take(self, number: int, page: Sequence[object], pages: AsyncGenerator[Sequence[object], None]) -> int:
        tally = self._tally
        if tally.limit is not None:  # another listing may have filled up what was wanted
            page = page[: tally.limit - tally.rows]
        tally.pages += 1
        tally.rows += len(page)
        self._display.on_page()
        if self._is_enough:
            # Before anything else is waited for: until then, pages that are to be fetched ahead are not asked for.
            await pages.aclose()
            for task in self._asking:
                task.cancel()
        async with self._turn:
            await self._give(number, page)
        return len(page)


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all; when one fails, the others end before its error is raised."""
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
