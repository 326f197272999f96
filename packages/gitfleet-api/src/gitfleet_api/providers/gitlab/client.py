"""GitLab, gitlab.com and self-managed, by its REST API v4."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import cached_property, partial
from typing import ClassVar, TypeVar, Unpack, get_args

from ...client import (
    AccountKind,
    Call,
    ClientOptions,
    GitProviderClient,
    IssueState,
    Listing,
    ProviderProfile,
    QueryValue,
    RowDecoder,
    TokenInfo,
    TokenManager,
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
from . import shapes
from .batch import GitLabBatch
from .owners import Owners, group_path
from .profile import PROFILE, TOKEN_TYPES, TokenType, profile_for

__all__ = ["GitLabClient", "TokenType"]

T = TypeVar("T")

_STATES = {"open": "opened", "closed": "closed", "all": "all"}
# What is created during a listing comes after what was given already and moves nothing across pages.
_BY_ID: dict[str, QueryValue] = {"order_by": "id", "sort": "asc"}
_OLDEST_FIRST: dict[str, QueryValue] = {"scope": "all", "order_by": "created_at", "sort": "asc"}


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

    profile: ProviderProfile = PROFILE
    batch_query = GitLabBatch()
    shapes = shapes.SHAPES
    limitations: ClassVar[Mapping[str, str]] = {
        "fetch_contributors": "of the newest 2,000 commits without merges",
        "fetch_languages": "percent of the code",
        "fetch_members": "needs a token",
        "get_rate_limit": "costs a call; self-managed servers tell no limits while calls are left",
        "validate_credentials": "costs a call",
        "fetch_many_repository_details": "nor `license`, `parent`, `allow_forking`",
    }

    def __init__(
        self,
        token: str | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        token_type: TokenType = "private",  # noqa: S107  no password
        **settings: Unpack[ClientOptions],
    ) -> None:
        one_of("token_type", token_type, TOKEN_TYPES)
        self.profile = profile_for(token_type)
        super().__init__(token, base_url, token_manager, use_python_impl, **settings)

    async def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to (``GET /user``), with its own e-mail address.

        Raises:
            AuthError: no token, or one that GitLab does not accept; a job token is none for this.
        """
        return await self.session.get_one(self.session.url("/user"), self.session.decoder(UserInfo, shapes.MYSELF))

    async def fetch_user(self, login: str) -> UserInfo:
        """The account of that name (``GET /users?username=``, then ``GET /users/{id}``), with its public address.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: without a token.
        """
        found = await self._owners.user(login)
        return await self.session.get_one(
            self.session.url(f"/users/{found.id}"), self.session.decoder(UserInfo, shapes.USER)
        )

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """The group of that path (``GET /groups/{path}``).

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        return await self._owners.group(name)

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """Everybody who is a member of a group, also by the groups above it or by invitation of another group.

        ``GET /groups/{path}/members/all``; those of the group alone are ``/groups/{path}/members``. Only ``id``,
        ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` has the rest.

        Raises:
            NotFoundError: there is no such group, or none for this token.
            AuthError: without a token.
        """
        url = self.session.first_page(f"{group_path(organization, 'organization')}/members/all")
        return self.session.listing(url, self.session.decoder(UserInfo, shapes.ACCOUNT))

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
        if kind is not None:
            one_of("kind", kind, get_args(AccountKind))
        if kind == "user":
            expand("{owner}", {"owner": owner})
        nested_segment("owner", owner)
        pages = partial(self._repositories, owner, kind)
        return self.session.listing_of(pages, self.session.decoder(RepoInfo, shapes.REPO))

    async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One project (``GET /projects/{owner}%2F{repo}``); a moved one is found at its new place.

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        url = with_query(self.session.url(_project_path(owner, repo)), {"license": True})
        return await self.session.get_one(url, self.session.decoder(RepoDetails, shapes.DETAILS))

    async def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """Percent of the code by language (``GET /projects/{id}/languages``), most first.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        url = self.session.url(f"{_project_path(owner, repo)}/languages")
        return (await self.session.get_one(url, self.session.decoder(Languages, LANGUAGES))).amounts

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a project, by name (``GET /projects/{id}/repository/branches``).

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        url = self._project_pages("repository/branches", owner, repo)
        return self.session.listing(url, self.session.decoder(BranchInfo, shapes.BRANCH))

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a project, by name (``GET /projects/{id}/repository/tags``).

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        url = self._project_pages("repository/tags", owner, repo, order_by="name", sort="asc")
        return self.session.listing(url, self.session.decoder(TagInfo, shapes.TAG))

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
        decoder = self.session.decoder(ContributorInfo, shapes.CONTRIBUTOR)
        return self._history("repository/contributors", owner, repo, decoder, order_by="commits", sort="desc")

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release, newest first (``GET /projects/{id}/releases``).

        ``assets`` are the files that it links to and the archives of its sources; GitLab has no drafts.

        Raises:
            NotFoundError: there is no such project, or none for this token.
        """
        url = self._project_pages("releases", owner, repo, order_by="released_at", sort="desc")
        return self.session.listing(url, self.session.decoder(ReleaseInfo, shapes.RELEASE))

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
        url = self._project_pages(
            "issues",
            owner,
            repo,
            state=_STATES[one_of("state", state, tuple(_STATES))],
            updated_after=utc_or_none("since", since),
            **_OLDEST_FIRST,
        )
        return self.session.listing(url, self.session.decoder(IssueInfo, shapes.ISSUE))

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
        one_of("state", state, tuple(_STATES))
        url = self._project_pages("merge_requests", owner, repo, state="all", **_OLDEST_FIRST)
        decoder = self.session.decoder(PullRequestInfo, shapes.MERGE_REQUEST)
        return self.session.listing(url, decoder, keep=None if state == "all" else lambda found: found.state == state)

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left, by the headers of a cheap call, which costs one: GitLab has no endpoint for it.

        The call is ``GET /version``; ``GET /job`` with job tokens, one row of ``GET /projects`` without a token.

        Args:
            resource: ``core``; the other budgets show only in answers that count against them.

        Raises:
            ConfigurationError: another resource.
            ProviderError: ``no_rate_limit``: the server names none, as self-managed ones do as long as calls are left.
            RateLimitError: none are left.
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
        """Whether GitLab accepts the token (``GET /user``, or ``GET /job`` with job tokens); False without one.

        Raises:
            PermissionDeniedError: GitLab knows the token, but lets its owner do nothing: he is blocked, perhaps.
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
        """Something cheap that the tokens may ask for: ``path``, or what job tokens or nobody may see instead."""
        if not self.session.tokens():
            return with_query("/projects", {"simple": True, "per_page": 1, "pagination": "keyset", **_BY_ID})
        return path if self._owners.tokens() else "/job"

    def _project_pages(self, what: str, owner: str, repo: str, /, **query: QueryValue) -> str:
        return self.session.first_page(f"{_project_path(owner, repo)}/{what}", **query)

    def _history(self, what: str, owner: str, repo: str, decoder: RowDecoder[T], /, **query: QueryValue) -> Listing[T]:
        """A listing that GitLab may answer with a 404 when nothing was pushed to the project yet: then it is empty."""

        async def means_empty(error: ProviderError) -> bool:
            return isinstance(error, NotFoundError) and await self._is_empty(owner, repo)

        return self.session.listing(self._project_pages(what, owner, repo, **query), decoder, means_empty=means_empty)

    async def _is_empty(self, owner: str, repo: str) -> bool:
        url, decoder = (
            self.session.url(_project_path(owner, repo)),
            self.session.decoder(shapes.Contents, shapes.CONTENTS),
        )
        try:
            return bool((await self.session.get_one(url, decoder)).is_empty)
        except NotFoundError:
            return False

    async def _repositories(
        self, owner: str, kind: AccountKind | None, ahead: int, decoder: RowDecoder[RepoInfo]
    ) -> AsyncGenerator[list[RepoInfo], None]:
        place = await self._owners.place_of(owner, kind)
        token: TokenInfo | None = None
        if place.startswith("/users/"):
            url = self.session.first_page(f"{place}/projects", pagination="keyset", **_BY_ID)
            # Another token would list what others may see of him, without a word.
            token = await self._owners.token_of(owner) if len(self.session.tokens()) > 1 else None
        else:  # Here GitLab has no keyset paging, but names the last page.
            url = self.session.first_page(f"{place}/projects", include_subgroups=True, with_shared=True, **_BY_ID)
        pages = self.session.get_pages(url, decoder, ahead=ahead, token=token)
        async with aclosing(pages):
            async for page in pages:
                yield page

    @cached_property
    def _owners(self) -> Owners:
        groups, users = (
            self.session.decoder(OrganizationInfo, shapes.GROUP),
            self.session.decoder(UserInfo, shapes.ACCOUNT),
        )
        return Owners(self.session, groups, users)


def _project_path(owner: str, repo: str) -> str:
    """A project by its full path, which is one segment: groups may lie in groups."""
    return f"/projects/{nested_segment('owner', owner)}%2F{expand('{repo}', {'repo': repo})}"
