"""GitHub, github.com and Enterprise: where its data lies and what its endpoints are."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from typing import Literal

from ..call import Call
from ..client import GitProviderClient
from ..errors import AuthError, ConfigurationError, NotFoundError, PermissionDeniedError, RateLimitError
from ..lanes import Pace
from ..listing import Listing
from ..memo import Memo
from ..models import BranchInfo, ContributorInfo, ProviderType, RateLimitInfo, RepoDetails, RepoInfo, UserInfo
from ..profile import ProviderProfile
from ..shapes import Shape
from ..tokens import TokenInfo
from ..urls import QueryValue, expand, with_query

__all__ = ["GitHubClient", "OwnerKind"]

OwnerKind = Literal["user", "organization", "self"]


def _resource_of(path: str) -> str:
    if path.startswith("/search/"):
        return "code_search" if path.startswith("/search/code") else "search"
    return "graphql" if path.startswith("/graphql") else "core"


_PROFILE = ProviderProfile(
    type=ProviderType.GITHUB,
    name="GitHub",
    base_url="https://api.github.com",
    headers=(("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")),
    token_header=lambda token: ("authorization", f"Bearer {token}"),
    limit_headers=("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource"),
    request_id_header="x-github-request-id",
    resource_of=_resource_of,
    # The published secondary limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    pace=Pace(points=900, seconds=60.0, concurrent=100),
)

_USER = Shape(UserInfo)
_OWNER = Shape(UserInfo, only=("id", "login", "type", "avatar_url", "html_url"))
_REPO = Shape(RepoInfo, {"owner": _OWNER})
_DETAILS = Shape(
    RepoDetails,
    {"owner": _OWNER, "license": "license.spdx_id", "parent": "parent.full_name", "source": "source.full_name"},
)
_BRANCH = Shape(BranchInfo, {"commit_sha": "commit.sha"}, identity="name")
_CONTRIBUTOR = Shape(ContributorInfo)
_RATE_LIMIT = Shape(RateLimitInfo, {"reset_time": "reset", "resource": None})

_PER_PAGE = 100
# Oldest first: what is created during a listing comes after what was given already and moves nothing across pages.
_STABLE: dict[str, QueryValue] = {"sort": "created", "direction": "asc", "per_page": _PER_PAGE}


class GitHubClient(GitProviderClient):
    """A client of GitHub's REST API.

    For GitHub Enterprise Server give ``base_url="https://HOST/api/v3"``.
    """

    profile = _PROFILE

    async def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to (``GET /user``).

        Raises:
            AuthError: no token, or one that GitHub does not accept.
        """
        return await self._session.get_one(self._session.url("/user"), self._reader(UserInfo, _USER))

    def fetch_repositories(self, owner: str, *, kind: OwnerKind | None = None) -> Listing[RepoInfo]:
        """Every repository of ``owner`` that the token may see, oldest first.

        Organizations are listed by ``GET /orgs/{org}/repos``, the token's own user by ``GET /user/repos`` (private
        ones too), other users by ``GET /users/{username}/repos``.

        Args:
            owner: login of a user or an organization.
            kind: what ``owner`` is. Without it one ``GET /users/{username}`` finds out, and for a user one
                ``GET /user`` a token; the answers are kept as long as the client lives.

        Raises:
            NotFoundError: there is no such owner.
        """
        if kind not in (None, "user", "organization", "self"):
            raise ConfigurationError(f"kind must be 'user', 'organization', 'self' or None, not {kind!r}")
        expand("{owner}", {"owner": owner})
        return Listing(lambda ahead: self._repositories(owner, kind, ahead), self._max_concurrency)

    async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository (``GET /repos/{owner}/{repo}``); a renamed one is found under its new name.

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        url = self._session.url(expand("/repos/{owner}/{repo}", {"owner": owner, "repo": repo}))
        return await self._session.get_one(url, self._reader(RepoDetails, _DETAILS))

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository (``GET /repos/{owner}/{repo}/branches``).

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return self._listing(self._repo_url("branches", owner, repo), self._reader(BranchInfo, _BRANCH))

    def fetch_contributors(self, owner: str, repo: str) -> Listing[ContributorInfo]:
        """Everybody with an account who has commits in a repository, most commits first.

        ``GET /repos/{owner}/{repo}/contributors``; an empty repository has none.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        url = self._repo_url("contributors", owner, repo)
        return self._listing(url, self._reader(ContributorInfo, _CONTRIBUTOR))

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left (``GET /rate_limit``, which costs none).

        Args:
            resource: the budget: ``core``, ``search``, ``graphql``, ``code_search`` and others of GitHub's names.

        Raises:
            DecodeError: GitHub names no such resource.
            NotFoundError: an Enterprise Server without rate limits.
        """
        if not isinstance(resource, str) or not resource:
            raise ConfigurationError(f"resource must be a name like 'core', not {resource!r}")
        url, reader = self._session.url("/rate_limit"), self._reader(RateLimitInfo, _RATE_LIMIT)
        found = await self._session.get_one(url, reader, ("resources", resource), free=True)
        return replace(found, resource=resource)

    async def validate_credentials(self) -> bool:
        """Whether GitHub accepts the token; False without one. Costs no call (``GET /rate_limit``)."""
        if not self._own_tokens():
            return False
        try:
            await self._session.send(Call("GET", self._session.url("/rate_limit"), free=True))
        except AuthError:
            return False
        except NotFoundError:  # an Enterprise Server without rate limits; it has checked the token before
            return True
        return True

    def _repo_url(self, what: str, owner: str, repo: str) -> str:
        path = expand("/repos/{owner}/{repo}/", {"owner": owner, "repo": repo}) + what
        return with_query(self._session.url(path), {"per_page": _PER_PAGE})

    async def _repositories(
        self, owner: str, kind: OwnerKind | None, ahead: int
    ) -> AsyncGenerator[list[RepoInfo], None]:
        token: TokenInfo | None = None
        if kind is None:
            kind = await self._kind_of(owner)
            token = await self._token_of(owner) if kind == "user" else None
        elif kind == "self":
            token = await self._token_of(owner)
            if token is None:
                raise ConfigurationError(f"kind='self', but no token belongs to {owner!r}")
        segments = {"owner": owner}
        if token is not None:
            # Another token would list another user's repositories, so every page goes with this one.
            url = with_query(self._session.url("/user/repos"), {"affiliation": "owner", **_STABLE})
        elif kind == "organization":
            url = with_query(self._session.url(expand("/orgs/{owner}/repos", segments)), {"type": "all", **_STABLE})
        else:
            url = with_query(self._session.url(expand("/users/{owner}/repos", segments)), {"type": "owner", **_STABLE})
        pages = self._session.get_pages(url, self._reader(RepoInfo, _REPO), ahead=ahead, token=token)
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def _kind_of(self, owner: str) -> Literal["user", "organization"]:
        async def look_up() -> Literal["user", "organization"]:
            url = self._session.url(expand("/users/{owner}", {"owner": owner}))
            found = await self._session.get_one(url, self._reader(UserInfo, _OWNER))
            return "organization" if found.type == "Organization" else "user"

        return await self._kinds.get(owner.lower(), look_up)

    async def _token_of(self, owner: str) -> TokenInfo | None:
        """The token that belongs to the user ``owner``, or None.

        Raises:
            RateLimitError: it may be one that can't be asked now whose it is. Listing as somebody else would leave
                out private repositories without a word.
        """
        unknown: RateLimitError | None = None
        for token in self._own_tokens():
            try:
                login = (token.username or await self._login_of(token)) if token.is_valid else None
            except RateLimitError as error:
                unknown = error
                continue
            if login is not None and login.lower() == owner.lower():
                return token
        if unknown is not None:
            raise unknown
        return None

    def _own_tokens(self) -> list[TokenInfo]:
        return self._tokens.usable(self.provider_type, self._base_url.origin)

    async def _login_of(self, token: TokenInfo) -> str | None:
        async def look_up() -> str | None:
            url, reader = self._session.url("/user"), self._reader(UserInfo, _OWNER)
            try:
                return (await self._session.get_one(url, reader, token=token)).login
            except (PermissionDeniedError, NotFoundError):
                return None  # an app's or a workflow's token acts for nobody

        try:
            return await self._logins.get(token.token, look_up)
        except AuthError:
            return None  # refused, and out of the pool by now

    @cached_property
    def _kinds(self) -> Memo[str, Literal["user", "organization"]]:
        return Memo()

    @cached_property
    def _logins(self) -> Memo[str, str | None]:
        return Memo()
