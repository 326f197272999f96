"""The part of the interface of every provider that audits need: access, rules and automation of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ..http.repository_names import Named
from ..models import BranchProtection

__all__ = ["AuditCalls"]


class AuditCalls:
    """The calls about access to repositories. A call that a provider lacks raises :class:`UnsupportedError`."""

    if TYPE_CHECKING:

        def _unsupported(self, method: str) -> NoReturn: ...

    async def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.
        """
        self._unsupported("fetch_branch_protection")
