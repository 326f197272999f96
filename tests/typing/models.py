"""What a type checker must see of the models: fields that are always sent need no check for None. Not run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from GitFleet import GitHubClient, GitLabClient, RepoReference


async def report(client: GitHubClient | GitLabClient, owner: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for repo in await client.fetch_repositories(owner):
        name = repo.full_name.removeprefix(f"{repo.owner_login}/").lower()
        titles = [issue.title.strip() for issue in await client.fetch_issues(repo.owner_login, name)]
        subjects = [commit.message.splitlines()[0] for commit in await client.fetch_commits(repo.owner_login, name)]
        found[repo.owner_login.lower()] = [*titles, *subjects]
    return found


async def models(client: GitHubClient) -> None:
    for repo in await client.fetch_repositories("x"):
        assert_type(repo.id, int | str)
        assert_type(repo.owner_login, str)
    for pull in await client.fetch_pull_requests("x", "y"):
        assert_type(pull.merged, bool)
        assert_type(pull.title, str)
        assert_type(pull.state, str)
        assert_type(pull.head_repo, RepoReference | None)
        if pull.head_repo is not None:
            assert_type(pull.head_repo.id, int | str)
            assert_type(pull.head_repo.full_name, str | None)
    for branch in await client.fetch_branches("x", "y"):
        assert_type(branch.commit_sha, str)
        assert_type(branch.committed_at, datetime | None)
    assert_type((await client.fetch_user("x")).id, int | str | None)


def versions() -> None:
    GitHubClient("token", api_version="2026-03-10")
