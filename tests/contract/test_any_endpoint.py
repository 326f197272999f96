"""fetch, fetch_all and request: what is sent, what comes back, and what is refused before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import pytest

from gitfleet_api import (
    BranchInfo,
    ConfigurationError,
    DecodeError,
    GitProviderClient,
    InvalidRequestError,
    JsonPath,
    MemoryCache,
    NotFoundError,
    RepoInfo,
    Retry,
    ServerError,
)
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run


@dataclass(frozen=True)
class Item:
    """What the tests read."""

    id: int
    name: str | None = None
    who: Annotated[str | None, JsonPath("actor.login")] = None


@dataclass
class Strict:
    """Refuses some values."""

    id: int

    def __post_init__(self) -> None:
        if self.id == 0:
            raise ValueError("zero")
        if self.id < 0:
            raise LookupError("below zero")


Call = Callable[[Any], Awaitable[Any]]


class Asked(NamedTuple):
    """What a call gave, and what it sent."""

    found: Any
    requests: list[RawRequest]


def ask(make_client: MakeClient, call: Call, *answers: bytes, path: str = "", **settings: Any) -> Asked:
    """What ``call`` gives on a client of a server with these responses."""
    with RawServer(always(*answers)) as server:

        async def main() -> Any:
            async with make_client(server.url + path, **settings) as client:
                return await call(client)

        return Asked(run(main()), server.requests)


def refused(make_client: MakeClient, call: Call, match: str | None = None) -> None:
    """Assert that ``call`` ends in a ConfigurationError, and nothing is sent."""
    with RawServer(always(http_response({"id": 1}))) as server:

        async def main() -> Any:
            async with make_client(server.url) as client:
                return await call(client)

        with pytest.raises(ConfigurationError, match=match):
            run(main())
        assert server.requests == []
        assert server.connections == 0


# -- what is sent


def test_an_object_is_fetched_into_a_dataclass(make_client: MakeClient) -> None:
    found, requests = ask(
        make_client,
        lambda client: client.fetch("/things/{name}", Item, name="a+b ü".replace(" ", "-")),
        http_response({"id": 1, "name": "x", "actor": {"login": "octocat", "more": [1]}, "junk": {}}),
        token="secret",
    )
    assert found == Item(1, "x", "octocat")
    (request,) = requests
    assert (request.method, request.target) == ("GET", "/things/a%2Bb-%C3%BC")
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["accept"] == "application/vnd.github+json, application/json"


def test_an_object_may_be_deep_in_the_response(make_client: MakeClient) -> None:
    body = http_response({"a": {"b.c": {"id": 5}, "d": {"id": 6}}})
    assert ask(make_client, lambda client: client.fetch("/x", Item, at="a.d"), body).found == Item(6)
    assert ask(make_client, lambda client: client.fetch("/x", Item, at=("a", "b.c")), body).found == Item(5)


def test_the_path_of_the_base_url_is_kept(make_client: MakeClient) -> None:
    asked = ask(make_client, lambda client: client.fetch("/x", Item), http_response({"id": 1}), path="/api/v3")
    assert asked.requests[0].target == "/api/v3/x"


@pytest.mark.parametrize(
    ("template", "values", "target"),
    [
        ("/a/{n}", {"n": 5}, "/a/5"),
        ("/a/{n}/{n}", {"n": "x"}, "/a/x/x"),
        ("/a/{+path}", {"path": "docs/read me.md".replace(" ", "_")}, "/a/docs/read_me.md"),
        ("/a/{+path}/b", {"path": "ü/x%2F"}, "/a/%C3%BC/x%252F/b"),
        ("/{path}/{model}/{method}/{self}", {"path": "1", "model": "2", "method": "3", "self": "4"}, "/1/2/3/4"),
        ("/{at}/{params}/{headers}", {"at_": "1", "params_": "2", "headers_": "3"}, "/1/2/3"),
        ("/{at_}", {"at_": "1"}, "/1"),
        ("/{json}", {"json": "1"}, "/1"),
        ("/a/group%2Fproject/b", {}, "/a/group%2Fproject/b"),
        ("/a/{x}...{y}", {"x": "main", "y": "dev"}, "/a/main...dev"),
        ("/a/", {}, "/a/"),
    ],
)
def test_placeholders_take_their_values(
    make_client: MakeClient, template: str, values: dict[str, Any], target: str
) -> None:
    asked = ask(make_client, lambda client: client.fetch(template, Item, **values), http_response({"id": 1}))
    assert asked.requests[0].target == target


def test_the_placeholder_of_a_write_may_be_called_json(make_client: MakeClient) -> None:
    call: Call = lambda client: client.request("PUT", "/{json}/{at}", json={}, json_="a", at="b")  # noqa: E731
    assert ask(make_client, call, http_response({})).requests[0].target == "/a/b"


def test_a_path_of_names_stands_for_an_id_on_gitlab(engine: str) -> None:
    with RawServer(always(http_response({"id": 1}))) as server:

        async def main() -> Any:
            async with gitlab(engine, server.url + "/api/v4", "secret") as client:
                return await client.fetch("/projects/{id}/files/{+path}", Item, id="group/sub/project", path="a/b")

        assert run(main()) == Item(1)
        assert server.requests[0].target == "/api/v4/projects/group%2Fsub%2Fproject/files/a/b"
        assert server.requests[0].headers["private-token"] == "secret"


def test_the_query_holds_what_is_given(make_client: MakeClient) -> None:
    params = {"a": 1, "b": None, "c": True, "d": "é &", "e[]": ["x", "y", None], "f": 1.5, "g": ()}
    asked = ask(make_client, lambda client: client.fetch("/x", Item, params=params), http_response({"id": 1}))
    assert asked.requests[0].target == "/x?a=1&c=true&d=%C3%A9+%26&e%5B%5D=x&e%5B%5D=y&f=1.5"


def test_headers_are_added_or_stand_in_place_of_others(make_client: MakeClient) -> None:
    headers = {"Accept": "application/json", "X-Thing": "a b"}
    asked = ask(
        make_client, lambda client: client.fetch("/x", Item, headers=headers), http_response({"id": 1}), token="t"
    )
    raw = asked.requests[0].raw.decode().lower()
    assert raw.count("\naccept:") == 1
    assert asked.requests[0].headers["accept"] == "application/json"
    assert asked.requests[0].headers["x-thing"] == "a b"
    assert asked.requests[0].headers["authorization"] == "Bearer t"


def _pages(request: RawRequest) -> bytes:
    page = int(request.target.rpartition("page=")[2]) if "&page=" in request.target else 1
    target = request.target.partition("&page=")[0]
    rows = [{"id": 10 * page + number} for number in range(3)]
    link = f'<{target}&page={page + 1}>; rel="next", <{target}&page=4>; rel="last"'
    return http_response({"total_count": 12, "rows": rows}, headers={"link": link} if page < 4 else {})


def _list(make_client: MakeClient, **arguments: Any) -> Asked:
    with RawServer(route(_pages)) as server:

        async def main() -> Any:
            async with make_client(server.url, "t") as client:
                return await client.fetch_all("/things/{name}", Item, at="rows", name="x", **arguments)

        return Asked(run(main()), server.requests)


def test_all_pages_of_a_listing_are_read(make_client: MakeClient) -> None:
    found, requests = _list(make_client)
    assert [item.id for item in found] == [page * 10 + number for page in (1, 2, 3, 4) for number in range(3)]
    assert requests[0].target == "/things/x?per_page=100"
    assert len(requests) == 4


def test_the_size_of_a_page_can_be_said_otherwise(make_client: MakeClient) -> None:
    _, requests = _list(make_client, params={"per_page": 3, "state": "all"})
    assert requests[0].target == "/things/x?per_page=3&state=all"


def test_every_page_is_asked_for_with_the_same_headers(make_client: MakeClient) -> None:
    _, requests = _list(make_client, headers={"accept": "application/x"})
    assert {request.headers["accept"] for request in requests} == {"application/x"}


def test_a_listing_without_links_is_one_page(make_client: MakeClient) -> None:
    rows = [{"id": number} for number in range(250)]
    asked = ask(make_client, lambda client: client.fetch_all("/x", Item), http_response(rows))
    assert [item.id for item in asked.found] == list(range(250))
    assert len(asked.requests) == 1


def test_nothing_is_sent_before_a_listing_is_awaited(make_client: MakeClient) -> None:
    async def call(client: GitProviderClient) -> None:
        client.fetch_all("/x", Item)

    assert ask(make_client, call, http_response([])).requests == []


@dataclass
class Event:
    """Its own id is that of the user: many rows share one."""

    id: Annotated[int, JsonPath("user.id")]


def test_rows_that_share_something_called_id_are_all_given(make_client: MakeClient) -> None:
    rows = [{"id": number, "user": {"id": 7}} for number in range(3)]
    found = ask(make_client, lambda client: client.fetch_all("/x", Event), http_response(rows)).found
    assert found == [Event(7)] * 3


@pytest.fixture(scope="module")
def tools() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "tool", branches=3)
    with Forge(fleet) as forge:
        yield forge


async def _same_as_their_own_methods(client: GitProviderClient, path: str, branches: str) -> None:
    async with client:
        found = await client.fetch_all(path + branches, BranchInfo)
        assert found == await client.fetch_branches("acme", "tool")
        assert [branch.commit_sha is not None for branch in found] == [True] * 3
        assert [await client.fetch(path, RepoInfo)] == await client.fetch_repositories("acme")


def test_models_of_the_library_are_filled_as_by_its_own_methods(make_client: MakeClient, tools: Forge) -> None:
    client = make_client(tools.url, tools.token)
    run(_same_as_their_own_methods(client, "/repos/acme/tool", "/branches"))


def test_models_of_the_library_are_filled_so_by_gitlab_too(engine: str, tools: Forge) -> None:
    client = gitlab(engine, tools.gitlab_url, tools.token)
    run(_same_as_their_own_methods(client, "/projects/acme%2Ftool", "/repository/branches"))


def test_a_request_gives_parsed_json_and_sends_json(make_client: MakeClient) -> None:
    call: Call = lambda client: client.request(  # noqa: E731
        "post", "/repos/{owner}/{repo}/issues", json={"title": "ü", "labels": []}, owner="o", repo="r", params={"a": 1}
    )
    found, (request,) = ask(make_client, call, http_response({"number": 5, "x": [1.5, None]}, status=201))
    assert found == {"number": 5, "x": [1.5, None]}
    assert (request.method, request.target) == ("POST", "/repos/o/r/issues?a=1")
    assert json.loads(request.body) == {"title": "ü", "labels": []}
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "POST", "OPTIONS", "HEAD"])
def test_a_response_without_a_body_is_none(make_client: MakeClient, method: str) -> None:
    found, (request,) = ask(make_client, lambda client: client.request(method, "/x"), http_response(status=204))
    assert found is None
    assert (request.method, request.body) == (method, b"")
    assert "content-type" not in request.headers


def test_an_empty_body_of_any_success_is_none(make_client: MakeClient) -> None:
    assert (
        ask(make_client, lambda client: client.request("PUT", "/x", json=[]), http_response(b"", status=202)).found
        is None
    )


@pytest.mark.parametrize("value", [0, False, "", [], {}, 1.5])
def test_values_that_are_false_are_sent_and_given(make_client: MakeClient, value: object) -> None:
    found, (request,) = ask(
        make_client, lambda client: client.request("POST", "/x", json=value), http_response(value or b"0")
    )
    assert json.loads(request.body) == value
    assert found == (value or 0)


def test_the_content_type_of_json_can_be_said_otherwise(make_client: MakeClient) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    call: Call = lambda client: client.request("PATCH", "/x", json={}, headers=headers)  # noqa: E731
    (request,) = ask(make_client, call, http_response({})).requests
    assert request.headers["content-type"] == "application/merge-patch+json"
    assert request.raw.decode().lower().count("content-type") == 1


RETRY = Retry(base=0.001)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_is_sent_once(make_client: MakeClient, method: str) -> None:
    with RawServer(always(http_response(b"", status=502))) as server:

        async def main() -> None:
            async with make_client(server.url, retry=RETRY) as client:
                await client.request(method, "/x", json={})

        with pytest.raises(ServerError):
            run(main())
        assert len(server.requests) == 1


def test_a_read_is_tried_again(make_client: MakeClient) -> None:
    answers = (http_response(b"", status=502), http_response({"id": 1}))
    assert len(ask(make_client, lambda client: client.request("GET", "/x"), *answers, retry=RETRY).requests) == 2
    assert ask(make_client, lambda client: client.fetch("/x", Item), *answers, retry=RETRY).found == Item(1)


def test_what_has_not_changed_is_taken_from_the_cache(make_client: MakeClient) -> None:
    async def call(client: GitProviderClient) -> Any:
        return [await client.fetch("/x", Item), await client.fetch("/x", Item), await client.request("GET", "/x")]

    answers = (
        http_response({"id": 1}, headers={"etag": '"1"'}),
        http_response(status=304, headers={"etag": '"1"'}),
        http_response({"id": 1, "all": True}),
    )
    found, requests = ask(make_client, call, *answers, cache=MemoryCache())
    assert found == [Item(1), Item(1), {"id": 1, "all": True}]
    assert requests[1].headers["if-none-match"] == '"1"'
    assert "if-none-match" not in requests[2].headers


@dataclass
class Raw:
    """Keeps the provider's own object."""

    id: int
    raw_data: dict[str, Any] | None = field(default=None, compare=False)


def test_the_whole_object_is_kept_if_it_is_asked_for(make_client: MakeClient) -> None:
    call: Call = lambda client: client.fetch("/x", Raw)  # noqa: E731
    assert ask(make_client, call, http_response({"id": 1, "b": 2})).found.raw_data is None
    assert ask(make_client, call, http_response({"id": 1, "b": 2}), include_raw=True).found.raw_data == {
        "id": 1,
        "b": 2,
    }


# -- what is refused


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("x", {}),
        ("", {}),
        (None, {}),
        (5, {}),
        ("https://other.example/x", {}),
        ("//other.example/x", {}),
        ("/x?a=1", {}),
        ("/x#a", {}),
        ("/a/../b", {}),
        ("/a/%2e%2e/b", {}),
        ("/a/./b", {}),
        ("/a//b", {}),
        ("/a b", {}),
        ("/a\r\nX: y", {}),
        ("/a\\b", {}),
        ("/ü", {}),
        ("/a/%zz", {}),
        ("/a/{owner}", {}),
        ("/a/{owner}", {"owner": "x", "repo": "y"}),
        ("/a", {"owner": "x"}),
        ("/a/{", {}),
        ("/a/{}", {}),
        ("/a/{a b}", {}),
        ("/a/{?q}", {"q": "x"}),
        ("/a/{0}", {"0": "x"}),
        *(("/a/{n}", {"n": value}) for value in ("", ".", "..", "a/b", "..\\b", "a\n", None, True, 1.5, [])),
        *(("/a/{+n}", {"n": value}) for value in ("", "/a", "a/", "a//b", "../a", "a/./b", "a\n/b", "\udc00", None)),
        ("/{at}", {}),
        ("/{at}", {"at_": "x", "at": "", "more": "z"}),
    ],
)
def test_a_path_that_can_not_work_is_refused(make_client: MakeClient, template: Any, values: dict[str, Any]) -> None:
    refused(make_client, lambda client: client.fetch(template, Item, **values))


def test_the_message_names_the_value_that_is_missing_or_too_many(make_client: MakeClient) -> None:
    refused(make_client, lambda client: client.fetch("/a/{owner}", Item), match="give owner=")
    refused(make_client, lambda client: client.fetch("/a/{at}", Item, at="x"), match="give at_=")
    refused(make_client, lambda client: client.fetch("/a", Item, state="x"), match=r"has no \{state\}.*params=")


async def _fetch_all(client: GitProviderClient, *arguments: Any, **more: Any) -> Any:
    return await client.fetch_all(*arguments, **more)


OWN_HEADERS = [
    *("Authorization", "cookie", "Host", "Private-Token", "JOB-TOKEN", "Content-Length", "Transfer-Encoding"),
    *("Connection", "User-Agent", "Accept-Encoding", "If-None-Match", "Proxy-Authorization", "X-HTTP-Method-Override"),
]


@pytest.mark.parametrize(
    "headers",
    [
        *({name: "x"} for name in OWN_HEADERS),
        *({"x": value} for value in ("a\r\nb: c", "ü", " a", 5, None, "a\x00")),
        *({name: "x"} for name in ("a b", "", "a:b", "ü", "a\n", 5)),
        *([("a", "b")], "a: b", {"a": "1", "A": "2"}),
    ],
)
def test_headers_that_are_the_clients_own_or_no_headers_are_refused(make_client: MakeClient, headers: Any) -> None:
    refused(make_client, lambda client: client.fetch("/x", Item, headers=headers), match="header")
    refused(make_client, lambda client: _fetch_all(client, "/x", Item, headers=headers), match="header")
    refused(make_client, lambda client: client.request("GET", "/x", headers=headers), match="header")


def test_the_value_of_a_refused_header_is_not_shown(make_client: MakeClient) -> None:
    for headers in ({"authorization": "hidden-value"}, {"x": "hidden-value\n"}):
        with pytest.raises(ConfigurationError) as caught:
            ask(
                make_client,
                lambda client, headers=headers: client.request("GET", "/x", headers=headers),
                http_response({}),
            )
        assert "hidden-value" not in str(caught.value)


@pytest.mark.parametrize(
    "params", [{"a": {}}, {"a": b"x"}, {5: "x"}, {"": "x"}, {"a": [["b"]]}, [("a", "b")], "a=b", {"a": "\udc00"}]
)
def test_what_is_no_query_is_refused(make_client: MakeClient, params: Any) -> None:
    refused(make_client, lambda client: client.fetch("/x", Item, params=params))
    refused(make_client, lambda client: client.request("GET", "/x", params=params))
    refused(make_client, lambda client: _fetch_all(client, "/x", Item, params=params))


@pytest.mark.parametrize("model", [int, None, Item(1), "Item", dict, type("Empty", (), {})])
def test_what_is_no_dataclass_is_refused(make_client: MakeClient, model: Any) -> None:
    refused(make_client, lambda client: client.fetch("/x", model), match="dataclass")
    refused(make_client, lambda client: _fetch_all(client, "/x", model), match="dataclass")


@dataclass
class Undecodable:
    """Has a field that JSON has nothing for."""

    id: int
    data: bytes


def test_a_field_that_can_not_be_decoded_is_refused_by_name(make_client: MakeClient) -> None:
    refused(make_client, lambda client: client.fetch("/x", Undecodable), match=r"Undecodable\.data: can't decode bytes")


@pytest.mark.parametrize("at", [5, None, ".", "a..b", ["a"], ("a", "")])
def test_what_is_no_json_path_is_refused(make_client: MakeClient, at: Any) -> None:
    refused(make_client, lambda client: client.fetch("/x", Item, at=at), match="at must")


@pytest.mark.parametrize("method", ["", "G T", "GET\r\n", 5, None, "CONNECT", "ü", "G" * 40])
def test_what_is_no_method_is_refused(make_client: MakeClient, method: Any) -> None:
    refused(make_client, lambda client: client.request(method, "/x"), match="method must")


@pytest.mark.parametrize("value", [object(), {"a": {1}}, float("nan"), b"x", "\udc00", {("a",): 1}])
def test_what_is_no_json_is_refused(make_client: MakeClient, value: object) -> None:
    refused(make_client, lambda client: client.request("POST", "/x", json=value), match="JSON")


def test_a_read_has_no_body(make_client: MakeClient) -> None:
    refused(make_client, lambda client: client.request("GET", "/x", json={}), match="params=")


# -- what goes wrong


@pytest.mark.parametrize(
    ("body", "row", "name"),
    [
        ([{"id": 1}, {"id": "2"}], 1, "id"),
        ([{"id": 1}, {"id": None}], 1, "id"),
        ([{"id": 1}, 5], 1, None),
        ([{"id": 1, "actor": []}], 0, "actor.login"),
        ({"id": 1}, None, None),
        (None, None, None),
    ],
)
def test_rows_of_another_shape_are_an_error_that_names_row_and_field(
    make_client: MakeClient, body: object, row: int | None, name: str | None
) -> None:
    with pytest.raises(DecodeError) as caught:
        ask(make_client, lambda client: client.fetch_all("/x", Item), http_response(json.dumps(body)))
    assert (caught.value.code, caught.value.row, caught.value.field) == ("decode_shape", row, name)
    assert caught.value.url is not None
    assert caught.value.url.endswith("/x?per_page=100")


def test_values_that_a_class_rejects_are_an_error_with_the_row(make_client: MakeClient) -> None:
    with pytest.raises(DecodeError, match="row 1: Strict rejected the values: ValueError: zero") as caught:
        ask(make_client, lambda client: client.fetch_all("/x", Strict), http_response([{"id": 1}, {"id": 0}]))
    assert caught.value.row == 1
    with pytest.raises(LookupError, match="below zero"):
        ask(make_client, lambda client: client.fetch("/x", Strict), http_response({"id": -1}))


def test_rows_that_are_not_where_they_should_be_are_an_error(make_client: MakeClient) -> None:
    for body in (http_response([]), http_response({"other": []}), http_response({"rows": {}})):
        with pytest.raises(DecodeError) as caught:
            ask(make_client, lambda client: client.fetch_all("/x", Item, at="rows"), body)
        assert caught.value.code == "decode_shape"


def test_a_body_that_is_no_json_is_an_error(make_client: MakeClient) -> None:
    with pytest.raises(DecodeError) as caught:
        ask(make_client, lambda client: client.request("POST", "/x"), http_response("<html>"))
    assert caught.value.code == "decode_json"


def test_errors_are_those_of_every_other_call(make_client: MakeClient) -> None:
    with pytest.raises(NotFoundError):
        ask(make_client, lambda client: client.fetch("/x", Item), http_response({"message": "Not Found"}, status=404))
    with pytest.raises(InvalidRequestError, match="Validation Failed"):
        ask(
            make_client,
            lambda client: client.request("POST", "/x", json={}),
            http_response({"message": "Validation Failed"}, status=422),
        )


SECRET = "ghp_secret123"


@dataclass
class Loud:
    """Says what it was given."""

    name: str

    def __post_init__(self) -> None:
        raise ValueError(self.name)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda client: client.fetch("/x", Loud), {"name": SECRET}),
        *((lambda client: client.fetch("/x", Loud), {"name": "x" * cut + SECRET}) for cut in range(440, 500, 7)),
        (lambda client: client.fetch_all("/x", Dated), [{"at": SECRET}]),
        (lambda client: client.request("POST", "/x"), f"<html>{SECRET}"),
        *((lambda client: client.request("GET", "/x"), "<" * cut + SECRET) for cut in range(100, 125, 3)),
    ],
)
def test_no_token_that_was_sent_back_shows_in_an_error(make_client: MakeClient, call: Call, body: object) -> None:
    with pytest.raises(DecodeError) as caught:
        ask(make_client, call, http_response(body), token=SECRET)
    assert SECRET[:6] not in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert caught.value.__cause__ is None


@dataclass
class Dated:
    """Has a time, in whose place something else may stand."""

    at: datetime
