"""Searches with more results than GitHub returns are read in parts by ranges; what cannot be split is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gitfleet_api import GitHubClient, IncompleteListingError, RepoInfo
from gitfleet_api.session.size_ranges import SizeRange
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

START = datetime(2012, 3, 4, 5, 6, 7, tzinfo=UTC)
MATCHES = 1300


@dataclass
class Found:
    """A row of a user's class without an id."""

    name: str
    created_at: datetime


@dataclass
class Named:
    """A row without a time."""

    name: str


def _fleet(count: int, step: timedelta) -> Fleet:
    fleet = Fleet()
    fleet.add_organization("acme")
    for number in range(count):
        created = f"{START + number * step:%Y-%m-%dT%H:%M:%SZ}"
        fleet.add_repository("acme", f"r{number}", created_at=created, branches=1, contributors=1)
    return fleet


@pytest.fixture(scope="module")
def module_forge() -> Iterator[Forge]:
    with Forge(_fleet(MATCHES, timedelta(hours=7))) as running:
        yield running


@pytest.fixture
def forge(module_forge: Forge) -> Forge:
    module_forge.clear_log()
    module_forge.limit(module_forge.token, resource="search", limit=500, remaining=500)
    return module_forge


@pytest.fixture(scope="module")
def crowded() -> Iterator[Forge]:
    """1,300 repositories that were created in one second."""
    with Forge(_fleet(MATCHES, timedelta())) as running:
        running.limit(running.token, resource="search", limit=1000, remaining=1000)
        yield running


def _search(
    make_client: MakeClient, forge: Forge, query: str, *, streamed: bool = False, model: type = RepoInfo, **params: Any
) -> list[Any]:
    async def read(client: GitHubClient) -> list[Any]:
        async with client:
            listing = client.fetch_all("/search/repositories", model, at="items", params={"q": query, **params})
            rows = [row async for row in listing] if streamed else await listing
            assert listing.complete is True
            return rows

    return run(read(make_client(forge.url, forge.token)))


def _names(*numbers: int) -> list[str]:
    return [f"r{number}" for number in range(*numbers)]


def _after(hours: int) -> str:
    return f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
@pytest.mark.parametrize("model", [RepoInfo, Found])
def test_1300_matches_above_a_cap_of_1000_are_1300_rows_once_each(
    make_client: MakeClient, forge: Forge, model: type, streamed: bool
) -> None:
    rows = _search(make_client, forge, "user:acme", streamed=streamed, model=model)
    assert sorted(row.name for row in rows) == sorted(_names(MATCHES))
    assert len(forge.requests) <= 16


def test_a_search_within_the_cap_is_not_split(make_client: MakeClient, forge: Forge) -> None:
    rows = _search(make_client, forge, f"user:acme created:<{_after(7 * 1000)}")
    assert {row.name for row in rows} == set(_names(1000))
    assert len(forge.requests) == 10


def _on(first: date, last: date) -> list[str]:
    return [f"r{n}" for n in range(MATCHES) if first <= (START + n * timedelta(hours=7)).date() <= last]


RANGES: dict[str, tuple[str, list[str]]] = {
    "from": (f"created:>={_after(7 * 100)}", _names(100, MATCHES)),
    "after": (f"created:>{_after(7 * 100)}", _names(101, MATCHES)),
    "until": (f"created:<={_after(7 * 1200)}", _names(0, 1201)),
    "before": (f"created:<{_after(7 * 1200)}", _names(0, 1200)),
    "between": (f"created:{_after(7 * 50)}..{_after(7 * 1250)}", _names(50, 1251)),
    "open above": (f"created:{_after(7 * 100)}..*", _names(100, MATCHES)),
    "open below": (f"created:*..{_after(7 * 1100)}", _names(0, 1101)),
    "days": ("created:2012-03-06..2013-02-28", _on(date(2012, 3, 6), date(2013, 2, 28))),
    "before a day": ("created:<2013-03-01", _on(date.min, date(2013, 2, 28))),
    "until a day": ("created:<=2013-03-01", _on(date.min, date(2013, 3, 1))),
    "after a day": ("created:>2012-03-10", _on(date(2012, 3, 11), date.max)),
    "from a day": ('created:">=2012-03-10"', _on(date(2012, 3, 10), date.max)),
}


@pytest.mark.parametrize("case", RANGES)
def test_the_range_of_the_query_is_kept(make_client: MakeClient, forge: Forge, case: str) -> None:
    qualifier, names = RANGES[case]
    rows = _search(make_client, forge, f"user:acme {qualifier}")
    assert {row.name for row in rows} == set(names)
    assert len(rows) == len(names)


def test_parts_are_read_oldest_first_and_each_in_the_order_of_the_search(make_client: MakeClient, forge: Forge) -> None:
    rows = _search(make_client, forge, "user:acme", sort="updated", order="asc")
    assert [row.name for row in rows[:100]] != [row.name for row in rows[-100:]]
    seen = [row.created_at for row in rows]
    middle = max(range(len(seen) - 1), key=lambda at: min(seen[at + 1 :]) > max(seen[: at + 1]))
    assert max(seen[: middle + 1]) < min(seen[middle + 1 :])


@dataclass
class Item:
    """An issue, a pull request or an account."""

    id: int
    created_at: datetime | None = None


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_issues_sorted_by_their_time_keep_that_order(make_client: MakeClient, order: str) -> None:
    async def read(client: GitHubClient) -> list[Item]:
        async with client:
            params = {"q": "repo:acme/busy is:issue", "sort": "created", "order": order}
            return await client.fetch_all("/search/issues", Item, at="items", params=params)

    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "busy", issues=1250)
    with Forge(fleet) as forge:
        forge.limit(forge.token, resource="search", limit=100, remaining=100)
        rows = run(read(make_client(forge.url, forge.token)))
    assert len({row.id for row in rows}) == len(rows) == 1250
    times = [row.created_at for row in rows if row.created_at is not None]
    assert times == sorted(times, reverse=order == "desc")


def test_users_whose_rows_have_no_time_are_split_by_halves(make_client: MakeClient) -> None:
    async def read(client: GitHubClient) -> list[Item]:
        async with client:
            return await client.fetch_all("/search/users", Item, at="items", params={"q": "type:user"})

    fleet = Fleet()
    for number in range(1100):
        fleet.add_user(f"u{number}", created_at=f"{START + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}")
    with Forge(fleet) as forge:
        forge.limit(forge.token, resource="search", limit=100, remaining=100)
        rows = run(read(make_client(forge.url, forge.token)))
        found = len(fleet.users)
    assert len({row.id for row in rows}) == len(rows) >= 1100
    assert found >= len(rows)


# -- what cannot be split


def _incomplete(
    make_client: MakeClient, forge: Forge, query: str, path: str = "repositories"
) -> IncompleteListingError:
    async def read(client: GitHubClient) -> list[Any]:
        async with client:
            return await client.fetch_all(f"/search/{path}", Found, at="items", params={"q": query})

    with pytest.raises(IncompleteListingError) as caught:
        run(read(make_client(forge.url, forge.token)))
    return caught.value


def test_more_matches_in_one_second_than_the_cap_are_an_error_with_the_rows(
    make_client: MakeClient, crowded: Forge
) -> None:
    error = _incomplete(make_client, crowded, "user:acme")
    assert len({row.name for row in error.rows}) == len(error.rows) == 1000
    (gap,) = error.gaps
    assert (gap.reason, gap.count) == ("provider_cap", 300)
    assert "one second" in gap.remedy
    assert (error.code, type(error.url)) == ("incomplete_listing", str)


def test_a_part_that_timed_out_without_a_result_is_a_gap(make_client: MakeClient, forge: Forge) -> None:
    cut = {"total_count": 0, "incomplete_results": True, "items": []}
    forge.fail(status=200, body=cut, when=lambda request: ".." in request.target)
    error = _incomplete(make_client, forge, "user:acme")
    assert 0 < len(error.rows) < MATCHES
    assert [gap.reason for gap in error.gaps] == ["incomplete_results"]


@pytest.mark.parametrize(
    "query",
    ["user:acme OR user:other", "(user:acme is:public)", "user:acme created:>=2012-01-01 created:<2019-01-01"],
    ids=["alternatives", "parentheses", "two ranges"],
)
def test_a_query_in_which_a_range_would_mean_something_else_is_not_split(make_client: MakeClient, query: str) -> None:
    def choose(request: RawRequest) -> bytes:
        return _page(request, MATCHES)

    with RawServer(route(choose)) as server:
        error = _incomplete_at(make_client, server.url, {"q": query})
        assert len(server.requests) == 10
    assert len(error.rows) == 1000
    assert [(gap.reason, gap.count) for gap in error.gaps] == [("provider_cap", 300)]
    assert "created:" in error.gaps[0].remedy


def _page(request: RawRequest, total: int) -> bytes:
    """A page of a search that returns 1,000 of ``total`` results, whatever is asked."""
    given = parse_qs(urlsplit(request.target).query)
    number = int(given.get("page", ["1"])[0])
    rows = [
        {"id": n, "name": f"r{n}", "created_at": "2020-01-01T00:00:00Z"}
        for n in range((number - 1) * 100, number * 100)
    ]
    path = request.target.partition("&page=")[0]
    following = f'<{path}&page={number + 1}>; rel="next", <{path}&page=10>; rel="last"'
    link = {"Link": following if number < 10 else f'<{path}&page=1>; rel="first"'}
    return http_response({"total_count": total, "incomplete_results": False, "items": rows}, headers=link)


def _incomplete_at(
    make_client: MakeClient,
    url: str,
    params: dict[str, Any],
    path: str = "/search/repositories",
    model: type = Found,
) -> IncompleteListingError:
    async def read(client: GitHubClient) -> list[Any]:
        async with client:
            return await client.fetch_all(path, model, at="items", params=params)

    with pytest.raises(IncompleteListingError) as caught:
        run(read(make_client(url)))
    return caught.value


@pytest.mark.parametrize(("path", "requests"), [("labels", 10), ("code", 12)])
def test_labels_and_code_of_a_server_that_ignores_sizes_cannot_be_split(
    make_client: MakeClient, path: str, requests: int
) -> None:
    with RawServer(route(lambda request: _page(request, 4000))) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"}, f"/search/{path}")
        assert len(server.requests) == requests
    assert [(gap.reason, gap.count) for gap in error.gaps] == [("provider_cap", 3000)]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        *[("5", 5, 5), (">5", 6, None), (">=5", 5, None), ("<5", 0, 4), ("<=5", 0, 5)],
        *[("5..9", 5, 9), ("5..*", 5, None), ("*..9", 0, 9)],
    ],
)
def test_a_range_of_sizes_is_parsed_and_halved_without_an_overlap(text: str, low: int, high: int | None) -> None:
    whole = SizeRange.parse(text)
    assert whole == SizeRange(low, high)
    parts = [whole]
    for _ in range(60):  # the part with the largest files, down to one size
        halves = parts.pop().halves(0)
        if halves is None:
            break
        parts += halves
        assert halves[0].low == low or halves[0].low == parts[-3].high + 1
        assert halves[1].low == halves[0].high + 1
        assert halves[1].high == high
        if high is None and halves[1].low > 1_000_000:
            break
    else:
        pytest.fail("the range is divided without end")


@pytest.mark.parametrize("text", ["", "x", "5..", "1kb", "-1", "5...9"])
def test_text_that_is_no_range_of_sizes_is_not_parsed(text: str) -> None:
    assert SizeRange.parse(text) is None


def test_a_server_that_ignores_ranges_ends_with_a_gap_and_few_requests(make_client: MakeClient) -> None:
    with RawServer(route(lambda request: _page(request, MATCHES))) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"})
        assert len(server.requests) == 13
    assert len(error.rows) == 1000
    assert [(gap.reason, gap.count) for gap in error.gaps] == [("provider_cap", 300)]


def test_a_server_that_ignores_ranges_and_estimates_totals_ends_with_a_gap_and_few_requests(
    make_client: MakeClient,
) -> None:
    totals = count(5000, -7)
    with RawServer(route(lambda request: _page(request, next(totals)))) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"})
        assert len(server.requests) <= 16
    assert len(error.rows) == 1000
    assert [gap.reason for gap in error.gaps] == ["provider_cap"]


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"])
def test_times_of_results_at_the_ends_of_the_calendar_are_no_other_error(make_client: MakeClient, time: str) -> None:
    def page(request: RawRequest) -> bytes:
        rows = [{"id": n, "name": f"r{n}", "created_at": time} for n in range(100)]
        return http_response({"total_count": MATCHES, "items": [] if "&page=" in request.target else rows})

    with RawServer(route(page)) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"}, model=Named)
    assert [gap.reason for gap in error.gaps] == ["provider_cap"]


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        ("created:0001-01-01..2020-01-01", "created:0001-01-01T00:00:00Z.."),
        ("created:0001-01-01T00:00:00+14:00..*", None),
    ],
)
def test_ranges_from_the_start_of_the_calendar_are_written_with_four_digits_or_not_split(
    make_client: MakeClient, query: str, bound: str | None
) -> None:
    with RawServer(route(lambda request: _page(request, MATCHES))) as server:
        error = _incomplete_at(make_client, server.url, {"q": f"x {query}"})
        asked = {parse_qs(urlsplit(request.target).query)["q"][0] for request in server.requests}
    assert [gap.reason for gap in error.gaps] == ["provider_cap"]
    parts = {text for text in asked if not text.endswith(query)}
    assert bool(parts) is (bound is not None)
    assert bound is None or any(bound in text for text in parts)


def test_a_server_that_refuses_the_longer_query_ends_with_a_gap(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        if "created" in request.target:
            return http_response({"message": "The search is longer than 256 characters."}, status=422)
        return _page(request, MATCHES)

    with RawServer(route(choose)) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"})
    assert len(error.rows) == 1000
    assert [(gap.reason, gap.count) for gap in error.gaps] == [("provider_cap", 300)]


def test_the_refusal_of_results_behind_the_cap_is_a_gap_and_no_error_without_rows(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        given = parse_qs(urlsplit(request.target).query)
        number = int(given.get("page", ["1"])[0])
        if number > 10:
            return http_response({"message": "Only the first 1000 search results are available"}, status=422)
        rows = [{"name": f"r{number}-{n}", "created_at": "2020-01-01T00:00:00Z"} for n in range(100)]
        path = request.target.partition("&page=")[0]
        return http_response({"items": rows}, headers={"Link": f'<{path}&page={number + 1}>; rel="next"'})

    with RawServer(route(choose)) as server:
        error = _incomplete_at(make_client, server.url, {"q": "x"}, "/search/labels")
    assert len(error.rows) == 1000
    assert [(gap.reason, gap.count) for gap in error.gaps] == [("provider_cap", None)]
