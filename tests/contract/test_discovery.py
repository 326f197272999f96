"""Searches, organizations and groups, on both providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    CodeMatch,
    ConfigurationError,
    GitHubClient,
    GitLabClient,
    IncompleteListingError,
    InvalidRequestError,
    NotFoundError,
    RepoInfo,
    UnsupportedError,
)
from gitfleet_api.sync import GitHubClient as SyncGitHubClient
from gitfleet_api.sync import GitLabClient as SyncGitLabClient
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

PROVIDERS = ("github", "gitlab")
PLACES = {
    "github": {"acme/blue", "other/red-tool-9"},
    "gitlab": {"acme/blue", "other/red-tool-9", "acme/tools/nested-tool"},
}
"""The repositories with a needle and a haystack. GitHub has no subgroups."""


def _fleet() -> Fleet:
    fleet = Fleet()
    fleet.add_user("eve")
    fleet.add_organization("acme", members=["eve"])
    fleet.add_group("acme/tools")
    fleet.add_group("acme/tools/deep")
    fleet.add_organization("other")
    for number in range(3):
        fleet.add_repository("acme", f"red-tool-{number}", branches=1, contributors=1)
    fleet.add_repository("acme", "blue", branches=1, contributors=1)
    fleet.add_repository("acme", "secret-tool", private=True, branches=1, contributors=1)
    fleet.add_repository("acme/tools", "nested-tool", branches=1, contributors=1)
    fleet.add_repository("other", "red-tool-9", branches=1, contributors=1)
    fleet.add_repository("eve", "own-tool", branches=1, contributors=1)
    for name in ("acme/blue", "other/red-tool-9", "acme/tools/nested-tool"):
        for number in range(2):
            fleet.add_issue(name, title=f"A needle {number}", author="eve")
        fleet.add_issue(name, title="Straw", author="eve")
        fleet.add_commit(name, message="Hide the haystack", path="src/hay.py")
    return fleet


@pytest.fixture(scope="module")
def module_forge() -> Iterator[Forge]:
    with Forge(_fleet()) as running:
        running.add_token("eves", login="eve")
        for resource in ("search", "code_search"):
            running.limit(running.token, resource=resource, limit=1000, remaining=1000)
        yield running


@pytest.fixture
def forge(module_forge: Forge) -> Forge:
    module_forge.clear_log()
    return module_forge


@pytest.fixture
def client(make_client: MakeClient, engine: str, forge: Forge) -> Callable[..., Any]:
    def create(provider: str, token: str | None = forge.token) -> Any:
        return make_client(forge.url, token) if provider == "github" else gitlab(engine, forge.gitlab_url, token)

    return create


def _ask(client: Any, call: Callable[[Any], Any]) -> Any:
    async def main() -> Any:
        async with client:
            return await call(client)

    return run(main())


def _names(rows: list[Any]) -> list[str]:
    return sorted(row.full_name for row in rows)


# -- repositories


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_returns_repositories_with_the_fields_of_lists(client: Callable[..., Any], provider: str) -> None:
    found = _ask(client(provider), lambda one: one.search_repositories("red-tool"))
    assert _names(found) == [f"acme/red-tool-{number}" for number in range(3)] + ["other/red-tool-9"]
    listed = _ask(client(provider), lambda one: one.fetch_repositories("other"))
    assert [repo for repo in found if repo.full_name == "other/red-tool-9"] == listed
    assert all(isinstance(repo, RepoInfo) for repo in found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_is_limited_to_an_owner(client: Callable[..., Any], provider: str) -> None:
    found = _ask(client(provider), lambda one: one.search_repositories("tool", owner="acme"))
    names = [*(f"acme/red-tool-{number}" for number in range(3)), "acme/secret-tool"]
    assert _names(found) == (names if provider == "github" else sorted([*names, "acme/tools/nested-tool"]))
    assert _names(_ask(client(provider), lambda one: one.search_repositories("tool", owner="eve"))) == ["eve/own-tool"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_shows_what_the_token_sees(client: Callable[..., Any], provider: str) -> None:
    assert _ask(client(provider, None), lambda one: one.search_repositories("secret")) == []
    assert _names(_ask(client(provider, "eves"), lambda one: one.search_repositories("secret"))) == ["acme/secret-tool"]


def test_a_search_of_an_owner_above_the_cap_is_split(make_client: MakeClient) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_organization("other")
    for number in range(1300):
        moment = f"20{10 + number // 100}-01-{1 + number % 28:02}T00:00:{number % 60:02}Z"
        fleet.add_repository("acme", f"r{number}", created_at=moment, branches=1, contributors=1)
    fleet.add_repository("other", "r0", branches=1, contributors=1)
    with Forge(fleet) as forge:
        forge.limit(forge.token, resource="search", limit=500, remaining=500)
        found = _ask(make_client(forge.url, forge.token), lambda one: one.search_repositories("", owner="acme"))
        assert sorted(repo.name for repo in found) == sorted(f"r{number}" for number in range(1300))
        assert len(forge.requests) <= 20


def test_qualifiers_stay_in_the_query_of_github(make_client: MakeClient) -> None:
    async def main(server: RawServer) -> list[str]:
        async with make_client(server.url, "t") as one:
            await one.search_repositories(" topic:http stars:>5 ", owner="acme")
            await one.search_issues("is:pr", repository="acme/tool")
            await one.search_issues("a OR b", owner="acme")
            await one.search_issues("is:pr sort:updated-desc")
            await one.search_code("import", owner="acme")
            await one.search_code("", repository=RepoInfo(1, "tool", "acme/tool"))
        return [request.target for request in server.requests]

    empty = {"total_count": 0, "incomplete_results": False, "items": []}
    with RawServer(always(http_response(empty))) as server:
        assert run(main(server)) == [
            "/search/repositories?q=topic%3Ahttp+stars%3A%3E5+user%3Aacme&per_page=100",
            "/search/issues?q=is%3Apr+repo%3Aacme%2Ftool&sort=created&order=asc&per_page=100",
            "/search/issues?q=%28a+OR+b%29+user%3Aacme&sort=created&order=asc&per_page=100",
            "/search/issues?q=is%3Apr+sort%3Aupdated-desc&per_page=100",
            "/search/code?q=import+user%3Aacme&per_page=100",
            "/search/code?q=repo%3Aacme%2Ftool&per_page=100",
        ]
        assert "text-match" in server.requests[4].headers["accept"]


# -- issues


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_returns_issues_with_their_repositories(client: Callable[..., Any], provider: str) -> None:
    found = _ask(client(provider), lambda one: one.search_issues("needle"))
    assert {issue.repo for issue in found if issue.title.startswith("A needle")} == PLACES[provider]
    assert [issue.created_at for issue in found] == sorted(issue.created_at for issue in found)
    own = [issue for issue in found if issue.repo == "acme/blue"]
    listed = _ask(client(provider), lambda one: one.fetch_issues("acme/blue", pull_requests=True))
    assert own == [issue for issue in listed if "needle" in f"{issue.title} {issue.body}".lower()]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_for_issues_is_limited_to_an_owner_or_a_repository(client: Callable[..., Any], provider: str) -> None:
    repo = _ask(client(provider), lambda one: one.fetch_repository_details("acme/blue"))
    for given in ("acme/blue", repo):
        found = _ask(client(provider), lambda one, given=given: one.search_issues("needle", repository=given))
        assert {issue.repo for issue in found} == {"acme/blue"}
        assert {issue.title for issue in found} >= {"A needle 0", "A needle 1"}
    inside = _ask(client(provider), lambda one: one.search_issues("needle", owner="acme"))
    assert {issue.repo for issue in inside} == (
        {"acme/blue"} if provider == "github" else {"acme/blue", "acme/tools/nested-tool"}
    )


def test_pull_requests_in_a_search_are_marked(make_client: MakeClient) -> None:
    fleet = Fleet.generate(organizations=1, repositories=20, seed=3)
    with Forge(fleet) as forge:
        forge.limit(forge.token, resource="search", limit=100, remaining=100)
        kinds = {"is:pr": {True}, "is:issue": {False}, "is:open": {True, False}}
        for query, marks in kinds.items():
            found = _ask(make_client(forge.url, forge.token), lambda one, query=query: one.search_issues(query))
            assert {issue.is_pull_request for issue in found} == marks


def test_all_issues_of_gitlab_need_a_token(client: Callable[..., Any]) -> None:
    with pytest.raises(AuthError):
        _ask(client("gitlab", None), lambda one: one.search_issues("needle"))
    assert _ask(client("gitlab", None), lambda one: one.search_issues("needle", repository="acme/blue"))


# -- code


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_returns_places_in_code(client: Callable[..., Any], provider: str) -> None:
    found = _ask(client(provider), lambda one: one.search_code("haystack"))
    assert len(found) == len(PLACES[provider])
    assert {match.path for match in found} == {"src/hay.py"}
    assert {match.provider_type for match in found} == {provider}
    assert len({match.repo_id for match in found}) == len(found)
    for match in found:
        assert isinstance(match, CodeMatch)
        assert match.fragments is not None
        assert "".join(match.fragments).strip() == "Hide the haystack"
    if provider == "github":
        assert {match.repo for match in found} == PLACES[provider]
        assert all(match.sha and match.html_url and match.line is None for match in found)
    else:
        assert {match.repo for match in found} == {None}
        assert all(match.line and match.line >= 1 and match.ref for match in found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_for_code_is_limited_to_an_owner_or_a_repository(client: Callable[..., Any], provider: str) -> None:
    ids = {
        name: _ask(client(provider), lambda one, name=name: one.fetch_repository_details(name)).id
        for name in ("acme/blue", "acme/tools/nested-tool")
        if provider == "gitlab" or name.count("/") == 1
    }
    inside = _ask(client(provider), lambda one: one.search_code("haystack", owner="acme"))
    assert {match.repo_id for match in inside} == set(ids.values())
    (match,) = _ask(client(provider), lambda one: one.search_code("haystack", repository="acme/blue"))
    assert (match.repo_id, match.repo) == (ids["acme/blue"], "acme/blue")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_search_for_code_needs_a_token(client: Callable[..., Any], provider: str) -> None:
    with pytest.raises(AuthError):
        _ask(client(provider, None), lambda one: one.search_code("haystack", repository="acme/blue"))


def test_files_of_the_same_content_in_two_repositories_are_two_rows(make_client: MakeClient) -> None:
    def item(number: int) -> dict[str, Any]:
        return {
            "name": "LICENSE",
            "path": "LICENSE",
            "sha": "a" * 40,
            "html_url": f"https://github.com/o/r{number}/blob/main/LICENSE",
            "repository": {"id": number, "full_name": f"o/r{number}"},
        }

    pages = [
        http_response({"total_count": 200, "incomplete_results": False, "items": [*map(item, numbers)]})
        for numbers in (range(100), range(100, 200))
    ]
    with RawServer(always(*pages)) as server:
        found = _ask(make_client(server.url, "t"), lambda one: one.search_code("MIT"))
    assert [match.repo for match in found] == [f"o/r{number}" for number in range(200)]
    assert found[0].fragments is None


@pytest.fixture(scope="module")
def much_code() -> Iterator[Forge]:
    """1,100 files with the word `haystack`, of 40 sizes; 1,001 with `straw`, all of one size."""
    fleet = Fleet()
    fleet.add_organization("acme")
    for number in range(1100):
        fleet.add_repository("acme", f"r{number}", branches=1, contributors=1)
        fleet.add_commit(f"acme/r{number}", message=f"haystack {'x' * (number % 40)}", path="hay")
        if number < 1001:
            fleet.add_commit(f"acme/r{number}", message="straw", path="bale")
    with Forge(fleet) as forge:
        forge.limit(forge.token, resource="code_search", limit=500, remaining=500)
        yield forge


def test_a_search_for_more_code_than_github_returns_is_split_by_size(make_client: MakeClient, much_code: Forge) -> None:
    found = _ask(make_client(much_code.url, much_code.token), lambda one: one.search_code("haystack"))
    assert sorted(match.repo for match in found) == sorted(f"acme/r{number}" for number in range(1100))


@pytest.mark.parametrize("query", ["straw", "straw size:0..50", "straw size:6", "straw size:>1 size:<9"])
def test_more_code_of_one_size_than_github_returns_is_an_error(
    make_client: MakeClient, much_code: Forge, query: str
) -> None:
    with pytest.raises(IncompleteListingError) as caught:
        _ask(make_client(much_code.url, much_code.token), lambda one: one.search_code(query))
    assert len(caught.value.rows) == 1000
    assert [gap.count for gap in caught.value.gaps] == [1]
    assert "size" in caught.value.gaps[0].remedy


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Scope supported only with advanced search or exact code search"},
        {"message": {"error": "Scope supported only with advanced search"}},
        {"error": "Scope not supported without Elasticsearch!"},
        {"error": "scope does not have a valid value"},
    ],
)
def test_a_server_that_searches_code_in_single_projects_only_is_named(engine: str, body: dict[str, Any]) -> None:
    with RawServer(always(http_response(body, status=400))) as server:
        one = gitlab(engine, f"{server.url}/api/v4", "glpat-secret")
        with pytest.raises(UnsupportedError, match="single projects only: give repository=") as caught:
            _ask(one, lambda one: one.search_code("x", owner="acme"))
        assert caught.value.status == 400
        assert caught.value.__context__ is None


def test_another_refusal_of_a_search_for_code_is_kept(engine: str) -> None:
    with (
        RawServer(always(http_response({"error": "search is too long"}, status=400))) as server,
        pytest.raises(InvalidRequestError, match="search is too long"),
    ):
        _ask(gitlab(engine, f"{server.url}/api/v4", "glpat-secret"), lambda one: one.search_code("x"))


# -- arguments

BAD: dict[str, Callable[[Any], Any]] = {
    "no text": lambda one: one.search_repositories(" "),
    "None": lambda one: one.search_issues(None),
    "a number": lambda one: one.search_code(5),
    "a lone surrogate": lambda one: one.search_code("\ud800"),
    "an owner with a blank": lambda one: one.search_repositories("x", owner="a b"),
    "an owner that is a number": lambda one: one.search_issues("x", owner=5),
    "an empty owner": lambda one: one.search_code("x", owner=""),
    "a repository without an owner": lambda one: one.search_code("x", repository="tool"),
    "a repository with a blank": lambda one: one.search_issues("x", repository="a/b c"),
    "an owner and a repository": lambda one: one.search_issues("x", owner="a", repository="a/b"),
}


@pytest.mark.parametrize("call", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_bad_search_is_refused_before_anything_is_sent(
    client: Callable[..., Any], forge: Forge, provider: str, call: Callable[[Any], Any]
) -> None:
    with pytest.raises(ConfigurationError):
        _ask(client(provider), call)
    assert forge.requests == []


# -- organizations and groups


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_organizations_are_those_of_the_user_of_the_token(client: Callable[..., Any], provider: str) -> None:
    found = _ask(client(provider, "eves"), lambda one: one.fetch_organizations())
    names = ["acme"] if provider == "github" else ["acme", "acme/tools", "acme/tools/deep"]
    assert sorted(group.login for group in found) == names
    whole = _ask(client(provider, "eves"), lambda one: one.fetch_organization("acme"))
    first = next(group for group in found if group.login == "acme")
    assert (first.id, first.avatar_url, first.description or "") == (
        whole.id,
        whole.avatar_url,
        whole.description or "",
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_organizations_need_a_token(client: Callable[..., Any], provider: str) -> None:
    with pytest.raises(AuthError):
        _ask(client(provider, None), lambda one: one.fetch_organizations())


def test_groups_are_all_that_the_token_may_see(client: Callable[..., Any]) -> None:
    for token in ("eves", None):
        found = _ask(client("gitlab", token), lambda one: one.fetch_groups())
        assert [group.login for group in found] == ["acme", "acme/tools", "acme/tools/deep", "other"]


def test_subgroups_of_all_levels_are_listed(client: Callable[..., Any]) -> None:
    found = _ask(client("gitlab"), lambda one: one.fetch_groups("acme"))
    assert [group.login for group in found] == ["acme/tools", "acme/tools/deep"]
    assert _ask(client("gitlab"), lambda one: one.fetch_groups("acme/tools/deep")) == []
    with pytest.raises(NotFoundError):
        _ask(client("gitlab"), lambda one: one.fetch_groups("none"))


def test_github_has_no_groups(client: Callable[..., Any], forge: Forge) -> None:
    with pytest.raises(UnsupportedError):
        _ask(client("github"), lambda one: one.fetch_groups())
    assert forge.requests == []
    assert not GitHubClient.supports("groups")
    assert GitLabClient.supports("groups")


def test_sync_clients_search(engine: Any, forge: Forge) -> None:
    with SyncGitHubClient(forge.token, forge.url, backend=engine) as one:
        assert {issue.repo for issue in one.search_issues("needle", repository="acme/blue")} == {"acme/blue"}
        assert [match.repo for match in one.search_code("haystack", repository="acme/blue")] == ["acme/blue"]
        assert len(one.search_repositories("red-tool").all()) == 4
    with SyncGitLabClient(forge.token, forge.gitlab_url, backend=engine) as other:
        assert len(other.fetch_groups("acme").all()) == 2
        assert len(other.search_repositories("red-tool").all()) == 4
