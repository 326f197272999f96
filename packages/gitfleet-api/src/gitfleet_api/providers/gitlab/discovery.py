"""GitLab: searches, and the groups that a token may see."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property, partial
from typing import NoReturn, TypeVar

from ...client import GitProviderClient, Listing, ListingRun, Named, QueryValue, RowDecoder, search_text
from ...errors import AuthError, ConfigurationError, InvalidRequestError, UnsupportedError
from ...models import CodeMatch, IssueInfo, OrganizationInfo, RepoInfo, UserInfo
from . import shapes
from .owners import Owners, group_path
from .paths import project_path

__all__ = ["GitLabDiscovery"]

T = TypeVar("T")

_BY_ID: dict[str, QueryValue] = {"order_by": "id", "sort": "asc"}
_OLDEST_FIRST: dict[str, QueryValue] = {"scope": "all", "order_by": "created_at", "sort": "asc"}
_NO_SCOPE = re.compile(r"scope (supported only|not supported|does not have a valid value)", re.IGNORECASE)
"""Part of the message (400) of a server without advanced search and exact code search."""


class GitLabDiscovery(GitProviderClient):
    """The searches of a client of GitLab, and the groups that a token may see."""

    def search_repositories(self, query: str, *, owner: str | None = None) -> Listing[RepoInfo]:
        """List the projects whose name, path or description contains a text, oldest first (``GET /projects?search=``).

        All results are returned, by keyset pagination.

        Args:
            query: Text to search for. GitLab has no qualifiers here.
            owner: Only projects of this user or group, with the groups inside it (``GET /groups/{id}/projects``).

        Raises:
            NotFoundError: The owner does not exist, or the token may not see it.
        """
        text, decoder = search_text(query), self.session.decoder(RepoInfo, shapes.REPO)
        if owner is None:
            url = self.session.first_page("/projects", search=text, pagination="keyset", **_BY_ID)
            return self.session.listing(url, decoder)
        group_path(owner, "owner")

        async def first(run: ListingRun) -> str:
            run.scope.owner = owner.lower()
            place = await self._owners.place_of(owner, None)
            more: dict[str, QueryValue] = {"include_subgroups": True} if place.startswith("/groups/") else {}
            return self.session.first_page(f"{place}/projects", search=text, **more, **_BY_ID)

        return self.session.listing_of(partial(self._pages_from, first), decoder)

    def search_issues(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[IssueInfo]:
        """List the issues whose title or description contains a text, oldest first (``GET /issues?search=``).

        Merge requests are not issues on GitLab. All results are returned.

        Args:
            query: Text to search for. GitLab has no qualifiers here.
            owner: Only issues of this group and the groups inside it (``GET /groups/{id}/issues``).
            repository: Only issues of this project (``GET /projects/{id}/issues``): its full name or a
                :class:`RepoInfo`.

        Raises:
            AuthError: There is no token, and neither ``owner`` nor ``repository``.
            NotFoundError: The group or project does not exist, or the token may not see it.
        """
        first = self._scope(owner, repository, "issues", search=search_text(query), **_OLDEST_FIRST)
        return self.session.listing_of(partial(self._pages_from, first), self.session.decoder(IssueInfo, shapes.ISSUE))

    def search_code(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[CodeMatch]:
        """List the places in files on default branches that match a query (``GET /search?scope=blobs``).

        Every server can search in one project (``repository``). A search in a group or in all projects needs advanced
        search or exact code search, as on gitlab.com for paid groups. GitLab sends ``repo_id`` without the name of the
        project; ``repo`` is known only for a search in one project. A token is required.

        Args:
            query: Words, with the qualifiers ``filename:``, ``path:`` and ``extension:``.
            owner: Only files in projects of this group and the groups inside it (``GET /groups/{id}/search``).
            repository: Only files of this project (``GET /projects/{id}/search``): its full name or a
                :class:`RepoInfo`.

        Raises:
            AuthError: There is no token.
            NotFoundError: The group or project does not exist, or the token may not see it.
            UnsupportedError: This server searches code in single projects only.
        """
        first = self._scope(owner, repository, "search", scope="blobs", search=search_text(query))
        named = None if repository is None else "/".join(self.session.repository_names(repository, None))
        pages = partial(self._code_pages, first, named)
        return self.session.listing_of(pages, self.session.decoder(CodeMatch, shapes.CODE_MATCH))

    def fetch_organizations(self) -> Listing[OrganizationInfo]:
        """List the groups that the user of the token is a member of, with all groups inside them, oldest first.

        Uses ``GET /groups?all_available=false``. Of several tokens the first one decides.

        Raises:
            AuthError: There is no token.
        """
        url = self.session.first_page("/groups", all_available=False, **_BY_ID)

        async def first(_run: ListingRun) -> str:
            if not self.session.tokens():  # GitLab would list all public groups
                raise AuthError(
                    "fetch_organizations() needs a token: it lists the groups of its user", self.provider_type
                )
            return url

        return self.session.listing_of(
            partial(self._pages_from, first), self.session.decoder(OrganizationInfo, shapes.GROUP)
        )

    def fetch_groups(self, parent: str | None = None) -> Listing[OrganizationInfo]:
        """List the groups that the token may see, or all groups inside a group, oldest first.

        Uses ``GET /groups?all_available=true`` and ``GET /groups/{id}/descendant_groups``. On gitlab.com the first one
        lists all public groups, which are very many.

        Args:
            parent: Full path of a group, whose subgroups on all levels are listed. None for all groups.

        Raises:
            NotFoundError: The group does not exist, or the token may not see it.
        """
        decoder = self.session.decoder(OrganizationInfo, shapes.GROUP)
        if parent is None:
            return self.session.listing(self.session.first_page("/groups", all_available=True, **_BY_ID), decoder)
        first = self._in_group(parent, "parent", "descendant_groups", all_available=True, **_BY_ID)
        return self.session.listing_of(partial(self._pages_from, first), decoder)

    # -- where to search

    def _scope(
        self, owner: str | None, repository: str | Named | None, what: str, **query: QueryValue
    ) -> Callable[[ListingRun], Awaitable[str]]:
        """Return the function that finds the first page of a search in all projects, in a group or in a project."""
        if owner is not None and repository is not None:
            raise ConfigurationError("give owner or repository, not both")
        if owner is not None:
            return self._in_group(owner, "owner", what, **query)
        below = "" if repository is None else project_path(self.session, repository, None)
        url = self.session.first_page(f"{below}/{what}", **query)

        async def first(_run: ListingRun) -> str:
            return url

        return first

    def _in_group(
        self, group: str, name: str, what: str, **query: QueryValue
    ) -> Callable[[ListingRun], Awaitable[str]]:
        group_path(group, name)

        async def first(run: ListingRun) -> str:
            run.scope.owner = group.lower()
            return self.session.first_page(f"{await self._owners.place_of(group, 'organization')}/{what}", **query)

        return first

    # -- pages

    async def _pages_from(
        self, first: Callable[[ListingRun], Awaitable[str]], run: ListingRun, decoder: RowDecoder[T]
    ) -> AsyncGenerator[list[T], None]:
        async with aclosing(self.session.get_pages(await first(run), decoder, run=run)) as pages:
            async for page in pages:
                yield page

    async def _code_pages(
        self,
        first: Callable[[ListingRun], Awaitable[str]],
        named: str | None,
        run: ListingRun,
        decoder: RowDecoder[CodeMatch],
    ) -> AsyncGenerator[list[CodeMatch], None]:
        refused: InvalidRequestError | None = None
        try:
            async with aclosing(self._pages_from(first, run, decoder)) as pages:
                async for page in pages:
                    yield page if named is None else [replace(match, repo=named) for match in page]
        except InvalidRequestError as error:
            if not _NO_SCOPE.search(error.message):
                raise
            refused = error
        if refused is not None:
            self._no_code_search(refused)

    def _no_code_search(self, refused: InvalidRequestError) -> NoReturn:
        message = f"{refused.message} (this server searches code in single projects only: give repository=)"
        raise UnsupportedError(
            message, self.provider_type, status=refused.status, url=refused.url, request_id=refused.request_id
        )

    @cached_property
    def _owners(self) -> Owners:
        groups, users = (
            self.session.decoder(OrganizationInfo, shapes.GROUP),
            self.session.decoder(UserInfo, shapes.ACCOUNT),
        )
        return Owners(self.session, groups, users)
