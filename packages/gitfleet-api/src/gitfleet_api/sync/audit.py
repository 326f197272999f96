"""The part of the interface of every provider that audits need: access, rules and automation of a repository.

Written by tools/write_sync.py from client/audit.py: change that one, and run the script again.
"""

from __future__ import annotations

from datetime import datetime

from ..client.audit import AuditCalls as AsyncAuditCalls
from ..http.repository_names import Named
from ..models import (
    BranchProtection,
    ChangedFile,
    CodeOwnersRule,
    CollaboratorInfo,
    CommitDetails,
    DeployKeyInfo,
    EnvironmentInfo,
    TeamInfo,
    WorkflowRunInfo,
)
from .background import run
from .listing import Listing

__all__ = ["AuditCalls"]


class AuditCalls:
    """The calls about access to repositories. A call that a provider lacks raises :class:`UnsupportedError`."""

    _async: AsyncAuditCalls

    def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.
        """
        return run(self._async.fetch_branch_protection(owner, repo, branch=branch))

    def fetch_commit(self, owner: str | Named, repo: str | None = None, *, ref: str | None = None) -> CommitDetails:
        """Return one commit with its numbers of added and deleted lines.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.
        """
        return run(self._async.fetch_commit(owner, repo, ref=ref))

    def fetch_commit_files(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[ChangedFile]:
        """List the files that a commit changes.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.
        """
        return Listing(self._async.fetch_commit_files(owner, repo, ref=ref))

    def fetch_collaborators(
        self, owner: str | Named, repo: str | None = None, *, direct: bool = False
    ) -> Listing[CollaboratorInfo]:
        """List the accounts with access to a repository, and their roles.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            direct: Only accounts with a role in the repository itself, not those of organizations, teams and groups.
        """
        return Listing(self._async.fetch_collaborators(owner, repo, direct=direct))

    def fetch_teams(self, owner: str | Named, repo: str | None = None) -> Listing[TeamInfo]:
        """List the teams or groups with access to a repository, and their roles.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_teams(owner, repo))

    def fetch_deploy_keys(self, owner: str | Named, repo: str | None = None) -> Listing[DeployKeyInfo]:
        """List the deploy keys of a repository.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_deploy_keys(owner, repo))

    def fetch_code_owners(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[CodeOwnersRule]:
        """List the rules of the file ``CODEOWNERS``. A repository without such a file has none.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Branch, tag or hash. None for the default branch.
        """
        return Listing(self._async.fetch_code_owners(owner, repo, ref=ref))

    def fetch_workflow_runs(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        branch: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Listing[WorkflowRunInfo]:
        """List the runs of workflows or pipelines of a repository, newest first.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Only runs of this branch.
            since: Only runs that were created at this time or later. An aware datetime.
            limit: At most this many runs, the newest. None for all.
        """
        return Listing(self._async.fetch_workflow_runs(owner, repo, branch=branch, since=since, limit=limit))

    def fetch_environments(self, owner: str | Named, repo: str | None = None) -> Listing[EnvironmentInfo]:
        """List the environments that a repository is deployed to.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
        """
        return Listing(self._async.fetch_environments(owner, repo))
