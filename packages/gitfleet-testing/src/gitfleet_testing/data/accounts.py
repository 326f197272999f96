"""The users, organizations and groups of a fleet."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from typing import Any, TypeVar

from .models import Account, Organization, User
from .names import check_group, check_login

__all__ = ["ADMIN", "Accounts"]

ADMIN = "fleet-admin"
_A = TypeVar("_A", User, Organization)


class Accounts:
    """The accounts of a Fleet."""

    version: int
    """Number of changes. Data derived from an older version is stale."""

    def __init__(self) -> None:
        #: Acquired while several objects are read or changed together.
        self.lock: threading.RLock = threading.RLock()
        self.version = 0
        self._accounts: dict[str, Account] = {}
        self._accounts_by_id: dict[int, str] = {}
        self._owned: dict[str, list[int]] = {}

    def _changed(self) -> None:
        self.version += 1

    @property
    def users(self) -> list[User]:
        """All users, the oldest first."""
        return [account for account in list(self._accounts.values()) if isinstance(account, User)]

    @property
    def organizations(self) -> list[Organization]:
        """All organizations and groups, the oldest first."""
        return [account for account in list(self._accounts.values()) if isinstance(account, Organization)]

    def account(self, login: str) -> Account | None:
        """Return the user or organization with this login (case-insensitive), or None."""
        return self._accounts.get(login.lower())

    def account_by_id(self, number: int) -> Account | None:
        """Return the user or organization with this id, or None."""
        login = self._accounts_by_id.get(number)
        return None if login is None else self._accounts[login]

    def add_user(self, login: str, **fields: Any) -> User:
        """Add a user.

        Args:
            login: letters, digits and hyphens. That of a bot ends with "[bot]".
            fields: fields of User.

        Returns:
            The user.

        Raises:
            ValueError: the login is invalid or taken.
        """
        fields.setdefault("name", login.replace("-", " ").title())
        with self.lock:
            return self._add_account(User(self._new_account_id(), check_login(login), **fields))

    def add_organization(self, login: str, members: Sequence[str] = (), **fields: Any) -> Organization:
        """Add an organization. ``fleet-admin`` becomes a member of it.

        Args:
            login: letters, digits and hyphens.
            members: logins of the other members.
            fields: fields of Organization.

        Returns:
            The organization.

        Raises:
            ValueError: the login is invalid or taken, or a member does not exist.
        """
        fields["members"] = self._members(login, (ADMIN, *members))
        fields |= {name: tuple(fields[name]) for name in ("concealed", "teams", "secrets") if name in fields}
        fields.setdefault("name", login.replace("-", " ").title())
        with self.lock:
            return self._add_account(Organization(self._new_account_id(), check_login(login), **fields))

    def add_group(self, path: str, members: Sequence[str] = (), **fields: Any) -> Organization:
        """Add a subgroup of an organization or of another group. Only GitLab's API shows it.

        Members of the groups above are members of the subgroup, too.

        Args:
            path: the full path, such as "acme/backend".
            members: logins of the additional members.
            fields: fields of Organization.

        Returns:
            The group.

        Raises:
            ValueError: the path is invalid or taken, or the parent group or a member does not exist.
        """
        parent_path = check_group(path).rpartition("/")[0]
        parent = self.account(parent_path)
        if not isinstance(parent, Organization):
            raise ValueError(f"no organization or group {parent_path!r}, the parent of {path!r}")  # noqa: TRY004  # a wrong value
        name = path.rpartition("/")[2]
        fields.setdefault("name", name.replace("-", " ").title())
        fields["members"] = self._members(path, members)
        with self.lock:
            return self._add_account(Organization(self._new_account_id(), f"{parent.login}/{name}", **fields))

    def set_members(self, login: str, members: Sequence[str]) -> Organization:
        """Replace the members of an organization or group. Others lose the access that they had as members.

        Args:
            login: login or path of the organization.
            members: logins of all members. ``fleet-admin`` remains a member of an organization.

        Returns:
            The changed organization.

        Raises:
            ValueError: the organization or a member does not exist.
        """
        with self.lock:
            account = self.account(login)
            if not isinstance(account, Organization):
                raise ValueError(f"no organization or group {login!r}: add it first")  # noqa: TRY004  # a wrong value
            first = () if "/" in account.login else (ADMIN,)
            names = self._members(account.login, (*first, *members))
            concealed = tuple(name for name in account.concealed if name in names)
            changed = dataclasses.replace(account, members=names, concealed=concealed)
            self._accounts[account.login.lower()] = changed
            self._changed()
            return changed

    # -- internal

    def _members(self, login: str, members: Sequence[str]) -> tuple[str, ...]:
        for member in members:
            account = self.account(member)
            if account is None or isinstance(account, Organization):
                raise ValueError(f"no user {member!r}, a member of {login!r}: add it first")
        return tuple(dict.fromkeys(members))

    def _new_account_id(self) -> int:
        return len(self._accounts) + 1

    def _add_account(self, account: _A) -> _A:
        key = account.login.lower()
        if key in self._accounts:
            raise ValueError(f"the account {account.login!r} exists already")
        self._accounts[key] = account
        self._accounts_by_id[account.id] = key
        self._owned[key] = []
        self._changed()
        return account

    def _owner(self, login: str) -> Account:
        account = self.account(login)
        if account is None:
            raise ValueError(f"no user or organization {login!r}: add it first")
        return account
