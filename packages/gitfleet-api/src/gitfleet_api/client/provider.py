"""The interface of every provider: one set of method names for all of them."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, NoReturn

from ..decoding.shapes import Shape
from ..errors import UnsupportedError
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
from ..profile import ProviderProfile
from ..provider_type import ProviderType
from ..session.listing import Listing
from .audit import AuditCalls
from .discovery import DiscoveryCalls

if TYPE_CHECKING:
    from ..graphql.batch_query import BatchQuery

__all__ = ["AccountKind", "IssueOrder", "IssueState", "Provider"]

AccountKind = Literal["user", "organization"]
IssueState = Literal["open", "closed", "all"]
IssueOrder = Literal["created", "updated"]
"""Oldest first, or those first that were changed last."""


class Provider(AuditCalls, DiscoveryCalls, ABC):
    """The calls that providers share. A call that a provider lacks raises :class:`UnsupportedError`."""

    profile: ProviderProfile
    """How to talk to the provider. Every provider sets it."""
    shapes: ClassVar[Mapping[str, Shape]] = {}
    """Where the provider's JSON has the fields of each method's model, by method name."""
    limitations: ClassVar[Mapping[str, str]] = {}
    """What is missing or different in this provider's methods, by method name."""
    batch_query: ClassVar[BatchQuery | None] = None
    """How to request many repositories at once; None if the provider cannot."""

    @property
    def provider_type(self) -> ProviderType:
        """The provider of this client."""
        return self.profile.type

    async def fetch_user_info(self) -> UserInfo:
        """Return the account that the token belongs to."""
        self._unsupported("fetch_user_info")

    async def fetch_user(self, login: str) -> UserInfo:
        """Return an account.

        Args:
            login: Name of the account.
        """
        self._unsupported("fetch_user")

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return an organization or group.

        Args:
            name: Name of the organization, or full path of the group.
        """
        self._unsupported("fetch_organization")

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """List the members of an organization that the token may see.

        Args:
            organization: Name of the organization, or full path of the group.
        """
        self._unsupported("fetch_members")

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """List the repositories of a user or an organization that the token may see, oldest first.

        Args:
            owner: Name of a user or an organization, or full path of a group.
            kind: What ``owner`` is. If omitted, GitFleet finds out, which costs one or two requests.
        """
        self._unsupported("fetch_repositories")

    async def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one repository with all details.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        self._unsupported("fetch_repository_details")

    async def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the amount of code in each language, in the provider's unit.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        self._unsupported("fetch_languages")

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        self._unsupported("fetch_branches")

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        self._unsupported("fetch_tags")

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
        self._unsupported("fetch_commits")

    def fetch_contributors(
        self, owner: str | Named, repo: str | None = None, *, anonymous: bool = False
    ) -> Listing[ContributorInfo]:
        """List the contributors of a repository, most commits first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            anonymous: Include contributors whose e-mail address belongs to no account.
        """
        self._unsupported("fetch_contributors")

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a repository, newest first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        self._unsupported("fetch_releases")

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
        self._unsupported("fetch_issues")

    def fetch_pull_requests(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        state: IssueState = "all",
        sort: IssueOrder = "created",
    ) -> Listing[PullRequestInfo]:
        """List the pull requests of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            state: ``open``, ``closed`` (merged ones too) or ``all``.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.
        """
        self._unsupported("fetch_pull_requests")

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """Return how many calls are left.

        Args:
            resource: The provider's name of the budget. Every provider has ``core``.
        """
        self._unsupported("get_rate_limit")

    async def validate_credentials(self) -> bool:
        """Return whether the provider accepts the token; False without a token."""
        self._unsupported("validate_credentials")

    def _unsupported(self, method: str) -> NoReturn:
        raise UnsupportedError(f"{type(self).__name__} has no {method}()", self.provider_type)
