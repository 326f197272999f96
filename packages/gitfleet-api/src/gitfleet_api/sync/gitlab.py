"""GitLab, gitlab.com and self-managed, by its REST API v4.

Written by tools/write_sync.py from providers/gitlab/client.py: change that one, and run the script again.
"""
# ruff: noqa: S107

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Unpack

from ..client import AccountKind, ClientOptions, IssueState, TokenManager
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
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitLabClient"]


class GitLabClient(GitProviderClient):
    """A client of GitLab's REST API.

    Owners are users, groups, or groups within groups by their full path: ``"group/sub"``. GitLab takes a path of
    digits alone for an id.

    For a self-managed instance give ``base_url="https://HOST/api/v4"``.

    Args:
        token: personal, group or project access token, OAuth token, or the ``CI_JOB_TOKEN`` of a job.
        base_url: root of the API of a self-managed instance; None for gitlab.com.
        token_manager: a pool of tokens to choose from; ``token`` is added to it.
        use_python_impl: use the pure Python engine although the native one is there.
        token_type: what all tokens of this client are: ``private`` access tokens, ``oauth`` tokens or CI ``job``
            tokens. Those that begin with ``glcbt-`` are taken for job tokens in any case.
        settings: as :class:`GitProviderClient` has them.

    Raises:
        ConfigurationError: an argument that can't work.
        BackendUnavailableError: the engine asked for can't be had, or there is none.
    """

    _async: AsyncGitLabClient
    _asynchronous: ClassVar[type[AsyncGitLabClient]] = AsyncGitLabClient
    shapes = AsyncGitLabClient.shapes
    limitations: ClassVar[Mapping[str, str]] = AsyncGitLabClient.limitations

    def __init__(
        self,
        token: str | None = None,
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
        """The account that the token belongs to (``GET /user``), with its own e-mail address.

        Raises:
            AuthError: no token, or one that GitLab does not accept; a job token is none for this.
        """
        return run(self._async.fetch_user_info())

    def fetch_user(self, login: str) -> UserInfo:
        """The account of that name (``GET /users?username=``, then ``GET /users/{id}``), with its public address.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: without a token.
        """
        return run(self._async.fetch_user(login))

    def fetch_organization(self, name: str) -> OrganizationInfo:
        """The group of that path (``GET /groups/{path}``).

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        return run(self._async.fetch_organization(name))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """Everybody who is a member of a group, also by the groups above it or by invitation of another group.

        ``GET /groups/{path}/members/all``; those of the group alone are ``/groups/{path}/members``. Only ``id``,
        ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` has the rest.

        Raises:
            NotFoundError: there is no such group, or none for this token.
            AuthError: without a token.
        """
        return Listing(self._async.fetch_members(organization))

    def fetch_repositories(self, owner: str, *, kind: AccountKind | None = None) -> Listing[RepoInfo]:
        """Every project of ``owner`` that the token may see, oldest first.

        Of a group (``GET /groups/{path}/projects``) with those of all groups within it, and those that others share
        with it; of a user (``GET /users/{id}/projects``, with keyset paging) those in his own namespace.

        Args:
            owner: name of a user, or full path of a group.
            kind: what ``owner`` is. Without it one ``GET /groups/{path}`` finds out, and for a user one
                ``GET /users?username=``, and of several tokens one ``GET /user`` each which is his; the answers are
                kept as long as the client lives.

        Raises:
            NotFoundError: there is no such owner, or none for this token.
        """
        return Listing(self._async.fetch_repositories(owner, kind=kind))

    def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One project (``GET /projects/{owner}%2F{repo}``); a moved one is found at its new place.

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        return run(self._async.fetch_repository_details(owner, repo))

    def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """Percent of the code by language (``GET /projects/{id}/languages``), most first.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        return run(self._async.fetch_languages(owner, repo))

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a project, by name (``GET /projects/{id}/repository/branches``).

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        return Listing(self._async.fetch_branches(owner, repo))

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a project, by name (``GET /projects/{id}/repository/tags``).

        Raises:
            NotFoundError: there is no such project, or none for this token.
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
        """Every commit that leads to ``ref``, newest first (``GET /projects/{id}/repository/commits``).

        GitLab tells no accounts of authors and committers. An empty repository has no commits.

        Args:
            owner: of the project.
            repo: its name.
            ref: branch, tag or hash; None for the default branch.
            since: none committed earlier; a time with a zone, of which whole seconds count.
            until: none committed later; likewise.
            path: only those that change this file or folder.

        Raises:
            NotFoundError: there is no such project or ``ref``, or none for this token.
        """
        return Listing(self._async.fetch_commits(owner, repo, ref=ref, since=since, until=until, path=path))

    def fetch_contributors(self, owner: str, repo: str, *, anonymous: bool = False) -> Listing[ContributorInfo]:
        """Who has commits in a project, most commits first (``GET /projects/{id}/repository/contributors``).

        GitLab counts the newest 2,000 commits of the default branch, without merges, and tells addresses apart. An
        empty repository has none.

        Args:
            owner: of the project.
            repo: its name.
            anonymous: changes nothing: GitLab tells names and addresses, and accounts of none.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        return Listing(self._async.fetch_contributors(owner, repo, anonymous=anonymous))

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release, newest first (``GET /projects/{id}/releases``).

        ``assets`` are the files that it links to and the archives of its sources; GitLab has no drafts.

        Raises:
            NotFoundError: there is no such project, or none for this token.
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
        """Every issue of a project, oldest first (``GET /projects/{id}/issues``).

        Args:
            owner: of the project.
            repo: its name.
            state: ``open``, ``closed`` or ``all``.
            since: only those changed at that time or later; a time with a zone, of which whole seconds count.
            pull_requests: changes nothing: merge requests are no issues on GitLab.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        return Listing(self._async.fetch_issues(owner, repo, state=state, since=since, pull_requests=pull_requests))

    def fetch_pull_requests(self, owner: str, repo: str, *, state: IssueState = "all") -> Listing[PullRequestInfo]:
        """Every merge request of a project, oldest first (``GET /projects/{id}/merge_requests``).

        Args:
            owner: of the project.
            repo: its name.
            state: ``open``, ``closed`` (merged ones too) or ``all``. GitLab tells the closed from the merged and
                from those that are being merged, so for the first two all are fetched, and the others left out.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        return Listing(self._async.fetch_pull_requests(owner, repo, state=state))

    def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left, by the headers of a cheap call, which costs one: GitLab has no endpoint for it.

        The call is ``GET /version``; ``GET /job`` with job tokens, one row of ``GET /projects`` without a token.

        Args:
            resource: ``core``; the other budgets show only in answers that count against them.

        Raises:
            ConfigurationError: another resource.
            ProviderError: ``no_rate_limit``: the server names none, as self-managed ones do as long as calls are left.
            RateLimitError: none are left.
        """
        return run(self._async.get_rate_limit(resource))

    def validate_credentials(self) -> bool:
        """Whether GitLab accepts the token (``GET /user``, or ``GET /job`` with job tokens); False without one.

        Raises:
            PermissionDeniedError: GitLab knows the token, but lets its owner do nothing: he is blocked, perhaps.
        """
        return run(self._async.validate_credentials())
