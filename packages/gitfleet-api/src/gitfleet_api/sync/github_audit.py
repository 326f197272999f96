"""GitHub: the endpoint of each call that audits need.

Written by tools/write_sync.py from providers/github/audit.py: change that one, and run the script again.
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
from ..providers.github.audit import GitHubAudit as AsyncGitHubAudit
from .background import run
from .client import GitProviderClient
from .listing import Listing

__all__ = ["GitHubAudit"]


class GitHubAudit(GitProviderClient):
    """The calls of a client of GitHub about access to repositories."""

    _async: AsyncGitHubAudit
    _asynchronous: ClassVar[type[AsyncGitHubAudit]] = AsyncGitHubAudit

    def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch: those of its branch protection and of all rulesets together.

        Uses ``GET /repos/{owner}/{repo}/branches/{branch}``. If the branch is protected also its ``/protection``, which
        needs an administrator's token, and ``GET /repos/{owner}/{repo}/rules/branches/{branch}``. Without such a token
        the rules that may be stricter than the visible ones are None.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.

        Raises:
            NotFoundError: The repository or ``branch`` does not exist, or the token may not see it.
        """
        return run(self._async.fetch_branch_protection(owner, repo, branch=branch))

    def fetch_commit(self, owner: str | Named, repo: str | None = None, *, ref: str | None = None) -> CommitDetails:
        """Return one commit with its numbers of added and deleted lines (``GET /repos/{owner}/{repo}/commits/{ref}``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            InvalidRequestError: The repository has no commit or branch ``ref``.
            ConflictError: The repository is empty.
        """
        return run(self._async.fetch_commit(owner, repo, ref=ref))

    def fetch_commit_files(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[ChangedFile]:
        """List the files that a commit changes (``GET /repos/{owner}/{repo}/commits/{ref}``). GitHub lists 3,000.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            InvalidRequestError: The repository has no commit or branch ``ref``.
            ConflictError: The repository is empty.
        """
        return Listing(self._async.fetch_commit_files(owner, repo, ref=ref))

    def fetch_collaborators(
        self, owner: str | Named, repo: str | None = None, *, direct: bool = False
    ) -> Listing[CollaboratorInfo]:
        """List the accounts with access to a repository (``GET /repos/{owner}/{repo}/collaborators``).

        Needs a token that may push. For a public repository these are the accounts that can do more than read.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            direct: Only accounts with a role in the repository itself, not those of the organization and of teams.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            PermissionDeniedError: The token may not push.
            AuthError: There is no token.
        """
        return Listing(self._async.fetch_collaborators(owner, repo, direct=direct))

    def fetch_teams(self, owner: str | Named, repo: str | None = None) -> Listing[TeamInfo]:
        """List the teams with access to a repository (``GET /repos/{owner}/{repo}/teams``).

        Needs an administrator's token. Repositories of users have no teams.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see its teams.
        """
        return Listing(self._async.fetch_teams(owner, repo))

    def fetch_deploy_keys(self, owner: str | Named, repo: str | None = None) -> Listing[DeployKeyInfo]:
        """List the deploy keys of a repository (``GET /repos/{owner}/{repo}/keys``). Needs an administrator's token.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see its keys.
        """
        return Listing(self._async.fetch_deploy_keys(owner, repo))

    def fetch_code_owners(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[CodeOwnersRule]:
        """List the rules of the file ``CODEOWNERS``. A repository without such a file has none.

        GitHub uses the first of ``.github/CODEOWNERS``, ``CODEOWNERS`` and ``docs/CODEOWNERS``. One request lists the
        root folder (``GET /repos/{owner}/{repo}/contents``), the others read the files that may exist.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Branch, tag or hash. None for the default branch.

        Raises:
            NotFoundError: The repository or ``ref`` does not exist, or the token may not see it.
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
        """List the runs of workflows of a repository, newest first (``GET /repos/{owner}/{repo}/actions/runs``).

        With ``branch`` or ``since`` GitHub returns at most 1,000 runs; if there are more, the listing has a gap.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Only runs of this branch.
            since: Only runs that were created at this time or later. An aware datetime; fractions of a second are
                ignored.
            limit: At most this many runs, the newest. None for all.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_workflow_runs(owner, repo, branch=branch, since=since, limit=limit))

    def fetch_environments(self, owner: str | Named, repo: str | None = None) -> Listing[EnvironmentInfo]:
        """List the environments that a repository is deployed to (``GET /repos/{owner}/{repo}/environments``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        return Listing(self._async.fetch_environments(owner, repo))
