"""GitHub (github.com and Enterprise Server): the endpoint of each call.

Written by tools/write_sync.py from providers/github/client.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Unpack

from ..client import ClientOptions, IssueOrder, IssueState, Named, Shape, TokenManager, TokenSource
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
from ..providers.github.profile import API_VERSION
from .background import run
from .github_audit import GitHubAudit
from .github_discovery import GitHubDiscovery
from .listing import Listing

__all__ = ["GitHubClient"]


class GitHubClient(GitHubAudit, GitHubDiscovery):
    """A client of GitHub's REST API.

    For GitHub Enterprise Server pass ``base_url="https://HOST/api/v3"``.

    Args:
        token: Personal access token, token of an app's installation, the ``GITHUB_TOKEN`` of a workflow, or a
            :class:`TokenSource` like a ``GitHubApp``.
        base_url: Base URL of the API of an Enterprise Server. None for github.com.
        token_manager: Pool of tokens to choose from. ``token`` is added to it.
        use_python_impl: Use the pure Python engine even if the native engine is installed.
        api_version: Version of the REST API, a date: ``2022-11-28`` or ``2026-03-10``, which no longer sends
            ``merge_commit_sha``. Both give the same models otherwise. GitHub responds with 400 to an unknown version.
        settings: The other options of :class:`GitProviderClient`.

    Raises:
        ConfigurationError: An invalid argument.
        BackendUnavailableError: The requested engine cannot be loaded, or none is installed.
    """

    _async: AsyncGitHubClient
    _asynchronous: ClassVar[type[AsyncGitHubClient]] = AsyncGitHubClient
    shapes: ClassVar[Mapping[str, Shape]] = AsyncGitHubClient.shapes
    limitations: ClassVar[Mapping[str, str]] = AsyncGitHubClient.limitations

    def __init__(
        self,
        token: str | TokenSource | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        api_version: str = API_VERSION,
        **settings: Unpack[ClientOptions],
    ) -> None:
        self._async = self._asynchronous(
            token, base_url, token_manager, use_python_impl, api_version=api_version, **settings
        )
        self._begin()

    def fetch_user_info(self) -> UserInfo:
        """Return the account that the token belongs to (``GET /user``).

        Raises:
            AuthError: There is no token, or GitHub does not accept it.
        """
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """Return an account: a person, an organization or a bot (``GET /users/{username}``).

        Args:
            login: Name of the account.

        Raises:
            NotFoundError: There is no account of that name.
        """
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return an organization (``GET /orgs/{org}``).

        Args:
            name: Login of the organization.

        Raises:
            NotFoundError: There is no organization of that name. The name may belong to a user.
        """
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """List the members of an organization (``GET /orgs/{org}/members``).

        The token of a member sees all members, any other token only the public ones. Only ``id``, ``login``,
        ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` returns the rest.

        Args:
            organization: Login of the organization.

        Raises:
            NotFoundError: There is no such organization.
        """
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: OwnerKind | None = None) -> Listing[RepoInfo]:
        """List the repositories of an owner that the token may see, oldest first.

        Uses ``GET /orgs/{org}/repos`` for organizations, ``GET /user/repos`` (with private repositories) for the user
        that a token belongs to, and ``GET /users/{username}/repos`` for other users.

        Args:
            owner: Login of a user or an organization.
            kind: What ``owner`` is. If omitted, GitFleet first tries the organization endpoint (no extra request if
                that is right). Otherwise it looks up the login of each token once (``GET /user``). The client
                remembers both.

        Raises:
            NotFoundError: There is no such owner.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one repository with all details (``GET /repos/{owner}/{repo}``).

        A repository that was renamed is found by its old name, too.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the bytes of code per language, largest first (``GET /repos/{owner}/{repo}/languages``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a repository (``GET /repos/{owner}/{repo}/branches``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a repository (``GET /repos/{owner}/{repo}/tags``). GitHub omits their messages.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
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
        """List the commits that are reachable from ``ref``, newest first (``GET /repos/{owner}/{repo}/commits``).

        An empty repository has no commits.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Branch, tag or hash. None for the default branch.
            since: Only commits at this time or later. An aware datetime; fractions of a second are ignored.
            until: Only commits at this time or earlier. An aware datetime; fractions of a second are ignored.
            path: Only commits that change this file or folder.

        Raises:
            NotFoundError: The repository or ``ref`` does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(
        self, owner: str | Named, repo: str | None = None, *, anonymous: bool = False
    ) -> Listing[ContributorInfo]:
        """List the contributors of a repository, most commits first (``GET /repos/{owner}/{repo}/contributors``).

        An empty repository has no contributors.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            anonymous: Include contributors whose e-mail address belongs to no account; they have ``name`` and
                ``email``. GitHub links only the first 500 addresses of a repository to accounts and lists the others
                as anonymous.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            PermissionDeniedError: The repository has too many contributors for GitHub to list.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a repository, newest first (``GET /repos/{owner}/{repo}/releases``).

        Drafts are included if the token may push.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
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
        """List the issues of a repository, oldest first by default (``GET /repos/{owner}/{repo}/issues``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            state: ``open``, ``closed`` or ``all``.
            since: Only issues changed at this time or later. An aware datetime; fractions of a second are ignored.
            pull_requests: Include issues that are pull requests. GitHub sends them in any case.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it. With code ``gone``: issues are
                disabled in this repository.
        """
        return Listing(
            self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests, sort=sort)
        )

    def fetch_pull_requests(
        self, owner: str | Named, repo: str | None = None, *, state: IssueState = "all", sort: IssueOrder = "created"
    ) -> Listing[PullRequestInfo]:
        """List the pull requests of a repository, oldest first by default (``GET /repos/{owner}/{repo}/pulls``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            state: ``open``, ``closed`` (merged ones too) or ``all``.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state, sort=sort))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """Return how many calls are left (``GET /rate_limit``, which costs no call).

        Args:
            resource: GitHub's name of the budget, like ``core``, ``search``, ``graphql`` or ``code_search``.

        Raises:
            ConfigurationError: ``resource`` is empty or not a string.
            DecodeError: GitHub has no such resource.
            NotFoundError: An Enterprise Server without rate limits.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Return whether GitHub accepts the token; False without a token (``GET /rate_limit``, which costs no call).

        Raises:
            PermissionDeniedError: GitHub knows the token but its owner may do nothing, for example while suspended.
            NetworkError: GitHub cannot be reached.
        """
        return run(self._async.validate_credentials())
