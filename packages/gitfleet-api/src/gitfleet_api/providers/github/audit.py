"""GitHub: the endpoint of each call that audits need."""

from __future__ import annotations

from ...client import GitProviderClient, Named
from ...models import BranchProtection
from .paths import repo_path

__all__ = ["GitHubAudit"]


class GitHubAudit(GitProviderClient):
    """The calls of a client of GitHub about access to repositories."""

    async def fetch_branch_protection(
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
        from .protection import fetch_protection  # few programs need it

        return await fetch_protection(self.session, repo_path(self.session, owner, repo), branch)
