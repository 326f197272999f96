"""GitHub, github.com and Enterprise: what its endpoints are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import ClassVar, Literal, get_args

from ...client import (
    Call,
    GitProviderClient,
    IssueState,
    Listing,
    QueryValue,
    RowDecoder,
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
from . import shapes
from .batch import GitHubBatch
from .owners import Owners
from .profile import PROFILE

__all__ = ["GitHubClient", "OwnerKind"]

OwnerKind = Literal["user", "organization", "self"]

# Oldest first: what is created during a listing comes after what was given already and moves nothing across pages.
_OLDEST_FIRST: dict[str, QueryValue] = {"sort": "created", "direction": "asc"}
_STATES: tuple[str, ...] = get_args(IssueState)
_NO_COMMITS = "repository is empty"
"""What GitHub says (409) instead of an empty list of commits."""


def _is_issue_alone(issue: IssueInfo) -> bool:
    return not issue.is_pull_request


async def _has_no_commits(error: ProviderError) -> bool:
    return isinstance(error, ConflictError) and _NO_COMMITS in error.message.lower()


class GitHubClient(GitProviderClient):
    """A client of GitHub's REST API.

    For GitHub Enterprise Server give ``base_url="https://HOST/api/v3"``.
    """

    profile = PROFILE
    shapes = shapes.SHAPES
    limitations: ClassVar[Mapping[str, str]] = {
        "fetch_languages": "bytes of code",
        "fetch_contributors": "at most 500 addresses belong to accounts, the others are anonymous",
        "get_rate_limit": "costs no call",
        "validate_credentials": "costs no call",
        "graphql": "needs a token",
        "fetch_many_repository_details": "needs a token",
    }
    batch_query = GitHubBatch()

    async def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to (``GET /user``).

        Raises:
            AuthError: no token, or one that GitHub does not accept.
        """
        return await self.session.get_one(self.session.url("/user"), self.session.decoder(UserInfo, shapes.USER))

    async def fetch_user(self, login: str) -> UserInfo:
        """An account: a person, an organization or a bot (``GET /users/{username}``).

        Raises:
            NotFoundError: there is none of that name.
        """
        url = self.session.url(expand("/users/{login}", {"login": login}))
        return await self.session.get_one(url, self.session.decoder(UserInfo, shapes.USER))

    async def fetch_organization(self, name: str) -> OrganizationInfo:
        """An organization (``GET /orgs/{org}``).

        Raises:
            NotFoundError: there is none of that name; it may be a user's.
        """
        url = self.session.url(expand("/orgs/{name}", {"name": name}))
        return await self.session.get_one(url, self.session.decoder(OrganizationInfo, shapes.ORGANIZATION))

    def fetch_members(self, organization: str) -> Listing[UserInfo]:
        """The members of an organization (``GET /orgs/{org}/members``): all for a member's token, or else public ones.

        Only ``id``, ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled; :meth:`fetch_user` has the rest.

        Raises:
            NotFoundError: there is no such organization.
        """
        path = expand("/orgs/{organization}/members", {"organization": organization})
        return self.session.listing(self.session.first_page(path), self.session.decoder(UserInfo, shapes.ACCOUNT))

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
        if kind is not None:
            one_of("kind", kind, get_args(OwnerKind))
        expand("{owner}", {"owner": owner})
        pages = partial(self._repositories, owner, kind)
        return self.session.listing_of(pages, self.session.decoder(RepoInfo, shapes.REPO))

    async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository (``GET /repos/{owner}/{repo}``); a renamed one is found under its new name.

        Raises:
            NotFoundError: there is none, or none for this token.
        """
        url = self.session.url(expand("/repos/{owner}/{repo}", {"owner": owner, "repo": repo}))
        return await self.session.get_one(url, self.session.decoder(RepoDetails, shapes.DETAILS))

    async def fetch_languages(self, owner: str, repo: str) -> dict[str, float]:
        """Bytes of code by language (``GET /repos/{owner}/{repo}/languages``), most first.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        url = self.session.url(expand("/repos/{owner}/{repo}/languages", {"owner": owner, "repo": repo}))
        return (await self.session.get_one(url, self.session.decoder(Languages, LANGUAGES))).amounts

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository (``GET /repos/{owner}/{repo}/branches``).

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return self.session.listing(
            self._repo_url("branches", owner, repo), self.session.decoder(BranchInfo, shapes.BRANCH)
        )

    def fetch_tags(self, owner: str, repo: str) -> Listing[TagInfo]:
        """Every tag of a repository (``GET /repos/{owner}/{repo}/tags``); GitHub lists them without messages.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return self.session.listing(self._repo_url("tags", owner, repo), self.session.decoder(TagInfo, shapes.TAG))

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
        url = self._repo_url("contributors", owner, repo, anon=1 if anonymous else None)
        return self.session.listing(url, self.session.decoder(ContributorInfo, shapes.CONTRIBUTOR))

    def fetch_releases(self, owner: str, repo: str) -> Listing[ReleaseInfo]:
        """Every release, newest first (``GET /repos/{owner}/{repo}/releases``); drafts for those who may push.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        return self.session.listing(
            self._repo_url("releases", owner, repo), self.session.decoder(ReleaseInfo, shapes.RELEASE)
        )

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
        url = self._repo_url(
            "issues",
            owner,
            repo,
            state=one_of("state", state, _STATES),
            since=utc_or_none("since", since),
            **_OLDEST_FIRST,
        )
        keep = None if pull_requests else _is_issue_alone
        return self.session.listing(url, self.session.decoder(IssueInfo, shapes.ISSUE), keep=keep)

    def fetch_pull_requests(self, owner: str, repo: str, *, state: IssueState = "all") -> Listing[PullRequestInfo]:
        """Every pull request of a repository, oldest first (``GET /repos/{owner}/{repo}/pulls``).

        Args:
            owner: of the repository.
            repo: its name.
            state: ``open``, ``closed`` (merged ones too) or ``all``.

        Raises:
            NotFoundError: there is no such repository, or none for this token.
        """
        url = self._repo_url("pulls", owner, repo, state=one_of("state", state, _STATES), **_OLDEST_FIRST)
        return self.session.listing(url, self.session.decoder(PullRequestInfo, shapes.PULL_REQUEST))

    async def get_rate_limit(self, resource: str = "core") -> RateLimitInfo:
        """How many calls are left (``GET /rate_limit``, which costs none).

        Args:
            resource: the budget: ``core``, ``search``, ``graphql``, ``code_search`` and others of GitHub's names.

        Raises:
            ConfigurationError: ``resource`` is no name.
            DecodeError: GitHub names no such resource.
            NotFoundError: an Enterprise Server without rate limits.
        """
        if not isinstance(resource, str) or not resource:
            raise ConfigurationError(f"resource must be a name like 'core', not {shorten_repr(resource)}")
        url, decoder = self.session.url("/rate_limit"), self.session.decoder(RateLimitInfo, shapes.RATE_LIMIT)
        found = await self.session.get_one(url, decoder, ("resources", resource), free=True)
        return replace(found, resource=resource)

    async def validate_credentials(self) -> bool:
        """Whether GitHub accepts the token; False without one. Costs no call (``GET /rate_limit``).

        Raises:
            PermissionDeniedError: GitHub knows the token, but lets its owner do nothing: he is suspended, perhaps.
            NetworkError: GitHub can't be asked.
        """
        if not self.session.tokens():
            return False
        try:
            await self.session.send(Call("GET", self.session.url("/rate_limit"), free=True))
        except AuthError:
            return False
        except NotFoundError:  # an Enterprise Server without rate limits; it has checked the token before
            return True
        return True

    def _repo_url(self, what: str, owner: str, repo: str, /, **query: QueryValue) -> str:
        path = expand("/repos/{owner}/{repo}/", {"owner": owner, "repo": repo}) + what
        return self.session.first_page(path, **query)

    async def _repositories(
        self, owner: str, kind: OwnerKind | None, ahead: int, decoder: RowDecoder[RepoInfo]
    ) -> AsyncGenerator[list[RepoInfo], None]:
        known = kind or self._owners.kind_of(owner)
        if known in (None, "organization"):
            url = self.session.first_page(expand("/orgs/{owner}/repos", {"owner": owner}), type="all", **_OLDEST_FIRST)
            try:
                async with aclosing(self.session.get_pages(url, decoder, ahead=ahead)) as pages:
                    async for page in pages:
                        self._owners.learn(owner, "organization")
                        yield page
            except NotFoundError:
                if known is not None or self._owners.kind_of(owner) == "organization":
                    raise
            else:
                return
        token = await self._owners.token_of(owner) if kind != "user" else None
        if kind == "self" and token is None:
            raise ConfigurationError(f"kind='self', but no token belongs to {owner!r}; add one, or leave kind out")
        if token is not None:
            url = self.session.first_page("/user/repos", affiliation="owner", **_OLDEST_FIRST)
        else:
            url = self.session.first_page(
                expand("/users/{owner}/repos", {"owner": owner}), type="owner", **_OLDEST_FIRST
            )
        # Another token would list another user's repositories, so every page goes with this one.
        async with aclosing(self.session.get_pages(url, decoder, ahead=ahead, token=token)) as pages:
            async for page in pages:
                self._owners.learn(owner, "user")
                yield page

    @cached_property
    def _owners(self) -> Owners:
        return Owners(self.session, self.session.decoder(UserInfo, shapes.ACCOUNT))
