"""What can be done for each repository."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from gitfleet_api import (
    BranchInfo,
    CallMeter,
    ConfigurationError,
    GitFleetError,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    NotFoundError,
    PermissionDeniedError,
    ProviderType,
    PullRequestInfo,
    RepoDetails,
    UnavailableForLegalReasonsError,
    UnsupportedError,
)
from gitfleet_fleet import LanguageShare, Repository
from gitfleet_fleet.kinds import kind_of, kinds
from gitfleet_fleet.outcome import status_of

GITHUB = ProviderType.GITHUB


@pytest.mark.parametrize(
    ("name", "method", "model"),
    [
        ("branches", "fetch_branches", BranchInfo),
        ("fetch_branches", "fetch_branches", BranchInfo),
        ("details", "fetch_repository_details", RepoDetails),
        ("fetch_repository_details", "fetch_repository_details", RepoDetails),
        ("pull_requests", "fetch_pull_requests", PullRequestInfo),
        ("pull-requests", "fetch_pull_requests", PullRequestInfo),
        ("prs", "fetch_pull_requests", PullRequestInfo),
        ("mrs", "fetch_pull_requests", PullRequestInfo),
    ],
)
def test_a_call_is_named_like_its_method(name: str, method: str, model: type) -> None:
    kind = kind_of(name, {})
    assert (kind.method, kind.model) == (method, model)


def test_every_method_of_one_repository_is_a_kind() -> None:
    assert {"branches", "tags", "commits", "contributors", "releases", "issues", "pull_requests"} <= set(kinds())
    assert not {"repositories", "members", "user", "organization"} & set(kinds())


def test_the_rows_of_languages_are_their_shares() -> None:
    assert kind_of("languages", {}).model is LanguageShare


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("brnches", "did you mean 'branches'"),
        ("stars", "known are .*branches"),
        ("members", "no call for each repository"),
        ("", "no call for each repository"),
    ],
)
def test_an_unknown_name_is_refused(name: str, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        kind_of(name, {})


@pytest.mark.parametrize("client", [GitHubClient(), GitLabClient()])
@pytest.mark.parametrize(
    ("name", "arguments", "match"),
    [
        ("branches", {"state": "open"}, "branches: got an unexpected keyword argument 'state'"),
        ("pull_requests", {"state": "opne"}, "state must be"),
        ("commits", {"since": datetime(2026, 1, 1)}, "since must be a datetime with a time zone"),  # noqa: DTZ001
        ("details", {"full": True}, "details: got an unexpected keyword argument 'full'"),
    ],
)
def test_an_invalid_argument_is_refused_before_anything_is_sent(
    client: GitProviderClient, name: str, arguments: dict[str, Any], match: str
) -> None:
    with pytest.raises(ConfigurationError, match=match):
        kind_of(name, arguments).check(client)


def test_languages_take_no_argument() -> None:
    with pytest.raises(ConfigurationError, match="languages: no argument is named 'top'"):
        kind_of("languages", {"top": 3})


async def _count(client: GitProviderClient, repo: Repository) -> int:
    return len(await client.fetch_branches(repo.owner, repo.name))


async def _count_more(_limit: int, client: GitProviderClient, repo: Repository) -> int:
    return await _count(client, repo)


def test_a_coroutine_function_is_a_kind() -> None:
    assert kind_of(_count, {}).name == "_count"
    assert kind_of(partial(_count_more, 5), {}).name == "_count_more"


@pytest.mark.parametrize("function", [len, str.join, 5, None])
def test_another_function_is_refused(function: Any) -> None:
    with pytest.raises(ConfigurationError, match="`async def` function of a client and a repository"):
        kind_of(function, {})


def test_a_function_takes_no_further_arguments() -> None:
    with pytest.raises(ConfigurationError, match="use functools"):
        kind_of(_count, {"state": "open"})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x", GITHUB, status=404), "gone"),
        (NotFoundError("x", GITHUB, status=410, code="gone"), "unsupported"),
        (PermissionDeniedError("x", GITHUB, status=403), "forbidden"),
        (PermissionDeniedError("Repository access blocked", GITHUB, status=403, reason="object_blocked"), "blocked"),
        (UnavailableForLegalReasonsError("x", GITHUB, status=451), "blocked"),
        (UnsupportedError("x", GITHUB), "unsupported"),
        (GitFleetError("x"), "failed"),
        (ValueError("x"), "failed"),
    ],
)
def test_an_error_has_a_status(error: Exception, status: str) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize(
    ("name", "arguments", "statuses", "provider", "empty"),
    [
        ("branches", {}, {200: 1}, "github", True),
        ("contributors", {}, {204: 1}, "github", True),
        ("contributors", {}, {200: 1}, "github", False),  # no author has an account
        ("contributors", {"anonymous": True}, {200: 1}, "github", True),
        ("contributors", {}, {200: 1}, "gitlab", True),
        ("commits", {}, {409: 1}, "github", True),
        ("commits", {}, {200: 1}, "gitlab", True),
        ("commits", {"path": "src"}, {200: 1}, "gitlab", False),
        ("commits", {"path": None}, {200: 1}, "gitlab", True),
        ("issues", {}, {200: 1}, "github", False),
        ("pull_requests", {}, {200: 1}, "gitlab", False),
    ],
)
def test_no_rows_mean_an_empty_repository_where_one_with_commits_has_some(
    name: str, arguments: dict[str, Any], statuses: dict[int, int], provider: str, empty: bool
) -> None:
    meter = CallMeter()
    meter.statuses.update(statuses)
    assert kind_of(name, arguments).shows_empty([], meter, ProviderType(provider)) is empty
    assert not kind_of(name, arguments).shows_empty(["row"], meter, ProviderType(provider))
