"""What GitLabClient asks for, with which token, and what it refuses to ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitLabClient,
    NotFoundError,
    PermissionDeniedError,
    TokenManager,
)
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run

SECRET = "glpat-secret"
PROJECT = "/projects/group%2Fsub%2Fproject"
GROUP = {"id": 7, "full_path": "group/sub"}
USER = {"id": 9, "username": "Ann"}
WHEN = datetime(2024, 5, 6, 9, 8, 7, 999, tzinfo=timezone(timedelta(hours=2)))

Ask = Callable[[GitLabClient], Awaitable[Any]]


async def _all(listing: Any) -> Any:
    return await listing


def _asked(engine: str, ask: Ask, *answers: bytes, token: str | None = SECRET, **settings: Any) -> list[RawRequest]:
    """The requests that a call makes when it is given these responses."""

    async def main(server: RawServer) -> None:
        async with gitlab(engine, f"{server.url}/api/v4", token, **settings) as client:
            await ask(client)

    with RawServer(always(*answers)) as server:
        run(main(server))
    return server.requests


def _split(request: RawRequest) -> tuple[str, dict[str, str]]:
    path, _, query = request.target.partition("?")
    return path.removeprefix("/api/v4"), {name: value for name, (value,) in parse_qs(query).items()}


HUNDRED = {"per_page": "100"}
OLDEST = HUNDRED | {"scope": "all", "order_by": "created_at", "sort": "asc"}
LISTINGS: list[tuple[Callable[[GitLabClient], Any], str, dict[str, str]]] = [
    (lambda client: client.fetch_members("group/sub"), "/groups/group%2Fsub/members/all", HUNDRED),
    (lambda client: client.fetch_branches("group/sub", "project"), f"{PROJECT}/repository/branches", HUNDRED),
    (
        lambda client: client.fetch_tags("group/sub", "project"),
        f"{PROJECT}/repository/tags",
        HUNDRED | {"order_by": "name", "sort": "asc"},
    ),
    (lambda client: client.fetch_commits("group/sub", "project"), f"{PROJECT}/repository/commits", HUNDRED),
    (
        lambda client: client.fetch_commits("group/sub", "project", ref="a/b", since=WHEN, until=WHEN, path="x/ü z"),
        f"{PROJECT}/repository/commits",
        HUNDRED
        | {"ref_name": "a/b", "since": "2024-05-06T07:08:07Z", "until": "2024-05-06T07:08:07Z", "path": "x/ü z"},
    ),
    (
        lambda client: client.fetch_contributors("group/sub", "project", anonymous=True),
        f"{PROJECT}/repository/contributors",
        HUNDRED | {"order_by": "commits", "sort": "desc"},
    ),
    (
        lambda client: client.fetch_releases("group/sub", "project"),
        f"{PROJECT}/releases",
        HUNDRED | {"order_by": "released_at", "sort": "desc"},
    ),
    (lambda client: client.fetch_issues("group/sub", "project"), f"{PROJECT}/issues", OLDEST | {"state": "all"}),
    (
        lambda client: client.fetch_issues("group/sub", "project", state="open", since=WHEN, pull_requests=True),
        f"{PROJECT}/issues",
        OLDEST | {"state": "opened", "updated_after": "2024-05-06T07:08:07Z"},
    ),
    (
        lambda client: client.fetch_issues("group/sub", "project", state="closed"),
        f"{PROJECT}/issues",
        OLDEST | {"state": "closed"},
    ),
    (
        lambda client: client.fetch_pull_requests("group/sub", "project", state="open"),
        f"{PROJECT}/merge_requests",
        OLDEST | {"state": "all"},
    ),
    (
        lambda client: client.fetch_repositories("group/sub", kind="organization"),
        "/groups/group%2Fsub/projects",
        HUNDRED | {"include_subgroups": "true", "with_shared": "true", "order_by": "id", "sort": "asc"},
    ),
]


@pytest.mark.parametrize(("listing", "path", "query"), LISTINGS, ids=[item[1] for item in LISTINGS])
def test_a_listing_asks_for_full_pages_in_a_stable_order(
    engine: str, listing: Callable[[GitLabClient], Any], path: str, query: dict[str, str]
) -> None:
    (request,) = _asked(engine, lambda client: _all(listing(client)), http_response([]))
    assert (request.method, *_split(request)) == ("GET", path, query)


OBJECTS: list[tuple[Ask, object, str]] = [
    (
        lambda client: client.fetch_repository_details("group/sub", "project"),
        {"id": 1, "path": "p", "path_with_namespace": "g/p"},
        f"{PROJECT}?license=true",
    ),
    (lambda client: client.fetch_languages("group/sub", "project"), {}, f"{PROJECT}/languages"),
    (lambda client: client.fetch_organization("group/sub"), GROUP, "/groups/group%2Fsub?with_projects=false"),
    (lambda client: client.fetch_user_info(), USER, "/user"),
]


@pytest.mark.parametrize(("ask", "body", "target"), OBJECTS, ids=[item[2] for item in OBJECTS])
def test_an_object_is_one_request(engine: str, ask: Ask, body: object, target: str) -> None:
    (request,) = _asked(engine, ask, http_response(body))
    assert (request.method, request.target) == ("GET", f"/api/v4{target}")


# -- owners

BAD_OWNERS = ["", "/", "a/", "/a", "a//b", "..", "a/..", "a/../b", ".", "a b", "a\n", "a\x00", "a?b", "a#b", "a\\b"]
WITH_OWNER: dict[str, Callable[[GitLabClient, Any], Any]] = {
    "repositories": lambda client, owner: client.fetch_repositories(owner),
    "repositories of a user": lambda client, owner: client.fetch_repositories(owner, kind="user"),
    "repositories of a group": lambda client, owner: client.fetch_repositories(owner, kind="organization"),
    "members": lambda client, owner: client.fetch_members(owner),
    "branches": lambda client, owner: client.fetch_branches(owner, "p"),
    "tags": lambda client, owner: client.fetch_tags(owner, "p"),
    "commits": lambda client, owner: client.fetch_commits(owner, "p"),
    "contributors": lambda client, owner: client.fetch_contributors(owner, "p"),
    "releases": lambda client, owner: client.fetch_releases(owner, "p"),
    "issues": lambda client, owner: client.fetch_issues(owner, "p"),
    "pull requests": lambda client, owner: client.fetch_pull_requests(owner, "p"),
    "details": lambda client, owner: client.fetch_repository_details(owner, "p"),
    "languages": lambda client, owner: client.fetch_languages(owner, "p"),
    "organization": lambda client, owner: client.fetch_organization(owner),
    "user": lambda client, owner: client.fetch_user(owner),
}


@pytest.mark.parametrize("call", WITH_OWNER.values(), ids=WITH_OWNER)
def test_a_bad_owner_is_refused_before_anything_is_sent(engine: str, call: Callable[[GitLabClient, Any], Any]) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, SECRET) as client:
            for owner in [*BAD_OWNERS, None, 5]:
                with pytest.raises(ConfigurationError):
                    await call(client, owner)

    with RawServer(always(http_response([]))) as server:
        run(main(server))
    assert server.connections == 0


BAD_CALLS: dict[str, Callable[[GitLabClient], Any]] = {
    "a repository with a slash": lambda client: client.fetch_branches("g", "a/b"),
    "a repository that is the parent": lambda client: client.fetch_branches("g", ".."),
    "a user within a group": lambda client: client.fetch_repositories("g/u", kind="user"),
    "a user with a slash": lambda client: client.fetch_user("g/u"),
    "an unknown kind": lambda client: client.fetch_repositories("g", kind="self"),  # type: ignore[arg-type]
    "an unknown state": lambda client: client.fetch_issues("g", "p", state="opened"),  # type: ignore[arg-type]
    "an unknown state of pulls": lambda client: client.fetch_pull_requests("g", "p", state="merged"),  # type: ignore[arg-type]
    "a time without a zone": lambda client: client.fetch_commits("g", "p", since=datetime(2024, 1, 1)),  # noqa: DTZ001
    "an empty branch": lambda client: client.fetch_commits("g", "p", ref=""),
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
def test_what_gitlab_has_no_word_for_is_refused_before_anything_is_sent(
    engine: str, call: Callable[[GitLabClient], Any]
) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, SECRET) as client:
            with pytest.raises(ConfigurationError):
                await call(client)

    with RawServer(always(http_response([]))) as server:
        run(main(server))
    assert server.connections == 0


def _project(number: int) -> dict[str, object]:
    return {"id": number, "path": f"p{number}", "path_with_namespace": f"g/p{number}"}


MISSING = http_response({"message": "404 Group Not Found"}, status=404)


def _owners(request: RawRequest) -> bytes:
    """A server with the group ``group/sub`` and the user ``Ann``."""
    path, query = _split(request)
    if path == "/groups/group%2Fsub":
        return http_response(GROUP)
    if path.startswith("/groups/") and not path.endswith("/projects"):
        return MISSING
    if path == "/users":
        return http_response([USER] if query["username"].lower() == "ann" else [])
    return http_response([_project(1), _project(2)])


def _owned(engine: str, *owners: str) -> tuple[list[str], list[RawRequest]]:
    async def main(server: RawServer) -> list[str]:
        async with gitlab(engine, server.url) as client:
            return [item.name for owner in owners for item in await client.fetch_repositories(owner)]

    with RawServer(route(_owners)) as server:
        found = run(main(server))
    return found, server.requests


def test_a_group_is_looked_up_once_and_then_listed_by_its_id(engine: str) -> None:
    found, requests = _owned(engine, "group/sub", "Group/Sub")
    assert found == ["p1", "p2"] * 2
    assert [_split(item)[0] for item in requests] == ["/groups/group%2Fsub", *["/groups/7/projects"] * 2]


def test_who_is_no_group_is_a_user_and_listed_with_keyset_paging(engine: str) -> None:
    found, requests = _owned(engine, "ann", "Ann")
    assert found == ["p1", "p2"] * 2
    paths = ["/groups/ann", "/users", *["/users/9/projects"] * 2]
    assert [_split(item)[0] for item in requests] == paths
    assert _split(requests[-1])[1] == HUNDRED | {"pagination": "keyset", "order_by": "id", "sort": "asc"}


@pytest.mark.parametrize(("owner", "requests"), [("nobody", 2), ("nobody/sub", 1)])
def test_an_unknown_owner_is_not_found(engine: str, owner: str, requests: int) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url) as client:
            with pytest.raises(NotFoundError):
                await client.fetch_repositories(owner)

    with RawServer(route(_owners)) as server:
        run(main(server))
    assert len(server.requests) == requests


def test_an_unknown_user_is_not_found(engine: str) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url) as client:
            with pytest.raises(NotFoundError, match="'nobody'") as caught:
                await client.fetch_user("nobody")
            assert caught.value.code == "not_found"

    # Some other user, whose name begins alike, is not the one.
    with RawServer(always(http_response([{"id": 1, "username": "nobody2"}]), http_response([]))) as server:
        run(main(server))
    assert len(server.requests) == 1


def test_a_project_that_moves_to_the_next_page_is_given_once(engine: str) -> None:
    following = {"x-next-page": "2"}

    def choose(request: RawRequest) -> bytes:
        second = "page=2" in request.target.replace("per_page", "")
        rows = [_project(2), _project(3)] if second else [_project(1), _project(2)]
        return http_response(rows, headers={} if second else following)

    async def main(server: RawServer) -> list[str]:
        async with gitlab(engine, server.url) as client:
            return [item.name for item in await client.fetch_repositories("g", kind="organization")]

    with RawServer(route(choose)) as server:
        assert run(main(server)) == ["p1", "p2", "p3"]


@pytest.mark.parametrize(("state", "numbers"), [("all", [1, 2, 3, 4]), ("open", [1, 4]), ("closed", [2, 3])])
def test_merge_requests_that_are_merged_are_closed_and_those_being_merged_are_open(
    engine: str, state: Any, numbers: list[int]
) -> None:
    states = ["opened", "closed", "merged", "locked"]
    rows = [{"id": 10 + number, "iid": number, "title": "t", "state": name} for number, name in enumerate(states, 1)]

    async def main(server: RawServer) -> list[int]:
        async with gitlab(engine, server.url) as client:
            return [item.number for item in await client.fetch_pull_requests("g", "p", state=state)]

    with RawServer(always(http_response(rows))) as server:
        assert run(main(server)) == numbers


PROJECT_STATES = {"empty": {"empty_repo": True}, "not empty": {"empty_repo": False}, "not told": {}, "missing": None}


@pytest.mark.parametrize("state", PROJECT_STATES)
@pytest.mark.parametrize("method", ["fetch_commits", "fetch_contributors"])
def test_an_empty_repository_has_no_history_and_one_that_may_not_be_seen_is_not_found(
    engine: str, method: str, state: str
) -> None:
    def choose(request: RawRequest) -> bytes:
        project = PROJECT_STATES[state]
        if "/repository/" in request.target or project is None:
            return http_response({"message": "404 Repository Not Found"}, status=404)
        return http_response(project)

    async def main(server: RawServer) -> Any:
        async with gitlab(engine, f"{server.url}/api/v4") as client:
            return await getattr(client, method)("group/sub", "project")

    with RawServer(route(choose)) as server:
        if state == "empty":
            assert run(main(server)) == []
        else:
            with pytest.raises(NotFoundError, match="Repository Not Found") as caught:
                run(main(server))
            assert "/repository/" in str(caught.value.url)
    assert [_split(item)[0] for item in server.requests][1:] == [PROJECT]


# -- tokens

HEADERS = ("authorization", "private-token", "job-token")


def _credentials(request: RawRequest) -> dict[str, str]:
    return {name: request.headers[name] for name in HEADERS if name in request.headers}


@pytest.mark.parametrize(
    ("token", "settings", "header"),
    [
        ("glpat-x", {}, {"private-token": "glpat-x"}),
        ("glpat-x", {"token_type": "private"}, {"private-token": "glpat-x"}),
        ("abc", {"token_type": "oauth"}, {"authorization": "Bearer abc"}),
        ("abc", {"token_type": "job"}, {"job-token": "abc"}),
        ("glcbt-64_x", {}, {"job-token": "glcbt-64_x"}),
        ("glcbt-64_x", {"token_type": "oauth"}, {"job-token": "glcbt-64_x"}),
        (None, {}, {}),
        (None, {"token_type": "job"}, {}),
    ],
)
def test_a_token_goes_in_the_header_of_its_type_and_nowhere_else(
    engine: str, token: str | None, settings: dict[str, Any], header: dict[str, str]
) -> None:
    (request,) = _asked(engine, lambda client: client.fetch_user_info(), http_response(USER), token=token, **settings)
    assert _credentials(request) == header
    if token is not None:
        assert request.raw.count(token.encode()) == 1


def test_the_type_is_that_of_all_tokens_of_the_pool(engine: str) -> None:
    pool = TokenManager()
    pool.add_token("one", "gitlab")
    pool.add_token("two", "gitlab")
    refused = http_response({"message": "401 Unauthorized"}, status=401)
    requests = _asked(
        engine,
        lambda client: client.fetch_user_info(),
        refused,
        http_response(USER),
        token=None,
        token_manager=pool,
        token_type="oauth",
    )
    assert sorted(item.headers["authorization"] for item in requests) == ["Bearer one", "Bearer two"]
    assert all(set(_credentials(item)) == {"authorization"} for item in requests)


def test_two_clients_of_one_pool_may_have_tokens_of_different_types(engine: str) -> None:
    async def main(server: RawServer) -> None:
        async with (
            gitlab(engine, server.url, "a") as first,
            gitlab(engine, server.url, "b", token_type="oauth") as other,
        ):
            await first.fetch_user_info()
            await other.fetch_user_info()

    with RawServer(always(http_response(USER))) as server:
        run(main(server))
    assert list(map(_credentials, server.requests)) == [{"private-token": "a"}, {"authorization": "Bearer b"}]


def test_an_unknown_type_of_token_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="token_type"):
        GitLabClient("x", token_type="deploy")  # type: ignore[arg-type]


def test_a_moved_project_is_found_at_its_new_place_with_the_token(engine: str) -> None:
    def choose(request: RawRequest) -> bytes:
        if "/81/" in request.target:
            return http_response([{"name": "main", "commit": {"id": "c"}}])
        place = "/api/v4/projects/81/repository/branches?per_page=100"
        return http_response(status=301, headers={"location": f"http://{request.headers['host']}{place}"})

    async def main(server: RawServer) -> list[str]:
        async with gitlab(engine, f"{server.url}/api/v4", SECRET) as client:
            return [item.name for item in await client.fetch_branches("old", "place")]

    with RawServer(route(choose)) as server:
        assert run(main(server)) == ["main"]
    assert [item.headers["private-token"] for item in server.requests] == [SECRET] * 2


@pytest.mark.parametrize("body", [{"message": f"token {SECRET}"}, {"error": "x", "error_description": f"no {SECRET}"}])
def test_no_error_shows_a_token(engine: str, body: object) -> None:
    with pytest.raises(AuthError) as caught:
        _asked(engine, lambda client: client.fetch_user_info(), http_response(body, status=401))
    assert SECRET not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


# -- whether a token is good


def _validated(engine: str, given: bytes, token: str | None = SECRET, **settings: Any) -> tuple[bool, list[str]]:
    async def main(server: RawServer) -> bool:
        async with gitlab(engine, server.url, token, **settings) as client:
            return await client.validate_credentials()

    with RawServer(always(given)) as server:
        return run(main(server)), [item.target for item in server.requests]


def test_a_token_is_good_when_gitlab_knows_its_owner(engine: str) -> None:
    assert _validated(engine, http_response(USER)) == (True, ["/user"])
    assert _validated(engine, http_response({"id": 1}), "glcbt-1") == (True, ["/job"])
    # One 401 proves nothing: it may pass.
    assert _validated(engine, http_response({"message": "401 Unauthorized"}, status=401)) == (False, ["/user"] * 2)
    assert _validated(engine, http_response(USER), None) == (False, [])


def test_a_token_that_may_do_other_things_only_is_good_all_the_same(engine: str) -> None:
    body = {"error": "insufficient_scope", "error_description": "The request requires higher privileges."}
    assert _validated(engine, http_response(body, status=403)) == (True, ["/user"])


def test_the_token_of_a_blocked_user_is_neither_good_nor_bad(engine: str) -> None:
    with pytest.raises(PermissionDeniedError, match="blocked"):
        _validated(engine, http_response({"message": "403 Forbidden - Your account has been blocked."}, status=403))


def test_times_of_gitlab_have_their_zone(engine: str) -> None:
    row = {"id": "c", "message": "m", "authored_date": "2024-01-02T03:04:05.000-06:00"}

    async def main(server: RawServer) -> Any:
        async with gitlab(engine, server.url) as client:
            return (await client.fetch_commits("g", "p"))[0].authored_at

    with RawServer(always(http_response([row]))) as server:
        assert run(main(server)) == datetime(2024, 1, 2, 9, 4, 5, tzinfo=UTC)


def _owned_by_two(engine: str, *, names: tuple[str | None, str | None] = (None, None)) -> list[RawRequest]:
    """What is asked for the projects of Ann, by a client with her token and that of somebody else."""
    pool = TokenManager()
    pool.add_token("bobs", "gitlab", names[0])
    pool.add_token("anns", "gitlab", names[1])
    pool.add_token("glcbt-1", "gitlab")

    def choose(request: RawRequest) -> bytes:
        if _split(request)[0] == "/user":
            owner = {"anns": USER, "bobs": {"id": 8, "username": "bob"}}[request.headers["private-token"]]
            return http_response(owner)
        return _owners(request)

    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, token_manager=pool) as client:
            for _ in range(5):
                assert len(await client.fetch_repositories("ann", kind="user")) == 2

    with RawServer(route(choose)) as server:
        run(main(server))
    return server.requests


def test_the_projects_of_a_user_are_listed_with_his_own_token(engine: str) -> None:
    requests = _owned_by_two(engine)
    assert [_credentials(item) for item in requests if "/projects" in item.target] == [{"private-token": "anns"}] * 5
    assert [item.target for item in requests].count("/user") == 2


def test_a_token_that_is_known_to_be_somebodys_is_not_asked_whose_it_is(engine: str) -> None:
    requests = _owned_by_two(engine, names=("bob", "ann"))
    assert [_credentials(item) for item in requests if "/projects" in item.target] == [{"private-token": "anns"}] * 5
    assert "/user" not in [item.target for item in requests]
