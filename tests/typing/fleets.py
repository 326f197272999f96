"""What a type checker must see of fleets. Not run: checked by test_types.py."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, assert_type

import GitFleet.sync
from GitFleet import (
    BranchInfo,
    Fleet,
    GitHubClient,
    GitProviderClient,
    IssueInfo,
    Outcome,
    PullRequestInfo,
    RepoDetails,
    Repository,
)


@dataclass
class Size:
    """A row of a user."""

    branches: int


async def size(client: GitProviderClient, repo: Repository) -> Size:
    return Size(len(await client.fetch_branches(repo.owner, repo.name)))


async def branches(client: GitProviderClient, repo: Repository) -> list[BranchInfo]:
    return await client.fetch_branches(repo.owner, repo.name)


async def calls(fleet: Fleet, name: str) -> None:
    async for branch in fleet.each("branches"):
        assert_type(branch, Outcome[BranchInfo])
        assert_type(branch.rows, list[BranchInfo])
    async for pull in fleet.each("pull_requests", state="open"):
        assert_type(pull, Outcome[PullRequestInfo])
    async for issue in fleet.each("issues"):
        assert_type(issue.unwrap(), list[IssueInfo])
    async for details in fleet.each("details"):
        assert_type(details, Outcome[RepoDetails])
    async for other in fleet.each(name):
        assert_type(other, Outcome[Any])


async def functions(fleet: Fleet) -> None:
    async for one in fleet.each(size):
        assert_type(one, Outcome[Size])
    async for many in fleet.each(branches):
        assert_type(many, Outcome[BranchInfo])


async def fleets(client: GitHubClient) -> None:
    fleet = Fleet("github:python", clients=client, archived=False, name=["a*", "b*"])
    assert_type(await fleet.repositories(), list[Repository])
    await fleet.to_csv("x.csv", "issues", state="open", on_incomplete="warn")
    await fleet.to_parquet("x.parquet", size)


def count(client: GitFleet.sync.GitProviderClient, repo: Repository) -> int:
    return len(client.fetch_branches(repo.owner, repo.name).all())


def sync_fleets(client: GitFleet.sync.GitHubClient, name: str) -> None:
    fleet = GitFleet.sync.Fleet("github:python", clients=client)
    assert_type(fleet.repositories(), list[Repository])
    assert_type(fleet.each("branches"), Generator[Outcome[BranchInfo], None, None])
    assert_type(fleet.each(count), Generator[Outcome[int], None, None])
    assert_type(fleet.each(name), Generator[Outcome[Any], None, None])
