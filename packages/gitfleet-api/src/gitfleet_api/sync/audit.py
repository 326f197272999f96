"""The part of the interface of every provider that audits need: access, rules and automation of a repository.

Written by tools/write_sync.py from client/audit.py: change that one, and run the script again.
"""

from __future__ import annotations

from ..client.audit import AuditCalls as AsyncAuditCalls
from ..http.repository_names import Named
from ..models import BranchProtection
from .background import run

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
