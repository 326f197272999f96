"""The part of the interface of every provider that audits need: access, rules and automation of a repository.

Written by tools/write_sync.py from client/audit.py: change that one, and run the script again.
"""

from __future__ import annotations

from ..client.audit import AuditCalls as AsyncAuditCalls
from ..models import BranchProtection
from .background import run

__all__ = ["AuditCalls"]


class AuditCalls:
    """The calls about access to repositories. A call that a provider lacks raises :class:`UnsupportedError`."""

    _async: AsyncAuditCalls

    def fetch_branch_protection(self, owner: str, repo: str, *, branch: str | None = None) -> BranchProtection:
        """Return the rules that apply to a branch.

        Args:
            owner: Owner of the repository.
            repo: Name of the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.
        """
        return run(self._async.fetch_branch_protection(owner, repo, branch=branch))
