"""GitHub (github.com and Enterprise Server): the endpoint of each call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import ClassVar, Literal, Unpack, get_args

from ...client import (
    BatchQuery,
    Call,
    ClientOptions,
    IssueOrder,
    IssueState,
    Listing,
    ListingRun,
    Named,
    ProviderProfile,
    QueryValue,
    RowDecoder,
    Shape,
    TokenManager,
    TokenSource,
    expand,
    one_of,
    shorten_repr,
    text_or_none,
    utc_or_none,
)
from ...errors import AuthError, ConfigurationError, ConflictError, NotFoundError, ProviderError
from ...models import (
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
from ..languages import LANGUAGES, Languages
from . import audit_shapes, shapes
from .audit import GitHubAudit
from .batch import GitHubBatch
from .discovery import GitHubDiscovery
from .owners import Owners
from .paths import repo_path
from .profile import API_VERSION, PROFILE, profile_for

__all__ = ["GitHubClient", "OwnerKind"]

OwnerKind = Literal["user", "organization", "self"]

# Oldest first: objects created during a listing come last and move nothing across pages.
_OLDEST_FIRST: dict[str, QueryValue] = {"sort": "created", "direction": "asc"}
_ORDERS: dict[str, dict[str, QueryValue]] = {
    "created": _OLDEST_FIRST,
    "updated": {"sort": "updated", "direction": "desc"},
}
_STATES: tuple[str, ...] = get_args(IssueState)
_NO_COMMITS = "repository is empty"
"""Part of GitHub's message (409) that replaces an empty list of commits."""


def _is_issue_alone(issue: IssueInfo) -> bool:
    return not issue.is_pull_request


async def _has_no_commits(error: ProviderError) -> bool:
    return isinstance(error, ConflictError) and _NO_COMMITS in error.message.lower()


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

    profile: ProviderProfile = PROFILE
    shapes: ClassVar[Mapping[str, Shape]] = {**shapes.SHAPES, **audit_shapes.SHAPES}
    limitations: ClassVar[Mapping[str, str]] = {
        "fetch_languages": "bytes of code",
        "fetch_branch_protection": "without `merge_access`; branch protection needs an administrator's token",
        "fetch_code_owners": "costs 1 to 4 calls",
        "fetch_collaborators": "needs a token that may push",
        "fetch_deploy_keys": "needs an administrator's token",
        "fetch_teams": "needs an administrator's token",
        "fetch_contributors": "at most 500 addresses belong to accounts, the others are anonymous",
        "get_rate_limit": "costs no call",
        "validate_credentials": "costs no call",
        "graphql": "needs a token",
        "fetch_many_repository_details": "needs a token",
        "search_repositories": "searches with more than 1,000 results are split by `created:`",
        "search_issues": "pull requests too; searches with more than 1,000 results are split by `created:`",
        "search_code": "needs a token; searches with more than 1,000 results are split by `size:`",
        "fetch_organizations": "needs a token",
    }
    batch_query: ClassVar[BatchQuery | None] = GitHubBatch()

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
        self.profile = profile_for(api_version)
        self._own_options = {"api_version": api_version}
        super().__init__(token, base_url, token_manager, use_python_impl, **settings)

    async def fetch_user_info(self) -> UserInfo:
        """Return the account that the token belongs to (``GET /user``).

        Raises:
            AuthError: There is no token, or GitHub does not accept it.
        """
        return await self.session.get_one(self.session.url("/user"), self.session.decoder(UserInfo, shapes.USER))

    async def fetch_user(self, login: str) -> UserInfo:
        """Return an account: a person, an organization or a bot (``GET /users/{username}``).

        Args:
            login: Name of the account.

        Raises:
            NotFoundError: There is no account of that name.
        """
        url = self.session.url(expand("/users/{login}", {"login": login}))
        return await self.session.get_one(url, self.session.decoder(UserInfo, shapes.USER))

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return an organization (``GET /orgs/{org}``).

        Args:
            name: Login of the organization.

        Raises:
            NotFoundError: There is no organization of that name. The name may belong to a user.
        """
        url = self.session.url(expand("/orgs/{name}", {"name": name}))
        return await self.session.get_one(url, self.session.decoder(OrganizationInfo, shapes.ORGANIZATION))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """List the members of an organization (``GET /orgs/{org}/members``).

        The token of a member sees all members, any other token only the public ones. Only ``id``, ``login``,
        ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` returns the rest.

        Args:
            organization: Login of the organization.

        Raises:
            NotFoundError: There is no such organization.
        """
        path = expand("/orgs/{organization}/members", {"organization": organization})
        return self.session.listing(self.session.first_page(path), self.session.decoder(UserInfo, shapes.ACCOUNT))

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
        if kind is not None:
            one_of("kind", kind, get_args(OwnerKind))
        expand("{owner}", {"owner": owner})
        pages = partial(self._repositories, owner, kind)
        return self.session.listing_of(pages, self.session.decoder(RepoInfo, shapes.REPO))

    async def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one repository with all details (``GET /repos/{owner}/{repo}``).

        A repository that was renamed is found by its old name, too.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        url = self.session.url(repo_path(self.session, owner, repo))
        return await self.session.get_one(url, self.session.decoder(RepoDetails, shapes.DETAILS))

    async def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the bytes of code per language, largest first (``GET /repos/{owner}/{repo}/languages``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        url = self.session.url(f"{repo_path(self.session, owner, repo)}/languages")
        return (await self.session.get_one(url, self.session.decoder(Languages, LANGUAGES))).amounts

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a repository (``GET /repos/{owner}/{repo}/branches``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return self.session.listing(
            self._repo_url("branches", owner, repo), self.session.decoder(BranchInfo, shapes.BRANCH)
        )

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a repository (``GET /repos/{owner}/{repo}/tags``). GitHub omits their messages.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return self.session.listing(self._repo_url("tags", owner, repo), self.session.decoder(TagInfo, shapes.TAG))

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
        url = self._repo_url(
            "commits",
            owner,
            repo,
            sha=text_or_none("ref", ref),
            since=utc_or_none("since", since),
            until=utc_or_none("until", until),
            path=text_or_none("path", path),
        )
        return self.session.listing(url, self.session.decoder(CommitInfo, shapes.COMMIT), means_empty=_has_no_commits)

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
        url = self._repo_url("contributors", owner, repo, anon=1 if anonymous else None)
        return self.session.listing(url, self.session.decoder(ContributorInfo, shapes.CONTRIBUTOR))

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a repository, newest first (``GET /repos/{owner}/{repo}/releases``).

        Drafts are included if the token may push.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return self.session.listing(
            self._repo_url("releases", owner, repo), self.session.decoder(ReleaseInfo, shapes.RELEASE)
        )

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
        url = self._repo_url(
            "issues",
            owner,
            repo,
            state=one_of("state", state, _STATES),
            since=utc_or_none("since", since),
            **_ORDERS[one_of("sort", sort, tuple(_ORDERS))],
        )
        keep = None if pull_requests else _is_issue_alone
        return self.session.listing(url, self.session.decoder(IssueInfo, shapes.ISSUE), keep=keep)

    def fetch_pull_requests(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        state: IssueState = "all",
        sort: IssueOrder = "created",
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
        order = _ORDERS[one_of("sort", sort, tuple(_ORDERS))]
        url = self._repo_url("pulls", owner, repo, state=one_of("state", state, _STATES), **order)
        return self.session.listing(url, self.session.decoder(PullRequestInfo, shapes.PULL_REQUEST))

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """Return how many calls are left (``GET /rate_limit``, which costs no call).

        Args:
            resource: GitHub's name of the budget, like ``core``, ``search``, ``graphql`` or ``code_search``.

        Raises:
            ConfigurationError: ``resource`` is empty or not a string.
            DecodeError: GitHub has no such resource.
            NotFoundError: An Enterprise Server without rate limits.
        """
        if not isinstance(resource, str) or not resource:
            raise ConfigurationError(f"resource must be a name like 'core', not {shorten_repr(resource)}")
        url, decoder = self.session.url("/rate_limit"), self.session.decoder(RateLimitInfo, shapes.RATE_LIMIT)
        found = await self.session.get_one(url, decoder, ("resources", resource), free=True)
        reset = found.reset_time
        local = None if reset is None else self.session.server_clock.local_time(reset)
        return replace(found, resource=resource, reset_time=local)

    async def validate_credentials(self) -> bool:
        """Return whether GitHub accepts the token; False without a token (``GET /rate_limit``, which costs no call).

        Raises:
            PermissionDeniedError: GitHub knows the token but its owner may do nothing, for example while suspended.
            NetworkError: GitHub cannot be reached.
        """
        if not self.session.tokens():
            return False
        try:
            await self.session.send(Call("GET", self.session.url("/rate_limit"), free=True))
        except AuthError:
            return False
        except NotFoundError:  # an Enterprise Server without rate limits, which checks the token first
            return True
        return True

    def _repo_url(self, what: str, owner: str | Named, repo: str | None, /, **query: QueryValue) -> str:
        return self.session.first_page(f"{repo_path(self.session, owner, repo)}/{what}", **query)

    async def _repositories(
        self, owner: str, kind: OwnerKind | None, run: ListingRun, decoder: RowDecoder[RepoInfo]
    ) -> AsyncGenerator[list[RepoInfo], None]:
        run.scope.owner = owner.lower()
        known = kind or self._owners.kind_of(owner)
        if known in (None, "organization"):
            url = self.session.first_page(expand("/orgs/{owner}/repos", {"owner": owner}), type="all", **_OLDEST_FIRST)
            # Every token may know which organizations exist. Otherwise each user would cost a request with each token.
            run.scope.is_public = known is None
            try:
                async with aclosing(self.session.get_pages(url, decoder, run=run)) as pages:
                    async for page in pages:
                        self._owners.learn(owner, "organization")
                        yield page
            except NotFoundError:
                if known is not None or self._owners.kind_of(owner) == "organization":
                    raise
            else:
                return
            run.scope.is_public = False
        token = await self._owners.token_of(owner) if kind != "user" else None
        if kind == "self" and token is None:
            raise ConfigurationError(f"kind='self', but no token belongs to {owner!r}; add one, or leave kind out")
        if token is not None:
            url = self.session.first_page("/user/repos", affiliation="owner", **_OLDEST_FIRST)
        else:
            url = self.session.first_page(
                expand("/users/{owner}/repos", {"owner": owner}), type="owner", **_OLDEST_FIRST
            )
        # Another token would list another user's repositories, so every page uses this one.
        async with aclosing(self.session.get_pages(url, decoder, run=run, token=token)) as pages:
            async for page in pages:
                self._owners.learn(owner, "user")
                yield page

    @cached_property
    def _owners(self) -> Owners:
        return Owners(self.session, self.session.decoder(UserInfo, shapes.ACCOUNT))
