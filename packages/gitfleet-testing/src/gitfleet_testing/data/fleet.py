"""The data a forge serves: repositories, and what happened to them (renamed, blocked)."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from . import generate
from .accounts import ADMIN, Accounts
from .history import History
from .history_api import HistoryAPI
from .models import DEFAULT_BRANCH, Account, Block, Organization, Repository, User
from .names import check_repository, split_full_name
from .specs import AMOUNTS, build_amounts, build_branches, build_contributors

__all__ = ["ADMIN", "Fleet"]

_FIRST_REPOSITORY_ID = 100_000_001


class Fleet(Accounts, HistoryAPI):
    """Accounts and repositories of one forge.

    A new fleet holds the user ``fleet-admin``, who is a member of every organization. Everything may be
    changed while a forge serves it; the next request sees the change.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seed = 0
        self._repositories: dict[int, Repository] = {}
        self._ids: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._blocks: dict[int, Block] = {}
        self._histories: dict[int, History] = {}
        self._forks: tuple[int, dict[int, list[int]]] = (-1, {})
        self._shares: dict[int, tuple[str, ...]] = {}
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
        """Return a made-up fleet, the same for the same arguments.

        Args:
            organizations: how many; the repositories are spread unevenly over them (about 60, 27, 12 %).
            repositories: how many in all; a few of them (4 %) belong to users.
            users: ordinary users, besides ``fleet-admin`` and the outsiders that appear as contributors.
            seed: another number, other data.
            private_share: from 0 to 1.
            branches: the same number for each repository; None: 3 for most, 100 for a few.
            contributors: the same number for each repository; None: a handful for most, 130 for a few.

        Raises:
            ValueError: a number is negative or contradicts another.
        """
        fleet = cls()
        fleet.seed = seed
        plan = generate.Plan(organizations, repositories, users, seed, private_share, branches, contributors)
        generate.fill(fleet, plan)
        return fleet

    def __repr__(self) -> str:
        counts = (len(self.organizations), len(self.users), len(self._repositories))
        return "Fleet(organizations={}, users={}, repositories={})".format(*counts)

    # -- reading

    @property
    def repositories(self) -> list[Repository]:
        """All repositories, private ones too, the oldest first."""
        return list(self._repositories.values())

    def find(self, owner: str, name: str) -> Repository | None:
        """The repository that has this name now, or None."""
        number = self._ids.get(f"{owner}/{name}".lower())
        return None if number is None else self._repositories[number]

    def repository(self, full_name: str) -> Repository:
        """The repository ``"owner/name"``; KeyError when there is none."""
        found = self.find(*split_full_name(full_name))
        if found is None:
            raise KeyError(f"no repository {full_name!r}")
        return found

    def repository_by_id(self, number: int) -> Repository | None:
        """The repository with that id, or None."""
        return self._repositories.get(number)

    def moved(self, owner: str, name: str) -> Repository | None:
        """The repository that once had this name, or None."""
        number = self._moved.get(f"{owner}/{name}".lower())
        return None if number is None else self._repositories[number]

    def owned_by(self, login: str) -> list[Repository]:
        """The repositories of an account, private ones too, the oldest first."""
        with self.lock:
            return [self._repositories[number] for number in self._owned.get(login.lower(), ())]

    def owner_of(self, repository: Repository) -> Account:
        """The account that owns the repository."""
        return self._accounts[repository.owner.lower()]

    def forks_of(self, repository: Repository) -> list[Repository]:
        """The repositories that were forked from it, private ones too, the oldest first."""
        with self.lock:
            if self._forks[0] != self.version:
                self._forks = (self.version, self._forks_by_parent())
            return [self._repositories[number] for number in self._forks[1].get(repository.id, ())]

    def people_of(self, repository: Repository) -> list[str]:
        """Logins of accounts that work on it: its contributors, its owner or an organization's first member."""
        logins = [person.login for person in repository.contributors if person.login is not None]
        known = [login for login in logins if self.account(login) is not None]
        owner = self.owner_of(repository)
        return known or [owner.login if isinstance(owner, User) else next(iter(owner.members), ADMIN)]

    def block_of(self, repository: Repository) -> Block | None:
        """Why access to the repository is blocked, or None when it isn't."""
        return self._blocks.get(repository.id)

    def shares_of(self, repository: Repository) -> list[Organization]:
        """The groups that the repository is shared with, besides the one that owns it."""
        found = (self.account(path) for path in self._shares.get(repository.id, ()))
        return [account for account in found if isinstance(account, Organization)]

    def shared_with(self, path: str) -> list[Repository]:
        """The repositories of others that are shared with a group, the oldest first."""
        with self.lock:
            shared = sorted(number for number, paths in self._shares.items() if path.lower() in paths)
            return [self._repositories[number] for number in shared]

    # -- changing

    def add_repository(self, owner: str, name: str, **over: Any) -> Repository:
        """Add a repository and return it.

        ``over`` are fields of Repository; ``branches`` and ``contributors`` may also be a number, or names.
        ``commits``, ``tags``, ``releases``, ``issues``, ``pulls`` and ``runs`` are numbers: so many are invented, and
        of the issues and pull requests ``open_issues`` are open, half of them if that is not said.
        With ``empty=True`` there are no branches, contributors, commits, tags.

        Raises:
            ValueError: the owner is unknown, or the name taken or bad, or what is said of it contradicts itself.
        """
        with self.lock:
            account = self._owner(owner)
            key = f"{account.login}/{check_repository(name)}".lower()
            if key in self._ids:
                raise ValueError(f"there is a repository {account.login}/{name} already")
            number = self._next_repository_id
            created = Repository(number, account.login, name, **self._born(f"{account.login}/{name}", over))
            self._next_repository_id += 1
            self._repositories[number] = created
            self._ids[key] = number
            self._owned[account.login.lower()].append(number)
            # A new repository under an old name takes the address over, as on the service.
            self._moved.pop(key, None)
            self.version += 1
            return created

    def update(self, full_name: str, **changes: Any) -> Repository:
        """Change fields of a repository (not its name or owner: see ``rename``) and return the new state.

        Raises:
            KeyError: there is no such repository.
            ValueError: a field that can't be changed this way.
        """
        if {"id", "owner", "name"} & changes.keys():
            raise ValueError("id, owner and name are not changed by update; use rename")
        with self.lock:
            old = self.repository(full_name)
            changes.setdefault("default_branch", old.default_branch)
            changes.setdefault("empty", old.empty)
            changes.setdefault("branches", () if changes["empty"] else old.branches)
            changes.setdefault("contributors", () if changes["empty"] else old.contributors)
            if not changes["empty"] and not old.amounts.commits:
                # It was born empty: now there is something on its branches.
                changes["amounts"] = dataclasses.replace(old.amounts, commits=3)
                self._histories.pop(old.id, None)
            return self._replace(dataclasses.replace(old, **self._fields(full_name, changes)))

    def rename(self, old: str, new: str) -> Repository:
        """Rename or move a repository; its old address answers with a redirect from then on.

        Raises:
            KeyError: there is no such repository.
            ValueError: there is one of the new name already.
        """
        owner, name = split_full_name(new)
        with self.lock:
            repository = self.repository(old)
            account = self._owner(owner)
            key = f"{account.login}/{check_repository(name)}".lower()
            if self._ids.get(key, repository.id) != repository.id:
                raise ValueError(f"there is a repository {account.login}/{name} already")
            old_key = repository.full_name.lower()
            del self._ids[old_key]
            self._owned[repository.owner.lower()].remove(repository.id)
            self._ids[key] = repository.id
            self._owned[account.login.lower()].append(repository.id)
            self._moved[old_key] = repository.id
            self._moved.pop(key, None)
            return self._replace(dataclasses.replace(repository, owner=account.login, name=name))

    def remove(self, full_name: str) -> Repository:
        """Delete a repository and return its last state; KeyError when there is none of that name."""
        with self.lock:
            gone = self.repository(full_name)
            del self._repositories[gone.id]
            del self._ids[gone.full_name.lower()]
            self._owned[gone.owner.lower()].remove(gone.id)
            self._moved = {old: number for old, number in self._moved.items() if number != gone.id}
            self._blocks.pop(gone.id, None)
            self._shares.pop(gone.id, None)
            self.version += 1
            return gone

    def block(self, full_name: str, reason: str = "tos") -> None:
        """Block access to a repository: it answers 403, or 451 when the reason is ``"dmca"``."""
        with self.lock:
            self._blocks[self.repository(full_name).id] = Block(reason)
            self.version += 1

    def share(self, full_name: str, group: str) -> None:
        """Share a repository with a group, which then lists it on GitLab's side, and whose members see it there.

        Raises:
            KeyError: there is no such repository.
            ValueError: there is no such group.
        """
        with self.lock:
            number, account = self.repository(full_name).id, self.account(group)
            if not isinstance(account, Organization):
                raise ValueError(f"no organization or group {group!r}: add it first")  # noqa: TRY004
            self._shares[number] = tuple(dict.fromkeys((*self._shares.get(number, ()), account.login.lower())))
            self.version += 1

    # -- within

    def _replace(self, repository: Repository) -> Repository:
        self._repositories[repository.id] = repository
        self.version += 1
        return repository

    def _forks_by_parent(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for repository in self._repositories.values():
            if repository.parent is not None:
                owner, name = split_full_name(repository.parent)
                parent = self.find(owner, name) or self.moved(owner, name)
                if parent is not None:
                    found.setdefault(parent.id, []).append(repository.id)
        return found

    def _born(self, full_name: str, over: dict[str, Any]) -> dict[str, Any]:
        """The fields of a new repository: what is said of it, and how much history it has."""
        said = {name: over[name] for name in AMOUNTS if name in over}
        fields = self._fields(full_name, {name: value for name, value in over.items() if name not in AMOUNTS})
        amounts = build_amounts(said, full_name, empty=bool(over.get("empty")), opened=over.get("open_issues"))
        fields.setdefault("open_issues", amounts.open)
        return fields | {"amounts": amounts}

    def _fields(self, full_name: str, over: dict[str, Any]) -> dict[str, Any]:
        fields = dict(over)
        if fields.get("internal"):
            fields["private"] = True
        nothing = bool(fields.get("empty", False))
        default = fields.get("default_branch", DEFAULT_BRANCH)
        people = fields.pop("contributors", 0 if nothing else 3)
        fields["branches"] = build_branches(fields.pop("branches", 0 if nothing else 3), full_name, default)
        fields["contributors"] = build_contributors(people, self._contributor_logins(people))
        if nothing and (fields["branches"] or fields["contributors"]):
            raise ValueError(f"{full_name}: an empty repository has no branches and no contributors")
        return fields

    def _contributor_logins(self, spec: object) -> list[str]:
        """Logins for that many contributors: the users there are, then outsiders, who get accounts."""
        if not isinstance(spec, int):
            return []
        if spec < 0:
            raise ValueError(f"contributors must not be negative: {spec}")
        logins = [user.login for user in self.users[:spec]]
        missing = range(len(self._accounts), len(self._accounts) + spec - len(logins))
        return logins + [self.add_user(f"outsider-{number:04d}").login for number in missing]
