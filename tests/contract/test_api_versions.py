"""Both versions of GitHub's REST API give equal models."""

from __future__ import annotations

import dataclasses
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, ProviderError
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.running import run

OLD, NEW = "2022-11-28", "2026-03-10"
REMOVED = {"rate", "merge_commit_sha", "assignee", "has_downloads", "master_branch"}
CALLS: dict[str, Callable[[GitHubClient], Any]] = {
    "user": lambda client: client.fetch_user_info(),
    "account": lambda client: client.fetch_user("octo-user"),
    "organization": lambda client: client.fetch_organization("acme"),
    "members": lambda client: client.fetch_members("acme").all(),
    "repositories": lambda client: client.fetch_repositories("acme").all(),
    "details": lambda client: client.fetch_repository_details("acme", "tool"),
    "many details": lambda client: client.fetch_many_repository_details(["acme/tool"]),
    "languages": lambda client: client.fetch_languages("acme", "tool"),
    "branches": lambda client: client.fetch_branches("acme", "tool").all(),
    "tags": lambda client: client.fetch_tags("acme", "tool").all(),
    "commits": lambda client: client.fetch_commits("acme", "tool").all(),
    "contributors": lambda client: client.fetch_contributors("acme", "tool").all(),
    "releases": lambda client: client.fetch_releases("acme", "tool").all(),
    "issues": lambda client: client.fetch_issues("acme", "tool").all(),
    "rate limit": lambda client: client.get_rate_limit(),
    "credentials": lambda client: client.validate_credentials(),
}


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("octo-user")
    fleet.add_organization("acme", members=("octo-user",))
    fleet.add_repository("acme", "tool", commits=40, tags=5, issues=30, pulls=12, license="mit")
    fleet.set_languages("acme/tool", {"Python": 7})
    fleet.add_issue("acme/tool", "Assigned", assignees=("octo-user",))
    fleet.add_release("acme/tool", "v1")
    fleet.add_pull_request("acme/tool", "Merged", state="closed", merged_at="2024-03-04T05:06:07Z", merge_sha="f" * 40)
    with Forge(fleet) as running:
        yield running


def _ask(make_client: MakeClient, forge: Forge, call: Callable[[GitHubClient], Any], **options: Any) -> Any:
    async def main() -> Any:
        async with make_client(forge.url, forge.token, **options) as client:
            return await call(client)

    return run(main())


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_both_versions_give_equal_models(
    make_client: MakeClient, forge: Forge, call: Callable[[GitHubClient], Any]
) -> None:
    # Alternately, because a request that costs a call changes the rate limit.
    forge.reset_limits()
    old = _ask(make_client, forge, call, api_version=OLD)
    forge.reset_limits()
    new = _ask(make_client, forge, call, api_version=NEW)
    if hasattr(old, "reset_time"):
        old, new = (dataclasses.replace(item, reset_time=None) for item in (old, new))
    assert old == new
    assert old


def test_pull_requests_are_equal_but_for_the_hash_of_the_merge(make_client: MakeClient, forge: Forge) -> None:
    def call(client: GitHubClient) -> Any:
        return client.fetch_pull_requests("acme", "tool").all()

    old = _ask(make_client, forge, call, api_version=OLD)
    new = _ask(make_client, forge, call, api_version=NEW)
    assert "f" * 40 in {pull.merge_commit_sha for pull in old}
    assert {pull.merge_commit_sha for pull in new} == {None}
    assert [dataclasses.replace(pull, merge_commit_sha=None) for pull in old] == new
    assert sum(pull.merged for pull in new) >= 1


def test_the_version_is_sent_with_every_request(make_client: MakeClient, forge: Forge) -> None:
    for options, expected in (({}, OLD), ({"api_version": OLD}, OLD), ({"api_version": NEW}, NEW)):
        forge.clear_log()
        _ask(make_client, forge, CALLS["repositories"], **options)
        _ask(make_client, forge, lambda client: client.request("GET", "/user"), **options)
        assert {request.headers["x-github-api-version"] for request in forge.requests} == {expected}


def test_a_version_that_github_does_not_have_is_an_error_that_names_it(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(ProviderError, match="2021-01-01") as caught:
        _ask(make_client, forge, CALLS["user"], api_version="2021-01-01")
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "version",
    ["", "latest", "2022-11", "2022-11-28 ", "2022-13-01", "2022-02-30", "20221128", None, 2022, "\uff12022-11-28"],
)
def test_a_version_that_is_no_date_is_refused(make_client: MakeClient, version: Any) -> None:
    with pytest.raises(ConfigurationError, match="api_version"):
        make_client("http://127.0.0.1:9", api_version=version)


def _body(forge: Forge, path: str, version: str) -> Any:
    headers = {"Authorization": f"Bearer {forge.token}", "X-GitHub-Api-Version": version}
    with urllib.request.urlopen(urllib.request.Request(f"{forge.url}{path}", headers=headers), timeout=30) as response:  # noqa: S310  loopback
        assert response.headers["X-GitHub-Api-Version-Selected"] == version
        return json.load(response)


def _keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set(value).union(*map(_keys, value.values())) if isinstance(value, dict) else set()


@pytest.mark.parametrize(
    "path",
    [
        "/rate_limit",
        "/repos/acme/tool",
        "/repos/acme/tool/pulls?state=all",
        "/repos/acme/tool/issues",
        "/search/issues?q=repo:acme/tool",
    ],
)
def test_the_forge_omits_what_the_newer_version_does_not_have(forge: Forge, path: str) -> None:
    old, new = _keys(_body(forge, path, OLD)), _keys(_body(forge, path, NEW))
    assert old & REMOVED
    assert not new & REMOVED
    assert old - new <= REMOVED
    assert new <= old


def test_the_forge_refuses_other_versions(forge: Forge) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        _body(forge, "/user", "2030-01-01")
    assert caught.value.code == 400
    caught.value.close()
