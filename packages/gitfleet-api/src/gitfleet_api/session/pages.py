"""Reads the pages of one endpoint, and finds out whether they are all."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ..backend.messages import Response
from ..backend.projection import Column, Columns, Projection
from ..completeness_rules import CountedList
from ..decoding.rows import RowDecoder
from ..errors import DecodeError, GitFleetError, ProviderError
from ..gaps import Gap
from ..http.links import has_page_links, page_links
from ..http.urls import page_number, with_page
from ..profile import ProviderProfile
from ..ratelimit.token_info import TokenInfo
from .call import Call
from .failures import Failures
from .paging import Page, RepeatedPage, iter_chosen, iter_pages
from .reading import Parse, whole_response
from .repeats import drop_repeats
from .run import ListingRun
from .tally import Tally, facts_of, merged, total_gap

if TYPE_CHECKING:
    from .searches import SplitSearch

__all__ = ["PageReader"]

T = TypeVar("T")

_NO_SUCH_PAGE = (400, 404, 405, 410, 416, 422)
"""Statuses by which servers refuse a page that nothing named."""
_CURSORS = r"[?&](?:pagination=keyset|cursor=|(?:after|before)=(?![0-9]{4}-[0-9]{2}-[0-9]{2}))"
"""A URL that continues somewhere, or has no page numbers. ``after`` and ``before`` with a date are filters."""


class Sender(Protocol):
    """What a reader needs of a session."""

    failures: Failures

    @property
    def profile(self) -> ProviderProfile: ...
    async def send(self, call: Call, parse: Parse[T]) -> T: ...
    def url(self, path: str) -> str: ...
    def path_of(self, url: str) -> str: ...
    def resolve(self, link: str, *, seen_at: str, status: int) -> str: ...
    def build(self, decoder: RowDecoder[T], response: Response, url: str) -> list[T] | DecodeError: ...
    def now(self) -> int: ...


class PageReader(Generic[T]):
    """One reading of the pages of one endpoint.

    Args:
        session: Sends the requests.
        url: Absolute URL of the first page.
        decoder: Decodes the rows.
        at: Keys that lead to the array of rows in each page.
        run: The reading that the pages belong to. It receives the gaps.
        token: The token to use; None to choose one.
        headers: Headers to add to those of every request.
    """

    def __init__(
        self,
        session: Sender,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...],
        run: ListingRun,
        token: TokenInfo | None,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        self._session = session
        self._profile = session.profile
        self._url = url
        self._decoder = decoder
        self._at = at
        self._run = run
        self._token = token
        self._headers = headers
        rules = self._profile.completeness
        beside = (*rules.totals, *rules.flags) if at else ()
        path = session.path_of(url)
        self._rule = None if page_number(url) > 1 else rules.search_of(path)
        more = (Column(self._rule.time, "json"),) if self._rule is not None and self._rule.time else ()
        self._projection = decoder.projection(at, many=True, beside=beside, more=more)
        # The page that nothing named, and the columns of the full page before it.
        self._probe: tuple[str, Columns | None] = ("", None)
        self._search: SplitSearch[T] | None = None

    async def read(self) -> AsyncGenerator[list[T], None]:
        """Yield the rows of each page.

        Raises:
            GitFleetError: A page could not be fetched or decoded, or the listing repeats itself.
        """
        tally = Tally(self._skipped())
        if self._rule is None:
            pages = self._pages(self._url, tally, partial(self._fetch, tally))
        else:
            from .searches import SplitSearch  # few programs need it

            self._search = SplitSearch(self._rule, self._url, self._fetch, self._pages, self._session.now())
            pages = self._search.read(tally)
        repeated: str | None = None
        try:
            async with aclosing(pages), aclosing(drop_repeats(pages)) as lists:
                async for page, rows in lists:
                    (page.tally or tally).add(page.facts, page.count, len(rows))
                    yield rows
        except RepeatedPage as error:
            repeated = error.url
        if repeated is not None:  # raised here, because the context of an error would show its URL with a token in it
            message = f"GET {repeated}: the listing repeats itself from here on and would never end"
            raise self._session.failures.provider("repeated_page", message, url=repeated)
        if self._run.choice is None:
            self._run.gaps += await self._gaps(tally)

    def _skipped(self) -> int | None:
        """Return how many rows precede the first page; None if that is unknown."""
        number = page_number(self._url)
        size = self._size()
        if re.search(_CURSORS, self._url):
            return None
        return 0 if number == 1 else None if size is None else (number - 1) * size

    def _size(self) -> int | None:
        found = re.search(rf"[?&]{self._profile.page_size[0]}=([0-9]{{1,6}})(?=&|$)", self._url)
        return None if found is None else int(found[1])

    async def _pages(
        self, url: str, tally: Tally, fetch: Callable[[str], Awaitable[Page[T]]]
    ) -> AsyncGenerator[Page[T], None]:
        """Yield the pages from ``url`` on. An error behind a cap of the provider ends them."""
        try:
            choice = self._run.choice
            found = iter_pages(fetch, url, self._run.ahead) if choice is None else iter_chosen(fetch, url, choice)
            async with aclosing(found) as pages:
                async for page in pages:
                    yield page
        except ProviderError as error:
            remedy = self._cap_remedy(error)
            if remedy is None:
                raise
            tally.remedy = remedy

    def _cap_remedy(self, error: ProviderError) -> str | None:
        for cap in self._profile.completeness.cap_errors:
            if error.status in cap.statuses and re.search(cap.text, error.message, re.IGNORECASE):
                return cap.remedy
        return None

    # -- one page

    async def _fetch(self, tally: Tally, url: str) -> Page[T]:
        is_probe, before = url == self._probe[0], self._probe[1]
        linked = url != self._url
        call = Call("GET", url, self._projection, self._headers, token=self._token, linked=linked, run=self._run)

        def parse(response: Response, _now: datetime) -> tuple[Response, list[T]] | GitFleetError:
            rows = self._session.build(self._decoder, response, url)
            return rows if isinstance(rows, GitFleetError) else (response, rows)

        try:
            response, rows = await self._session.send(call, parse)
        except ProviderError as error:
            if not is_probe or error.status not in _NO_SUCH_PAGE or self._cap_remedy(error) is not None:
                raise
            tally.unproven = True
            return Page(url, [], None, None, tally=tally)
        if is_probe and before is not None and before == response.columns and await self._is_unpaged(before, url):
            return Page(url, [], None, None, tally=tally)
        return self._page(url, response, rows, tally)

    def _page(self, url: str, response: Response, rows: list[T], tally: Tally) -> Page[T]:
        session = self._session
        links = {
            name: session.resolve(link, seen_at=url, status=response.status)
            for name, link in page_links(response.headers, url).items()
        }
        columns = response.columns
        width = len(self._projection.columns)
        members = [] if columns is None else columns[width:]
        beside = {name: column[0] for name, column in zip(self._projection.beside, members, strict=False)}
        facts = facts_of(response.headers, self._profile.completeness, beside, session.failures.text)
        following = links.get("next")
        if following is None and self._may_continue(url, response, len(rows), facts.total):
            following = with_page(url, page_number(url) + 1)
            self._probe = following, columns
        keys = self._decoder.keys(columns) if rows and columns is not None else None
        page = Page(url, rows, following, links.get("last"), keys, facts=facts, tally=tally)
        page.is_last_but_unproven = following is not None and following == self._probe[0]
        if self._rule is not None and self._rule.time and columns is not None:
            page.times = columns[width - 1]
        return page

    def _may_continue(self, url: str, response: Response, count: int, total: int | None) -> bool:
        """Return whether a page is full, and nothing in the response says whether it is the last one."""
        if count == 0 or count != self._size() or has_page_links(response.headers) or re.search(_CURSORS, url):
            return False
        return total is None or total > page_number(url) * count

    async def _is_unpaged(self, columns: Columns, url: str) -> bool:
        """Return whether a page equals the one before it because the endpoint has no pages."""
        keys = self._decoder.keys(columns)
        if keys is not None and None not in keys[0]:
            return True
        # Equal columns prove little if they contain no id: compare everything that was sent.
        bodies = []
        for page in (with_page(url, page_number(url) - 1), url):
            call = Call("GET", page, None, self._headers, token=self._token, linked=True, run=self._run)
            bodies.append((await self._session.send(call, whole_response)).body)
        return bodies[0] == bodies[1]

    # -- the end

    async def _gaps(self, tally: Tally) -> list[Gap]:
        path = self._session.path_of(self._url)
        shown = self._session.failures.text(self._url)
        rules = self._profile.completeness
        cap = rules.cap_of(path)
        if cap is not None and tally.distinct >= cap.rows:
            tally.remedy = tally.remedy or cap.remedy
        if self._search is not None:
            return await self._search_gaps(self._search, tally, shown)
        gaps = tally.gaps(shown)
        counted = rules.counted_at(path)
        if counted is not None and not tally.received and page_number(self._url) == 1:
            gaps += await self._hidden(*counted, shown)
        return gaps

    async def _search_gaps(self, search: SplitSearch[T], whole: Tally, shown: str) -> list[Gap]:
        """Return the gaps of all parts of a search, and one if they have fewer rows together than the whole."""
        gaps = merged(gap for tally in search.tallies for gap in tally.gaps(shown, unstable=True))
        found = sum(tally.distinct for tally in search.tallies)
        if gaps or search.total <= found:
            return gaps
        # Rows may have been deleted meanwhile.
        latest = (await self._fetch(Tally(), self._url)).facts.total or 0
        missing = min(search.total, latest) - found
        return [] if missing <= 0 else [total_gap(missing, min(search.total, latest), shown)]

    async def _hidden(self, counted: CountedList, path: str, shown: str) -> list[Gap]:
        """Return the gap of an empty list, unless another object says that it has no rows."""
        projection = Projection((Column((counted.count,), "json"),))
        call = Call("GET", self._session.url(path), projection, token=self._token, run=self._run)
        try:
            columns = (await self._session.send(call, whole_response)).columns
        except GitFleetError:
            columns = None
        count = columns[0][0] if columns and columns[0] else None
        if count == 0:
            return []
        return [Gap("hidden", count if type(count) is int else None, counted.remedy, shown)]
