"""The data of a forge."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from typing import Any, Self

from . import generate
from .accounts import ADMIN
from .changes_api import ChangesAPI
from .history import History
from .models import DEFAULT_BRANCH, Repository
from .names import check_repository, split_full_name
from .restrictions import Restrictions
from .series import Series
from .sharing import Sharing
from .specs import AMOUNTS, build_amounts, build_branches, build_contributors

__all__ = ["ADMIN", "Fleet"]

_FIRST_REPOSITORY_ID = 100_000_001
#: The fields that contributors depend on.
_PEOPLE = ("contributors", "empty")


class Fleet(Restrictions, Sharing, ChangesAPI):
    """The accounts and repositories of a forge.

    A new fleet has the user ``fleet-admin``, who is a member of every organization. The data can be changed while a
    forge serves it; the next request sees the change.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seed: int = 0
        self._histories: dict[int, History] = {}
        self._recent_histories: OrderedDict[int, History] = OrderedDict()
        self._next_repository_id = _FIRST_REPOSITORY_ID
        self.add_user(ADMIN, name="Fleet Admin", company="Forge Works", location="Valparaíso", followers=12)

    @classmethod
    def generate(
        cls,
        *,
        organizations: int = 3,
        repositories: int = 2500,
        users: int = 20,
        seed: int = 0,
        private_share: float = 0.1,
        branches: int | None = None,
        contributors: int | None = None,
    ) -> Self:
        """Return a generated fleet. The same arguments give the same data.

        Args:
            organizations: number of organizations. They own unequal shares of the repositories (60, 27 and 12 %).
            repositories: number of repositories in total. 4 % of them belong to users. Those above 10,000 are simpler:
                see ``add_repositories``.
            users: number of users, without ``fleet-admin`` and without contributors from outside.
            seed: each seed gives different data.
            private_share: share of private repositories, from 0 to 1.
            branches: branches per repository. None: 3 for most, 100 for a few.
            contributors: contributors per repository. None: 1 to 9 for most, 130 for a few.

        Returns:
            The fleet.

        Raises:
            ValueError: a number is negative or contradicts another one.
        """
        fleet = cls()
        fleet.seed = seed
        plan = generate.Plan(organizations, repositories, users, seed, private_share, branches, contributors)
        generate.fill(fleet, plan)
        return fleet

    def __repr__(self) -> str:
        counts = (len(self.organizations), len(self.users), sum(map(len, self._owned.values())))
        return "Fleet(organizations={}, users={}, repositories={})".format(*counts)

    def add_repository(self, owner: str, name: str, **fields: Any) -> Repository:
        """Add a repository.

        Args:
            owner: login or path of the owner.
            name: letters, digits, ".", "_" and "-".
            fields: fields of Repository. ``branches`` and ``contributors`` can also be a number or names. ``commits``,
                ``tags``, ``releases``, ``issues``, ``pulls`` and ``runs`` are numbers: so much history is generated.
                ``open_issues`` is the number of open issues and pull requests, by default half of them. With
                ``empty=True`` there are no branches, contributors, commits and tags.

        Returns:
            The repository.

        Raises:
            ValueError: the owner does not exist, the name is invalid or taken, or the fields contradict each other.
        """
        with self.lock:
            account = self._owner(owner)
            key = f"{account.login}/{check_repository(name)}".lower()
            if self.find(account.login, name) is not None:
                raise ValueError(f"the repository {account.login}/{name} exists already")
            number = self._next_repository_id
            created = Repository(number, account.login, name, **self._new_fields(f"{account.login}/{name}", fields))
            self._next_repository_id += 1
            self._repositories[number] = created
            self._ids[key] = number
            self._owned[account.login.lower()].append(number)
            # A new repository with the old name replaces the redirect, as on the service.
            self._release_name(key)
            self._changed()
            return created

    def add_repositories(self, owner: str, count: int, name: str = "repository", **fields: Any) -> None:
        """Add many numbered repositories, "repository-0001" and so on. 100,000 of them take 5 MB.

        The forge constructs each one when it is requested.

        Args:
            owner: login or path of the owner.
            count: number of repositories.
            name: their names without the number.
            fields: see ``add_repository``. A value for all, or a function of the number: ``lambda number: number % 9``.

        Raises:
            ValueError: see ``add_repository``; or the count is below 1.
        """
        with self.lock:
            account = self._owner(owner)
            if count < 1:
                raise ValueError(f"count must be at least 1: {count}")
            if not callable(fields.get("contributors")):
                # A number adds users, once.
                first = self._fields(f"{account.login}/{name}", {key: fields[key] for key in _PEOPLE if key in fields})
                fields["contributors"] = first["contributors"]
            first_id, key = self._next_repository_id, account.login.lower()
            series = Series(first_id, account.login, name, count, fields, self._new_fields)
            check_repository(series.construct(first_id).name)
            if any(series.overlaps(item) for item in self._series.get(key, ())) or any(
                series.id_of(item.name) for item in self._repositories.values() if item.owner == account.login
            ):
                raise ValueError(f"{account.login} has repositories with such names already: {series.name(1)!r} ...")
            self._next_repository_id += count
            self._series.setdefault(key, []).append(series)
            self._owned[key].extend(series.ids)
            self._changed()

    def update(self, full_name: str, **changes: Any) -> Repository:
        """Change fields of a repository.

        Args:
            full_name: "owner/name".
            changes: fields of Repository except id, owner and name; see ``rename``.

        Returns:
            The changed repository.

        Raises:
            KeyError: the repository does not exist.
            ValueError: a field cannot be changed with this method.
        """
        if {"id", "owner", "name"} & changes.keys():
            raise ValueError("update does not change id, owner and name; use rename")
        with self.lock:
            old = self.repository(full_name)
            changes.setdefault("default_branch", old.default_branch)
            changes.setdefault("empty", old.empty)
            changes.setdefault("branches", () if changes["empty"] else old.branches)
            changes.setdefault("contributors", () if changes["empty"] else old.contributors)
            if not changes["empty"] and not old.amounts.commits:
                # The repository was empty: now its branches have commits.
                changes["amounts"] = dataclasses.replace(old.amounts, commits=3)
                self._histories.pop(old.id, None)
            return self._replace(dataclasses.replace(old, **self._fields(full_name, changes)))

    def rename(self, old: str, new: str, *, listed: bool = False) -> Repository:
        """Rename or move a repository. Its old URL redirects from then on.

        Args:
            old: "owner/name".
            new: "owner/name".
            listed: whether lists contain it under its old name, as a list that was requested before.

        Returns:
            The renamed repository.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the new name is taken or invalid, or its owner does not exist.
        """
        owner, name = split_full_name(new)
        with self.lock:
            repository = self.repository(old)
            account = self._owner(owner)
            key = f"{account.login}/{check_repository(name)}".lower()
            taken = self.find(account.login, name)
            if taken is not None and taken.id != repository.id:
                raise ValueError(f"the repository {account.login}/{name} exists already")
            old_key = repository.full_name.lower()
            del self._ids[old_key]
            self._owned[repository.owner.lower()].remove(repository.id)
            self._ids[key] = repository.id
            self._owned[account.login.lower()].append(repository.id)
            self._moved[old_key] = repository.id
            self._release_name(key)
            self._list_as(repository, listed=listed)
            return self._replace(dataclasses.replace(repository, owner=account.login, name=name))

    def transfer(self, full_name: str, owner: str) -> Repository:
        """Move a repository to another owner. Its old URL redirects from then on.

        Args:
            full_name: "owner/name".
            owner: login or path of the new owner.

        Returns:
            The moved repository.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the new owner does not exist, or has a repository with this name.
        """
        return self.rename(full_name, f"{owner}/{split_full_name(full_name)[1]}")

    def remove(self, full_name: str, *, listed: bool = False) -> Repository:
        """Delete a repository.

        Args:
            full_name: "owner/name".
            listed: whether lists still contain it, as a list that was requested before.

        Returns:
            Its last state.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            removed = self.repository(full_name)
            del self._repositories[removed.id]
            del self._ids[removed.full_name.lower()]
            self._owned[removed.owner.lower()].remove(removed.id)
            self._moved = {old: number for old, number in self._moved.items() if number != removed.id}
            self._list_as(removed, listed=listed)
            self._lift(removed.id)
            self._shares.pop(removed.id, None)
            self._changed()
            return removed

    # -- internal

    def _list_as(self, old: Repository, *, listed: bool) -> None:
        """Let lists contain the earlier state of a repository, or no longer do so."""
        if listed:
            self._listed_as.setdefault(old.id, old)
        else:
            self._listed_as.pop(old.id, None)

    def _release_name(self, key: str) -> None:
        """Forget what had this name before: it belongs to another repository now."""
        self._moved.pop(key, None)
        self._listed_as = {number: old for number, old in self._listed_as.items() if old.full_name.lower() != key}

    def _replace(self, repository: Repository) -> Repository:
        self._repositories[repository.id] = repository
        self._changed()
        return repository

    def _new_fields(self, full_name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a new repository, including the amounts of generated history."""
        numbers = {name: values[name] for name in AMOUNTS if name in values}
        fields = self._fields(full_name, {name: value for name, value in values.items() if name not in AMOUNTS})
        amounts = build_amounts(
            numbers, full_name, empty=bool(values.get("empty")), open_issues=values.get("open_issues")
        )
        fields.setdefault("open_issues", amounts.open)
        return fields | {"amounts": amounts}

    def _fields(self, full_name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a repository, with branches and contributors as objects."""
        fields = dict(values)
        if fields.get("internal"):
            fields["private"] = True
        empty = bool(fields.get("empty", False))
        default = fields.get("default_branch", DEFAULT_BRANCH)
        contributors = fields.pop("contributors", 0 if empty else 3)
        fields["branches"] = build_branches(fields.pop("branches", 0 if empty else 3), full_name, default)
        fields["contributors"] = build_contributors(contributors, self._contributor_logins(contributors))
        if empty and (fields["branches"] or fields["contributors"]):
            raise ValueError(f"{full_name}: an empty repository has no branches and no contributors")
        return fields

    def _contributor_logins(self, spec: object) -> list[str]:
        """Return that many logins: existing users first, then new users."""
        if not isinstance(spec, int):
            return []
        if spec < 0:
            raise ValueError(f"contributors must not be negative: {spec}")
        logins = [user.login for user in self.users[:spec]]
        missing = range(len(self._accounts), len(self._accounts) + spec - len(logins))
        return logins + [self.add_user(f"outsider-{number:04d}").login for number in missing]
