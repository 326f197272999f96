"""The resources that the listing commands list, and the fields of their rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    GitProviderClient,
    IssueInfo,
    Listing,
    PullRequestInfo,
    ReleaseInfo,
    RepoInfo,
    TagInfo,
)
from gitfleet_api.client.provider import IssueState

from .targets import Target

__all__ = ["ALIASES", "RESOURCES", "Filters", "Pages", "Resource"]

Pages = AsyncGenerator[Sequence[object], None]
"""The pages of a listing, as they arrive."""


ALIASES: Mapping[str, str] = {
    "stars": "stargazers_count",
    "forks": "forks_count",
    "open_issues": "open_issues_count",
    "watchers": "watchers_count",
    "created": "created_at",
    "updated": "updated_at",
    "pushed": "pushed_at",
    "published": "published_at",
    "sha": "commit_sha",
    "date": "committed_at",
    "url": "html_url",
    "provider": "provider_type",
}
"""Short names of fields. They apply to models that have the field."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter options of listing commands. Each resource supports some of them.

    Attributes:
        state: state of issues and pull requests.
        since: start time.
        until: end time.
        ref: branch, tag or commit to start from; None for the default branch.
        path: only commits that change this file or folder.
        anonymous: include contributors without an account.
    """

    state: IssueState = "all"
    since: datetime | None = None
    until: datetime | None = None
    ref: str | None = None
    path: str | None = None
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with a listing command.

    Attributes:
        command: name of the command.
        noun: what a row is, in the plural.
        help: first sentence of the help text.
        model: model of the rows.
        fetch: creates the listing; raises ConfigurationError for an invalid name.
        table_fields: the default fields of tables.
        filters: names of the :class:`Filters` that the command has as options.
        of_repository: True if the target is a repository, False if it is an owner.
    """

    command: str
    noun: str
    help: str
    model: type
    fetch: Callable[[GitProviderClient, Target, Filters], Listing[Any]]
    table_fields: str
    filters: frozenset[str] = field(default_factory=frozenset)
    of_repository: bool = True

    @property
    def aliases(self) -> Mapping[str, str]:
        """The short names of the fields of the model."""
        names = self.model.__dataclass_fields__  # type: ignore[attr-defined]  # it is a dataclass
        return {short: name for short, name in ALIASES.items() if name in names and short not in names}


def _repos(client: GitProviderClient, target: Target, _filters: Filters) -> Listing[Any]:
    return client.fetch_repositories(target.owner)


def _branches(client: GitProviderClient, target: Target, _filters: Filters) -> Listing[Any]:
    return client.fetch_branches(target.owner, target.repo)


def _tags(client: GitProviderClient, target: Target, _filters: Filters) -> Listing[Any]:
    return client.fetch_tags(target.owner, target.repo)


def _contributors(client: GitProviderClient, target: Target, filters: Filters) -> Listing[Any]:
    return client.fetch_contributors(target.owner, target.repo, anonymous=filters.anonymous)


def _commits(client: GitProviderClient, target: Target, filters: Filters) -> Listing[Any]:
    return client.fetch_commits(
        target.owner, target.repo, ref=filters.ref, since=filters.since, until=filters.until, path=filters.path
    )


def _releases(client: GitProviderClient, target: Target, _filters: Filters) -> Listing[Any]:
    return client.fetch_releases(target.owner, target.repo)


def _issues(client: GitProviderClient, target: Target, filters: Filters) -> Listing[Any]:
    return client.fetch_issues(target.owner, target.repo, state=filters.state, since=filters.since)


def _pulls(client: GitProviderClient, target: Target, filters: Filters) -> Listing[Any]:
    return client.fetch_pull_requests(target.owner, target.repo, state=filters.state)


RESOURCES = (
    Resource(
        "repos",
        "repositories",
        "List the repositories of users, organizations and groups.",
        RepoInfo,
        _repos,
        "full_name,stars,forks,open_issues,language,updated,description",
        of_repository=False,
    ),
    Resource("branches", "branches", "List the branches of repositories.", BranchInfo, _branches, "name,protected,sha"),
    Resource("tags", "tags", "List the tags of repositories.", TagInfo, _tags, "name,sha,message"),
    Resource(
        "contributors",
        "contributors",
        "List the contributors of repositories.",
        ContributorInfo,
        _contributors,
        "login,name,contributions,type",
        frozenset({"anonymous"}),
    ),
    Resource(
        "commits",
        "commits",
        "List the commits of repositories, newest first.",
        CommitInfo,
        _commits,
        "sha,date,author_name,message",
        frozenset({"ref", "since", "until", "path"}),
    ),
    Resource(
        "issues",
        "issues",
        "List the issues of repositories, without pull requests.",
        IssueInfo,
        _issues,
        "number,state,title,author.login,comments,updated",
        frozenset({"state", "since"}),
    ),
    Resource(
        "pulls",
        "pull requests",
        "List the pull requests (merge requests) of repositories.",
        PullRequestInfo,
        _pulls,
        "number,state,merged,title,author.login,head_ref,base_ref,updated",
        frozenset({"state"}),
    ),
    Resource(
        "releases",
        "releases",
        "List the releases of repositories, newest first.",
        ReleaseInfo,
        _releases,
        "tag_name,name,draft,prerelease,published",
    ),
)
