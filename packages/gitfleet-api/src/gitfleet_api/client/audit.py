"""The part of the interface of every provider that audits need: access, rules and automation of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ..models import BranchProtection

__all__ = ["AuditCalls"]


class AuditCalls:
    """The calls about access to repositories. A call that a provider lacks raises :class:`UnsupportedError`."""

    if TYPE_CHECKING:

        def _unsupported(self, method: str) -> NoReturn: ...

    async def fetch_branch_protection(self, owner: str, repo: str, *, branch: str | None = None) -> BranchProtection:
        """Return the rules that apply to a branch.

        Args:
            owner: Owner of the repository.
            repo: Name of the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.
        """
        self._unsupported("fetch_branch_protection")
