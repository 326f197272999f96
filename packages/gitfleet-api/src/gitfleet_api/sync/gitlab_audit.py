"""GitLab: the endpoint of each call that audits need.

Written by tools/write_sync.py from providers/gitlab/audit.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ..client import Named
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
from ..providers.gitlab.audit import GitLabAudit as AsyncGitLabAudit
from .background import run
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitLabAudit"]


class GitLabAudit(GitProviderClient):
    """The calls of a client of GitLab about access to projects."""

    _async: AsyncGitLabAudit
    _asynchronous: ClassVar[type[AsyncGitLabAudit]] = AsyncGitLabAudit

    def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch: of several the most permissive, as GitLab applies them.

        Uses ``GET /projects/{id}/repository/branches/{branch}``. If the branch is protected also
        ``GET /projects/{id}/protected_branches``. If the token may not see those, all rules are None.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            branch: Name of the branch. None for the default branch, which costs one more request.

        Raises:
            NotFoundError: The project or ``branch`` does not exist, or the token may not see it.
        """
        return run(self._async.fetch_branch_protection(owner, repo, branch=branch))

    def fetch_commit(self, owner: str | Named, repo: str | None = None, *, ref: str | None = None) -> CommitDetails:
        """Return one commit with its numbers of lines (``GET /projects/{id}/repository/commits/{ref}``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, the project is empty, or the token may not see it.
        """
        return run(self._async.fetch_commit(owner, repo, ref=ref))

    def fetch_commit_files(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[ChangedFile]:
        """List the files that a commit changes (``GET /projects/{id}/repository/commits/{ref}/diff``).

        Their numbers of lines are counted in the differences that GitLab sends.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, the project is empty, or the token may not see it.
        """
        return Listing(self._async.fetch_commit_files(owner, repo, ref=ref))

    def fetch_collaborators(
        self, owner: str | Named, repo: str | None = None, *, direct: bool = False
    ) -> Listing[CollaboratorInfo]:
        """List the members of a project, with those of its groups (``GET /projects/{id}/members/all``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            direct: Only members of the project itself (``GET /projects/{id}/members``).

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_collaborators(owner, repo, direct=direct))

    def fetch_teams(self, owner: str | Named, repo: str | None = None) -> Listing[TeamInfo]:
        """List the groups that a project is shared with (``GET /projects/{id}``).

        The group that owns the project is not one of them.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_teams(owner, repo))

    def fetch_deploy_keys(self, owner: str | Named, repo: str | None = None) -> Listing[DeployKeyInfo]:
        """List the deploy keys of a project (``GET /projects/{id}/deploy_keys``). Needs a maintainer's token.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token is not that of a maintainer.
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_deploy_keys(owner, repo))

    def fetch_code_owners(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[CodeOwnersRule]:
        """List the rules of the file ``CODEOWNERS``. A project without such a file has none.

        GitLab uses the first of ``CODEOWNERS``, ``docs/CODEOWNERS`` and ``.gitlab/CODEOWNERS``. They are requested in
        this order (``GET /projects/{id}/repository/files/{path}/raw``) until there is one. Lines without owners have
        the default owners of their section.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Branch, tag or hash. None for the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, or the token may not see it.
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
        """List the pipelines of a project, newest first (``GET /projects/{id}/pipelines``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            branch: Only pipelines of this branch, tag or other ref.
            since: Only pipelines that were created at this time or later. An aware datetime; fractions of a second are
                ignored.
            limit: At most this many pipelines, the newest. None for all.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token may not see pipelines.
        """
        return Listing(self._async.fetch_workflow_runs(owner, repo, branch=branch, since=since, limit=limit))

    def fetch_environments(self, owner: str | Named, repo: str | None = None) -> Listing[EnvironmentInfo]:
        """List the environments that a project is deployed to (``GET /projects/{id}/environments``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token may not see environments.
        """
        return Listing(self._async.fetch_environments(owner, repo))
