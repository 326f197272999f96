"""The pages of a listing: fetched ahead of their reader, handed out in order."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar

__all__ = ["Page", "RepeatedPage", "drop_repeats", "iter_pages"]

T = TypeVar("T")

_NUMBER = r"([?&]page=)([0-9]{1,18})(?=&|$)"
_REMEMBERED_PAGES = 100
"""Rows move between neighbouring pages; remembering more of them would only cost memory in an endless listing."""
_MAX_EMPTY = 100
"""Pages without a new row one after another, after which a listing is taken to have no end."""


class Page(Generic[T]):
    """One page.

    Attributes:
        url: where it was.
        rows: what is on it.
        next: URL of the page after it, or None.
        last: URL of the last page, where the server names it.
    """

    __slots__ = ("last", "next", "rows", "url")

    def __init__(self, url: str, rows: list[T], following: str | None, last: str | None) -> None:
        self.url = url
        self.rows = rows
        self.next = following
        self.last = last


class RepeatedPage(Exception):
    """A server gives a page again that it gave before; holds its URL."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


Fetch = Callable[[str], Awaitable[Page[T]]]


async def iter_pages(fetch: Fetch[T], first: str, ahead: int) -> AsyncGenerator[Page[T], None]:
    """The pages from ``first`` on, in order.

    Where a page names the last one, those between are fetched at once, up to ``ahead`` beyond the one handed out;
    otherwise only the next one is.
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


def _start(fetch: Fetch[T], url: str) -> asyncio.Task[Page[T]]:
    async def run() -> Page[T]:
        return await fetch(url)

    return asyncio.ensure_future(run())


class _Numbers:
    """Which pages are known to exist by their number and were not taken yet."""

    def __init__(self) -> None:
        self._pattern: str | None = None
        self._following = 0
        self._last = 0

    def see(self, page: Page[T]) -> None:
        """Learn from the links of a page: totals may grow, shrink or vanish while a listing goes on."""
        following, last = _split(page.next), _split(page.last)
        if following is None or last is None or following[0] != last[0]:
            return
        if self._pattern is None:
            self._pattern, self._following = following[0], following[1]
        if self._pattern == last[0]:
            self._last = max(self._last, last[1])

    def take(self) -> str | None:
        """URL of the lowest page not taken, or None when the last one was."""
        if self._pattern is None or self._following > self._last:
            return None
        url = self._pattern.format(self._following)
        self._following += 1
        return url


def _split(url: str | None) -> tuple[str, int] | None:
    """A URL as a pattern and its page number, when it has exactly one."""
    if url is None:
        return None
    found = re.findall(_NUMBER, url)
    if len(found) != 1:
        return None
    literal = url.replace("{", "{{").replace("}", "}}")
    return re.sub(_NUMBER, r"\g<1>{}", literal), int(found[0][1])


async def drop_repeats(
    pages: AsyncGenerator[Page[T], None], identity: Callable[[T], object]
) -> AsyncGenerator[list[T], None]:
    """The rows of each page that were not given before.

    A row that is created or deleted meanwhile moves others to the neighbouring page, where they'd be given again.

    Raises:
        Repeated: a page is the one before it once more, or a great many had no new rows.
    """
    seen: set[object] = set()
    empty = 0
    before: list[object] = []
    recent: deque[set[object]] = deque()
    async for page in pages:
        names = list(map(identity, page.rows))
        given = set(names)  # a page may hold a row twice, as that of a project shared with two groups in one
        fresh = page.rows if len(given) == len(names) and seen.isdisjoint(given) else _fresh(page.rows, names, seen)
        given -= seen
        empty = 0 if fresh else empty + 1
        if empty > _MAX_EMPTY or (names and names == before and None not in names):
            raise RepeatedPage(page.url)
        yield fresh
        before = names
        # Only pages with new rows count: others, however many, make nothing forgotten.
        if given:
            seen |= given
            recent.append(given)
        if len(recent) > _REMEMBERED_PAGES:
            seen -= recent.popleft()


def _fresh(rows: list[T], names: list[object], seen: set[object]) -> list[T]:
    """The rows that were not given before; those without a name are always new."""
    given: set[object] = set()
    fresh = []
    for row, name in zip(rows, names, strict=True):
        if name is None or not (name in seen or name in given):
            fresh.append(row)
            given.add(name)
    return fresh
