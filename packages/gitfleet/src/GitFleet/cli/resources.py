"""The listings that there are commands for, and what their rows show."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    GitProviderClient,
    IssueInfo,
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


class Paged(Protocol):
    """A listing of whatever."""

    def pages(self, *, ahead: int = ...) -> Pages:
        """Its pages, of which so many are fetched before they are asked for."""


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
"""Short names, where a model has that field."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted of a listing; each belongs to some kinds only."""

    state: IssueState = "all"
    since: datetime | None = None
    until: datetime | None = None
    ref: str | None = None
    path: str | None = None
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A listing.

    Attributes:
        command: its name.
        what: what its rows are called.
        help: what the command does.
        model: of its rows.
        fetch: makes it; raises ConfigurationError at once for a name that can't be one.
        shown: the fields that tables show.
        filters: the options that it takes, of those that :class:`Filters` has.
        of_repository: whether it lists what is in a repository, or what an owner has.
    """

    command: str
    what: str
    help: str
    model: type
    fetch: Callable[[GitProviderClient, Target, Filters], Paged]
    shown: str
    filters: frozenset[str] = field(default_factory=frozenset)
    of_repository: bool = True

    @property
    def aliases(self) -> Mapping[str, str]:
        """The short names of its fields."""
        names = self.model.__dataclass_fields__  # type: ignore[attr-defined]  # it is a dataclass
        return {short: name for short, name in ALIASES.items() if name in names and short not in names}


def _repos(client: GitProviderClient, target: Target, _filters: Filters) -> Paged:
    return client.fetch_repositories(target.owner)


def _branches(client: GitProviderClient, target: Target, _filters: Filters) -> Paged:
    return client.fetch_branches(target.owner, target.repo)


def _tags(client: GitProviderClient, target: Target, _filters: Filters) -> Paged:
    return client.fetch_tags(target.owner, target.repo)


def _contributors(client: GitProviderClient, target: Target, filters: Filters) -> Paged:
    return client.fetch_contributors(target.owner, target.repo, anonymous=filters.anonymous)


def _commits(client: GitProviderClient, target: Target, filters: Filters) -> Paged:
    return client.fetch_commits(
        target.owner, target.repo, ref=filters.ref, since=filters.since, until=filters.until, path=filters.path
    )


def _releases(client: GitProviderClient, target: Target, _filters: Filters) -> Paged:
    return client.fetch_releases(target.owner, target.repo)


def _issues(client: GitProviderClient, target: Target, filters: Filters) -> Paged:
    return client.fetch_issues(target.owner, target.repo, state=filters.state, since=filters.since)


def _pulls(client: GitProviderClient, target: Target, filters: Filters) -> Paged:
    return client.fetch_pull_requests(target.owner, target.repo, state=filters.state)


RESOURCES = (
    Resource(
        "repos",
        "repositories",
        "The repositories of users, organizations and groups.",
        RepoInfo,
        _repos,
        "full_name,stars,forks,open_issues,language,updated,description",
        of_repository=False,
    ),
    Resource("branches", "branches", "The branches of repositories.", BranchInfo, _branches, "name,protected,sha"),
    Resource("tags", "tags", "The tags of repositories.", TagInfo, _tags, "name,sha,message"),
    Resource(
        "contributors",
        "contributors",
        "Who has commits in repositories.",
        ContributorInfo,
        _contributors,
        "login,name,contributions,type",
        frozenset({"anonymous"}),
    ),
    Resource(
        "commits",
        "commits",
        "The commits of repositories, newest first.",
        CommitInfo,
        _commits,
        "sha,date,author_name,message",
        frozenset({"ref", "since", "until", "path"}),
    ),
    Resource(
        "issues",
        "issues",
        "The issues of repositories, without pull requests.",
        IssueInfo,
        _issues,
        "number,state,title,author.login,comments,updated",
        frozenset({"state", "since"}),
    ),
    Resource(
        "pulls",
        "pull requests",
        "The pull requests (merge requests) of repositories.",
        PullRequestInfo,
        _pulls,
        "number,state,title,author.login,head_ref,base_ref,updated",
        frozenset({"state"}),
    ),
    Resource(
        "releases",
        "releases",
        "The releases of repositories, newest first.",
        ReleaseInfo,
        _releases,
        "tag_name,name,draft,prerelease,published",
    ),
)
