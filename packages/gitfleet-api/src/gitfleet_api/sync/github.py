"""GitHub, github.com and Enterprise: what its endpoints are.

Written by tools/write_sync.py from providers/github/client.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from ..client import IssueState
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
from ..providers.github.client import GitHubClient as AsyncGitHubClient
from ..providers.github.client import OwnerKind
from .background import run
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitHubClient"]


class GitHubClient(GitProviderClient):
    """A client of GitHub's REST API.

    For GitHub Enterprise Server give ``base_url="https://HOST/api/v3"``.
    """

    _async: AsyncGitHubClient
    _asynchronous: ClassVar[type[AsyncGitHubClient]] = AsyncGitHubClient
    shapes = AsyncGitHubClient.shapes
    limitations: ClassVar[Mapping[str, str]] = AsyncGitHubClient.limitations

    def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to (``GET /user``).

        Raises:
            AuthError: no token, or one that GitHub does not accept.
        """
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """An account: a person, an organization or a bot (``GET /users/{username}``).

        Raises:
            NotFoundError: there is none of that name.
        """
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """An organization (``GET /orgs/{org}``).

        Raises:
            NotFoundError: there is none of that name; it may be a user's.
        """
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """The members of an organization (``GET /orgs/{org}/members``): all for a member's token, or else public ones.

        Only ``id``, ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` has the rest.

        Raises:
            NotFoundError: there is no such organization.
        """
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: OwnerKind | None = None) -> Listing[RepoInfo]:
        """Every repository of ``owner`` that the token may see, oldest first.

        Organizations are listed by ``GET /orgs/{org}/repos``, the token's own user by ``GET /user/repos`` (private
        ones too), other users by ``GET /users/{username}/repos``.

        Args:
            owner: login of a user or an organization.
            kind: what ``owner`` is. Without it an organization is looked for, which costs no call where it is one;
                whose a token is one ``GET /user`` a token finds out. Both are kept as long as the client lives.

        Raises:
            NotFoundError: there is no such owner.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository (``GET /repos/{owner}/{repo}``); a renamed one is found under its new name.

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """Bytes of code by language (``GET /repos/{owner}/{repo}/languages``), most first.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository (``GET /repos/{owner}/{repo}/branches``).

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a repository (``GET /repos/{owner}/{repo}/tags``); GitHub lists them without messages.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
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
        """Every commit that leads to ``ref``, newest first (``GET /repos/{owner}/{repo}/commits``).

        An empty repository has none.

        Args:
            owner: of the repository.
            repo: its name.
            ref: branch, tag or hash; None for the default branch.
            since: none committed earlier; a time with a zone, of which whole seconds count.
            until: none committed later; likewise.
            path: only those that change this file or folder.

        Raises:
            NotFoundError: there is no such repository or ``ref``, or none for this token.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(self, owner: str, repo: str, *, anonymous: bool = False) -> Listing[ContributorInfo]:
        """Who has commits in a repository, most commits first (``GET /repos/{owner}/{repo}/contributors``).

        An empty repository has none.

        Args:
            owner: of the repository.
            repo: its name.
            anonymous: also those whose address belongs to no account: they have ``name`` and ``email``. GitHub links
                only the first 500 addresses of a repository to accounts, and takes the others for anonymous ones.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
            PermissionDeniedError: there are too many for GitHub to list.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release, newest first (``GET /repos/{owner}/{repo}/releases``); drafts for those who may push.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
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
        """Every issue of a repository, oldest first (``GET /repos/{owner}/{repo}/issues``).

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` or ``all``.
            since: only those changed at that time or later; a time with a zone, of which whole seconds count.
            pull_requests: also those that are pull requests. GitHub sends them in any case.

        Raises:
            NotFoundError: there is no such repository, or none for this token; ``gone``: its issues are turned off.
        """
        return Listing(self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests))

    def fetch_pull_requests(self, owner: str, repo: str, *, state: IssueState = "all") -> Listing[PullRequestInfo]:
        """Every pull request of a repository, oldest first (``GET /repos/{owner}/{repo}/pulls``).

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` (merged ones too) or ``all``.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left (``GET /rate_limit``, which costs none).

        Args:
            resource: the budget: ``core``, ``search``, ``graphql``, ``code_search`` and others of GitHub's names.

        Raises:
            ConfigurationError: ``resource`` is no name.
            DecodeError: GitHub names no such resource.
            NotFoundError: an Enterprise Server without rate limits.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Whether GitHub accepts the token; False without one. Costs no call (``GET /rate_limit``).

        Raises:
            PermissionDeniedError: GitHub knows the token, but lets its owner do nothing: he is suspended, perhaps.
            NetworkError: GitHub can't be asked.
        """
        return run(self._async.validate_credentials())
