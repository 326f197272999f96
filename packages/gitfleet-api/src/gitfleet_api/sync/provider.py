"""The interface of every provider: one set of method names for all of them.

Written by tools/write_sync.py from client/provider.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ..client.provider import AccountKind, IssueOrder, IssueState
from ..client.provider import Provider as AsyncProvider
from ..decoding.shapes import Shape
from ..http.repository_names import Named
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
from .audit import AuditCalls
from .background import run
from .discovery import DiscoveryCalls
from .listing import Listing

__all__ = ["Provider"]


class Provider(AuditCalls, DiscoveryCalls):
    """The calls that providers share. A call that a provider lacks raises :class:`UnsupportedError`."""

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
        """Return the account that the token belongs to."""
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """Return an account.

        Args:
            login: Name of the account.
        """
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return an organization or group.

        Args:
            name: Name of the organization, or full path of the group.
        """
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """List the members of an organization that the token may see.

        Args:
            organization: Name of the organization, or full path of the group.
        """
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """List the repositories of a user or an organization that the token may see, oldest first.

        Args:
            owner: Name of a user or an organization, or full path of a group.
            kind: What ``owner`` is. If omitted, GitFleet finds out, which costs one or two requests.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one repository with all details.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the amount of code in each language, in the provider's unit.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_tags(owner, repo))

    def fetch_commits(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        path: str | None = None,
    ) -> Listing[CommitInfo]:
        """List the commits that are reachable from ``ref``, newest first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Branch, tag or hash. None for the default branch.
            since: Only commits at this time or later. An aware datetime.
            until: Only commits at this time or earlier. An aware datetime.
            path: Only commits that change this file or folder.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(
        self, owner: str | Named, repo: str | None = None, *, anonymous: bool = False
    ) -> Listing[ContributorInfo]:
        """List the contributors of a repository, most commits first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            anonymous: Include contributors whose e-mail address belongs to no account.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a repository, newest first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_releases(owner, repo))

    def fetch_issues(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        state: IssueState = "all",
        since: datetime | None = None,
        pull_requests: bool = False,
        sort: IssueOrder = "created",
    ) -> Listing[IssueInfo]:
        """List the issues of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            state: ``open``, ``closed`` or ``all``.
            since: Only issues changed at this time or later. An aware datetime.
            pull_requests: Include issues that are pull requests, if the provider lists them as issues.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.
        """
        return Listing(
            self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests, sort=sort)
        )

    def fetch_pull_requests(
        self, owner: str | Named, repo: str | None = None, *, state: IssueState = "all", sort: IssueOrder = "created"
    ) -> Listing[PullRequestInfo]:
        """List the pull requests of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            state: ``open``, ``closed`` (merged ones too) or ``all``.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state, sort=sort))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """Return how many calls are left.

        Args:
            resource: The provider's name of the budget. Every provider has ``core``.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Return whether the provider accepts the token; False without a token."""
        return run(self._async.validate_credentials())
