"""GitLab: searches, and the groups that a token may see.

Written by tools/write_sync.py from providers/gitlab/discovery.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import ClassVar

from ..client import Named
from ..models import CodeMatch, IssueInfo, OrganizationInfo, RepoInfo
from ..providers.gitlab.discovery import GitLabDiscovery as AsyncGitLabDiscovery
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitLabDiscovery"]


class GitLabDiscovery(GitProviderClient):
    """The searches of a client of GitLab, and the groups that a token may see."""

    _async: AsyncGitLabDiscovery
    _asynchronous: ClassVar[type[AsyncGitLabDiscovery]] = AsyncGitLabDiscovery

    def search_repositories(self, query: str, *, owner: str | None = None) -> Listing[RepoInfo]:
        """List the projects whose name, path or description contains a text, oldest first (``GET /projects?search=``).

        All results are returned, by keyset pagination.

        Args:
            query: Text to search for. GitLab has no qualifiers here.
            owner: Only projects of this user or group, with the groups inside it (``GET /groups/{id}/projects``).

        Raises:
            NotFoundError: The owner does not exist, or the token may not see it.
        """
        return Listing(self._async.search_repositories(query, owner=owner))

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
        return Listing(self._async.search_issues(query, owner=owner, repository=repository))

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
        return Listing(self._async.search_code(query, owner=owner, repository=repository))

    def fetch_organizations(self) -> Listing[OrganizationInfo]:
        """List the groups that the user of the token is a member of, with all groups inside them, oldest first.

        Uses ``GET /groups?all_available=false``. Of several tokens the first one decides.

        Raises:
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_organizations())

    def fetch_groups(self, parent: str | None = None) -> Listing[OrganizationInfo]:
        """List the groups that the token may see, or all groups inside a group, oldest first.

        Uses ``GET /groups?all_available=true`` and ``GET /groups/{id}/descendant_groups``. On gitlab.com the first one
        lists all public groups, which are very many.

        Args:
            parent: Full path of a group, whose subgroups on all levels are listed. None for all groups.

        Raises:
            NotFoundError: The group does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_groups(parent))
