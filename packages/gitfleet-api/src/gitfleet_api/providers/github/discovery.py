"""GitHub: searches, and the organizations of the user of a token."""

from __future__ import annotations

import re

from ...client import GitProviderClient, Listing, Named, QueryValue, Session, expand, search_text
from ...errors import ConfigurationError
from ...models import CodeMatch, IssueInfo, OrganizationInfo, RepoInfo
from . import shapes

__all__ = ["GitHubDiscovery"]

_ITEMS = ("items",)
_WITH_TEXT = (("accept", "application/vnd.github.text-match+json, application/json"),)
"""Adds the text around each match to the results."""
_ALTERNATIVES = re.compile(r"(^|[\s)])OR($|[\s(])")
_OLDEST_FIRST: dict[str, QueryValue] = {"sort": "created", "order": "asc"}


class GitHubDiscovery(GitProviderClient):
    """The searches of a client of GitHub, and the organizations of the user of a token."""

    def search_repositories(self, query: str, *, owner: str | None = None) -> Listing[RepoInfo]:
        """List the repositories that match a query (``GET /search/repositories``).

        GitHub returns 1,000 results. A search with more of them is split by ``created:``, then the oldest part comes
        first; within a part the order is that of GitHub. Forks are found only with ``fork:true`` in the query.

        Args:
            query: Words and qualifiers of GitHub, as ``topic:http language:python stars:>100``.
            owner: Only repositories of this user or organization (``user:``).

        Raises:
            InvalidRequestError: GitHub does not understand the query, or the owner does not exist.
            IncompleteListingError: There are more results than GitHub returns, and the query cannot be split.
        """
        url = self.session.first_page("/search/repositories", q=_limited(self.session, query, owner, None))
        return self.session.listing(url, self.session.decoder(RepoInfo, shapes.REPO), _ITEMS)

    def search_issues(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[IssueInfo]:
        """List the issues and pull requests that match a query, oldest first (``GET /search/issues``).

        GitHub returns 1,000 results; a search with more of them is split by ``created:``. Pull requests have
        ``is_pull_request``; ``is:issue`` or ``is:pr`` in the query selects one kind, which some tokens require.

        Args:
            query: Words and qualifiers of GitHub, as ``is:pr is:open label:bug``. ``sort:`` changes the order.
            owner: Only issues in repositories of this user or organization (``user:``).
            repository: Only issues of this repository (``repo:``): ``"owner/name"`` or a :class:`RepoInfo`.

        Raises:
            InvalidRequestError: GitHub does not understand the query, or the owner does not exist.
            IncompleteListingError: There are more results than GitHub returns, and the query cannot be split.
        """
        text = _limited(self.session, query, owner, repository)
        order = {} if re.search(r"(^|\s)sort:", text) else _OLDEST_FIRST
        url = self.session.first_page("/search/issues", q=text, **order)
        return self.session.listing(url, self.session.decoder(IssueInfo, shapes.ISSUE), _ITEMS)

    def search_code(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[CodeMatch]:
        """List the files on default branches that match a query (``GET /search/code``), which needs a token.

        Each file appears once, with the text around its matches. GitHub returns 1,000 results and allows 10 requests
        per minute; a search with more results is split by ``size:``, then the smallest files come first.

        Args:
            query: Words and qualifiers of GitHub's code search by API, as ``import language:python path:src``.
            owner: Only files in repositories of this user or organization (``user:``).
            repository: Only files of this repository (``repo:``): ``"owner/name"`` or a :class:`RepoInfo`.

        Raises:
            AuthError: There is no token.
            InvalidRequestError: GitHub does not understand the query, or the owner does not exist.
            IncompleteListingError: There are more results than GitHub returns, and the query cannot be split, or GitHub
                has stated another number of results than it returned.
        """
        url = self.session.first_page("/search/code", q=_limited(self.session, query, owner, repository))
        decoder = self.session.decoder(CodeMatch, shapes.CODE_MATCH)
        return self.session.listing(url, decoder, _ITEMS, headers=_WITH_TEXT)

    def fetch_organizations(self) -> Listing[OrganizationInfo]:
        """List the organizations that the user of the token is a member of (``GET /user/orgs``).

        Only ``id``, ``login``, ``description`` and ``avatar_url`` are filled; :meth:`fetch_organization` returns the
        rest. A classic token needs the scope ``read:org`` or ``user``; a fine-grained one sees only the organizations
        that it is for. Of several tokens the first one decides.

        Raises:
            AuthError: There is no token.
        """
        url, decoder = (
            self.session.first_page("/user/orgs"),
            self.session.decoder(OrganizationInfo, shapes.SHORT_ORGANIZATION),
        )
        return self.session.listing(url, decoder)


def _limited(session: Session, query: str, owner: str | None, repository: str | Named | None) -> str:
    """Return a query with the qualifier for an owner or a repository."""
    text = search_text(query, may_be_empty=owner is not None or repository is not None)
    if owner is not None and repository is not None:
        raise ConfigurationError("give owner or repository, not both")
    if owner is not None:
        expand("{owner}", {"owner": owner})
        qualifier = f"user:{owner}"
    elif repository is not None:
        names = session.repository_names(repository, None)
        expand("{owner}/{repo}", dict(zip(("owner", "repo"), names, strict=True)))
        qualifier = f"repo:{'/'.join(names)}"
    else:
        return text
    if _ALTERNATIVES.search(text):  # in `a OR b user:x` the qualifier would limit only one of them
        text = f"({text})"
    return f"{text} {qualifier}".strip()
