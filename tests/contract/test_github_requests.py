"""What GitHubClient asks for is what GitHub's description of its API has: addresses, parameters, their values."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gitfleet_api import GitHubClient, Listing
from gitfleet_api.client import Provider
from gitfleet_api.telemetry.templates import PathTemplates
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.openapi import Description
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.storied import FULL, NEW, ORG, USER, storied_fleet

OWN_ADDRESS = {
    "aclose": "sends nothing",
    "fetch": "asks for any address of the user's",
    "fetch_all": "asks for any address of the user's",
    "request": "asks for any address of the user's",
    "graphql": "asks another API",
    "fetch_many_repository_details": "asks another API",
}
"""Public methods that this is not about, and why."""

WEST = datetime(2024, 1, 31, 22, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=-5)))
EAST = datetime(2024, 2, 1, tzinfo=UTC)
REPO = {"owner": "o", "repo": "r"}
STATES = ("open", "closed", "all")
CALLS: dict[str, list[dict[str, Any]]] = {
    "fetch_user_info": [{}],
    "fetch_user": [{"login": "someone"}],
    "fetch_organization": [{"name": "some-org"}],
    "fetch_members": [{"organization": "some-org"}],
    "fetch_repositories": [{"owner": "someone", "kind": kind} for kind in ("user", "organization", "self", None)]
    + [{"owner": "some-org"}],
    "fetch_repository_details": [REPO],
    "fetch_languages": [REPO],
    "fetch_branches": [REPO],
    "fetch_tags": [REPO],
    "fetch_commits": [REPO, {**REPO, "ref": "main/x y", "since": WEST, "until": EAST, "path": "docs/a&b.md"}],
    "fetch_contributors": [REPO, {**REPO, "anonymous": True}],
    "fetch_releases": [REPO],
    "fetch_issues": [{**REPO, "state": state, "since": EAST, "pull_requests": state == "all"} for state in STATES]
    + [{**REPO, "sort": "updated"}],
    "fetch_pull_requests": [*({**REPO, "state": state} for state in STATES), {**REPO, "sort": "updated"}],
    "fetch_commit": [{**REPO, "ref": "main"}],
    "fetch_commit_files": [{**REPO, "ref": "main"}],
    "fetch_collaborators": [REPO, {**REPO, "direct": True}],
    "fetch_teams": [REPO],
    "fetch_deploy_keys": [REPO],
    "fetch_code_owners": [{**REPO, "ref": "main"}],
    "fetch_workflow_runs": [REPO, {**REPO, "branch": "main", "since": WEST, "limit": 5}],
    "fetch_environments": [REPO],
    "fetch_branch_protection": [{**REPO, "branch": "main"}, REPO],
    "fetch_organizations": [{}],
    "search_repositories": [{"query": "http", "owner": "someone"}],
    "search_issues": [{"query": "crash", "owner": None, "repository": "o/r"}],
    "search_code": [{"query": "import", "owner": "someone", "repository": None}],
    "get_rate_limit": [{"resource": "core"}],
    "validate_credentials": [{}],
}
"""Every public method with every argument."""

ACCOUNT = {"id": 1, "login": "someone", "type": "User"}
BODIES: list[tuple[str, object]] = [
    (r"/user|/users/someone", ACCOUNT),
    (r"/users/some-org|/orgs/some-org", {"id": 2, "login": "some-org", "type": "Organization"}),
    (r"/repos/o/r", {"id": 3, "name": "r", "full_name": "o/r", "default_branch": "main"}),
    (r"/repos/o/r/commits/main", {"sha": "a", "commit": {"message": "b"}, "files": []}),
    (r"/search/\w+", {"total_count": 0, "incomplete_results": False, "items": []}),
    (r"/repos/o/r/contents", [{"name": "docs"}]),
    (r"/repos/o/r/contents/docs/CODEOWNERS", "* @someone"),
    (r"/repos/o/r/actions/runs", {"total_count": 0, "workflow_runs": []}),
    (r"/repos/o/r/environments", {"total_count": 0, "environments": []}),
    (r"/repos/o/r/branches/main", {"name": "main", "protected": True}),
    (r"/repos/o/r/branches/main/protection", {"enforce_admins": {"enabled": True}}),
    (r"/repos/o/r/languages", {"Rust": 10, "Python": 3}),
    (r"/rate_limit", {"resources": {"core": {"limit": 5000, "remaining": 4999, "reset": 1_900_000_000, "used": 1}}}),
]


def _public() -> dict[str, Callable[..., Any]]:
    return {
        name: found
        for name, found in inspect.getmembers(GitHubClient, inspect.isfunction)
        if not name.startswith("_") and name not in OWN_ADDRESS and found is not getattr(Provider, name, None)
    }


def _requests(make_client: MakeClient, name: str, prefix: str = "") -> list[RawRequest]:
    """What the calls of a method send."""

    def choose(request: RawRequest) -> bytes:
        path = urlsplit(request.target).path.removeprefix(prefix)
        return http_response(next((body for pattern, body in BODIES if re.fullmatch(pattern, path)), []))

    async def main(url: str) -> None:
        for arguments in CALLS[name]:
            async with make_client(url, "token") as client:
                found = getattr(client, name)(**arguments)
                assert isinstance(found, Listing) or inspect.iscoroutine(found)
                await found

    with RawServer(route(choose)) as server:
        run(main(server.url + prefix))
        return server.requests


def test_every_public_method_is_called_with_every_argument() -> None:
    public = _public()
    assert set(CALLS) == set(public)
    for name, method in public.items():
        used = {argument for call in CALLS[name] for argument in call}
        assert used == set(inspect.signature(method).parameters) - {"self"}, name


@pytest.mark.skipif(not Description.is_there(), reason="GitHub's description is not here (GITFLEET_RECORDED)")
@pytest.mark.parametrize("prefix", ["", "/api/v3"], ids=["github.com", "enterprise"])
@pytest.mark.parametrize("name", CALLS)
def test_what_a_method_sends_is_in_githubs_description(make_client: MakeClient, name: str, prefix: str) -> None:
    requests, description = _requests(make_client, name, prefix), Description()
    assert len(requests) >= len(CALLS[name])
    for request in requests:
        assert request.target.startswith(f"{prefix}/")
        assert description.faults(request.method, request.target.removeprefix(prefix)) == []
        assert request.headers["authorization"] == "Bearer token"
        raw = request.target.endswith("/CODEOWNERS?ref=main")
        kind = "application/vnd.github.raw+json" if raw else "application/vnd.github+json, application/json"
        if name == "search_code":
            kind = "application/vnd.github.text-match+json, application/json"
        assert request.headers["accept"] == kind
        assert request.headers["x-github-api-version"] == "2022-11-28"


@pytest.mark.parametrize("name", CALLS)
def test_what_a_method_sends_has_a_path_template_for_telemetry(make_client: MakeClient, name: str) -> None:
    templates = PathTemplates(GitHubClient.profile.path_templates, GitHubClient.profile.path_aliases)
    for request in _requests(make_client, name):
        assert templates.find(urlsplit(request.target).path) is not None, request.target


HAS = {"owner": ORG, "repo": FULL.partition("/")[2]}
REAL: dict[str, dict[str, Any]] = {
    "fetch_user": {"login": USER},
    "fetch_organization": {"name": ORG},
    "fetch_members": {"organization": ORG},
    "fetch_repositories": {"owner": ORG},
    "fetch_commits": {**HAS, "since": EAST, "path": None},
    "fetch_contributors": {**HAS, "anonymous": True},
    "fetch_issues": {**HAS, "pull_requests": True},
    "search_repositories": {"query": "a"},
    "search_issues": {"query": "a"},
    "search_code": {"query": "a"},
}
"""Where there is something to be had; other methods take a repository or nothing."""


def _by_name(target: str) -> str:
    """The links that GitHub gives have numbers in place of names; its description has but names."""
    return re.sub(r"^/organizations/\d+", "/orgs/o", re.sub(r"^/repositories/\d+", "/repos/o/r", target))


@pytest.mark.skipif(not Description.is_there(), reason="GitHub's description is not here (GITFLEET_RECORDED)")
def test_all_that_the_forge_was_asked_on_every_page_is_in_githubs_description(make_client: MakeClient) -> None:
    async def main(forge: Forge) -> None:
        async with make_client(forge.url, forge.token) as client:
            for name, method in _public().items():
                takes = inspect.signature(method).parameters
                await getattr(client, name)(**REAL.get(name, HAS if "repo" in takes else {}))
            await client.fetch_branches(*NEW.replace("renamed", "old").split("/"))

    with Forge(storied_fleet()) as forge:
        run(main(forge))
        targets = [_by_name(request.target) for request in forge.requests]
        methods = {request.method for request in forge.requests}
    description = Description()
    assert {target: faults for target in targets if (faults := description.faults("GET", target))} == {}
    assert methods == {"GET"}
    assert len([target for target in targets if "&page=" in target]) > 5


@pytest.mark.skipif(not Description.is_there(), reason="GitHub's description is not here (GITFLEET_RECORDED)")
@pytest.mark.parametrize(
    ("method", "target", "fault"),
    [
        ("GET", "/repos/o/r/commits?sha=x&per_page=100", None),
        ("GET", "/repos/o/r/commitz", "no such endpoint"),
        ("POST", "/repos/o/r/commits", "no such endpoint"),
        ("GET", "/repos/o/r/commits?ref=x", "has no parameter 'ref'"),
        ("GET", "/repos/o/r/issues?state=opened", "state='opened' is not"),
        ("GET", "/repos/o/r/issues?per_page=many", "per_page='many' is not"),
        ("GET", "/repos/o/r/issues?since=2024-02-01T00:00:00", "since='2024-02-01T00:00:00' is not"),
    ],
)
def test_a_request_that_github_does_not_know_is_found(method: str, target: str, fault: str | None) -> None:
    faults = Description().faults(method, target)
    assert (faults == []) if fault is None else (fault in faults[0])


@pytest.mark.parametrize(
    "name", [name for name, method in _public().items() if "Listing" in str(method.__annotations__["return"])]
)
def test_listings_ask_for_a_hundred_a_page(make_client: MakeClient, name: str) -> None:
    queries = [parse_qs(urlsplit(request.target).query) for request in _requests(make_client, name)]
    sizes = [] if name == "fetch_code_owners" else [str(call.get("limit", 100)) for call in CALLS[name]]
    assert [query["per_page"] for query in queries if "per_page" in query] == [[size] for size in sizes]


def _sent(make_client: MakeClient, name: str, call: int) -> dict[str, str]:
    query = urlsplit(_requests(make_client, name)[call].target).query
    return {key: value for key, (value,) in parse_qs(query).items() if key != "per_page"}


def test_the_arguments_of_commits_are_sent_as_githubs_parameters(make_client: MakeClient) -> None:
    assert _sent(make_client, "fetch_commits", 0) == {}
    assert _sent(make_client, "fetch_commits", 1) == {
        "sha": "main/x y",
        "since": "2024-02-01T03:30:15Z",
        "until": "2024-02-01T00:00:00Z",
        "path": "docs/a&b.md",
    }


def test_issues_and_pull_requests_are_asked_for_oldest_first(make_client: MakeClient) -> None:
    order = {"sort": "created", "direction": "asc"}
    assert _sent(make_client, "fetch_issues", 1) == {"state": "closed", "since": "2024-02-01T00:00:00Z", **order}
    assert _sent(make_client, "fetch_pull_requests", 0) == {"state": "open", **order}


def test_the_last_changed_come_first_if_wanted(make_client: MakeClient) -> None:
    order = {"sort": "updated", "direction": "desc", "state": "all"}
    assert _sent(make_client, "fetch_issues", len(STATES)) == order
    assert _sent(make_client, "fetch_pull_requests", len(STATES)) == order


def test_contributors_are_anonymous_only_when_asked_for(make_client: MakeClient) -> None:
    assert _sent(make_client, "fetch_contributors", 0) == {}
    assert _sent(make_client, "fetch_contributors", 1) == {"anon": "1"}
