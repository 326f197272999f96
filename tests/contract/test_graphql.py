"""GraphQL: what a query gives, what its errors are, and what is refused before anything is sent."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    DecodeError,
    GitFleetError,
    GitHubClient,
    GraphQLError,
    GraphQLForbiddenError,
    GraphQLNotFoundError,
    GraphQLServerError,
    NotFoundError,
    PermissionDeniedError,
    Retry,
    ServerError,
)
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.failing import TOKEN
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

VIEWER = "{ viewer { login } }"
STARS = "query($o: String!, $n: String!) { repository(owner: $o, name: $n) { stargazerCount } }"
STAR = "mutation($id: ID!) { addStar(input: {starrableId: $id}) { starrable { stargazerCount } } }"
QUICK = Retry(base=0.0)


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("tools")
    fleet.add_repository("tools", "saw", stars=7)
    with Forge(fleet) as running:
        yield running


def _ask(client: GitHubClient, query: str, variables: dict[str, Any] | None = None) -> Any:
    async def main() -> Any:
        async with client:
            return await client.graphql(query, variables)

    return run(main())


def _refusal(client: GitHubClient, query: str, variables: dict[str, Any] | None = None) -> GitFleetError:
    with pytest.raises(GitFleetError) as caught:
        _ask(client, query, variables)
    return caught.value


def test_a_query_returns_the_data_of_its_response(forge: Forge, make_client: MakeClient) -> None:
    client = make_client(forge.url, forge.token)
    assert _ask(client, STARS, {"o": "tools", "n": "saw"}) == {"repository": {"stargazerCount": 7}}
    (request,) = forge.requests
    assert (request.method, request.path) == ("POST", "/graphql")
    assert json.loads(request.body) == {"query": STARS, "variables": {"o": "tools", "n": "saw"}}
    assert request.headers["content-type"] == "application/json"
    assert request.token == forge.token


def test_an_enterprise_server_has_graphql_beside_the_rest_api(make_client: MakeClient) -> None:
    with Forge(prefix="/api/v3") as forge:
        assert _ask(make_client(forge.url, forge.token), VIEWER) == {"viewer": {"login": "fleet-admin"}}
        assert [request.path for request in forge.requests] == ["/api/graphql"]


def test_gitlab_has_graphql_beside_its_rest_api(forge: Forge, engine: str) -> None:
    async def main() -> object:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            return await client.graphql("query($p: ID!) { project(fullPath: $p) { starCount } }", {"p": "tools/saw"})

    assert run(main()) == {"project": {"starCount": 7}}
    assert [request.path for request in forge.requests] == ["/api/graphql"]


def test_other_requests_still_stay_below_the_base_url(make_client: MakeClient) -> None:
    with Forge(prefix="/api/v3") as forge:
        client = make_client(forge.url, forge.token)

        async def main() -> None:
            async with client:
                with pytest.raises(ConfigurationError):
                    await client.request("POST", "/../graphql", json={"query": VIEWER})

        run(main())
        assert not forge.requests


# -- errors


def test_errors_hold_each_message_path_and_type_and_the_partial_data(forge: Forge, make_client: MakeClient) -> None:
    query = '{ gone: repository(owner: "tools", name: "axe") { name } viewer { login } }'
    error = _refusal(make_client(forge.url, forge.token), query)
    assert isinstance(error, GraphQLError)
    ((problem),) = error.errors
    assert (problem.path, problem.type) == (("gone",), "NOT_FOUND")
    assert problem.message == "Could not resolve to a Repository with the name 'tools/axe'."
    assert error.data == {"gone": None, "viewer": {"login": "fleet-admin"}}
    assert "gone: Could not resolve" in str(error)
    assert error.status == 200
    assert error.request_id is not None


def test_errors_of_one_kind_are_those_of_the_rest_api_too(forge: Forge, make_client: MakeClient) -> None:
    forge.fleet.add_organization("secrets")
    forge.fleet.add_repository("secrets", "vault")
    forge.graphql.protect("secrets")
    gone = _refusal(make_client(forge.url, forge.token), STARS, {"o": "tools", "n": "axe"})
    assert isinstance(gone, GraphQLNotFoundError)
    assert isinstance(gone, NotFoundError)
    assert gone.code == "not_found"
    forbidden = _refusal(make_client(forge.url, forge.token), STARS, {"o": "secrets", "n": "vault"})
    assert isinstance(forbidden, GraphQLForbiddenError)
    assert isinstance(forbidden, PermissionDeniedError)
    assert forbidden.code == "forbidden"
    assert "SAML" in str(forbidden)


def test_errors_of_several_kinds_are_a_graphql_error(forge: Forge, make_client: MakeClient) -> None:
    forge.graphql.protect("tools")
    query = (
        '{ a: repository(owner: "tools", name: "axe") { name } b: repository(owner: "tools", name: "saw") { name } }'
    )
    error = _refusal(make_client(forge.url, forge.token), query)
    assert type(error) is GraphQLError
    assert error.code == "graphql"
    assert [problem.path for problem in error.errors] == [("a",), ("b",)]
    assert "a: " in str(error)
    assert "b: " in str(error)


def test_a_query_that_the_schema_does_not_allow_is_a_graphql_error(forge: Forge, make_client: MakeClient) -> None:
    error = _refusal(make_client(forge.url, forge.token), "{ viewer { nothing } }")
    assert isinstance(error, GraphQLError)
    assert error.data is None
    assert "nothing" in str(error)


def test_gitlabs_errors_with_status_200_are_graphql_errors(forge: Forge, engine: str) -> None:
    async def main() -> None:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            await client.graphql("query($p: [String!]) { projects(fullPaths: $p) { count } }", {"p": ["a/b"] * 51})

    with pytest.raises(GraphQLError, match="more than 50 full_paths") as caught:
        run(main())
    assert caught.value.errors[0].path == ("projects",)


def test_graphql_errors_pickle_with_all_they_hold(forge: Forge, make_client: MakeClient) -> None:
    error = _refusal(make_client(forge.url, forge.token), STARS, {"o": "tools", "n": "axe"})
    assert isinstance(error, GraphQLError)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # what was made a moment ago
    assert type(again) is GraphQLNotFoundError
    assert (again.errors, again.data, str(again)) == (error.errors, error.data, str(error))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>", "decode_json"),
        (b"[]", "decode_shape"),
        (b"{}", "decode_shape"),
        (b'{"errors": []}', "decode_shape"),
        (b"", "decode_json"),
    ],
)
def test_a_body_that_is_not_graphql_is_a_decode_error(make_client: MakeClient, body: bytes, code: str) -> None:
    with RawServer(always(http_response(body))) as server:
        error = _refusal(make_client(server.url, TOKEN), VIEWER)
    assert isinstance(error, DecodeError)
    assert error.code == code


@pytest.mark.parametrize("errors", ['"broken"', '{"message": "broken"}', '[{"message": "broken"}]', '["broken"]'])
def test_errors_of_any_shape_are_reported(make_client: MakeClient, errors: str) -> None:
    body = f'{{"data": null, "errors": {errors}}}'.encode()
    with RawServer(always(http_response(body))) as server:
        error = _refusal(make_client(server.url, TOKEN), VIEWER)
    assert isinstance(error, GraphQLError)
    assert "broken" in str(error)


def test_a_token_that_an_error_repeats_is_not_shown(make_client: MakeClient) -> None:
    body = json.dumps({"data": {"x": TOKEN}, "errors": [{"message": f"bad {TOKEN}", "path": [TOKEN]}]}).encode()
    with RawServer(always(http_response(body))) as server:
        error = _refusal(make_client(server.url, TOKEN), VIEWER)
    assert TOKEN not in f"{error} {error!r} {vars(error)}"
    assert "***" in str(error)


def test_a_bad_token_is_an_auth_error(forge: Forge, make_client: MakeClient) -> None:
    assert isinstance(_refusal(make_client(forge.url, "nobodys"), VIEWER), AuthError)


# -- retries


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_query_is_sent_again_after_a_failure_that_may_pass(
    forge: Forge, make_client: MakeClient, status: int
) -> None:
    forge.fail("/graphql", status=status, times=2)
    assert _ask(make_client(forge.url, forge.token, retry=QUICK), VIEWER) == {"viewer": {"login": "fleet-admin"}}
    assert [request.status for request in forge.requests] == [status, status, 200]


def test_a_query_is_sent_again_after_a_lost_connection(forge: Forge, make_client: MakeClient) -> None:
    forge.drop("/graphql", times=1)
    assert _ask(make_client(forge.url, forge.token, retry=QUICK), VIEWER) == {"viewer": {"login": "fleet-admin"}}


def test_a_mutation_is_sent_once(forge: Forge, make_client: MakeClient) -> None:
    number = _ask(make_client(forge.url, forge.token), '{ repository(owner: "tools", name: "saw") { id } }')
    forge.clear_log()
    forge.fail("/graphql", status=502, times=1)
    client = make_client(forge.url, forge.token, retry=QUICK)
    assert isinstance(_refusal(client, STAR, {"id": number["repository"]["id"]}), ServerError)
    assert [request.status for request in forge.requests] == [502]


def test_a_mutation_changes_what_it_says(forge: Forge, make_client: MakeClient) -> None:
    found = _ask(make_client(forge.url, forge.token), '{ repository(owner: "tools", name: "saw") { id } }')
    given = _ask(make_client(forge.url, forge.token), STAR, {"id": found["repository"]["id"]})
    assert given == {"addStar": {"starrable": {"stargazerCount": 8}}}
    assert forge.fleet.repository("tools/saw").stars == 8
    assert [write.path for write in forge.writes] == ["/graphql"]


# -- refused before anything is sent


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("", "must be the text"),
        ("  ", "must be the text"),
        (None, "must be the text"),
        ({"query": VIEWER}, "must be the text"),
        ("{ viewer { login }", "expected"),
        ("viewer { login }", "begins with 'viewer'"),
        ("{ }", "asks for nothing"),
        ("{ viewer { login } } }", "expected"),
        ("query A { viewer { login } } query B { viewer { login } }", "one query"),
        ("fragment F on User { login }", "one query"),
        ("subscription { x }", "subscription"),
        ("{ viewer { login ; } }", "nothing begins with"),
        ("{a" * 200 + "}" * 200, "nested"),
    ],
)
def test_what_is_no_query_is_refused(forge: Forge, make_client: MakeClient, query: Any, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        make_client(forge.url, forge.token).graphql(query)
    assert not forge.requests


@pytest.mark.parametrize(
    "variables",
    [
        {"when": datetime(2024, 1, 1, tzinfo=UTC)},
        {"x": {1, 2}},
        {"x": float("nan")},
        {"x": float("inf")},
        {1: "x"},
        [1],
        "x",
        {"x": b"bytes"},
    ],
)
def test_variables_that_json_can_not_hold_are_refused(forge: Forge, make_client: MakeClient, variables: Any) -> None:
    with pytest.raises(ConfigurationError, match="variables"):
        make_client(forge.url, forge.token).graphql(VIEWER, variables)
    assert not forge.requests


def test_variables_that_hold_themselves_are_refused(forge: Forge, make_client: MakeClient) -> None:
    variables: dict[str, Any] = {}
    variables["self"] = variables
    with pytest.raises(ConfigurationError, match="variables"):
        make_client(forge.url, forge.token).graphql(VIEWER, variables)


def test_without_a_model_it_is_a_coroutine(forge: Forge, make_client: MakeClient) -> None:
    coroutine = make_client(forge.url, forge.token).graphql(VIEWER)
    assert inspect.iscoroutine(coroutine)
    coroutine.close()
    assert not forge.requests


@pytest.mark.parametrize(
    "wrap",
    [
        lambda query: f'# a comment with {{ and "\n{query}',
        lambda query: f"query Named @a(b: [1, {{c: $d}}]) {query}",
        lambda query: query.replace("login", "name @include(if: true) login"),
        lambda query: "\ufeff" + query.replace(" ", ",\n\t"),
        lambda query: query.replace("login", "... on User { login } ...F") + " fragment F on User { name }",
    ],
)
def test_queries_in_any_layout_are_read(make_client: MakeClient, wrap: Callable[[str], str]) -> None:
    with RawServer(always(http_response(b'{"data": {"x": 1}}'))) as server:
        assert _ask(make_client(server.url, TOKEN), wrap(VIEWER)) == {"x": 1}


def test_texts_in_a_query_may_hold_anything(make_client: MakeClient) -> None:
    query = 'mutation { a(b: "} \\" { mutation", c: """ " } \\""" { """) { d } }'
    with RawServer(always(http_response(b'{"data": {"x": 1}}'))) as server:
        assert _ask(make_client(server.url, TOKEN), query) == {"x": 1}


# -- failures with status 200

WENT_WRONG = [
    {"message": "Something went wrong while executing your query. Please include `0000:0000` when reporting this."},
    {"message": "Internal server error", "path": ["viewer"]},
    {"message": "timedout"},
    {"message": "Timeout on Query.viewer"},
    {"message": "loading"},
    {"message": "", "type": "INTERNAL"},
    {"message": "", "extensions": {"code": "SERVICE_UNAVAILABLE"}},
]
FINAL = [
    {"message": "no timeout for you", "type": "FORBIDDEN"},
    {"message": "Could not resolve", "type": "NOT_FOUND"},
    {"message": "Field 'timeout' doesn't exist on type 'Query'"},
    {"message": "Query has complexity of 251, which exceeds max complexity of 250"},
    {"message": "Resource limits for this query exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"},
]


@pytest.mark.parametrize("problem", WENT_WRONG)
def test_a_failure_that_may_pass_is_retried_although_its_status_is_200(
    make_client: MakeClient, problem: dict[str, Any]
) -> None:
    bad, good = http_response({"data": None, "errors": [problem]}), http_response({"data": {"x": 1}})
    with RawServer(always(bad, good)) as server:
        assert _ask(make_client(server.url, TOKEN, retry=QUICK), VIEWER) == {"x": 1}
    with RawServer(always(bad)) as server:
        error = _refusal(make_client(server.url, TOKEN, retry=Retry(attempts=3, base=0.0)), VIEWER)
        assert len(server.requests) == 3
    assert isinstance(error, GraphQLServerError)
    assert isinstance(error, ServerError)
    assert (error.code, error.status) == ("query_failed", 200)


@pytest.mark.parametrize("problem", FINAL)
def test_a_failure_that_does_not_pass_is_not_retried(make_client: MakeClient, problem: dict[str, Any]) -> None:
    with RawServer(always(http_response({"data": None, "errors": [problem]}))) as server:
        error = _refusal(make_client(server.url, TOKEN, retry=QUICK), VIEWER)
        assert len(server.requests) == 1
    assert isinstance(error, GraphQLError)
    assert not isinstance(error, ServerError)


@pytest.mark.parametrize("problem", WENT_WRONG)
def test_a_mutation_that_went_wrong_is_not_sent_again(make_client: MakeClient, problem: dict[str, Any]) -> None:
    with RawServer(always(http_response({"data": None, "errors": [problem]}))) as server:
        error = _refusal(make_client(server.url, TOKEN, retry=QUICK), STAR, {"id": "x"})
        assert len(server.requests) == 1
    assert isinstance(error, GraphQLServerError)


def test_a_response_with_neither_data_nor_errors_is_an_error(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"data": None}))) as server:
        error = _refusal(make_client(server.url, TOKEN, retry=None), VIEWER)
    assert isinstance(error, GraphQLServerError)
    assert "neither data nor errors" in str(error)


def test_a_web_page_instead_of_graphql_is_named(make_client: MakeClient) -> None:
    with RawServer(always(http_response(b"<!DOCTYPE html><title>Sign in</title>"))) as server:
        error = _refusal(make_client(server.url, TOKEN), VIEWER)
    assert isinstance(error, DecodeError)
    assert "no GraphQL API at this URL" in str(error)
