"""Repositories that are shared with further groups."""

from __future__ import annotations

from .listed import RepositoryList
from .lookup import RepositoryLookup
from .models import Organization, Repository

__all__ = ["Sharing"]


class Sharing(RepositoryLookup):
    """The groups that repositories of a Fleet are shared with."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: dict[int, tuple[str, ...]] = {}

    def share(self, full_name: str, group: str) -> None:
        """Share a repository with a group. On GitLab the group lists it and its members see it.

        Args:
            full_name: "owner/name".
            group: login or path of the group.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the group does not exist.
        """
        with self.lock:
            number, account = self.repository(full_name).id, self.account(group)
            if not isinstance(account, Organization):
                raise ValueError(f"no organization or group {group!r}: add it first")  # noqa: TRY004
            self._shares[number] = tuple(dict.fromkeys((*self._shares.get(number, ()), account.login.lower())))
            self._changed()

    def shares_of(self, repository: Repository) -> list[Organization]:
        """Return the groups that the repository is shared with, without its owner."""
        found = (self.account(path) for path in self._shares.get(repository.id, ()))
        return [account for account in found if isinstance(account, Organization)]

    def shared_with(self, path: str) -> list[Repository]:
        """Return the repositories of other owners that are shared with a group, the oldest first.

        Args:
            path: login or path of the group.
        """
        with self.lock:
            shared = sorted(number for number, paths in self._shares.items() if path.lower() in paths)
            return list(RepositoryList(shared, self._find))
