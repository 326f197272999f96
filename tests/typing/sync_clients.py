"""What a type checker must see of the sync clients. Not run: checked by test_types.py."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_type

import GitFleet
from GitFleet import (
    Backend,
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    ProviderType,
    PullRequestInfo,
    RateLimitInfo,
    RepoDetails,
    RepoInfo,
    RepositoryOutcome,
    TagInfo,
    UserInfo,
)
from GitFleet.providers import TokenInfo
from GitFleet.sync import GitHubClient, GitLabClient, GitProviderClient, Listing, TokenManager, run


def listings(client: GitHubClient) -> None:
    assert_type(client.fetch_repositories("x"), Listing[RepoInfo])
    assert_type(client.fetch_repositories("x", kind="self"), Listing[RepoInfo])
    assert_type(client.fetch_repositories("x").all(), list[RepoInfo])
    assert_type(list(client.fetch_branches("x", "y")), list[BranchInfo])
    assert_type(list(client.fetch_branches("x/y")), list[BranchInfo])
    assert_type([client.fetch_tags(repo).all() for repo in client.fetch_repositories("x")], list[list[TagInfo]])
    assert_type(client.fetch_contributors("x", "y").pages(), Generator[list[ContributorInfo], None, None])
    for repo in client.fetch_repositories("x"):
        assert_type(repo, RepoInfo)
    for page in client.fetch_contributors("x", "y").pages():
        assert_type(page, list[ContributorInfo])


def objects(client: GitHubClient) -> None:
    assert_type(client.fetch_user_info(), UserInfo)
    assert_type(client.fetch_repository_details("x", "y"), RepoDetails)
    assert_type(client.get_rate_limit("search"), RateLimitInfo)
    assert_type(client.validate_credentials(), bool)
    assert_type(client._use_rust, bool)


def any_provider(client: GitProviderClient) -> None:
    assert_type(client.fetch_repositories("x", kind="organization"), Listing[RepoInfo])
    assert_type(client.fetch_user_info(), UserInfo)
    assert_type(client.fetch_issues("x", "y", state="open", pull_requests=True), Listing[IssueInfo])
    assert_type(client.fetch_pull_requests("x", "y", state="closed"), Listing[PullRequestInfo])
    assert_type(client.fetch_commits("x", "y", since=datetime.now(UTC)), Listing[CommitInfo])
    assert_type(client.fetch_languages("x", "y"), dict[str, float])
    assert_type(client.supports("contributors"), bool)
    assert_type(client.backend, Backend)
    assert_type(client.base_url, str)
    assert_type(client.provider_type, ProviderType)
    assert_type(client.close(), None)


def context(pool: GitFleet.TokenManager, shared: Backend) -> None:
    with (
        GitHubClient(token="x", token_manager=pool) as github,
        GitLabClient(token_type="job", backend=shared) as gitlab,
    ):
        assert_type(github, GitHubClient)
        assert_type(gitlab, GitLabClient)
    assert_type(run(shared.aclose()), None)


def tokens() -> None:
    manager = TokenManager()
    manager.add_token("x", "github")
    assert_type(manager.get_next_available_token("github"), TokenInfo | None)
    assert_type(manager.count_available_tokens("github"), int)
    manager.mark_token_invalid("x", ProviderType.GITHUB)
    GitHubClient(token_manager=manager)
    GitFleet.GitHubClient(token_manager=manager)


@dataclass
class Run:
    """A user's own."""

    id: int


def any_endpoint(client: GitProviderClient) -> None:
    assert_type(client.fetch("/runs/{id}", Run, id=5), Run)
    assert_type(client.fetch_all("/runs", Run, at="runs", headers={"accept": "x"}), Listing[Run])
    assert_type(client.request("POST", "/x", json={"a": 1}), Any)


def graphql(client: GitProviderClient) -> None:
    assert_type(client.graphql("{ x }", {"a": 1}), Any)
    assert_type(client.graphql("{ x }", {"a": 1}, Run, at="data.x"), Listing[Run])
    assert_type(client.graphql("{ x }", model=Run, at="x"), Listing[Run])
    assert_type(client.fetch_many_repository_details(["a/b"]), list[RepositoryOutcome])


def any_coroutine(coroutine: Coroutine[Any, Any, int]) -> None:
    assert_type(run(coroutine), int)


async def mistakes(client: GitHubClient, gitlab: GitLabClient) -> None:
    await client.fetch_user_info()  # type: ignore[misc]
    await client.fetch_branches("x", "y")  # type: ignore[misc]
    async for _ in client.fetch_branches("x", "y"):  # type: ignore[attr-defined]
        pass
    async with client:  # type: ignore[attr-defined]
        pass
    client.fetch_repositories(5)  # type: ignore[arg-type]
    gitlab.fetch_repositories("x", kind="self")  # type: ignore[arg-type]
    len(client.fetch_branches("x", "y"))  # type: ignore[arg-type]
    client.fetch_branches("x", "y")[0]  # type: ignore[index]
    client._use_rust = True  # type: ignore[misc]
    str(client.fetch_user_info().nickname)  # type: ignore[attr-defined]
    GitHubClient(backend="rust")  # type: ignore[arg-type]
    GitLabClient(token_type="none")  # type: ignore[arg-type]
    client.graphql("{ x }", {}, "Model")  # type: ignore[call-overload]
    client.fetch("/x", RepoInfo, params={"a": object()})  # type: ignore[dict-item]
    run(5)  # type: ignore[arg-type]
