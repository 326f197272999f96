"""The repositories of a fleet: storage and lookups."""

from __future__ import annotations

from collections.abc import Sequence

from .accounts import ADMIN, Accounts
from .listed import RepositoryList
from .models import Account, Repository, User
from .names import split_full_name
from .series import Series

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
        #: Repositories that are constructed when they are requested, by owner.
        self._series: dict[str, list[Series]] = {}

    @property
    def repositories(self) -> list[Repository]:
        """All repositories, including private ones, the oldest first."""
        with self.lock:
            return list(self._repositories.values()) if not self._series else list(self.all_repositories())

    def find(self, owner: str, name: str) -> Repository | None:
        """Return the repository with this name, or None.

        Args:
            owner: login or path of the owner.
            name: name of the repository.
        """
        number = self._ids.get(f"{owner}/{name}".lower())
        if number is not None:
            return self._repositories[number]
        for series in self._series.get(owner.lower(), ()):
            numbered = series.id_of(name)
            if numbered is not None:
                return series.construct(numbered)
        return None

    def repository(self, full_name: str) -> Repository:
        """Return a repository. From then on it is stored, so that it can be changed.

        Args:
            full_name: "owner/name".

        Raises:
            KeyError: the repository does not exist.
            ValueError: this is not a full name.
        """
        found = self.find(*split_full_name(full_name))
        if found is None:
            raise KeyError(f"no repository {full_name!r}")
        with self.lock:
            series = None if self.is_stored(found) else self._series_of(found.id)
            if series is not None:
                series.taken.add(found.id)
                self._repositories[found.id] = found
                self._ids[found.full_name.lower()] = found.id
        return found

    def repository_by_id(self, number: int) -> Repository | None:
        """Return the repository with this id, or None."""
        found = self._repositories.get(number)
        series = self._series_of(number) if found is None else None
        return series.construct(number) if series is not None else found

    def is_stored(self, repository: Repository) -> bool:
        """Return whether the repository is an object that stays. Others are constructed with each request."""
        return repository.id in self._repositories

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
            return list(RepositoryList(self._owned.get(login.lower(), ()), self._find))

    def count_of(self, login: str) -> int:
        """Return the number of repositories of an account, including private ones.

        Args:
            login: login or path of the owner.
        """
        return len(self._owned.get(login.lower(), ()))

    def listed_by(self, *logins: str) -> RepositoryList:
        """Return the repositories that lists of accounts contain, including private ones, the oldest first.

        Those that were renamed or removed with ``listed=True`` are in their earlier state.

        Args:
            logins: logins or paths of the owners.
        """
        keys = {login.lower() for login in logins}
        with self.lock:
            return self._as_listed(sorted(number for key in keys for number in self._owned.get(key, ())), keys)

    def all_repositories(self) -> RepositoryList:
        """Return all repositories, including private ones, the oldest first."""
        with self.lock:
            return RepositoryList(self._all_ids(), self._find)

    def all_listed(self) -> RepositoryList:
        """Return the repositories that lists of all accounts contain, including private ones, the oldest first."""
        with self.lock:
            return self._as_listed(self._all_ids(), None)

    def _all_ids(self) -> list[int]:
        series = [one for several in self._series.values() for one in several]
        if not series:
            return list(self._repositories)
        return sorted(
            {*self._repositories, *(number for one in series for number in one.ids if number not in one.taken)}
        )

    def _as_listed(self, ids: Sequence[int], owners: set[str] | None) -> RepositoryList:
        if self._listed_as:
            earlier = [item.id for item in self._listed_as.values() if owners is None or item.owner.lower() in owners]
            ids = sorted([*(number for number in ids if number not in self._listed_as), *earlier])
        return RepositoryList(ids, self._find_listed)

    def _find(self, number: int, *, branches: bool = True) -> Repository:
        found = self._repositories.get(number)
        if found is not None:
            return found
        series = self._series_of(number)
        if series is None:
            raise KeyError(f"no repository {number}")
        return series.construct(number, branches=branches)

    def _find_listed(self, number: int, *, branches: bool = True) -> Repository:
        return self._listed_as.get(number) or self._find(number, branches=branches)

    def _series_of(self, number: int) -> Series | None:
        # Plain loops: this runs once for each row of a page.
        for several in self._series.values():
            for one in several:
                if number in one.ids and number not in one.taken:
                    return one
        return None

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

    def _forks_by_parent(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for repository in self._repositories.values():
            if repository.parent is not None:
                owner, name = split_full_name(repository.parent)
                parent = self.find(owner, name) or self.moved(owner, name)
                if parent is not None:
                    found.setdefault(parent.id, []).append(repository.id)
        return found
