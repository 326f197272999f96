"""Redirects of requests that write, and of GraphQL queries: which are followed, and what the errors name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitfleet_api import GitFleetError, GitHubClient, ProviderError, Retry
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.failing import PATIENT, TOKEN, error_of, result_of
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run

ISSUE = {"title": "Größe"}
BODY = json.dumps(ISSUE, ensure_ascii=False).encode()
WRITES = ("POST", "PATCH", "PUT", "DELETE")


def _redirect(target: str, status: int = 307) -> bytes:
    return http_response({"message": "Moved"}, status=status, headers={"Location": target})


async def _write(client: Any, method: str = "POST") -> object:
    return await client.request(method, "/repos/{owner}/{repo}/issues", owner="o", repo="old", json=ISSUE)


async def _query(client: Any) -> object:
    return await client.graphql("query { viewer { login } }")


async def _mutation(client: Any) -> object:
    return await client.graphql("mutation { follow(id: 1) { id } }")


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    "target", ["{url}/repositories/5/issues", "/repositories/5/issues", "../../../repositories/5/issues"]
)
def test_a_write_is_sent_again_where_the_redirect_points(
    make_client: MakeClient, method: str, status: int, target: str
) -> None:
    with RawServer(route(lambda request: answers[request.target])) as server:
        place = target.format(url=server.url)
        answers = {"/repos/o/old/issues": _redirect(place, status), "/repositories/5/issues": http_response({"id": 7})}
        found = result_of(make_client, server.url, lambda client: _write(client, method))
        first, second = server.requests
    assert found == {"id": 7}
    assert (first.method, second.method) == (method, method)
    assert (first.body, second.body) == (BODY, BODY)
    for name in ("authorization", "content-type", "content-length"):
        assert first.headers[name] == second.headers[name]


def test_gitlab_writes_follow_redirects_too(engine: str) -> None:
    async def main() -> object:
        async with gitlab(engine, f"{server.url}/api/v4", TOKEN, timeout=PATIENT) as client:
            return await client.request("PUT", "/projects/{id}", id="g/old", json=ISSUE)

    with RawServer(always(_redirect("/api/v4/projects/5", 308), http_response({"id": 5}))) as server:
        assert run(main()) == {"id": 5}
        targets = [request.target for request in server.requests]
    assert targets == ["/api/v4/projects/g%2Fold", "/api/v4/projects/5"]
    assert {request.body for request in server.requests} == {BODY}
    assert {request.headers["private-token"] for request in server.requests} == {TOKEN}


def test_a_write_to_a_renamed_repository_is_done_once(make_client: MakeClient) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "tool")
    with Forge(fleet) as forge:
        fleet.rename("acme/tool", "acme/toolbox")
        found = result_of(
            make_client,
            forge.url,
            lambda client: client.request("POST", "/repos/acme/tool/issues", json=ISSUE),
            token=forge.token,
        )
        assert isinstance(found, dict)
        assert found["title"] == ISSUE["title"]
        assert [request.status for request in forge.requests] == [307, 201]
        assert len(forge.writes) == 1


def test_a_write_follows_five_redirects_and_no_sixth(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        left = int(request.target.rpartition("/")[2]) if "hop" in request.target else start
        return http_response({"id": 1}) if left == 0 else _redirect(f"/hop/{left - 1}")

    with RawServer(route(choose)) as server:
        start = 5
        assert result_of(make_client, server.url, _write) == {"id": 1}
        start = 6
        error = error_of(make_client, server.url, _write)
    assert (type(error), error.code) == (ProviderError, "too_many_redirects")


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [300, 301, 302, 303])
def test_a_redirect_that_may_turn_a_write_into_a_get_is_an_error_with_its_target(
    make_client: MakeClient, method: str, status: int
) -> None:
    with RawServer(route(lambda _: _redirect(f"{server.url}/repositories/5/issues", status))) as server:
        error = error_of(make_client, server.url, lambda client: _write(client, method))
        assert len(server.requests) == 1
        assert f"{server.url}/repositories/5/issues" in str(error)
    assert isinstance(error, ProviderError)
    assert (error.code, error.status) == ("redirected", status)


@pytest.mark.parametrize(
    "target",
    [
        "{other}/repos/o/r",
        "http://localhost:{port}/api/repos/o/r",
        "http://user:hunter2@{own}/api/repos/o/r",
        "{url}/admin",
        "{url}/api/%2e%2e/admin",
        "//evil.invalid/api",
    ],
)
def test_a_write_never_leaves_the_base_url(make_client: MakeClient, target: str) -> None:
    with RawServer(always(http_response({}))) as other, RawServer(route(lambda _: _redirect(place))) as server:
        place = target.format(other=other.url, port=server.port, own=server.authority, url=server.url)
        error = error_of(make_client, f"{server.url}/api", _write)
        assert len(server.requests) == 1
        assert other.connections == 0
    assert isinstance(error, ProviderError)
    assert (error.code, error.status) == ("redirected", 307)
    assert place.replace("user:hunter2", "***") in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("status", [303, 307])
def test_the_error_shows_no_token_and_no_query_of_the_target(make_client: MakeClient, status: int) -> None:
    place = f"https://store.invalid/{TOKEN}/x?signature=abc123"
    for call in (_write, lambda client: client.fetch_repository_details("o", "r")):
        with RawServer(always(_redirect(place, status))) as server:
            error = error_of(make_client, server.url, call)
        assert "https://store.invalid/***/x?" in str(error)
        assert "abc123" not in f"{error} {vars(error)}"


@pytest.mark.parametrize("call", [_query, _mutation])
@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("", "/graphql/"),
        ("/api/v3", "/api/graphql/"),
        ("/git/api/v3", "/git/api/graphql?x=1"),
        ("/api/v3", "/api/v3/q"),
    ],
)
def test_a_graphql_request_follows_a_redirect_below_its_own_folder(
    make_client: MakeClient, call: Any, root: str, place: str
) -> None:
    with RawServer(always(_redirect(place), http_response({"data": {"viewer": {"login": "me"}}}))) as server:
        assert result_of(make_client, f"{server.url}{root}", call) == {"viewer": {"login": "me"}}
        first, second = server.requests
    assert second.target == place
    assert (first.method, first.body) == (second.method, second.body)
    assert second.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("place", ["/admin/graphql", "/", "/apis/graphql", "http://localhost:9/api/graphql"])
def test_a_graphql_request_follows_no_redirect_elsewhere(engine: str, place: str) -> None:
    async def main() -> GitFleetError:
        async with gitlab(engine, f"{server.url}/api/v4", TOKEN, timeout=PATIENT) as client:
            with pytest.raises(GitFleetError) as caught:
                await _query(client)
            return caught.value

    with RawServer(always(_redirect(place))) as server:
        error = run(main())
        assert len(server.requests) == 1
    assert error.code == "redirected"
    assert repr(place) in str(error)


def test_head_follows_redirects(make_client: MakeClient) -> None:
    async def head(client: GitHubClient) -> object:
        return await client.request("HEAD", "/repos/{owner}/{repo}", owner="o", repo="old")

    with RawServer(always(_redirect("/repositories/5", 301), http_response())) as server:
        result_of(make_client, server.url, head)
        assert [(request.method, request.target) for request in server.requests] == [
            ("HEAD", "/repos/o/old"),
            ("HEAD", "/repositories/5"),
        ]


def test_a_redirected_write_is_not_repeated_after_a_failure(make_client: MakeClient) -> None:
    replies = (_redirect("/repositories/5/issues"), http_response({}, status=502), http_response({"id": 7}))
    with RawServer(always(*replies)) as server:
        error = error_of(make_client, server.url, _write, retry=Retry(base=0.0))
        assert len(server.requests) == 2
    assert error.code == "server_error"
