"""GitHub: the endpoint of each call that audits need."""

from __future__ import annotations

from ...client import GitProviderClient, expand
from ...models import BranchProtection

__all__ = ["GitHubAudit"]


class GitHubAudit(GitProviderClient):
    """The calls of a client of GitHub about access to repositories."""

    async def fetch_branch_protection(self, owner: str, repo: str, *, branch: str | None = None) -> BranchProtection:
        """Return the rules that apply to a branch: those of its branch protection and of all rulesets together.

        Uses ``GET /repos/{owner}/{repo}/branches/{branch}``. If the branch is protected also its ``/protection``, which
        needs an administrator's token, and ``GET /repos/{owner}/{repo}/rules/branches/{branch}``. Without such a token
        the rules that may be stricter than the visible ones are None.

        Args:
            owner: Owner of the repository.
            repo: Name of the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.

        Raises:
            NotFoundError: The repository or ``branch`` does not exist, or the token may not see it.
        """
        from .protection import fetch_protection  # few programs need it

        return await fetch_protection(self.session, _path(owner, repo), branch)


def _path(owner: str, repo: str) -> str:
    return expand("/repos/{owner}/{repo}", {"owner": owner, "repo": repo})
