"""What a type checker must see of a client's methods. Not run: checked by test_types.py."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, assert_type

from GitFleet import (
    Backend,
    BranchInfo,
    CodeMatch,
    CommitInfo,
    ContributorInfo,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    IssueInfo,
    JsonPath,
    Listing,
    Named,
    OrganizationInfo,
    ProviderType,
    PullRequestInfo,
    RateLimitInfo,
    RepoDetails,
    RepoInfo,
    RepositoryOutcome,
    UserInfo,
)
from GitFleet.providers import TokenInfo, TokenManager


class Mine:
    """A user's class with the name of a repository."""

    full_name: str = "x/y"


async def listings(client: GitHubClient) -> None:
    assert_type(client.fetch_repositories("x"), Listing[RepoInfo])
    assert_type(await client.fetch_repositories("x"), list[RepoInfo])
    assert_type(asyncio.create_task(client.fetch_repositories("x").all()), asyncio.Task[list[RepoInfo]])
    assert_type(await client.fetch_repositories("x", kind="user"), list[RepoInfo])
    assert_type(await client.fetch_branches("x", "y"), list[BranchInfo])
    assert_type(await client.fetch_contributors("x", "y"), list[ContributorInfo])
    async for repo in client.fetch_repositories("x"):
        assert_type(repo, RepoInfo)
    async for branch in client.fetch_branches("x", "y"):
        assert_type(branch, BranchInfo)
    async for page in client.fetch_contributors("x", "y").pages():
        assert_type(page, list[ContributorInfo])
    assert_type([repo async for repo in client.fetch_repositories("x")], list[RepoInfo])


async def one_argument(client: GitProviderClient, repo: RepoInfo, pull: PullRequestInfo, mine: Mine) -> None:
    assert_type(await client.fetch_branches(repo), list[BranchInfo])
    assert_type(await client.fetch_branches("x/y"), list[BranchInfo])
    assert_type(await client.fetch_branches(owner="x", repo="y"), list[BranchInfo])
    assert_type(client.fetch_commits(mine, since=datetime.now(UTC)), Listing[CommitInfo])
    assert_type(client.fetch_pull_requests(repo, state="open"), Listing[PullRequestInfo])
    if pull.head_repo is not None:
        assert_type(await client.fetch_repository_details(pull.head_repo), RepoDetails)
    for outcome in await client.fetch_many_repository_details([repo, "x/y", mine]):
        assert_type(outcome, RepositoryOutcome)


def names(named: Named, repo: RepoInfo) -> list[Named]:
    assert_type(named.full_name, str | None)
    return [named, repo]


async def searches(client: GitProviderClient, repo: RepoInfo) -> None:
    assert_type(await client.search_repositories("x", owner="y"), list[RepoInfo])
    assert_type(client.search_issues("x", repository=repo), Listing[IssueInfo])
    assert_type(await client.search_code("x", repository="y/z"), list[CodeMatch])
    assert_type(await client.fetch_organizations(), list[OrganizationInfo])
    assert_type(client.fetch_groups("x"), Listing[OrganizationInfo])
    for match in await client.search_code("x"):
        assert_type(match.repo, str | None)
        assert_type(match.fragments, tuple[str, ...] | None)


async def objects(client: GitHubClient) -> None:
    assert_type(await client.fetch_user_info(), UserInfo)
    assert_type(await client.fetch_repository_details("x", "y"), RepoDetails)
    assert_type(await client.get_rate_limit(), RateLimitInfo)
    assert_type(await client.get_rate_limit("search"), RateLimitInfo)
    assert_type(await client.validate_credentials(), bool)


async def any_provider(client: GitProviderClient) -> None:
    assert_type(await client.fetch_repositories("x"), list[RepoInfo])
    assert_type(await client.fetch_user_info(), UserInfo)
    assert_type(await client.fetch_repositories("x", kind="organization"), list[RepoInfo])
    assert_type(await client.fetch_issues("x", "y", state="open", pull_requests=True), list[IssueInfo])
    assert_type(client.fetch_pull_requests("x", "y", state="closed"), Listing[PullRequestInfo])
    assert_type(client.fetch_commits("x", "y", since=datetime.now(UTC)), Listing[CommitInfo])
    assert_type(await client.fetch_languages("x", "y"), dict[str, float])
    assert_type(await client.get_rate_limit("core"), RateLimitInfo)
    assert_type(client.supports("contributors"), bool)
    assert_type(client.backend, Backend)
    assert_type(client.base_url, str)
    assert_type(client.provider_type, ProviderType)


async def context() -> None:
    async with GitHubClient(token="x") as github, GitLabClient() as gitlab:
        assert_type(github, GitHubClient)
        assert_type(gitlab, GitLabClient)


async def fields(client: GitHubClient) -> None:
    repo = await client.fetch_repository_details("x", "y")
    assert_type(repo.id, int | str)
    assert_type(repo.owner, UserInfo | None)
    assert_type(repo.topics, tuple[str, ...] | None)
    assert_type(repo.created_at, datetime | None)
    assert_type(repo.license, str | None)
    assert_type(repo.raw_data, dict[str, object] | None)
    listed: RepoInfo = repo
    assert_type(listed.stargazers_count, int | None)


async def tokens(manager: TokenManager) -> None:
    manager.add_token("x", "github")
    manager.add_token("x", ProviderType.GITHUB, username="me")
    assert_type(await manager.get_next_available_token("github"), TokenInfo | None)
    assert_type(manager.get_all_tokens("github"), list[TokenInfo])
    assert_type(manager.count_available_tokens("github"), int)


T = TypeVar("T")


@dataclass
class Run:
    """A user's own."""

    id: int
    actor: Annotated[str | None, JsonPath("actor.login")] = None


@dataclass
class Page(Generic[T]):
    """A generic one."""

    items: list[T]


async def any_endpoint(client: GitProviderClient) -> None:
    assert_type(await client.fetch("/runs/{id}", Run, id=5), Run)
    assert_type(await client.fetch("/runs", Page[Run], at="a.b", params={"a": [1, "b"], "c": None}), Page[Run])
    assert_type(client.fetch_all("/runs", Run, at="runs", headers={"accept": "x"}), Listing[Run])
    assert_type(await client.fetch_all("/{owner}/runs", Run, owner="x"), list[Run])
    assert_type(await client.request("POST", "/x", json={"a": 1}), Any)
    run = await client.fetch("/runs/{path}/{model}", Run, path="x", model="y")
    assert_type(run.actor, str | None)


async def graphql(client: GitProviderClient) -> None:
    assert_type(await client.graphql("{ x }"), Any)
    assert_type(await client.graphql("{ x }", {"a": 1}), Any)
    assert_type(client.graphql("{ x }", {"a": 1}, Run, at="data.x"), Listing[Run])
    assert_type(await client.graphql("{ x }", None, Run, at=("data", "x")), list[Run])
    assert_type(await client.graphql("{ x }", model=Run, at="x"), list[Run])
    for outcome in await client.fetch_many_repository_details(["a/b"]):
        assert_type(outcome, RepositoryOutcome)
        assert_type(outcome.unwrap(), RepoDetails)
