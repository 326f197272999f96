"""The repositories of a fleet: storage and lookups."""

from __future__ import annotations

from .accounts import ADMIN, Accounts
from .models import Account, Organization, Repository, User
from .names import split_full_name

__all__ = ["RepositoryLookup"]


class RepositoryLookup(Accounts):
    """The repositories of a Fleet."""

    def __init__(self) -> None:
        super().__init__()
        self._repositories: dict[int, Repository] = {}
        self._ids: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        #: What lists show instead of the present state, by id: lists that are older than a rename or a removal.
        self._listed_as: dict[int, Repository] = {}
        self._forks: tuple[int, dict[int, list[int]]] = (-1, {})
        self._shares: dict[int, tuple[str, ...]] = {}

    @property
    def repositories(self) -> list[Repository]:
        """All repositories, including private ones, the oldest first."""
        return list(self._repositories.values())

    def find(self, owner: str, name: str) -> Repository | None:
        """Return the repository with this name, or None.

        Args:
            owner: login or path of the owner.
            name: name of the repository.
        """
        number = self._ids.get(f"{owner}/{name}".lower())
        return None if number is None else self._repositories[number]

    def repository(self, full_name: str) -> Repository:
        """Return a repository.

        Args:
            full_name: "owner/name".

        Raises:
            KeyError: the repository does not exist.
            ValueError: this is not a full name.
        """
        found = self.find(*split_full_name(full_name))
        if found is None:
            raise KeyError(f"no repository {full_name!r}")
        return found

    def repository_by_id(self, number: int) -> Repository | None:
        """Return the repository with this id, or None."""
        return self._repositories.get(number)

    def moved(self, owner: str, name: str) -> Repository | None:
        """Return the repository that had this name before, or None.

        Args:
            owner: login or path of the owner.
            name: name of the repository.
        """
        number = self._moved.get(f"{owner}/{name}".lower())
        return None if number is None else self._repositories[number]

    def owned_by(self, login: str) -> list[Repository]:
        """Return the repositories of an account, including private ones, the oldest first.

        Args:
            login: login or path of the owner.
        """
        with self.lock:
            return [self._repositories[number] for number in self._owned.get(login.lower(), ())]

    def listed_by(self, login: str) -> list[Repository]:
        """Return the repositories that lists of an account contain, including private ones, the oldest first.

        Those that were renamed or removed with ``listed=True`` are in their earlier state.

        Args:
            login: login or path of the owner.
        """
        with self.lock:
            return self._as_listed(self.owned_by(login), login.lower())

    @property
    def listed(self) -> list[Repository]:
        """The repositories that lists of all accounts contain, including private ones, the oldest first."""
        with self.lock:
            return self._as_listed(self.repositories)

    def _as_listed(self, found: list[Repository], owner: str | None = None) -> list[Repository]:
        if not self._listed_as:
            return found
        rows = [item for item in found if item.id not in self._listed_as]
        rows += [item for item in self._listed_as.values() if owner in (None, item.owner.lower())]
        return sorted(rows, key=lambda item: item.id)

    def owner_of(self, repository: Repository) -> Account:
        """Return the account that owns the repository."""
        return self._accounts[repository.owner.lower()]

    def forks_of(self, repository: Repository) -> list[Repository]:
        """Return the forks of the repository, including private ones, the oldest first."""
        with self.lock:
            if self._forks[0] != self.version:
                self._forks = (self.version, self._forks_by_parent())
            return [self._repositories[number] for number in self._forks[1].get(repository.id, ())]

    def people_of(self, repository: Repository) -> list[str]:
        """Return the logins of accounts that work on the repository.

        These are its contributors. Without any it is the owner, or the first member of an organization.
        """
        logins = [person.login for person in repository.contributors if person.login is not None]
        known = [login for login in logins if self.account(login) is not None]
        owner = self.owner_of(repository)
        return known or [owner.login if isinstance(owner, User) else next(iter(owner.members), ADMIN)]

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
            return [self._repositories[number] for number in shared]

    def _forks_by_parent(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for repository in self._repositories.values():
            if repository.parent is not None:
                owner, name = split_full_name(repository.parent)
                parent = self.find(owner, name) or self.moved(owner, name)
                if parent is not None:
                    found.setdefault(parent.id, []).append(repository.id)
        return found
