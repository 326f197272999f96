"""Repositories that no token can read: blocked ones and forbidden ones."""

from __future__ import annotations

from .lookup import RepositoryLookup
from .models import Block, Repository

__all__ = ["Restrictions"]

#: What GitHub sends for parts of a repository that need more rights in it. It is not about the token.
_FORBIDDEN = "Must have push access to repository"


class Restrictions(RepositoryLookup):
    """The repositories of a Fleet that are listed, but not readable with any token."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: dict[int, Block] = {}
        self._forbidden: dict[int, str] = {}

    def block(self, full_name: str, reason: str = "tos") -> None:
        """Block access to a repository.

        Args:
            full_name: "owner/name".
            reason: "dmca" gives status 451 on GitHub, any other reason 403.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            self._blocks[self.repository(full_name).id] = Block(reason)
            self._changed()

    def forbid(self, full_name: str, message: str = _FORBIDDEN) -> None:
        """Respond with 403 to every request for a repository and everything below it. Lists contain it.

        Args:
            full_name: "owner/name".
            message: what the response says on GitHub. GitLab's says "403 Forbidden".

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            self._forbidden[self.repository(full_name).id] = message
            self._changed()

    def block_of(self, repository: Repository) -> Block | None:
        """Return the reason why access to the repository is blocked, or None if it is not."""
        return self._blocks.get(repository.id)

    def forbidden(self, repository: Repository) -> str | None:
        """Return the message with which requests for the repository are refused, or None if they are not."""
        return self._forbidden.get(repository.id)

    def _lift(self, number: int) -> None:
        """Remove the restrictions of a repository that is deleted."""
        self._blocks.pop(number, None)
        self._forbidden.pop(number, None)
