"""Searches with more results than the provider returns: read in parts by ranges of time or of size."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Generic, TypeVar

from ..completeness_rules import SearchRule
from ..errors import InvalidRequestError
from ..http.urls import with_page
from .paging import Page
from .search_ranges import DateRange, Range, RangeSearch
from .tally import Tally

__all__ = ["SplitSearch"]

T = TypeVar("T")

_NO_QUALIFIER = "the provider returns no more, and such a search cannot be split; use several narrower queries"
_NO_RANGE = "the provider returns no more, and this query cannot be split; use queries with ranges of {}: instead"
_ONE_SECOND = "the provider returns no more, and so many results are from one second; add a qualifier"
_ONE_SIZE = "the provider returns no more, and so many results are files of one size; add a qualifier"
_IGNORED = "the provider returns no more, and ignores or refuses ranges of {}: in this query; use narrower queries"
_MOST_IN_HALVES = 1.5
"""How many results both halves may have together, relative to the whole. Totals are estimates; a server that ignores
ranges states about twice as many."""

FetchPage = Callable[[Tally, str], Awaitable[Page[T]]]
Pages = Callable[[str, Tally, Callable[[str], Awaitable[Page[T]]]], AsyncGenerator[Page[T], None]]


class SplitSearch(Generic[T]):
    """One reading of a search. If it has too many results, its range of time or size is halved until each part fits.

    Args:
        rule: What the provider documents about the search.
        url: URL of the first page.
        fetch: Fetches a page.
        pages: Yields the pages from a URL on, whose pages it fetches with the function given.
        now: The present time in seconds of the epoch.

    Attributes:
        tallies: One for each part that was read, in their order.
        total: Number of results of the whole search, as its first page states it.
    """

    def __init__(self, rule: SearchRule, url: str, fetch: FetchPage[T], pages: Pages[T], now: int) -> None:
        self._rule = rule
        self._url = url
        self._fetch = fetch
        self._pages = pages
        self._now = now
        self.tallies: list[Tally] = []
        self.total: int = 0

    async def read(self, whole: Tally) -> AsyncGenerator[Page[T], None]:
        """Yield the pages of all parts: oldest part first, or newest first if the search is ordered so.

        Parts of a search by size begin with the smallest files.

        Args:
            whole: Receives the rows and facts if the search is not split.
        """
        first = await self._fetch(whole, self._url)
        self.total = first.facts.total or 0
        by_size = self._rule.sizes is not None
        name = self._rule.sizes or self._rule.dates
        search = RangeSearch.parse(self._url, name, by_size=by_size) if name else None
        parts = [_Part(DateRange() if search is None else search.range, self._url, first, whole)]
        newest_first = search is not None and search.is_newest_first(self._rule.sorts)
        while parts:
            part = parts.pop()
            if part.total > self._rule.rows and part.first.rows:
                halves = await self._halves(part, search)
                if halves:
                    parts += halves if newest_first else reversed(halves)
                    continue
            self.tallies.append(part.tally)
            async with aclosing(self._pages(part.url, part.tally, self._fetch_rest(part))) as pages:
                async for page in pages:
                    yield page

    def _fetch_rest(self, part: _Part[T]) -> Callable[[str], Awaitable[Page[T]]]:
        async def fetch(url: str) -> Page[T]:
            return part.first if url == part.url else await self._fetch(part.tally, url)

        return fetch

    async def _halves(self, part: _Part[T], search: RangeSearch | None) -> list[_Part[T]]:
        """Return both halves of a part, the lower first; nothing if it cannot be split, with the reason as a gap."""
        name = self._rule.sizes or self._rule.dates or ""
        if search is None:
            part.tally.remedy = _NO_RANGE.format(name) if name else _NO_QUALIFIER
            return []
        ranges = part.range.halves(self._now, await self._times(part))
        if ranges is None:
            part.tally.remedy = _ONE_SECOND if self._rule.sizes is None else _ONE_SIZE
            return []
        try:
            first = await self._part(ranges[0], search.url(ranges[0]))
            if first.is_empty:  # the other half is the whole, whose first page is known
                return [_Part(ranges[1], part.url, part.first, part.tally)]
            halves = [first, await self._part(ranges[1], search.url(ranges[1]))]
        except InvalidRequestError:  # for example a query that is too long with the range
            part.tally.remedy = _IGNORED.format(name)
            return []
        if sum(half.total for half in halves) > _MOST_IN_HALVES * part.total:
            part.tally.remedy = _IGNORED.format(name)
            return []
        return [half for half in halves if not half.is_empty]

    async def _times(self, part: _Part[T]) -> list[object]:
        """Return times from both ends of the order of a part, whose median divides it well: ordered or not."""
        times = [*part.first.times]
        if any(isinstance(time, str) for time in times):
            last = part.first.last or with_page(part.url, self._rule.rows // len(times))
            with suppress(InvalidRequestError):
                times += (await self._fetch(Tally(), last)).times
        return times

    async def _part(self, covered: Range, url: str) -> _Part[T]:
        tally = Tally()
        return _Part(covered, url, await self._fetch(tally, url), tally)


class _Part(Generic[T]):
    """A range of a search, with its first page."""

    def __init__(self, covered: Range, url: str, first: Page[T], tally: Tally) -> None:
        self.range = covered
        self.url = url
        self.first = first
        self.tally = tally

    @property
    def total(self) -> int:
        return self.first.facts.total or 0

    @property
    def is_empty(self) -> bool:
        """Whether it certainly has no results: a search that timed out at the provider may return none."""
        return not self.first.rows and not self.first.facts.flags
