"""What can be asked of every provider, by the same names; a provider's client implements what the provider has.

Written by tools/write_sync.py from client/provider.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ..client.provider import AccountKind, IssueState
from ..client.provider import Provider as AsyncProvider
from ..decoding.shapes import Shape
from ..models import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    OrganizationInfo,
    PullRequestInfo,
    RateLimitInfo,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    TagInfo,
    UserInfo,
)
from ..provider_type import ProviderType
from .background import run
from .listing import Listing

__all__ = ["Provider"]


class Provider:
    """The calls that all providers share. Each of them raises :class:`UnsupportedError` where there is no such call."""

    _async: AsyncProvider
    shapes: ClassVar[Mapping[str, Shape]] = AsyncProvider.shapes
    "Where the provider's JSON has the fields of each method's model, by method name."
    limitations: ClassVar[Mapping[str, str]] = AsyncProvider.limitations
    "What is missing or different in this provider's methods, by method name."

    @property
    def provider_type(self) -> ProviderType:
        """The provider of this client."""
        return self._async.provider_type

    def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to."""
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """The account of that name."""
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """An organization, or a group of that path."""
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """Every member of an organization that the token may see."""
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """Every repository of a user or an organization that the token may see, oldest first.

        Args:
            owner: name of a user or an organization, or full path of a group.
            kind: what ``owner`` is; None finds out, which takes a call or two.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository, with all that its own page shows."""
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """How much of a repository is written in which language."""
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository."""
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a repository."""
        return Listing(self._async.fetch_tags(owner, repo))

    def fetch_commits(
        self,
        owner: str,
        repo: str,
        *,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        path: str | None = None,
    ) -> Listing[CommitInfo]:
        """Every commit that leads to ``ref`` (None: to the default branch), newest first.

        Args:
            owner: of the repository.
            repo: its name.
            ref: branch, tag or hash.
            since: no earlier ones; a time with a zone.
            until: no later ones; a time with a zone.
            path: only those that change this file or folder.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(self, owner: str, repo: str, *, anonymous: bool = False) -> Listing[ContributorInfo]:
        """Everybody with commits in a repository, most commits first.

        Args:
            owner: of the repository.
            repo: its name.
            anonymous: also those whose address belongs to no account.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release of a repository, newest first."""
        return Listing(self._async.fetch_releases(owner, repo))

    def fetch_issues(
        self,
        owner: str,
        repo: str,
        *,
        state: IssueState = "all",
        since: datetime | None = None,
        pull_requests: bool = False,
    ) -> Listing[IssueInfo]:
        """Every issue of a repository, oldest first.

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` or ``all``.
            since: only those changed at that time or later; a time with a zone.
            pull_requests: also those issues that are pull requests, where the provider takes them for issues.
        """
        return Listing(self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests))

    def fetch_pull_requests(self, owner: str, repo: str, *, state: IssueState = "all") -> Listing[PullRequestInfo]:
        """Every pull request of a repository, oldest first.

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` (merged ones too) or ``all``.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left.

        Args:
            resource: the provider's name of the budget; all have ``core``.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Whether the provider accepts the token; False without one."""
        return run(self._async.validate_credentials())
