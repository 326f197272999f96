"""Listings that change, or that are told wrongly, while they are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitfleet_api import GitHubClient, ProviderError, RepoInfo
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.failing import PATIENT, branches, error_of, result_of
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import OWNER, many_repositories

LISTING = f"/orgs/{OWNER}/repos"
LONG_AGO = "2001-01-01T00:00:00Z"

both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])


def _names(make_client: MakeClient, forge: Forge, *, streamed: bool) -> list[str]:
    async def read(client: GitHubClient) -> list[RepoInfo]:
        async with client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            return [item async for item in listing] if streamed else await listing

    # One at a time, so that it is certain which pages are asked for before the listing moves.
    client = make_client(forge.url, forge.token, timeout=PATIENT, max_concurrency=1)
    found = run(read(client))
    assert len({item.id for item in found}) == len(found), "a row was given twice"
    return [item.name for item in found]


def _branch(name: str) -> dict[str, object]:
    return {"name": name, "commit": {"sha": "c"}}


def _numbered(*ranges: range) -> list[str]:
    return [f"r{number}" for numbers in ranges for number in numbers]


def _add_at_the_front(forge: Forge, count: int = 1) -> Callable[[], None]:
    def add() -> None:
        for number in range(count):
            forge.fleet.add_repository(OWNER, f"front{number}", created_at=LONG_AGO, branches=1, contributors=1)

    return add


@both_ways
@pytest.mark.parametrize("totals", [True, False], ids=["with totals", "without"])
@pytest.mark.parametrize("page", [2, 4])
def test_a_row_that_is_pushed_to_the_next_page_is_given_once(
    make_client: MakeClient, page: int, totals: bool, streamed: bool
) -> None:
    with Forge(many_repositories(550)) as forge:
        if not totals:
            forge.hide_totals()
        moved = forge.on_page(LISTING, page, _add_at_the_front(forge))
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(550))
        assert moved.hits == 1


@both_ways
def test_a_whole_page_that_moves_is_no_end(make_client: MakeClient, streamed: bool) -> None:
    with Forge(many_repositories(550)) as forge:
        forge.on_page(LISTING, 2, _add_at_the_front(forge, 37))
        forge.on_page(LISTING, 4, _add_at_the_front_again(forge))
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(550))


def _add_at_the_front_again(forge: Forge) -> Callable[[], None]:
    def add() -> None:
        for number in range(20):
            forge.fleet.add_repository(OWNER, f"more{number}", created_at=LONG_AGO, branches=1, contributors=1)

    return add


@both_ways
def test_what_is_created_meanwhile_comes_last(make_client: MakeClient, streamed: bool) -> None:
    with Forge(many_repositories(350)) as forge:
        forge.shift_pages(LISTING, 2, add=f"{OWNER}/new")
        assert _names(make_client, forge, streamed=streamed) == [*_numbered(range(350)), "new"]


@both_ways
def test_a_listing_that_grows_is_read_to_its_new_end(make_client: MakeClient, streamed: bool) -> None:
    def grow() -> None:
        for number in range(350, 750):
            forge.fleet.add_repository(OWNER, f"r{number}", branches=1, contributors=1)

    with Forge(many_repositories(350)) as forge:
        grown = forge.on_page(LISTING, 3, grow)
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(750))
        assert grown.hits == 1


@both_ways
def test_a_listing_that_shrinks_ends_without_an_error(make_client: MakeClient, streamed: bool) -> None:
    def shrink() -> None:
        for number in range(300, 750):
            forge.fleet.remove(f"{OWNER}/r{number}")

    with Forge(many_repositories(750)) as forge:
        forge.on_page(LISTING, 3, shrink)
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(300))


@both_ways
def test_a_row_that_is_deleted_meanwhile_repeats_none(make_client: MakeClient, streamed: bool) -> None:
    with Forge(many_repositories(550)) as forge:
        forge.shift_pages(LISTING, 3, remove=f"{OWNER}/r250")  # on a page that was not given yet
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(250), range(251, 550))


@both_ways
@pytest.mark.parametrize("vanish", [1, 2, 4])
def test_totals_that_vanish_end_nothing(make_client: MakeClient, vanish: int, streamed: bool) -> None:
    with Forge(many_repositories(750)) as forge:
        hidden = forge.hide_totals(when=lambda request: int(request.query.get("page", "1")) >= vanish)
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(750))
        assert hidden.hits >= 1
        assert len(forge.requests) == 8


@both_ways
def test_totals_that_come_late_are_used(make_client: MakeClient, streamed: bool) -> None:
    with Forge(many_repositories(750)) as forge:
        forge.hide_totals(when=lambda request: int(request.query.get("page", "1")) < 3)
        assert _names(make_client, forge, streamed=streamed) == _numbered(range(750))
        assert len(forge.requests) == 8


@both_ways
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_given_again_and_again_is_an_error(make_client: MakeClient, page: int, streamed: bool) -> None:
    async def read(client: GitHubClient) -> int:
        listing = client.fetch_repositories(OWNER, kind="organization")
        count = 0
        if streamed:
            async for _ in listing:
                count += 1
        else:
            await listing
        return count

    with Forge(many_repositories(750)) as forge:
        forge.repeat_page(LISTING, page)
        error = error_of(make_client, forge.url, read, token=forge.token)
        assert len(forge.requests) <= page + 3 + 16
    assert type(error) is ProviderError
    assert error.code == "repeated_page"
    assert error.url is not None
    assert f"page={page + 1}" in error.url


def _page_of(request: RawRequest) -> int:
    return int(request.target.rpartition("page=")[2]) if "&page=" in request.target else 1


def _empty_but(rows: dict[int, object], *, last: int | None) -> Callable[[RawRequest], bytes]:
    """Pages without rows but for some, each with a next one, up to the last."""

    def choose(request: RawRequest) -> bytes:
        number = _page_of(request)
        link = f'</repos/o/r/branches?per_page=100&page={number + 1}>; rel="next"'
        return http_response(rows.get(number, []), headers={} if number == last else {"Link": link})

    return choose


def test_pages_without_rows_for_ever_are_an_error(make_client: MakeClient) -> None:
    with RawServer(route(_empty_but({}, last=None))) as server:
        error = error_of(make_client, server.url, branches)
        assert len(server.requests) <= 120
    assert type(error) is ProviderError
    assert error.code == "repeated_page"


def test_many_pages_without_rows_end_nothing(make_client: MakeClient) -> None:
    with RawServer(route(_empty_but({1: [_branch("a")], 60: [_branch("b")]}, last=90))) as server:
        found = result_of(make_client, server.url, branches)
        assert len(server.requests) == 90
    assert isinstance(found, list)
    assert [item.name for item in found] == ["a", "b"]


def test_a_last_page_that_is_far_off_is_not_fetched_all_at_once(make_client: MakeClient) -> None:
    """A server that names a last page in the millions is believed no further than there is room for."""

    def choose(request: RawRequest) -> bytes:
        number, path = _page_of(request), "/repos/o/r/branches?per_page=100&page="
        link = f'<{path}{number + 1}>; rel="next", <{path}99999999>; rel="last"'
        return http_response([_branch(f"b{number}")], headers={"Link": link})

    async def read(client: GitHubClient) -> int:
        count = 0
        async for _ in client.fetch_branches("o", "r").pages():
            count += 1
            if count == 10:
                break
        return count

    with RawServer(route(choose)) as server:
        assert result_of(make_client, server.url, read) == 10
        assert len(server.requests) <= 13
