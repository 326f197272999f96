"""The resources that the listing commands list, and the fields of their rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    GitProviderClient,
    IssueInfo,
    Listing,
    PullRequestInfo,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    TagInfo,
    UserInfo,
)
from gitfleet_api.client.provider import IssueState
from gitfleet_fleet import LanguageShare

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

_ROW_FILTERS = frozenset({"created_before", "created_after"})
"""Filters that are no argument of a request: they apply to rows."""


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
        created_before: only rows that were created before this time.
        created_after: only rows that were created at this time or later.
    """

    state: IssueState = "all"
    since: datetime | None = None
    until: datetime | None = None
    ref: str | None = None
    path: str | None = None
    anonymous: bool = False
    created_before: datetime | None = None
    created_after: datetime | None = None

    def accepts(self, row: Any) -> bool:
        """Return whether the filters that apply to rows accept a row."""
        if self.created_before is None and self.created_after is None:
            return True
        created: datetime | None = row.created_at
        return (
            created is not None
            and (self.created_before is None or created < self.created_before)
            and (self.created_after is None or created >= self.created_after)
        )


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with a listing command.

    Attributes:
        command: name of the command.
        noun: what a row is, in the plural.
        help: first sentence of the help text.
        model: model of the rows.
        kind: name of the call of a fleet, and of the method ``fetch_...`` of a client unless ``of`` is ``call``.
        table_fields: the default fields of tables.
        filters: names of the :class:`Filters` that the command has as options.
        of: ``repository`` for a listing of a repository, ``owner`` for a listing of an owner, ``call`` for another call
            for a repository.
    """

    command: str
    noun: str
    help: str
    model: type
    kind: str
    table_fields: str
    filters: frozenset[str] = field(default_factory=frozenset)
    of: Literal["repository", "owner", "call"] = "repository"

    @property
    def extra(self) -> tuple[str, ...]:
        """The fields that rows have before those of the model."""
        if self.of != "owner":
            return ("repository",)
        return () if self.model is RepoInfo else ("owner",)

    @property
    def aliases(self) -> Mapping[str, str]:
        """The short names of the fields of the model."""
        names = self.model.__dataclass_fields__  # type: ignore[attr-defined]  # it is a dataclass
        return {short: name for short, name in ALIASES.items() if name in names and short not in names}

    def arguments(self, filters: Filters) -> dict[str, object]:
        """Return the arguments of the call."""
        return {name: getattr(filters, name) for name in sorted(self.filters - _ROW_FILTERS)}

    def listing(self, client: GitProviderClient, names: Sequence[str], filters: Filters) -> Listing[Any]:
        """Return the listing of an owner or a repository.

        Args:
            client: the client.
            names: the owner; or the owner and the name of the repository.
            filters: the filters.

        Raises:
            ConfigurationError: a name is invalid.
        """
        found: Listing[Any] = getattr(client, f"fetch_{self.kind}")(*names, **self.arguments(filters))
        return found


_CREATED = frozenset({"created_before", "created_after"})

RESOURCES = (
    Resource(
        "repos",
        "repositories",
        "List the repositories of users, organizations and groups.",
        RepoInfo,
        "repositories",
        "full_name,stars,forks,open_issues,language,updated,description",
        of="owner",
    ),
    Resource(
        "members",
        "members",
        "List the members of organizations and groups.",
        UserInfo,
        "members",
        "login,name,type,url",
        of="owner",
    ),
    Resource(
        "details",
        "repositories",
        "Show repositories with the fields that lists lack, such as the license.",
        RepoDetails,
        "details",
        "stars,forks,open_issues,language,license,default_branch,pushed",
        of="call",
    ),
    Resource(
        "branches", "branches", "List the branches of repositories.", BranchInfo, "branches", "name,protected,sha"
    ),
    Resource("tags", "tags", "List the tags of repositories.", TagInfo, "tags", "name,sha,message"),
    Resource(
        "contributors",
        "contributors",
        "List the contributors of repositories.",
        ContributorInfo,
        "contributors",
        "login,name,contributions,type",
        frozenset({"anonymous"}),
    ),
    Resource(
        "languages",
        "languages",
        "List the languages of repositories: bytes on GitHub, percent on GitLab.",
        LanguageShare,
        "languages",
        "language,amount",
        of="call",
    ),
    Resource(
        "commits",
        "commits",
        "List the commits of repositories, newest first.",
        CommitInfo,
        "commits",
        "sha,date,author_name,message",
        frozenset({"ref", "since", "until", "path"}),
    ),
    Resource(
        "issues",
        "issues",
        "List the issues of repositories, without pull requests.",
        IssueInfo,
        "issues",
        "number,state,title,author.login,comments,updated",
        frozenset({"state", "since"}) | _CREATED,
    ),
    Resource(
        "pulls",
        "pull requests",
        "List the pull requests (merge requests) of repositories.",
        PullRequestInfo,
        "pull_requests",
        "number,state,merged,title,author.login,head_ref,base_ref,updated",
        frozenset({"state"}) | _CREATED,
    ),
    Resource(
        "releases",
        "releases",
        "List the releases of repositories, newest first.",
        ReleaseInfo,
        "releases",
        "tag_name,name,draft,prerelease,published",
    ),
)
