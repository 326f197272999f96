"""What an audit reads of a repository, from the cheapest source."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gitfleet_api import (
    BranchInfo,
    GitFleetError,
    GitProviderClient,
    GraphQLError,
    ProviderType,
    PullRequestInfo,
    RepoDetails,
    RepoInfo,
    UnsupportedError,
)
from gitfleet_api.client import to_datetime

from ..repository import Repository

__all__ = ["BranchFacts", "Facts", "read_facts"]

_BRANCHES = """
query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    licenseInfo { spdxId }
    refs(refPrefix: "refs/heads/", first: 100, after: $after) {
      nodes { name target { ... on Commit { committedDate } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
"""One call for 100 branches: REST needs one call per branch for the time of its newest commit."""


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch."""

    name: str
    """Name of the branch."""
    is_default: bool
    """Whether it is the default branch."""
    protected: bool | None
    """Whether it is protected. None if that is unknown."""
    committed_at: datetime | None
    """Time of its newest commit. None if that is unknown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an audit knows about a repository."""

    info: RepoInfo
    """The repository."""
    has_license: bool | None = None
    """Whether the provider recognizes a license file. None if that is unknown."""
    branches: list[BranchFacts] = field(default_factory=list)
    """Its branches."""
    pulls: list[PullRequestInfo] = field(default_factory=list)
    """Its open pull requests."""
    failures: Mapping[str, GitFleetError] = field(default_factory=dict)
    """Why a check is not possible, by its name."""


async def read_facts(client: GitProviderClient, repo: Repository, checks: Collection[str]) -> Facts:
    """Read what some checks need of a repository. An archived one costs no further call.

    Args:
        client: The client of its server.
        repo: The repository.
        checks: Names of the checks.

    Raises:
        GitFleetError: Nothing can be read.
    """
    info = repo.info or await client.fetch_repository_details(repo.owner, repo.name)
    if info.archived:
        return Facts(info)
    results, failures = await _read_parts(client, repo, info, checks)
    dates, has_license = results.get("no_license", ({}, None))
    branches = results.get("unprotected_default_branch", [])
    stale_failure = failures.get("unprotected_default_branch")
    if stale_failure is None and client.provider_type is ProviderType.GITHUB:  # its branches have no times
        stale_failure = failures.get("no_license")
    if dates is None:
        try:
            dates = await _dates_by_commit(client, repo, branches)
        except GitFleetError as error:
            dates, stale_failure = {}, error
    if stale_failure is not None:
        failures["stale_branch"] = stale_failure
    found = [
        BranchFacts(
            branch.name,
            branch.name == info.default_branch,
            branch.protected,
            branch.committed_at or dates.get(branch.name),
        )
        for branch in branches
    ]
    return Facts(info, has_license, found, results.get("old_pull_request", []), failures)


async def _read_parts(
    client: GitProviderClient, repo: Repository, info: RepoInfo, checks: Collection[str]
) -> tuple[dict[str, Any], dict[str, GitFleetError]]:
    """Return what some checks need and could be read, and the errors of the rest, by the check that needs it most.

    Raises:
        GitFleetError: Nothing can be read.
    """
    is_github = client.provider_type is ProviderType.GITHUB
    needs_dates = is_github and "stale_branch" in checks  # GitLab's list of branches has them
    parts: dict[str, Awaitable[Any]] = {}
    if "no_license" in checks or needs_dates:
        parts["no_license"] = _dates_and_license(client, repo, info, checks)
    if "unprotected_default_branch" in checks or "stale_branch" in checks:
        parts["unprotected_default_branch"] = client.fetch_branches(repo.owner, repo.name).all()
    if "old_pull_request" in checks:
        parts["old_pull_request"] = client.fetch_pull_requests(repo.owner, repo.name, state="open").all()
    results: dict[str, Any] = {}
    failures: dict[str, GitFleetError] = {}
    for check, result in zip(parts, await asyncio.gather(*parts.values(), return_exceptions=True), strict=True):
        if isinstance(result, GitFleetError):
            failures[check] = result
        elif isinstance(result, BaseException):
            raise result
        else:
            results[check] = result
    if failures and not results:
        raise next(iter(failures.values()))
    return results, failures


async def _dates_and_license(
    client: GitProviderClient, repo: Repository, info: RepoInfo, checks: Collection[str]
) -> tuple[dict[str, datetime] | None, bool | None]:
    """Return the times of the newest commits by branch, and whether there is a license.

    The times are empty if no check needs them or the list of branches has them; None if they need a call per branch.
    """
    if client.provider_type is ProviderType.GITHUB and client.session.tokens():
        try:
            return await _by_graphql(client, repo, all_branches="stale_branch" in checks)
        except (UnsupportedError, GraphQLError):
            pass  # an old server, or a token that may not use GraphQL
    needs_calls = client.provider_type is ProviderType.GITHUB and "stale_branch" in checks
    dates: dict[str, datetime] | None = None if needs_calls else {}
    if "no_license" not in checks:
        return dates, None
    details = info if isinstance(info, RepoDetails) else await client.fetch_repository_details(repo.owner, repo.name)
    return dates, details.license is not None


async def _by_graphql(
    client: GitProviderClient, repo: Repository, *, all_branches: bool
) -> tuple[dict[str, datetime], bool]:
    dates: dict[str, datetime] = {}
    after: str | None = None
    while True:
        variables = {"owner": repo.owner, "name": repo.name, "after": after}
        found = (await client.graphql(_BRANCHES, variables))["repository"]
        refs = found["refs"] or {"nodes": [], "pageInfo": {"hasNextPage": False}}
        for node in refs["nodes"]:
            committed = (node["target"] or {}).get("committedDate")
            if committed is not None:
                dates[node["name"]] = to_datetime(committed)
        if not (all_branches and refs["pageInfo"]["hasNextPage"]):
            return dates, found["licenseInfo"] is not None
        after = refs["pageInfo"]["endCursor"]


async def _dates_by_commit(
    client: GitProviderClient, repo: Repository, branches: list[BranchInfo]
) -> dict[str, datetime]:
    """Return the times of the newest commits with one call per branch: for GitHub without GraphQL."""
    dates = {}
    for branch in branches:
        commit = await client.fetch_commit(repo.owner, repo.name, ref=branch.commit_sha or branch.name)
        if commit.committed_at is not None:
            dates[branch.name] = commit.committed_at
    return dates
