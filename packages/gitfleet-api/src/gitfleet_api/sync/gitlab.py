"""GitLab (gitlab.com and self-managed): the endpoint of each call.

Written by tools/write_sync.py from providers/gitlab/client.py: change that one, and run the script again.
"""
# ruff: noqa: S107
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Unpack

from ..client import AccountKind, ClientOptions, IssueOrder, IssueState, Named, Shape, TokenManager, TokenSource
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
from ..providers.gitlab.client import GitLabClient as AsyncGitLabClient
from ..providers.gitlab.profile import TokenType
from .background import run
from .gitlab_audit import GitLabAudit
from .gitlab_discovery import GitLabDiscovery
from .listing import Listing

__all__ = ["GitLabClient"]


class GitLabClient(GitLabAudit, GitLabDiscovery):
    """A client of GitLab's REST API.

    Owners are users or groups. A group inside another group is named by its full path: ``"group/sub"``. GitLab treats
    a path of digits as the id of a group; such a group is used only if its path is the same.

    For a self-managed server pass ``base_url="https://HOST/api/v4"``.

    Args:
        token: Personal, group or project access token, OAuth token, the ``CI_JOB_TOKEN`` of a job, or a
            :class:`TokenSource`.
        base_url: Base URL of the API of a self-managed server. None for gitlab.com.
        token_manager: Pool of tokens to choose from. ``token`` is added to it.
        use_python_impl: Use the pure Python engine even if the native engine is installed.
        token_type: Type of all tokens of this client: ``private`` for access tokens, ``oauth``, or ``job`` for CI job
            tokens. Tokens that begin with ``glcbt-`` are always job tokens.
        settings: The other options of :class:`GitProviderClient`.

    Raises:
        ConfigurationError: An invalid argument.
        BackendUnavailableError: The requested engine cannot be loaded, or none is installed.
    """

    _async: AsyncGitLabClient
    _asynchronous: ClassVar[type[AsyncGitLabClient]] = AsyncGitLabClient
    shapes: ClassVar[Mapping[str, Shape]] = AsyncGitLabClient.shapes
    limitations: ClassVar[Mapping[str, str]] = AsyncGitLabClient.limitations

    def __init__(
        self,
        token: str | TokenSource | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        token_type: TokenType = "private",
        **settings: Unpack[ClientOptions],
    ) -> None:
        self._async = self._asynchronous(
            token, base_url, token_manager, use_python_impl, token_type=token_type, **settings
        )
        self._begin()

    def fetch_user_info(self) -> UserInfo:
        """Return the account that the token belongs to, with its private e-mail address (``GET /user``).

        Raises:
            AuthError: There is no token, or GitLab does not accept it. Job tokens are not accepted here.
        """
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """Return an account, with its public e-mail address (``GET /users?username=``, ``GET /users/{id}``).

        Args:
            login: Name of the account.

        Raises:
            NotFoundError: There is no account of that name.
            PermissionDeniedError: There is no token.
        """
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return a group (``GET /groups/{path}``).

        Args:
            name: Full path of the group.

        Raises:
            NotFoundError: The group does not exist, or the token may not see it.
        """
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """List the members of a group (``GET /groups/{path}/members/all``).

        Includes members of the groups above it and of invited groups. ``/groups/{path}/members`` has only the group's
        own members. Only ``id``, ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user`
        returns the rest.

        Args:
            organization: Full path of the group.

        Raises:
            NotFoundError: The group does not exist, or the token may not see it.
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """List the projects of an owner that the token may see, oldest first.

        For a group (``GET /groups/{path}/projects``) this includes the projects of all groups inside it, and projects
        that others share with it. For a user (``GET /users/{id}/projects``, keyset pagination) it is the projects in
        the user's own namespace.

        Args:
            owner: Name of a user, or full path of a group.
            kind: What ``owner`` is. If omitted: one ``GET /groups/{path}``; for users one more,
                ``GET /users?username=``; with several tokens one ``GET /user`` per token, to find the user's own. The
                client remembers the results.

        Raises:
            NotFoundError: The owner does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one project with all details (``GET /projects/{owner}%2F{repo}``).

        A project that was moved is found by its old path, too.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the percentage of code per language, largest first (``GET /projects/{id}/languages``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a project, by name (``GET /projects/{id}/repository/branches``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a project, by name (``GET /projects/{id}/repository/tags``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
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
        """List the commits that are reachable from ``ref``, newest first (``GET /projects/{id}/repository/commits``).

        GitLab does not name the accounts of authors and committers. An empty repository has no commits.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Branch, tag or hash. None for the default branch.
            since: Only commits at this time or later. An aware datetime; fractions of a second are ignored.
            until: Only commits at this time or earlier. An aware datetime; fractions of a second are ignored.
            path: Only commits that change this file or folder.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(
        self, owner: str | Named, repo: str | None = None, *, anonymous: bool = False
    ) -> Listing[ContributorInfo]:
        """List the contributors of a project, most commits first (``GET /projects/{id}/repository/contributors``).

        GitLab counts the newest 2,000 commits of the default branch, without merges, and groups them by e-mail
        address. An empty repository has no contributors.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            anonymous: No effect: GitLab lists names and addresses, never accounts.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a project, newest first (``GET /projects/{id}/releases``).

        ``assets`` are the linked files and the archives of the source code. GitLab has no drafts.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
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
        """List the issues of a project, oldest first by default (``GET /projects/{id}/issues``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            state: ``open``, ``closed`` or ``all``.
            since: Only issues changed at this time or later. An aware datetime; fractions of a second are ignored.
            pull_requests: No effect: merge requests are not issues on GitLab.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return Listing(
            self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests, sort=sort)
        )

    def fetch_pull_requests(
        self, owner: str | Named, repo: str | None = None, *, state: IssueState = "all", sort: IssueOrder = "created"
    ) -> Listing[PullRequestInfo]:
        """List the merge requests of a project, oldest first by default (``GET /projects/{id}/merge_requests``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            state: ``open``, ``closed`` (merged ones too) or ``all``. GitLab has separate states for closed, merged and
                locked, so all merge requests are requested and the others are left out.
            sort: ``created``: oldest first. ``updated``: first those that were changed last.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state, sort=sort))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """Return how many calls are left, from the headers of a cheap request, which costs one call.

        GitLab has no endpoint for this. The request is ``GET /version``; ``GET /job`` with job tokens; one row of
        ``GET /projects`` without a token.

        Args:
            resource: ``core``. The other budgets appear only in responses that count against them.

        Raises:
            ConfigurationError: Another resource.
            ProviderError: With code ``no_rate_limit``: the server sends no limits. Self-managed servers do so while
                calls are left.
            RateLimitError: No calls are left.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Return whether GitLab accepts the token (``GET /user``, or ``GET /job`` with job tokens); False without one.

        Raises:
            PermissionDeniedError: GitLab knows the token but its owner may do nothing, for example while blocked.
        """
        return run(self._async.validate_credentials())
