"""What a type checker must see of ``import gitfleet``. Not run: checked by test_types.py."""

from __future__ import annotations

from typing import assert_type

import GitFleet
import gitfleet
from gitfleet import Fleet, GitHubClient, RepoInfo, sync


async def same(client: GitHubClient, repository: RepoInfo) -> tuple[object, ...]:
    first: GitFleet.GitHubClient = client
    second: GitFleet.RepoInfo = repository
    fleet: GitFleet.Fleet = Fleet("github:python", clients=client)
    third: str = gitfleet.__version__
    async for found in client.fetch_repositories("python"):
        assert_type(found, GitFleet.RepoInfo)
    return first, second, third, fleet


def synchronous(client: sync.GitHubClient) -> None:
    assert_type(client.fetch_repository_details("python", "cpython"), GitFleet.RepoDetails)
