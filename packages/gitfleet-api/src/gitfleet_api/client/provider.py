"""What can be asked of every provider, by the same names; a provider's client implements what the provider has."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, NoReturn

from ..decoding.shapes import Shape
from ..errors import UnsupportedError
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

if TYPE_CHECKING:
    from ..graphql.batch import BatchQuery

__all__ = ["AccountKind", "IssueState", "Provider"]

AccountKind = Literal["user", "organization"]
IssueState = Literal["open", "closed", "all"]


class Provider(ABC):
    """The calls that all providers share. Each of them raises :class:`UnsupportedError` where there is no such call."""

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
        """The account that the token belongs to."""
        self._unsupported("fetch_user_info")

    async def fetch_user(self, login: str) -> UserInfo:
        """The account of that name."""
        self._unsupported("fetch_user")

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """An organization, or a group of that path."""
        self._unsupported("fetch_organization")

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """Every member of an organization that the token may see."""
        self._unsupported("fetch_members")

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """Every repository of a user or an organization that the token may see, oldest first.

        Args:
            owner: name of a user or an organization, or full path of a group.
            kind: what ``owner`` is; None finds out, which takes a call or two.
        """
        self._unsupported("fetch_repositories")

    async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository, with all that its own page shows."""
        self._unsupported("fetch_repository_details")

    async def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """How much of a repository is written in which language."""
        self._unsupported("fetch_languages")

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository."""
        self._unsupported("fetch_branches")

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a repository."""
        self._unsupported("fetch_tags")

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
        self._unsupported("fetch_commits")

    def fetch_contributors(self, owner: str, repo: str, *, anonymous: bool = False) -> Listing[ContributorInfo]:
        """Everybody with commits in a repository, most commits first.

        Args:
            owner: of the repository.
            repo: its name.
            anonymous: also those whose address belongs to no account.
        """
        self._unsupported("fetch_contributors")

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release of a repository, newest first."""
        self._unsupported("fetch_releases")

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
        self._unsupported("fetch_issues")

    def fetch_pull_requests(self, owner: str, repo: str, *, state: IssueState = "all") -> Listing[PullRequestInfo]:
        """Every pull request of a repository, oldest first.

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` (merged ones too) or ``all``.
        """
        self._unsupported("fetch_pull_requests")

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left.

        Args:
            resource: the provider's name of the budget; all have ``core``.
        """
        self._unsupported("get_rate_limit")

    async def validate_credentials(self) -> bool:
        """Whether the provider accepts the token; False without one."""
        self._unsupported("validate_credentials")

    def _unsupported(self, method: str) -> NoReturn:
        raise UnsupportedError(f"{type(self).__name__} has no {method}()", self.provider_type)
