"""GitLab: the endpoint of each call that audits need."""

from __future__ import annotations

from ...client import GitProviderClient, Named
from ...models import BranchProtection
from .paths import project_path

__all__ = ["GitLabAudit"]


class GitLabAudit(GitProviderClient):
    """The calls of a client of GitLab about access to projects."""

    async def fetch_branch_protection(
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
        from .protection import fetch_protection  # few programs need it

        return await fetch_protection(self.session, project_path(self.session, owner, repo), branch)
