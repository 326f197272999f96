"""A listing never ends early silently: each way in which a response shows that rows are missing is a gap."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gitfleet_api import (
    ConfigurationError,
    Event,
    Gap,
    GitProviderClient,
    IncompleteListing,
    IncompleteListingError,
    Listing,
    NotFoundError,
    ProviderError,
    ProviderType,
)
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run

SSO = {"X-GitHub-SSO": "partial-results; organizations=21955855,20582480"}
REPOS = "/orgs/acme/repos"

both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])


@dataclass
class Row:
    """A row of any endpoint."""

    id: int


@dataclass
class NoId:
    """A row without an identity."""

    state: str


def _rows(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number, "state": "open"} for number in range(*numbers)]


def _number(request: RawRequest) -> int:
    return int(parse_qs(urlsplit(request.target).query).get("page", ["1"])[0])


def _link(request: RawRequest, number: int, relation: str = "next") -> dict[str, str]:
    return {"Link": f'<{request.target.partition("&page=")[0]}&page={number}>; rel="{relation}"'}


async def _read(listing: Listing[Any], streamed: bool) -> tuple[list[Any], IncompleteListingError | None]:
    """The rows, and the error behind them."""
    rows: list[Any] = []

    async def into_rows() -> None:
        async for page in listing.pages():
            rows.extend(page)

    try:
        if streamed:
            await into_rows()
        else:
            rows = await listing
    except IncompleteListingError as error:
        return rows if streamed else error.rows, error
    return rows, None


def _listed(client: GitProviderClient, path: str, *, streamed: bool = False, model: type = Row, **more: Any) -> Any:
    """The number of rows, and the gaps as pairs of reason and count."""

    async def main() -> tuple[int, list[tuple[str, int | None]]]:
        async with client:
            listing = client.fetch_all(path, model, **more)
            assert (listing.complete, listing.gaps) == (None, ())
            rows, error = await _read(listing, streamed)
            assert (error is not None) == bool(listing.gaps) == (listing.complete is False)
            assert error is None or error.gaps == listing.gaps
            assert error is None or not streamed or error.rows == []
            return len(rows), [(gap.reason, gap.count) for gap in listing.gaps]

    return run(main())


# -- what the response says


@both_ways
def test_organizations_left_out_for_single_sign_on_are_a_gap(make_client: MakeClient, streamed: bool) -> None:
    with RawServer(always(http_response(_rows(2), headers=SSO))) as server:
        assert _listed(make_client(server.url), "/issues", streamed=streamed) == (2, [("sso", None)])
        assert _listed(make_client(server.url), "/issues", streamed=streamed, model=NoId) == (2, [("sso", None)])


def test_single_sign_on_that_is_required_or_partial_elsewhere_is_told_apart(make_client: MakeClient) -> None:
    with RawServer(always(http_response(_rows(2), headers={"X-GitHub-SSO": "required; url=https://x"}))) as server:
        assert _listed(make_client(server.url), "/issues") == (2, [])


def test_the_gap_of_single_sign_on_names_the_organizations_and_the_remedy(make_client: MakeClient) -> None:
    headers = {"X-GitHub-SSO": "partial-results; organizations=5,6; url=https://github.example/sso?a=b"}
    with RawServer(always(http_response(_rows(1), headers=headers))) as server:
        gap = _error(make_client, server.url, "/issues").gaps[0]
    assert "5, 6" in gap.remedy
    assert "https://github.example/sso?a=b" in gap.remedy


def test_a_token_that_the_server_repeats_in_the_header_is_not_shown(make_client: MakeClient) -> None:
    token = "token-that-is-secret-0123456789"
    headers = {"X-GitHub-SSO": f"partial-results; organizations=5; url=https://github.example/sso?{token}"}
    with RawServer(always(http_response(_rows(1), headers=headers))) as server:
        error = _error(lambda url: make_client(url, token), server.url, "/issues")
    assert token not in f"{error} {error.gaps}"


@both_ways
@pytest.mark.parametrize("flag", ["incomplete_results", "truncated"])
def test_a_flag_beside_the_rows_is_a_gap(make_client: MakeClient, flag: str, streamed: bool) -> None:
    body = {"total_count": 2, flag: True, "items": _rows(2)}
    with RawServer(always(http_response(body))) as server:
        assert _listed(make_client(server.url), "/x", streamed=streamed, at="items") == (2, [(flag, None)])
    with RawServer(always(http_response({**body, flag: False}))) as server:
        assert _listed(make_client(server.url), "/x", streamed=streamed, at="items") == (2, [])


@both_ways
def test_a_total_above_the_rows_is_a_gap(make_client: MakeClient, streamed: bool) -> None:
    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        body = {"total_count": 4321, "runs": _rows((number - 1) * 100, number * 100)}
        return http_response(body, headers=_link(request, number + 1) if number < 3 else _link(request, 1, "first"))

    with RawServer(route(choose)) as server:
        found = _listed(make_client(server.url), "/runs", streamed=streamed, at="runs")
    assert found == (300, [("total_count", 4021)])


@pytest.mark.parametrize(("total", "words"), [(3, " (1 row missing): "), (1002, " (1,000 rows missing): ")])
def test_the_message_counts_the_missing_rows(make_client: MakeClient, total: int, words: str) -> None:
    with RawServer(always(http_response(_rows(2), headers={"X-Total": str(total)}))) as server:
        assert words in str(_error(make_client, server.url))


@both_ways
@pytest.mark.parametrize("header", ["X-Total", "X-Total-Count"])
def test_a_total_in_a_header_above_the_rows_is_a_gap(
    engine: str, make_client: MakeClient, header: str, streamed: bool
) -> None:
    with RawServer(always(http_response(_rows(3), headers={header: "5", "X-Next-Page": ""}))) as server:
        for client in (make_client(server.url), gitlab(engine, server.url)):
            assert _listed(client, "/x", streamed=streamed) == (3, [("total_count", 2)])
    with RawServer(always(http_response(_rows(3), headers={header: "3", "X-Next-Page": ""}))) as server:
        assert _listed(gitlab(engine, server.url), "/x", streamed=streamed) == (3, [])


def _moving(totals: list[int], counts: list[int], starts: list[int]) -> Callable[[RawRequest], bytes]:
    """Pages that state these totals, have so many rows, and begin at these ids."""

    def choose(request: RawRequest) -> bytes:
        index = _number(request) - 1
        body = {"total_count": totals[index], "items": _rows(starts[index], starts[index] + counts[index])}
        last = index == len(totals) - 1
        return http_response(body, headers=_link(request, 1, "first") if last else _link(request, index + 2))

    return choose


MOVES = {
    "deleted on a page that was read": ([250, 250, 249], [100, 100, 49], [0, 100, 200]),
    "many deleted": ([300, 200, 200], [100, 100, 0], [0, 100, 200]),
    "created at the front": ([250, 251, 251], [100, 100, 51], [0, 99, 199]),
    "created at the end": ([250, 250, 251], [100, 100, 51], [0, 100, 200]),
    "a total that comes and goes": ([300, 250, 250], [100, 100, 50], [0, 100, 200]),
}


@pytest.mark.parametrize("case", MOVES)
def test_rows_that_come_and_go_during_a_listing_are_no_gap(make_client: MakeClient, case: str) -> None:
    with RawServer(route(_moving(*MOVES[case]))) as server:
        assert _listed(make_client(server.url, max_concurrency=1), "/x", at="items")[1] == []


def test_a_listing_that_starts_at_a_later_page_or_cursor_misses_nothing(make_client: MakeClient) -> None:
    body = {"total_count": 250, "items": _rows(50)}
    with RawServer(always(http_response(body))) as server:
        for params in ({"page": 3}, {"after": "x"}, {"cursor": "x"}):
            assert _listed(make_client(server.url), "/x", at="items", params=params) == (50, [])
        assert _listed(make_client(server.url), "/x", at="items", params={"page": 2}) == (50, [("total_count", 100)])


def test_rows_that_keep_leaves_out_are_no_gap(make_client: MakeClient) -> None:
    """``fetch_issues`` leaves out pull requests; totals count them."""
    issue = {"title": "t", "state": "open", "created_at": "2020-01-01T00:00:00Z", "user": {"id": 1, "login": "a"}}
    issues = [{**issue, "id": n, "number": n, **({"pull_request": {}} if n % 2 else {})} for n in range(1, 5)]

    async def main(client: Any) -> tuple[int, bool | None]:
        async with client:
            listing = client.fetch_issues("o", "r")
            return len(await listing), listing.complete

    with RawServer(always(http_response(issues, headers={"X-Total-Count": "4"}))) as server:
        assert run(main(make_client(server.url))) == (2, True)


# -- the last page


@both_ways
def test_pages_without_links_are_requested_until_one_is_not_full(make_client: MakeClient, streamed: bool) -> None:
    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        return http_response(_rows((number - 1) * 100, min(number * 100, 250)))

    with RawServer(route(choose)) as server:
        found = _listed(make_client(server.url), "/x", streamed=streamed, model=Row)
        assert found == (250, [])
        assert [_number(request) for request in server.requests] == [1, 2, 3]


def test_a_full_page_that_is_the_last_costs_one_request_more(make_client: MakeClient) -> None:
    with RawServer(route(lambda request: http_response(_rows(100) if _number(request) == 1 else []))) as server:
        assert _listed(make_client(server.url), "/x") == (100, [])
        assert len(server.requests) == 2


@pytest.mark.parametrize(("model", "requests"), [(Row, 2), (NoId, 4)])
def test_an_endpoint_without_pages_gives_its_rows_once(make_client: MakeClient, model: type, requests: int) -> None:
    """It sends the same page whatever number is asked for."""
    with RawServer(always(http_response(_rows(100)))) as server:
        assert _listed(make_client(server.url), "/x", model=model) == (100, [])
        assert len(server.requests) == requests


def test_pages_of_rows_that_look_equal_are_read_to_the_end(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        return http_response(_rows((number - 1) * 100, min(number * 100, 230)))

    with RawServer(route(choose)) as server:
        assert _listed(make_client(server.url), "/x", model=NoId) == (230, [])


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_page_behind_a_full_one_is_a_gap(make_client: MakeClient, status: int) -> None:
    def choose(request: RawRequest) -> bytes:
        return http_response(_rows(100)) if _number(request) == 1 else http_response({"message": "no"}, status=status)

    with RawServer(route(choose)) as server:
        assert _listed(make_client(server.url), "/x") == (100, [("end_unproven", None)])


@pytest.mark.parametrize(
    "headers",
    [{"X-Next-Page": ""}, {"Link": '</x?page=1>; rel="first"'}, {"X-Total": "100"}],
    ids=["X-Next-Page", "Link", "X-Total"],
)
def test_a_full_page_that_is_stated_to_be_the_last_costs_nothing(
    engine: str, make_client: MakeClient, headers: dict[str, str]
) -> None:
    with RawServer(always(http_response(_rows(100), headers=headers))) as server:
        assert _listed(make_client(server.url), "/x") == (100, [])
        assert _listed(gitlab(engine, server.url), "/x") == (100, [])
        assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["since", "after", "before", "created_after"])
def test_a_filter_by_date_is_no_cursor(engine: str, name: str) -> None:
    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        return http_response(_rows((number - 1) * 100, min(number * 100, 150)), headers={"X-Total": "200"})

    with RawServer(route(choose)) as server:
        client = gitlab(engine, server.url)
        assert _listed(client, "/events", params={name: "2024-01-02"}) == (150, [("total_count", 50)])


def test_keyset_pages_end_without_a_link(engine: str) -> None:
    with RawServer(always(http_response(_rows(100)))) as server:
        params = {"pagination": "keyset", "order_by": "id"}
        assert _listed(gitlab(engine, server.url), "/projects", params=params) == (100, [])
        assert len(server.requests) == 1


# -- caps of providers


def test_300_events_are_a_gap_and_299_are_not(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        rows = _rows((number - 1) * 100, min(number * 100, end))
        return http_response(rows, headers=_link(request, number + 1) if number < 3 else _link(request, 1, "first"))

    for end, gaps in ((300, [("provider_cap", None)]), (299, [])):
        with RawServer(route(choose)) as server:
            assert _listed(make_client(server.url), "/repos/o/r/events") == (end, gaps)
    with RawServer(route(choose)) as server:
        end = 300
        assert _listed(make_client(server.url), "/repos/o/r/issues/events") == (300, [])


def test_1000_entries_of_a_folder_are_a_gap_and_999_are_not(make_client: MakeClient) -> None:
    for count, gaps in ((1000, [("provider_cap", None)]), (999, [])):
        with RawServer(route(lambda _, count=count: http_response(_rows(count)))) as server:  # type: ignore[misc]
            assert _listed(make_client(server.url), "/repos/o/r/contents/docs") == (count, gaps)
            assert len(server.requests) == 1


@both_ways
def test_an_offset_that_gitlab_refuses_is_a_gap(engine: str, streamed: bool) -> None:
    said = "Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Project."

    def choose(request: RawRequest) -> bytes:
        number = _number(request)
        if number > 2:
            return http_response({"error": said}, status=405)
        return http_response(_rows((number - 1) * 100, number * 100), headers=_link(request, number + 1))

    with RawServer(route(choose)) as server:
        client = gitlab(engine, server.url)
        assert _listed(client, "/projects", streamed=streamed) == (200, [("provider_cap", None)])


def test_other_errors_on_a_later_page_stay_errors(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        if _number(request) == 2:
            return http_response({"message": "Not Found"}, status=404)
        return http_response(_rows(100), headers=_link(request, 2))

    with RawServer(route(choose)) as server, pytest.raises(NotFoundError):
        _listed(make_client(server.url), "/x")


# -- empty lists


@pytest.mark.parametrize(
    ("stars", "gaps"),
    [
        (http_response({"stargazers_count": 0}), []),
        (http_response({"stargazers_count": 123}), [("hidden", 123)]),
        (http_response({}), [("hidden", None)]),
        (http_response({"message": "Not Found"}, status=404), [("hidden", None)]),
    ],
    ids=["none", "some", "unknown", "not found"],
)
def test_an_empty_list_of_stargazers_is_a_gap_unless_the_repository_has_none(
    make_client: MakeClient, stars: bytes, gaps: list[Any]
) -> None:
    def choose(request: RawRequest) -> bytes:
        return http_response([]) if "/stargazers" in request.target else stars

    with RawServer(route(choose)) as server:
        assert _listed(make_client(server.url), "/repos/o/r/stargazers") == (0, gaps)
        assert len(server.requests) == 2


def test_a_list_of_stargazers_with_rows_and_other_empty_lists_cost_no_request(make_client: MakeClient) -> None:
    with RawServer(always(http_response(_rows(3)))) as server:
        assert _listed(make_client(server.url), "/repos/o/r/stargazers") == (3, [])
        assert len(server.requests) == 1
    with RawServer(always(http_response([]))) as server:
        assert _listed(make_client(server.url), "/repos/o/r/forks") == (0, [])
        assert len(server.requests) == 1


# -- what the user receives


def _error(make_client: Callable[[str], GitProviderClient], url: str, path: str = "/issues") -> IncompleteListingError:
    async def main() -> None:
        async with make_client(url) as client:
            await client.fetch_all(path, Row)

    with pytest.raises(IncompleteListingError) as caught:
        run(main())
    return caught.value


def test_the_error_carries_rows_and_gaps_and_can_be_pickled(make_client: MakeClient) -> None:
    with RawServer(always(http_response(_rows(2), headers=SSO))) as server:
        error = _error(make_client, server.url)
    assert isinstance(error, ProviderError)
    assert (error.code, error.provider_type, error.rows) == (
        "incomplete_listing",
        ProviderType.GITHUB,
        [Row(0), Row(1)],
    )
    assert error.url is not None
    assert error.url.endswith("/issues?per_page=100")
    assert "sso" in str(error)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copy.rows, copy.gaps, str(copy)) == (error.rows, error.gaps, str(error))
    assert all(isinstance(gap, Gap) for gap in copy.gaps)


@both_ways
@pytest.mark.parametrize("per_call", [False, True], ids=["client", "call"])
def test_a_warning_is_an_event_and_a_log_record(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, per_call: bool, streamed: bool
) -> None:
    events: list[Event] = []

    async def main() -> tuple[int, bool | None]:
        async with make_client(
            server.url, on_event=events.append, on_incomplete="raise" if per_call else "warn"
        ) as client:
            listing = client.fetch_all("/issues", Row)
            listing = listing.with_options(on_incomplete="warn") if per_call else listing
            return len((await _read(listing, streamed))[0]), listing.complete

    caplog.set_level(logging.WARNING, "gitfleet")
    with RawServer(always(http_response(_rows(2), headers=SSO))) as server:
        assert run(main()) == (2, False)
    (event,) = [event for event in events if isinstance(event, IncompleteListing)]
    assert (event.reason, event.count) == ("sso", None)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_ignored_gaps_are_visible_in_the_listing_only(make_client: MakeClient) -> None:
    events: list[Event] = []

    async def main() -> tuple[Gap, ...]:
        async with make_client(server.url, on_event=events.append, on_incomplete="ignore") as client:
            listing = client.fetch_all("/issues", Row)
            assert len(await listing) == 2
            with pytest.raises(IncompleteListingError):
                await listing.with_options(on_incomplete="raise")
            return listing.gaps

    with RawServer(always(http_response(_rows(2), headers=SSO))) as server:
        assert [gap.reason for gap in run(main())] == ["sso"]
    assert not any(isinstance(event, IncompleteListing) for event in events)


@pytest.mark.parametrize("choice", ["", "error", None, 1])
def test_other_choices_are_refused_at_once(make_client: MakeClient, choice: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_incomplete must be 'raise' or 'warn' or 'ignore'"):
        make_client("http://127.0.0.1:9", on_incomplete=choice)
    listing = make_client("http://127.0.0.1:9").fetch_all("/x", Row)
    with pytest.raises(ConfigurationError, match="on_incomplete"):
        listing.with_options(on_incomplete=choice)


def test_pages_give_all_rows_before_the_error(make_client: MakeClient) -> None:
    async def read(sizes: list[int]) -> None:
        async with make_client(server.url) as client:
            async for page in client.fetch_all("/issues", Row).pages():
                sizes += [len(page)]

    sizes: list[int] = []
    with RawServer(always(http_response(_rows(2), headers=SSO))) as server, pytest.raises(IncompleteListingError):
        run(read(sizes))
    assert sizes == [2]


def test_a_reader_that_stops_early_receives_no_error(make_client: MakeClient) -> None:
    async def main() -> bool | None:
        async with make_client(server.url) as client:
            listing = client.fetch_all("/issues", Row)
            async for _ in listing:
                break
            return listing.complete

    with RawServer(always(http_response(_rows(2), headers=SSO))) as server:
        assert run(main()) is None


TABLES: dict[str, Callable[[Listing[Any], Path], Awaitable[object]]] = {
    "to_csv": lambda listing, path: listing.to_csv(path),
    "to_parquet": lambda listing, path: listing.to_parquet(path),
    "to_arrow": lambda listing, _: listing.to_arrow(),
    "to_pandas": lambda listing, _: listing.to_pandas(),
    "to_polars": lambda listing, _: listing.to_polars(),
}


@pytest.mark.parametrize("method", TABLES)
def test_an_incomplete_table_is_not_written_and_the_error_has_its_rows(
    make_client: MakeClient, tmp_path: Path, method: str
) -> None:
    target = tmp_path / "table"
    target.write_text("before")

    async def main() -> list[Any]:
        async with make_client(server.url) as client:
            with pytest.raises(IncompleteListingError) as caught:
                await TABLES[method](client.fetch_repositories("acme", kind="organization"), target)
            return pickle.loads(pickle.dumps(caught.value)).rows  # type: ignore[no-any-return]  # noqa: S301

    pytest.importorskip({"to_pandas": "pandas", "to_polars": "polars", "to_csv": "csv"}.get(method, "pyarrow"))
    repos = [{"id": n, "name": f"r{n}", "full_name": f"acme/r{n}", "owner": {"id": 1, "login": "acme"}} for n in (1, 2)]
    with RawServer(always(http_response(repos, headers=SSO))) as server:
        rows = run(main())
    assert [(row["id"], row["owner_login"]) for row in rows] == [(1, "acme"), (2, "acme")]
    assert target.read_text() == "before"


def test_several_readings_of_one_listing_do_not_share_gaps(make_client: MakeClient) -> None:
    async def main() -> bool | None:
        async with make_client(server.url, on_incomplete="ignore") as client:
            listing = client.fetch_all("/issues", Row)
            await asyncio.gather(listing.all(), listing.all())
            assert len(listing.gaps) == 1
            server_state["headers"] = {}
            await listing
            return listing.complete

    server_state: dict[str, Any] = {"headers": SSO}
    with RawServer(route(lambda _: http_response(_rows(2), headers=server_state["headers"]))) as server:
        assert run(main()) is True
