"""Pages of GitLab's listings: links, page numbers where there are no links, and keysets."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from gitfleet_api import ProviderError
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run, until

LAST = 5
Headers = Callable[[str, int], dict[str, str]]


def _link(place: str, **pages: int) -> str:
    query = "id=7&order_by=name&per_page=100&sort=asc"
    return ", ".join(f'<{place}?{query}&page={page}>; rel="{relation}"' for relation, page in pages.items())


def _numbers(page: int) -> dict[str, str]:
    """Without totals, as above 10,000 rows."""
    following = str(page + 1) if page < LAST else ""
    return {"X-Page": str(page), "X-Next-Page": following, "X-Prev-Page": str(page - 1) if page > 1 else ""}


def _totals(page: int) -> dict[str, str]:
    return _numbers(page) | {"X-Total": str(LAST), "X-Total-Pages": str(LAST)}


def _links(place: str, page: int) -> dict[str, str]:
    following = {"next": page + 1} if page < LAST else {}
    return {"Link": _link(place, **following, first=1)}


def _links_and_last(place: str, page: int) -> dict[str, str]:
    following = {"next": page + 1} if page < LAST else {}
    return {"Link": _link(place, **following, first=1, last=LAST)}


WAYS: dict[str, Headers] = {
    "links and totals": lambda place, page: _links_and_last(place, page) | _totals(page),
    "links that name the last page": _links_and_last,
    "links, no totals": lambda place, page: _links(place, page) | _numbers(page),
    "page numbers and totals": lambda _, page: _totals(page),
    "page numbers alone": lambda _, page: _numbers(page),
}


def _page_of(request: RawRequest) -> int:
    return int(parse_qs(request.target.partition("?")[2]).get("page", ["1"])[0])


def _server(headers: Headers) -> RawServer:
    """A listing of five pages with a branch each."""

    def choose(request: RawRequest) -> bytes:
        page, path = _page_of(request), request.target.partition("?")[0]
        rows = [{"name": f"b{page}", "commit": {"id": "c"}}] if page <= LAST else []
        return http_response(rows, headers=headers(f"http://{request.headers['host']}{path}", page))

    return RawServer(route(choose))


def _branches(engine: str, server: RawServer) -> list[str]:
    async def main() -> list[str]:
        async with gitlab(engine, f"{server.url}/api/v4") as client:
            return [item.name for item in await client.fetch_branches("g/s", "p")]

    return run(main())


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_page_is_fetched_once_by_any_kind_of_link(engine: str, way: Headers) -> None:
    with _server(way) as server:
        assert _branches(engine, server) == [f"b{page}" for page in range(1, LAST + 1)]
    assert sorted(map(_page_of, server.requests)) == list(range(1, LAST + 1))
    assert all("per_page=100" in item.target for item in server.requests)


@pytest.mark.parametrize("way", ["links and totals", "links that name the last page", "page numbers and totals"])
def test_pages_are_fetched_ahead_where_the_last_one_is_known(engine: str, way: str) -> None:
    async def main() -> None:
        async with gitlab(engine, f"{server.url}/api/v4") as client:
            pages = client.fetch_branches("g", "p").pages()
            await anext(pages)
            await anext(pages)  # which starts what comes after the first page
            await until(lambda: len(server.requests) > 3)  # without the last page known it would be 3
            await pages.aclose()

    with _server(WAYS[way]) as server:
        run(main())


def test_a_first_page_that_promises_a_second_one_which_is_empty_is_the_whole_listing(engine: str) -> None:
    # What the service does for branches, tags and trees whose number it does not look up.
    def headers(place: str, page: int) -> dict[str, str]:
        if page > 1:
            return {"X-Next-Page": "", "X-Total-Pages": "1"}
        return {"Link": _link(place, next=2, first=1, last=1), "X-Next-Page": "2", "X-Total-Pages": "1"}

    def choose(request: RawRequest) -> bytes:
        page, path = _page_of(request), request.target.partition("?")[0]
        rows = [{"name": "main", "commit": {"id": "c"}}] if page == 1 else []
        return http_response(rows, headers=headers(f"http://{request.headers['host']}{path}", page))

    with RawServer(route(choose)) as server:
        assert _branches(engine, server) == ["main"]
    assert len(server.requests) == 2


def test_an_empty_number_of_the_next_page_ends_the_listing(engine: str) -> None:
    with _server(lambda _place, _page: {"X-Next-Page": "", "X-Total-Pages": "9"}) as server:
        assert _branches(engine, server) == ["b1"]
    assert len(server.requests) == 1


def test_a_server_that_always_names_the_same_next_page_ends_in_an_error(engine: str) -> None:
    with _server(lambda _place, _page: {"X-Next-Page": "2"}) as server, pytest.raises(ProviderError) as caught:
        _branches(engine, server)
    assert caught.value.code == "repeated_page"
    assert len(server.requests) <= 3


def test_a_link_to_another_server_is_not_followed(engine: str) -> None:
    with (
        _server(lambda _place, _page: {"Link": '<https://evil.example/api/v4/x?page=2>; rel="next"'}) as server,
        pytest.raises(ProviderError) as caught,
    ):
        _branches(engine, server)
    assert caught.value.code == "foreign_link"


def test_a_keyset_is_followed_by_its_links_alone(engine: str) -> None:
    rows = [{"id": number, "path": f"p{number}", "path_with_namespace": f"u/p{number}"} for number in (3, 5, 8)]

    def choose(request: RawRequest) -> bytes:
        path, _, query = request.target.partition("?")
        asked = {name: value for name, (value,) in parse_qs(query).items()}
        if path == "/api/v4/users":
            return http_response([{"id": 9, "username": "u"}])
        assert asked["pagination"] == "keyset"
        left = [row for row in rows if row["id"] > int(asked.get("id_after", 0))]  # type: ignore[operator]
        place = f"http://{request.headers['host']}{path}?{query.partition('&id_after')[0]}"
        return http_response(
            left[:1], headers={"Link": f'<{place}&id_after={left[0]["id"]}>; rel="next"'} if left else {}
        )

    async def main() -> list[str]:
        async with gitlab(engine, f"{server.url}/api/v4") as client:
            return [item.name for item in await client.fetch_repositories("u", kind="user")]

    with RawServer(route(choose)) as server:
        assert run(main()) == ["p3", "p5", "p8"]
    assert len(server.requests) == 5
