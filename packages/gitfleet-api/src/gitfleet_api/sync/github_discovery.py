"""GitHub: searches, and the organizations of the user of a token.

Written by tools/write_sync.py from providers/github/discovery.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import ClassVar

from ..client import Named
from ..models import CodeMatch, IssueInfo, OrganizationInfo, RepoInfo
from ..providers.github.discovery import GitHubDiscovery as AsyncGitHubDiscovery
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitHubDiscovery"]


class GitHubDiscovery(GitProviderClient):
    """The searches of a client of GitHub, and the organizations of the user of a token."""

    _async: AsyncGitHubDiscovery
    _asynchronous: ClassVar[type[AsyncGitHubDiscovery]] = AsyncGitHubDiscovery

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
        return Listing(self._async.search_repositories(query, owner=owner))

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
        return Listing(self._async.search_issues(query, owner=owner, repository=repository))

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
        return Listing(self._async.search_code(query, owner=owner, repository=repository))

    def fetch_organizations(self) -> Listing[OrganizationInfo]:
        """List the organizations that the user of the token is a member of (``GET /user/orgs``).

        Only ``id``, ``login``, ``description`` and ``avatar_url`` are filled; :meth:`fetch_organization` returns the
        rest. A classic token needs the scope ``read:org`` or ``user``; a fine-grained one sees only the organizations
        that it is for. Of several tokens the first one decides.

        Raises:
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_organizations())
