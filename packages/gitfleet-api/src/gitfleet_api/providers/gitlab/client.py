"""GitLab (gitlab.com and self-managed): the endpoint of each call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import ClassVar, TypeVar, Unpack, get_args

from ...client import (
    AccountKind,
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
    TokenInfo,
    TokenManager,
    TokenSource,
    expand,
    nested_segment,
    one_of,
    provider_error,
    read_limits,
    text_or_none,
    utc_or_none,
    whole_number,
    with_query,
)
from ...errors import AuthError, NotFoundError, PermissionDeniedError, ProviderError
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
from .audit import GitLabAudit
from .batch import GitLabBatch
from .discovery import GitLabDiscovery
from .owners import group_path, is_id
from .paths import project_path
from .profile import PROFILE, TOKEN_TYPES, TokenType, profile_for

__all__ = ["GitLabClient", "TokenType"]

T = TypeVar("T")

_STATES = {"open": "opened", "closed": "closed", "all": "all"}
# Oldest first: objects created during a listing come last and move nothing across pages.
_BY_ID: dict[str, QueryValue] = {"order_by": "id", "sort": "asc"}
_OLDEST_FIRST: dict[str, QueryValue] = {"scope": "all", "order_by": "created_at", "sort": "asc"}
_ORDERS: dict[str, dict[str, QueryValue]] = {
    "created": _OLDEST_FIRST,
    "updated": {"scope": "all", "order_by": "updated_at", "sort": "desc"},
}


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

    profile: ProviderProfile = PROFILE
    batch_query: ClassVar[BatchQuery | None] = GitLabBatch()
    shapes: ClassVar[Mapping[str, Shape]] = {**shapes.SHAPES, **audit_shapes.SHAPES}
    limitations: ClassVar[Mapping[str, str]] = {
        "fetch_branch_protection": "only rules about pushes, merges and code owners, and these only for members",
        "fetch_code_owners": "costs 1 to 3 calls",
        "fetch_collaborators": "needs a token",
        "fetch_deploy_keys": "needs a maintainer's token",
        "fetch_teams": "groups that the project is shared with; needs a token",
        "fetch_contributors": "of the newest 2,000 commits without merges",
        "fetch_languages": "percent of the code",
        "fetch_members": "needs a token",
        "get_rate_limit": "costs a call; self-managed servers send no limits while calls are left",
        "validate_credentials": "costs a call",
        "search_repositories": "text in names, paths and descriptions, without qualifiers",
        "search_issues": "text in titles and descriptions, without qualifiers; no merge requests",
        "search_code": "needs a token; more than one project needs advanced or exact code search",
        "fetch_organizations": "needs a token; groups, with those inside them",
        "fetch_many_repository_details": "nor `license`, `parent`, `allow_forking`, `owner.id` of users",
    }

    def __init__(
        self,
        token: str | TokenSource | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        token_type: TokenType = "private",  # noqa: S107  no password
        **settings: Unpack[ClientOptions],
    ) -> None:
        one_of("token_type", token_type, TOKEN_TYPES)
        self.profile = profile_for(token_type)
        self._own_options = {"token_type": token_type}
        super().__init__(token, base_url, token_manager, use_python_impl, **settings)

    async def fetch_user_info(self) -> UserInfo:
        """Return the account that the token belongs to, with its private e-mail address (``GET /user``).

        Raises:
            AuthError: There is no token, or GitLab does not accept it. Job tokens are not accepted here.
        """
        return await self.session.get_one(self.session.url("/user"), self.session.decoder(UserInfo, shapes.USER))

    async def fetch_user(self, login: str) -> UserInfo:
        """Return an account, with its public e-mail address (``GET /users?username=``, ``GET /users/{id}``).

        Args:
            login: Name of the account.

        Raises:
            NotFoundError: There is no account of that name.
            PermissionDeniedError: There is no token.
        """
        found = await self._owners.user(login)
        return await self.session.get_one(
            self.session.url(f"/users/{found.id}"), self.session.decoder(UserInfo, shapes.USER)
        )

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """Return a group (``GET /groups/{path}``).

        Args:
            name: Full path of the group.

        Raises:
            NotFoundError: The group does not exist, or the token may not see it.
        """
        return await self._owners.group(name)

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
        path, decoder = group_path(organization, "organization"), self.session.decoder(UserInfo, shapes.ACCOUNT)
        if is_id(organization):
            return self.session.listing_of(partial(self._members, organization), decoder)
        return self.session.listing(self.session.first_page(f"{path}/members/all"), decoder)

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
        if kind is not None:
            one_of("kind", kind, get_args(AccountKind))
        if kind == "user":
            expand("{owner}", {"owner": owner})
        nested_segment("owner", owner)
        pages = partial(self._repositories, owner, kind)
        return self.session.listing_of(pages, self.session.decoder(RepoInfo, shapes.REPO))

    async def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails:
        """Return one project with all details (``GET /projects/{owner}%2F{repo}``).

        A project that was moved is found by its old path, too.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        url = with_query(self.session.url(project_path(self.session, owner, repo)), {"license": True})
        return await self.session.get_one(url, self.session.decoder(RepoDetails, shapes.DETAILS))

    async def fetch_languages(self, owner: str | Named, repo: str | None = None) -> dict[str, float]:
        """Return the percentage of code per language, largest first (``GET /projects/{id}/languages``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        url = self.session.url(f"{project_path(self.session, owner, repo)}/languages")
        return (await self.session.get_one(url, self.session.decoder(Languages, LANGUAGES))).amounts

    def fetch_branches(self, owner: str | Named, repo: str | None = None) -> Listing[BranchInfo]:
        """List the branches of a project, by name (``GET /projects/{id}/repository/branches``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        url = self._project_pages("repository/branches", owner, repo)
        return self.session.listing(url, self.session.decoder(BranchInfo, shapes.BRANCH))

    def fetch_tags(self, owner: str | Named, repo: str | None = None) -> Listing[TagInfo]:
        """List the tags of a project, by name (``GET /projects/{id}/repository/tags``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        url = self._project_pages("repository/tags", owner, repo, order_by="name", sort="asc")
        return self.session.listing(url, self.session.decoder(TagInfo, shapes.TAG))

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
        return self._history(
            "repository/commits",
            owner,
            repo,
            self.session.decoder(CommitInfo, shapes.COMMIT),
            ref_name=text_or_none("ref", ref),
            since=utc_or_none("since", since),
            until=utc_or_none("until", until),
            path=text_or_none("path", path),
        )

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
        decoder = self.session.decoder(ContributorInfo, shapes.CONTRIBUTOR)
        return self._history("repository/contributors", owner, repo, decoder, order_by="commits", sort="desc")

    def fetch_releases(self, owner: str | Named, repo: str | None = None) -> Listing[ReleaseInfo]:
        """List the releases of a project, newest first (``GET /projects/{id}/releases``).

        ``assets`` are the linked files and the archives of the source code. GitLab has no drafts.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
        """
        url = self._project_pages("releases", owner, repo, order_by="released_at", sort="desc")
        return self.session.listing(url, self.session.decoder(ReleaseInfo, shapes.RELEASE))

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
        url = self._project_pages(
            "issues",
            owner,
            repo,
            state=_STATES[one_of("state", state, tuple(_STATES))],
            updated_after=utc_or_none("since", since),
            **_ORDERS[one_of("sort", sort, tuple(_ORDERS))],
        )
        return self.session.listing(url, self.session.decoder(IssueInfo, shapes.ISSUE))

    def fetch_pull_requests(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        state: IssueState = "all",
        sort: IssueOrder = "created",
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
        one_of("state", state, tuple(_STATES))
        order = _ORDERS[one_of("sort", sort, tuple(_ORDERS))]
        url = self._project_pages("merge_requests", owner, repo, state="all", **order)
        decoder = self.session.decoder(PullRequestInfo, shapes.MERGE_REQUEST)
        return self.session.listing(url, decoder, keep=None if state == "all" else lambda found: found.state == state)

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
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
        one_of("resource", resource, ("core",))
        url = self.session.url(self._own_path("/version"))
        response = await self.session.send(Call("GET", url))
        state, headers = read_limits(response.headers, self.profile), response.headers
        limit = whole_number(headers.get("ratelimit-limit"))
        if limit is None or state.remaining is None:
            message = f"GET {url}: {self.profile.name} names no rate limit in its headers"
            raise provider_error("no_rate_limit", message, self.profile, status=response.status, url=url)
        sent = [pair for pair in headers.items if pair[0].startswith("ratelimit-")]
        return RateLimitInfo(
            limit,
            state.remaining,
            state.reset_time,
            whole_number(headers.get("ratelimit-observed")),
            state.resource or "core",
            self.provider_type,
            dict(sent) if self.session.include_raw else None,
        )

    async def validate_credentials(self) -> bool:
        """Return whether GitLab accepts the token (``GET /user``, or ``GET /job`` with job tokens); False without one.

        Raises:
            PermissionDeniedError: GitLab knows the token but its owner may do nothing, for example while blocked.
        """
        if not self.session.tokens():
            return False
        try:
            await self.session.send(Call("GET", self.session.url(self._own_path("/user"))))
        except AuthError:
            return False
        except PermissionDeniedError as error:
            if "insufficient_scope" not in error.message:
                raise
        return True

    def _own_path(self, path: str) -> str:
        """Return a cheap path that the tokens may request: ``path``, or an alternative for job tokens and visitors."""
        if not self.session.tokens():
            return with_query("/projects", {"simple": True, "per_page": 1, "pagination": "keyset", **_BY_ID})
        return path if self._owners.tokens() else "/job"

    def _project_pages(self, what: str, owner: str | Named, repo: str | None, /, **query: QueryValue) -> str:
        return self.session.first_page(f"{project_path(self.session, owner, repo)}/{what}", **query)

    def _history(
        self, what: str, owner: str | Named, repo: str | None, decoder: RowDecoder[T], /, **query: QueryValue
    ) -> Listing[T]:
        """Return a listing that may be empty: GitLab may send a 404 for a project without commits."""

        async def means_empty(error: ProviderError) -> bool:
            return isinstance(error, NotFoundError) and await self._is_empty(owner, repo)

        return self.session.listing(self._project_pages(what, owner, repo, **query), decoder, means_empty=means_empty)

    async def _is_empty(self, owner: str | Named, repo: str | None) -> bool:
        url, decoder = (
            self.session.url(project_path(self.session, owner, repo)),
            self.session.decoder(shapes.Contents, shapes.CONTENTS),
        )
        try:
            return bool((await self.session.get_one(url, decoder)).is_empty)
        except NotFoundError:
            return False

    async def _repositories(
        self, owner: str, kind: AccountKind | None, run: ListingRun, decoder: RowDecoder[RepoInfo]
    ) -> AsyncGenerator[list[RepoInfo], None]:
        run.scope.owner = owner.lower()
        place = await self._owners.place_of(owner, kind)
        token: TokenInfo | None = None
        if place.startswith("/users/"):
            url = self.session.first_page(f"{place}/projects", pagination="keyset", **_BY_ID)
            # Another token would silently list only what others may see of this user.
            token = await self._owners.token_of(owner) if len(self.session.tokens()) > 1 else None
        else:  # GitLab has no keyset pagination here, but names the last page.
            url = self.session.first_page(f"{place}/projects", include_subgroups=True, with_shared=True, **_BY_ID)
        pages = self.session.get_pages(url, decoder, run=run, token=token)
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def _members(
        self, organization: str, run: ListingRun, decoder: RowDecoder[UserInfo]
    ) -> AsyncGenerator[list[UserInfo], None]:
        """Yield the members of a group whose path is a number. GitLab takes it for an id, so the path is compared."""
        run.scope.owner = organization
        group = await self._owners.group(organization)
        url = self.session.first_page(f"/groups/{group.id}/members/all")
        async with aclosing(self.session.get_pages(url, decoder, run=run)) as pages:
            async for page in pages:
                yield page
