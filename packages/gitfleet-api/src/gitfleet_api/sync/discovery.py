"""The part of the interface of every provider that finds repositories, issues, code and organizations.

Written by tools/write_sync.py from client/discovery.py: change that one, and run the script again.
"""

from __future__ import annotations

from ..client.discovery import DiscoveryCalls as AsyncDiscoveryCalls
from ..http.repository_names import Named
from ..models import CodeMatch, IssueInfo, OrganizationInfo, RepoInfo
from .listing import Listing

__all__ = ["DiscoveryCalls"]


class DiscoveryCalls:
    """Searches, and lists of organizations. A call that a provider lacks raises :class:`UnsupportedError`."""

    _async: AsyncDiscoveryCalls

    def search_repositories(self, query: str, *, owner: str | None = None) -> Listing[RepoInfo]:
        """List the repositories that match a query.

        Args:
            query: Words, with the qualifiers of the provider.
            owner: Only repositories of this user, organization or group.
        """
        return Listing(self._async.search_repositories(query, owner=owner))

    def search_issues(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[IssueInfo]:
        """List the issues that match a query, with their repositories.

        Args:
            query: Words, with the qualifiers of the provider.
            owner: Only issues in repositories of this user, organization or group.
            repository: Only issues of this repository: its full name or a :class:`RepoInfo`.
        """
        return Listing(self._async.search_issues(query, owner=owner, repository=repository))

    def search_code(
        self, query: str, *, owner: str | None = None, repository: str | Named | None = None
    ) -> Listing[CodeMatch]:
        """List the places in files that match a query, on default branches.

        Args:
            query: Words, with the qualifiers of the provider.
            owner: Only files in repositories of this user, organization or group.
            repository: Only files of this repository: its full name or a :class:`RepoInfo`.
        """
        return Listing(self._async.search_code(query, owner=owner, repository=repository))

    def fetch_organizations(self) -> Listing[OrganizationInfo]:
        """List the organizations or groups that the user of the token is a member of."""
        return Listing(self._async.fetch_organizations())

    def fetch_groups(self, parent: str | None = None) -> Listing[OrganizationInfo]:
        """List the groups that the token may see, or those inside a group.

        GitHub has no groups, and an organization there contains no others; see :meth:`fetch_organizations`.

        Args:
            parent: Full path of a group, whose subgroups on all levels are listed. None for all groups.
        """
        return Listing(self._async.fetch_groups(parent))
