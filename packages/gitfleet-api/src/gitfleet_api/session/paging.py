"""The pages of a listing: fetched in advance, returned in order."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from ..decoding.identity import Keys
from .run import PageChoice
from .tally import NO_FACTS, PageFacts, Tally

__all__ = ["Page", "RepeatedPage", "iter_pages"]

T = TypeVar("T")

_NUMBER = r"([?&]page=)([0-9]{1,18})(?=&|$)"


class Page(Generic[T]):
    """One page.

    Attributes:
        url: URL of the page.
        rows: Its rows.
        keys: What recognizes each row on another page. None if no row can be recognized.
        next: URL of the next page, or None.
        last: URL of the last page, if the server names it.
        facts: What its response says about the completeness of the listing.
        count: Number of rows that the provider sent, with those that are left out of ``rows``.
        tally: Counts the page; None for the tally of the whole listing.
        times: The provider's times of the rows of a search, by which it can be split.
        is_last_but_unproven: Whether nothing named ``next``, and it is requested only because this page is full.
    """

    __slots__ = ("count", "facts", "is_last_but_unproven", "keys", "last", "next", "rows", "tally", "times", "url")

    def __init__(
        self,
        url: str,
        rows: list[T],
        following: str | None,
        last: str | None,
        keys: Keys | None = None,
        *,
        facts: PageFacts = NO_FACTS,
        count: int | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.url: str = url
        self.rows: list[T] = rows
        self.keys: Keys | None = keys
        self.facts: PageFacts = facts
        self.count: int = len(rows) if count is None else count
        self.tally: Tally | None = tally
        self.times: Sequence[object] = ()
        self.is_last_but_unproven: bool = False
        self.next: str | None = following
        self.last: str | None = last


class RepeatedPage(Exception):
    """A server returns the same pages again and again; ``url`` is that of the first repeated one."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url: str = url


Fetch = Callable[[str], Awaitable[Page[T]]]


async def iter_pages(fetch: Fetch[T], first: str, ahead: int) -> AsyncGenerator[Page[T], None]:
    """Yield the pages from ``first`` on, in order.

    If a page names the last page, the pages in between are fetched concurrently, up to ``ahead`` in advance.
    Otherwise only the next page is fetched in advance.
    """
    started: deque[asyncio.Task[Page[T]]] = deque()
    visited = {first}
    numbers = _Numbers()
    try:
        page = await fetch(first)
        while True:
            numbers.see(page)
            while len(started) < ahead and (url := numbers.take()) is not None:
                visited.add(url)
                started.append(_start(fetch, url))
            if not started and page.next is not None:
                if page.next in visited:
                    raise RepeatedPage(page.next)
                visited.add(page.next)
                started.append(_start(fetch, page.next))
            yield page
            if not started:
                return
            page = await started.popleft()
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


async def iter_chosen(fetch: Fetch[T], first: str, choice: PageChoice) -> AsyncGenerator[Page[T], None]:
    """Yield the first page, then those that ``choice`` chooses, in order, and note how many pages there are."""
    page = await fetch(first)
    numbers = _Numbers()
    numbers.see(page)
    if page.next is None or page.is_last_but_unproven:
        choice.pages = 1 if page.next is None else 2  # an empty one follows
    elif numbers.last:
        choice.pages = numbers.last
    else:
        choice.pages = None
        async for found in _follow(fetch, page, choice):
            yield found
        return
    yield page
    wanted = sorted({number for number in choice.choose(choice.pages) if 1 < number <= numbers.last})
    choice.is_whole = len(wanted) >= numbers.last - 1
    tasks = [_start(fetch, numbers.url(number)) for number in wanted]
    try:
        for number, task in zip(wanted, tasks, strict=True):
            page = await task
            choice.read.append(number)
            yield page
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(fetch: Fetch[T], page: Page[T], choice: PageChoice) -> AsyncGenerator[Page[T], None]:
    """Yield a page, and some of those that follow it, each of which names the next one."""
    yield page
    for number, _ in enumerate(choice.choose(None), 2):
        if page.next is None:
            break
        page = await fetch(page.next)
        choice.read.append(number)
        yield page
    choice.is_whole = page.next is None
    if choice.is_whole:
        choice.pages = len(choice.read)


def _start(fetch: Fetch[T], url: str) -> asyncio.Task[Page[T]]:
    async def run() -> Page[T]:
        return await fetch(url)

    return asyncio.ensure_future(run())


class _Numbers:
    """The page numbers that are known to exist and were not requested yet."""

    def __init__(self) -> None:
        self._pattern: str | None = None
        self._following = 0
        self._last = 0

    def see(self, page: Page[T]) -> None:
        """Learn from the links of a page. Totals may grow, shrink or vanish during a listing."""
        following, last = _split(page.next), _split(page.last)
        if following is None or last is None or following[0] != last[0]:
            return
        if self._pattern is None:
            self._pattern, self._following = following[0], following[1]
        if self._pattern == last[0]:
            self._last = max(self._last, last[1])

    @property
    def last(self) -> int:
        """Number of the last page; 0 if that is unknown."""
        return self._last

    def url(self, number: int) -> str:
        """Return the URL of a page. There must be a last one."""
        assert self._pattern is not None  # noqa: S101  as there is a last page
        return self._pattern.format(number)

    def take(self) -> str | None:
        """Return the URL of the lowest page that was not requested; None if there is none."""
        if self._pattern is None or self._following > self._last:
            return None
        url = self._pattern.format(self._following)
        self._following += 1
        return url


def _split(url: str | None) -> tuple[str, int] | None:
    """Return a URL as a pattern and its page number, if it has exactly one."""
    if url is None:
        return None
    found = re.findall(_NUMBER, url)
    if len(found) != 1:
        return None
    literal = url.replace("{", "{{").replace("}", "}}")
    return re.sub(_NUMBER, r"\g<1>{}", literal), int(found[0][1])
