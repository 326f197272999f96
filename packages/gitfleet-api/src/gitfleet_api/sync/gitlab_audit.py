"""GitLab: the endpoint of each call that audits need.

Written by tools/write_sync.py from providers/gitlab/audit.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import ClassVar

from ..client import Named
from ..models import BranchProtection
from ..providers.gitlab.audit import GitLabAudit as AsyncGitLabAudit
from .background import run
from .client import GitProviderClient

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
