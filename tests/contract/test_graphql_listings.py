"""Rows of GraphQL queries as dataclasses, and their pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    DecodeError,
    GitFleetError,
    GitHubClient,
    GraphQLError,
    GraphQLNotFoundError,
    GraphQLServerError,
    IncompleteListingError,
    JsonPath,
    Listing,
    NotFoundError,
    ProviderError,
    Retry,
)
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.failing import TOKEN
from support.gitlab_clients import gitlab
from support.raw_server import Link, RawServer, always, http_response
from support.running import run

COUNT = 250
NODES = "data.organization.repositories.nodes"
FIELDS = "nodes { databaseId nameWithOwner createdAt owner { login } primaryLanguage { name } }"
REPOSITORIES = f"""
query($login: String!, $size: Int = 100, $cursor: String) {{
  organization(login: $login) {{
    repositories(first: $size, after: $cursor) {{
      {FIELDS}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Repository:
    """A row."""

    id: Annotated[int, JsonPath("databaseId")]
    name: Annotated[str, JsonPath("nameWithOwner")]
    created: Annotated[datetime, JsonPath("createdAt")]
    owner: Annotated[str, JsonPath("owner.login")]
    language: Annotated[str | None, JsonPath("primaryLanguage.name")] = None


@dataclass
class Named:
    """A row with one field."""

    name: str


@dataclass
class Account:
    """A single row."""

    login: str


@dataclass
class Numbered(Account):
    """A row that is distinguished by its id."""

    id: str


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("tools")
    for number in range(COUNT):
        fleet.add_repository("tools", f"r{number:03d}", language="Go" if number % 2 else None)
    with Forge(fleet) as running:
        yield running


@pytest.fixture(autouse=True)
def _clear(forge: Forge) -> None:
    forge.clear_log()
    forge.graphql.protect()


def _listed(client: GitHubClient, query: str, variables: dict[str, Any], model: type[Any], at: str) -> list[Any]:
    async def main() -> list[Any]:
        async with client:
            return await client.graphql(query, variables, model, at=at)

    return run(main())


@pytest.mark.parametrize(("size", "requests"), [(100, 3), (50, 5), (7, 36)])
def test_all_pages_come_by_themselves(forge: Forge, make_client: MakeClient, size: int, requests: int) -> None:
    rows = _listed(
        make_client(forge.url, forge.token), REPOSITORIES, {"login": "tools", "size": size}, Repository, NODES
    )
    assert [row.name for row in rows] == [f"tools/r{number:03d}" for number in range(COUNT)]
    assert [row.id for row in rows] == [repository.id for repository in forge.fleet.repositories]
    assert {row.language for row in rows} == {"Go", None}
    assert {row.owner for row in rows} == {"tools"}
    assert all(row.created.tzinfo is not None for row in rows)
    cursors = [json.loads(request.body)["variables"].get("cursor") for request in forge.requests]
    assert len(cursors) == len(set(cursors)) == requests
    assert cursors[0] is None


def test_a_listing_streams_and_gives_pages(forge: Forge, make_client: MakeClient) -> None:
    async def main() -> tuple[list[str], list[int]]:
        async with make_client(forge.url, forge.token) as client:
            listing = client.graphql(REPOSITORIES, {"login": "tools"}, Repository, at=NODES)
            assert isinstance(listing, Listing)
            streamed = [row.name async for row in listing]
            async with aclosing(listing.pages()) as pages:
                return streamed, [len(page) async for page in pages]

    streamed, pages = run(main())
    assert len(streamed) == COUNT
    assert pages == [100, 100, 50]


def test_at_may_leave_data_out_or_be_keys(forge: Forge, make_client: MakeClient) -> None:
    async def main() -> list[int]:
        async with make_client(forge.url, forge.token) as client:
            places: list[Any] = [NODES.removeprefix("data."), tuple(NODES.split("."))]
            return [len(await client.graphql(REPOSITORIES, {"login": "tools"}, Repository, at=at)) for at in places]

    assert run(main()) == [COUNT, COUNT]


def test_a_cursor_that_is_given_is_where_the_listing_begins(forge: Forge, make_client: MakeClient) -> None:
    async def main() -> list[Repository]:
        async with make_client(forge.url, forge.token) as client:
            first = await client.graphql(REPOSITORIES, {"login": "tools"})
            cursor = first["organization"]["repositories"]["pageInfo"]["endCursor"]
            return await client.graphql(REPOSITORIES, {"login": "tools", "cursor": cursor}, Repository, at=NODES)

    assert [row.name for row in run(main())] == [f"tools/r{number:03d}" for number in range(100, COUNT)]


def test_a_query_without_page_info_is_one_request(forge: Forge, make_client: MakeClient) -> None:
    query = f"query($login: String!) {{ organization(login: $login) {{ repositories(first: 20) {{ {FIELDS} }} }} }}"
    rows = _listed(make_client(forge.url, forge.token), query, {"login": "tools"}, Repository, NODES)
    assert len(rows) == 20
    assert len(forge.requests) == 1


def test_page_info_may_come_from_a_fragment_and_the_listing_have_another_name(
    forge: Forge, make_client: MakeClient
) -> None:
    query = """
    query($login: String!, $next: String) {
      them: organization(login: $login) { ...Owned }
    }
    fragment Owned on Organization {
      theirs: repositories(first: 100, after: $next) { nodes { name } ... on RepositoryConnection { ...Place } }
    }
    fragment Place on RepositoryConnection { pageInfo { endCursor hasNextPage } }
    """
    rows = _listed(make_client(forge.url, forge.token), query, {"login": "tools"}, Named, "data.them.theirs.nodes")
    assert len(rows) == COUNT


def test_edges_are_rows_as_well(forge: Forge, make_client: MakeClient) -> None:
    @dataclass
    class Edge:
        name: Annotated[str, JsonPath("node.name")]
        cursor: str

    query = REPOSITORIES.replace(FIELDS, "edges { cursor node { name } }")
    at = NODES.replace("nodes", "edges")
    assert len(_listed(make_client(forge.url, forge.token), query, {"login": "tools"}, Edge, at)) == COUNT


def test_one_object_is_a_list_of_one(forge: Forge, make_client: MakeClient) -> None:
    client = make_client(forge.url, forge.token)
    assert _listed(client, "{ viewer { login } }", {}, Account, "data.viewer") == [Account("fleet-admin")]


def test_gitlabs_pages_come_by_themselves(forge: Forge, engine: str) -> None:
    query = """
    query($path: ID!, $cursor: String) {
      group(fullPath: $path) {
        projects(first: 100, after: $cursor) { nodes { name } pageInfo { hasNextPage endCursor } }
      }
    }
    """

    async def main() -> list[Named]:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            return await client.graphql(query, {"path": "tools"}, Named, at="data.group.projects.nodes")

    assert len(run(main())) == COUNT
    assert len(forge.requests) == 3


# -- rows that are not there


def test_rows_that_the_token_may_not_see_are_a_gap(forge: Forge, make_client: MakeClient) -> None:
    forge.graphql.protect("tools")
    with pytest.raises(IncompleteListingError) as caught:
        _listed(make_client(forge.url, forge.token), REPOSITORIES, {"login": "tools"}, Repository, NODES)
    assert caught.value.rows == []
    assert [(gap.reason, gap.count) for gap in caught.value.gaps] == [("withheld", 250)]
    assert len(forge.requests) == 3


def test_some_rows_that_are_forbidden_do_not_fail_the_others(make_client: MakeClient) -> None:
    nodes = [{"name": "a"}, None, {"name": "c"}]
    errors = [{"type": "FORBIDDEN", "path": ["x", "nodes", 1], "message": "SAML"}]
    body = json.dumps({"data": {"x": {"nodes": nodes}}, "errors": errors}).encode()
    with RawServer(always(http_response(body))) as server, pytest.raises(IncompleteListingError) as caught:
        _listed(make_client(server.url, TOKEN), "{ x { nodes { name } } }", {}, Named, "data.x.nodes")
    assert caught.value.rows == [Named("a"), Named("c")]
    assert [(gap.reason, gap.count) for gap in caught.value.gaps] == [("withheld", 1)]


@pytest.mark.parametrize(("total", "gaps"), [(3, []), (2, []), (7, [("total_count", 4)])])
def test_a_total_that_the_query_asks_for_is_compared_with_the_rows(
    make_client: MakeClient, total: int, gaps: list[tuple[str, int]]
) -> None:
    nodes = [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    info = {"hasNextPage": False, "endCursor": None}
    body = json.dumps({"data": {"x": {"totalCount": total, "nodes": nodes, "pageInfo": info}}}).encode()
    query = (
        "query($after: String) { x(after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }"
    )

    async def read() -> tuple[int, list[tuple[str, int | None]]]:
        async with make_client(server.url, TOKEN, on_incomplete="ignore") as client:
            listing = client.graphql(query, {}, Named, at="data.x.nodes")
            return len(await listing), [(gap.reason, gap.count) for gap in listing.gaps]

    with RawServer(always(http_response(body))) as server:
        assert run(read()) == (3, gaps)


def test_the_gap_of_withheld_rows_says_what_the_provider_said(make_client: MakeClient) -> None:
    nodes = [None, {"name": "a"}]
    errors = [{"type": "FORBIDDEN", "path": ["x", "nodes", 0], "message": f"grant {TOKEN} access"}]
    for body, said in (({"errors": errors}, "grant *** access"), ({}, "without a reason")):
        reply = http_response({"data": {"x": {"nodes": nodes}}, **body})
        with RawServer(always(reply)) as server, pytest.raises(IncompleteListingError) as caught:
            _listed(make_client(server.url, TOKEN), "{ x { nodes { name } } }", {}, Named, "data.x.nodes")
        (gap,) = caught.value.gaps
        assert said in gap.remedy
        assert TOKEN not in f"{caught.value} {vars(caught.value)}"


@pytest.mark.parametrize("alias", ["", "found: "])
@pytest.mark.parametrize(
    ("total", "rows", "gap"),
    [
        ({"repositoryCount": 1300, "issueCount": 0}, 1000, ("provider_cap", 300)),
        ({"repositoryCount": 1000}, 1000, None),
        ({}, 1000, ("provider_cap", None)),
        ({"repositoryCount": 400}, 300, ("total_count", 100)),
        ({}, 300, None),
    ],
)
def test_a_search_that_the_provider_cuts_is_a_gap(
    make_client: MakeClient, alias: str, total: dict[str, int], rows: int, gap: tuple[str, int | None] | None
) -> None:
    key = alias.partition(":")[0] or "search"
    query = (
        f'query($c: String) {{ {alias}search(query: "x", type: REPOSITORY, first: 100, after: $c) '
        "{ repositoryCount issueCount nodes { ... on Repository { name } } pageInfo { hasNextPage endCursor } } }"
    )

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            start = int(json.loads(request.body)["variables"].get("c") or 0)
            nodes = [{"name": f"r{number}"} for number in range(start, start + 100)]
            info = {"hasNextPage": start + 100 < rows, "endCursor": str(start + 100)}
            link.send(http_response({"data": {key: {**total, "nodes": nodes, "pageInfo": info}}}))

    async def read() -> tuple[int, list[tuple[str, int | None]]]:
        async with make_client(server.url, TOKEN, on_incomplete="ignore") as client:
            listing = client.graphql(query, {}, Named, at=f"data.{key}.nodes")
            return len(await listing), [(found.reason, found.count) for found in listing.gaps]

    with RawServer(play) as server:
        assert run(read()) == (rows, [] if gap is None else [gap])


@pytest.mark.parametrize(
    "error",
    [
        {"type": "FORBIDDEN", "path": ["x", "nodes", 0, "name"], "message": "no"},
        {"type": "FORBIDDEN", "path": ["x", "nodes", 7], "message": "no"},
        {"type": "FORBIDDEN", "path": ["y"], "message": "no"},
        {"path": ["x", "nodes", 1], "message": "it broke"},
        {"message": "it broke"},
    ],
)
def test_other_errors_fail_a_listing_and_tell_what_there_was(make_client: MakeClient, error: dict[str, Any]) -> None:
    data = {"x": {"nodes": [{"name": "a"}, None]}}
    body = json.dumps({"data": data, "errors": [error]}).encode()
    with RawServer(always(http_response(body))) as server, pytest.raises(GraphQLError) as caught:
        _listed(make_client(server.url, TOKEN), "{ x { nodes { name } } }", {}, Named, "data.x.nodes")
    assert caught.value.data == data


def test_an_owner_that_is_not_there_is_a_not_found_error(forge: Forge, make_client: MakeClient, engine: str) -> None:
    with pytest.raises(GraphQLNotFoundError, match="organization"):
        _listed(make_client(forge.url, forge.token), REPOSITORIES, {"login": "nobody"}, Repository, NODES)

    async def main() -> None:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            query = '{ group(fullPath: "nobody") { projects { nodes { name } } } }'
            await client.graphql(query, None, Named, at="data.group.projects.nodes")

    # GitLab sends null and no error.
    with pytest.raises(NotFoundError, match=r"data\.group"):
        run(main())


def test_a_row_of_another_shape_is_a_decode_error(make_client: MakeClient) -> None:
    body = b'{"data": {"x": {"nodes": [{"name": "a"}, {"name": 5}]}}}'
    with RawServer(always(http_response(body))) as server, pytest.raises(DecodeError) as caught:
        _listed(make_client(server.url, TOKEN), "{ x { nodes { name } } }", {}, Named, "data.x.nodes")
    assert (caught.value.code, caught.value.row, caught.value.field) == ("decode_shape", 1, "name")
    assert "data.x.nodes" in str(caught.value)


@pytest.mark.parametrize(
    ("bodies", "what"),
    [
        ([{"data": {}}], "has no"),
        ([{"data": {"y": {}}}], "has no"),
        ([{"data": {"x": {"pageInfo": {"hasNextPage": False, "endCursor": None}}}}], "has no"),
        ([{"data": {"x": {"nodes": [], "pageInfo": None}}}], "whether there is a next page"),
        ([{"data": {"x": {"nodes": []}}}], "whether there is a next page"),
        ([{"data": {"x": {"nodes": [], "pageInfo": {"endCursor": "A"}}}}], "whether there is a next page"),
        ([{"data": {"x": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "A"}}}}, {"data": {}}], "has no"),
        (
            [
                {"data": {"x": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "A"}}}},
                {"data": {"x": None}},
            ],
            "found null",
        ),
    ],
)
def test_a_part_that_a_response_leaves_out_is_neither_missing_nor_the_end(
    make_client: MakeClient, bodies: list[Any], what: str
) -> None:
    replies = [http_response(body) for body in bodies]
    with RawServer(always(*replies)) as server, pytest.raises(DecodeError, match=what) as caught:
        _listed(make_client(server.url, TOKEN), PAGED, {}, Named, "data.x.nodes")
    assert not isinstance(caught.value, NotFoundError)
    assert caught.value.code == "decode_shape"


@pytest.mark.parametrize("body", [{"data": None}, {"data": None, "errors": []}])
def test_a_response_without_data_is_requested_again(make_client: MakeClient, body: Any) -> None:
    good = {"data": {"x": {"nodes": [{"name": "a"}], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}
    with RawServer(always(http_response(body), http_response(good))) as server:
        client = make_client(server.url, TOKEN, retry=Retry(base=0.0))
        assert _listed(client, PAGED, {}, Named, "data.x.nodes") == [Named("a")]
    with RawServer(always(http_response(body))) as server, pytest.raises(GraphQLServerError) as caught:
        _listed(make_client(server.url, TOKEN, retry=Retry(attempts=2, base=0.0)), PAGED, {}, Named, "data.x.nodes")
    assert caught.value.code == "query_failed"
    assert len(server.requests) == 2


# -- pages without an end


def _page(cursor: object, *, name: str = "a", more: object = True) -> bytes:
    info = {"hasNextPage": more, "endCursor": cursor}
    return http_response(json.dumps({"data": {"x": {"nodes": [{"name": name}], "pageInfo": info}}}).encode())


PAGED = "query($c: String) { x(after: $c) { nodes { name } pageInfo { hasNextPage endCursor } } }"


@pytest.mark.parametrize(
    "pages",
    [
        [_page("A", name="a"), _page("A", name="b")],
        [_page("A", name="a"), _page("B", name="b"), _page("A", name="c")],
        [_page(None)],
        [_page("")],
    ],
)
def test_a_cursor_that_does_not_advance_ends_in_an_error(make_client: MakeClient, pages: list[bytes]) -> None:
    with RawServer(always(*pages)) as server, pytest.raises(ProviderError) as caught:
        _listed(make_client(server.url, TOKEN), PAGED, {}, Named, "data.x.nodes")
    assert caught.value.code == "repeated_page"


def test_a_last_page_may_have_a_cursor(make_client: MakeClient) -> None:
    with RawServer(always(_page("A", name="a"), _page("B", name="b", more=False))) as server:
        rows = _listed(make_client(server.url, TOKEN), PAGED, {}, Named, "data.x.nodes")
    assert rows == [Named("a"), Named("b")]


def test_a_row_that_is_on_two_pages_is_given_once(make_client: MakeClient) -> None:
    def page(cursor: str, *names: str) -> bytes:
        nodes = [{"id": f"gid-{name}", "login": name} for name in names]
        found = {"nodes": nodes, "pageInfo": {"hasNextPage": cursor == "A", "endCursor": cursor}}
        return http_response({"data": {"x": found}})

    with RawServer(always(page("A", "a", "b"), page("B", "b", "c"))) as server:
        rows = _listed(make_client(server.url, TOKEN), PAGED, {}, Numbered, "data.x.nodes")
    assert [row.login for row in rows] == ["a", "b", "c"]


# -- refused before anything is sent


@pytest.mark.parametrize(
    ("query", "at", "what"),
    [
        ("{ x { nodes { name } pageInfo { hasNextPage endCursor } } }", "data.x.nodes", "has no variable"),
        (PAGED.replace("after: $c", 'after: "A"'), "data.x.nodes", "has no variable"),
        (PAGED.replace("nodes { name }", "nodes { y(after: $d) { z } }"), "data.x.nodes", r"several: \$c, \$d"),
        (PAGED.replace(" endCursor", ""), "data.x.nodes", "hasNextPage and endCursor"),
        (PAGED, "data.y.nodes", r"does not ask for data\.y"),
        (PAGED, "data.x.edges", r"does not ask for data\.x\.edges"),
        (PAGED, "data..x", "at must contain keys"),
        (PAGED, 5, "at must be"),
        ("mutation { x { name } }", "data.x", "a mutation gives no listing"),
    ],
)
def test_pages_that_can_not_be_followed_are_refused(make_client: MakeClient, query: str, at: Any, what: str) -> None:
    client = make_client("http://127.0.0.1:9", TOKEN)
    with pytest.raises(ConfigurationError, match=what):
        client.graphql(query, {}, Named, at=at)


def test_page_info_further_in_is_no_paging(make_client: MakeClient) -> None:
    query = "{ x { nodes { name inner(first: 5) { pageInfo { hasNextPage endCursor } } } } }"
    body = b'{"data": {"x": {"nodes": [{"name": "a"}]}}}'
    with RawServer(always(http_response(body))) as server:
        assert _listed(make_client(server.url, TOKEN), query, {}, Named, "data.x.nodes") == [Named("a")]


def test_a_model_that_is_none_and_a_place_without_a_model_are_refused(make_client: MakeClient) -> None:
    client = make_client("http://127.0.0.1:9", TOKEN)
    with pytest.raises(ConfigurationError):
        client.graphql(PAGED, {}, dict, at="data.x.nodes")
    with pytest.raises(ConfigurationError, match="model"):
        client.graphql(PAGED, {}, at="data.x.nodes")  # type: ignore[call-overload]  # that is what is tested


def test_both_engines_give_the_same(forge: Forge, both_engines: tuple[str, str]) -> None:
    async def one(engine: Any) -> list[Repository]:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:
            return await client.graphql(REPOSITORIES, {"login": "tools"}, Repository, at=NODES)

    async def main() -> list[list[Repository]]:
        return await asyncio.gather(*map(one, both_engines))

    first, second = run(main())
    assert first == second
    assert len(first) == COUNT


def test_a_listing_that_fails_half_way_raises_what_went_wrong(forge: Forge, make_client: MakeClient) -> None:
    forge.fail("/graphql", status=500, skip=1, times=1)
    with pytest.raises(GitFleetError, match="500"):
        _listed(make_client(forge.url, forge.token), REPOSITORIES, {"login": "tools"}, Repository, NODES)
