"""Iteration over pages, with a server that is a dictionary."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from gitfleet_api import ProviderType, TagInfo
from gitfleet_api.client import ListingRun
from gitfleet_api.decoding.decoder_cache import decoder_for
from gitfleet_api.session.listing import Listing
from gitfleet_api.session.paging import Page, RepeatedPage, iter_pages
from gitfleet_api.session.repeats import drop_repeats
from support.running import other_tasks, run

Rows = list[object]
Fetch = Callable[[str], Awaitable[Page[object]]]


def _url(number: int) -> str:
    return f"https://api.example/x?per_page=2&page={number}"


def _page(number: int, rows: Rows | None = None, *, last: int | None, ends: bool = False) -> Page[object]:
    following = None if ends or number == last else _url(number + 1)
    return Page(_url(number), [number] if rows is None else rows, following, None if last is None else _url(last))


class _Server:
    """A server with configurable delays that records its requests."""

    def __init__(self, pages: dict[int, Page[object] | Exception]) -> None:
        self.pages = pages
        self.asked: list[int] = []
        self.most = 0
        self.delays: dict[int, int] = {}
        self._running = 0

    async def __call__(self, url: str) -> Page[object]:
        number = int(url.rpartition("=")[2])
        self.asked.append(number)
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            for _ in range(self.delays.get(number, 1)):
                await asyncio.sleep(0)
        finally:
            self._running -= 1
        page = self.pages[number]
        if isinstance(page, Exception):
            raise page
        return page


def _known(count: int) -> _Server:
    return _Server({number: _page(number, last=count) for number in range(1, count + 1)})


async def _all(pages: AsyncGenerator[Page[object], None]) -> Rows:
    return [row async for page in pages for row in page.rows]


@pytest.mark.parametrize("ahead", [1, 2, 3, 16])
@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_all_pages_are_returned_once_in_order(count: int, ahead: int) -> None:
    server = _known(count)
    server.delays = {number: 40 - number for number in range(1, count + 1)}  # later ones are quicker
    assert run(_all(iter_pages(server, _url(1), ahead))) == list(range(1, count + 1))
    assert sorted(server.asked) == list(range(1, count + 1))
    assert server.most <= ahead


@pytest.mark.parametrize("ahead", [1, 3, 16])
def test_nothing_is_fetched_further_ahead_than_allowed(ahead: int) -> None:
    async def main() -> None:
        async with aclosing(iter_pages(server, _url(1), ahead)) as pages:
            taken = 0
            async for _ in pages:
                taken += 1
                for _ in range(50):
                    await asyncio.sleep(0)
                assert max(server.asked) == min(taken + ahead, 100)
                if taken == 20:
                    break
        assert other_tasks() == []

    server = _known(100)
    run(main())


def test_an_awaited_listing_continues_behind_a_slow_page_up_to_a_bound() -> None:
    decoder = decoder_for(TagInfo, ProviderType.GITHUB, include_raw=False)

    async def lists(reading: ListingRun, _decoder: object) -> AsyncGenerator[Any, None]:
        async with aclosing(iter_pages(server, _url(1), reading.ahead)) as pages:
            async for page in pages:
                yield page.rows

    async def main() -> int:
        task = asyncio.ensure_future(_whole(Listing(lists, 4, decoder)))
        for _ in range(200):
            await asyncio.sleep(0)
        reached = max(server.asked)
        assert await task == list(range(1, 41))
        return reached

    server = _known(40)
    server.delays = {2: 400}
    assert run(main()) == 1 + 2 * 4


async def _whole(listing: Listing[object]) -> Rows:
    return await listing


def test_without_a_last_page_the_next_one_is_fetched_ahead() -> None:
    async def main() -> None:
        async with aclosing(iter_pages(server, _url(1), 8)) as pages:
            taken = 0
            async for _ in pages:
                taken += 1
                for _ in range(20):
                    await asyncio.sleep(0)
                assert max(server.asked) == min(taken + 1, 30)
        assert taken == 30

    server = _Server({number: _page(number, last=None, ends=number == 30) for number in range(1, 31)})
    run(main())


def test_an_error_is_raised_after_the_preceding_pages() -> None:
    seen: Rows = []

    async def read() -> None:
        async for page in iter_pages(server, _url(1), 8):
            seen.extend(page.rows)

    async def main() -> None:
        with pytest.raises(LookupError):
            await read()
        assert other_tasks() == []

    server = _known(20)
    server.pages[6] = LookupError("page 6")
    server.delays = {5: 30}
    run(main())
    assert seen == [1, 2, 3, 4, 5]


def test_a_listing_that_grows_is_read_to_its_new_end() -> None:
    pages: dict[int, Page[object] | Exception] = {n: _page(n, last=3 if n == 1 else 7) for n in range(1, 8)}
    server = _Server(pages)
    assert run(_all(iter_pages(server, _url(1), 4))) == [1, 2, 3, 4, 5, 6, 7]


def test_a_listing_that_shrinks_is_not_an_error() -> None:
    pages: dict[int, Page[object] | Exception] = {1: _page(1, last=6)}
    pages |= {n: Page(_url(n), [n] if n <= 3 else [], _url(n + 1) if n < 3 else None, _url(3)) for n in range(2, 7)}
    server = _Server(pages)
    assert run(_all(iter_pages(server, _url(1), 2))) == [1, 2, 3]


def test_circular_links_are_an_error() -> None:
    pages: dict[int, Page[object] | Exception] = {n: _page(n, last=None) for n in range(1, 4)}
    pages[4] = Page(_url(4), [4], _url(2), None)
    with pytest.raises(RepeatedPage, match="page=2"):
        run(_all(iter_pages(_Server(pages), _url(1), 4)))


LINKS: dict[str, tuple[str, str]] = {
    "no number": ("https://api.example/x?after=abc", "https://api.example/x?after=zzz"),
    "another path": (_url(2), "https://api.example/y?per_page=2&page=9"),
    "two numbers": ("https://api.example/x?page=2&page=2", "https://api.example/x?page=9&page=9"),
    "a number that is none": ("https://api.example/x?page=b", "https://api.example/x?page=z"),
}


@pytest.mark.parametrize(("following", "last"), LINKS.values(), ids=LINKS.keys())
def test_links_without_page_numbers_are_followed_one_by_one(following: str, last: str) -> None:
    async def fetch(url: str) -> Page[object]:
        asked.append(url)
        return Page(url, [url], None if url == following else following, last)

    asked: list[str] = []
    assert run(_all(iter_pages(fetch, _url(1), 8))) == [_url(1), following]
    assert asked == [_url(1), following]


def test_braces_in_a_url_are_not_placeholders() -> None:
    def url(number: int) -> str:
        return f"https://api.example/{{}}/{{0}}?q={{x}}&page={number}"

    async def fetch(asked: str) -> Page[object]:
        number = int(asked.rpartition("=")[2])
        return Page(asked, [asked], url(number + 1) if number < 5 else None, url(5))

    assert run(_all(iter_pages(fetch, url(1), 3))) == [url(number) for number in range(1, 6)]


async def _unrepeated(pages: list[Rows]) -> list[list[object]]:
    """Rows are ids, or pairs of an id and the rest; "anonymous" has no id."""

    def key(row: Any) -> tuple[object, object]:
        return (None, None) if row == "anonymous" else row if isinstance(row, tuple) else (row, None)

    async def given() -> AsyncGenerator[Page[object], None]:
        for number, rows in enumerate(pages):
            keys = [key(row) for row in rows]
            yield Page(_url(number), rows, None, None, ([name for name, _ in keys], [other for _, other in keys]))

    return [rows async for _, rows in drop_repeats(given())]


def test_rows_that_moved_to_the_next_page_are_returned_once() -> None:
    assert run(_unrepeated([[1, 2, 3], [3, 4, 5], [5, 4, 6]])) == [[1, 2, 3], [4, 5], [6]]


def test_rows_without_an_identity_are_all_returned() -> None:
    assert run(_unrepeated([["anonymous", 1], ["anonymous", 1]])) == [["anonymous", 1], ["anonymous"]]


def test_a_page_with_a_row_twice_keeps_both() -> None:
    assert run(_unrepeated([[1, 1, 2], [2, 3]])) == [[1, 1, 2], [3]]


def test_an_id_that_repeats_within_a_page_identifies_nothing_on_any_page() -> None:
    same_id: list[Rows] = [[(0, "a"), (0, "b"), (7, "c")], [(0, "a"), (7, "c"), (0, "d")], [(0, "a")]]
    assert run(_unrepeated(same_id)) == [same_id[0], [(0, "a"), (0, "d")], [(0, "a")]]
    assert run(_unrepeated([[(0, "a")], [(0, "a"), (0, "b")]])) == [[(0, "a")], [(0, "a"), (0, "b")]]


def test_rows_with_equal_ids_that_differ_otherwise_are_two_rows() -> None:
    assert run(_unrepeated([[(1, "a")], [(1, "b")], [(1, "b"), (2, "a")]])) == [[(1, "a")], [(1, "b")], [(2, "a")]]


@pytest.mark.parametrize("count", [1, 2])
def test_a_feed_that_grows_by_whole_pages_goes_on(count: int) -> None:
    pages: list[Rows] = [[1, 2], [3, 4], *([3, 4] for _ in range(count)), [5, 6]]
    assert [row for rows in run(_unrepeated(pages)) for row in rows] == [1, 2, 3, 4, 5, 6]


def test_the_third_page_in_a_row_without_a_new_row_is_an_error() -> None:
    with pytest.raises(RepeatedPage, match="page=2"):  # the first one that repeats
        run(_unrepeated([[1, 2], [3, 4], [3, 4], [3, 4], [1, 2]]))


def test_pages_without_rows_between_repeated_ones_change_nothing() -> None:
    with pytest.raises(RepeatedPage, match="page=1"):
        run(_unrepeated([[1, 2], [1, 2], [], [1, 2], [], [1, 2]]))


@pytest.mark.parametrize("count", [1, 100])
def test_up_to_100_empty_pages_are_accepted(count: int) -> None:
    pages: list[Rows] = [[1], *([] for _ in range(count)), [2]]
    assert [row for rows in run(_unrepeated(pages)) for row in rows] == [1, 2]


def test_too_many_empty_pages_are_an_error() -> None:
    with pytest.raises(RepeatedPage):
        run(_unrepeated([[1], *([] for _ in range(101)), [2]]))


def test_alternating_pages_are_an_error() -> None:
    with pytest.raises(RepeatedPage):
        run(_unrepeated([[1, 2], [3, 4]] * 60))


def test_the_number_of_remembered_rows_is_bounded() -> None:
    """Rows of long ago may come again: remembering all of an endless listing would take all memory."""
    pages: list[Rows] = [[number] for number in range(150)]
    assert run(_unrepeated([*pages, [0, 149, 150]]))[-1] == [0, 150]
