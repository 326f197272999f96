"""The users, organizations and groups of a fleet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, TypeVar

from .models import Account, Organization, User
from .names import check_group, check_login

__all__ = ["ADMIN", "Accounts"]

ADMIN = "fleet-admin"
_A = TypeVar("_A", User, Organization)


class Accounts:
    """The part of a Fleet that knows who there is."""

    def __init__(self) -> None:
        #: Held while several things are read or changed together.
        self.lock = threading.RLock()
        #: Counts the changes; what was derived from an older version is stale.
        self.version = 0
        self._accounts: dict[str, Account] = {}
        self._accounts_by_id: dict[int, str] = {}
        self._owned: dict[str, list[int]] = {}

    @property
    def users(self) -> list[User]:
        """All users, the oldest first."""
        return [account for account in list(self._accounts.values()) if isinstance(account, User)]

    @property
    def organizations(self) -> list[Organization]:
        """All organizations, the oldest first."""
        return [account for account in list(self._accounts.values()) if isinstance(account, Organization)]

    def account(self, login: str) -> Account | None:
        """The user or organization of that login (in any case), or None."""
        return self._accounts.get(login.lower())

    def account_by_id(self, number: int) -> Account | None:
        """The user or organization with that id, or None."""
        login = self._accounts_by_id.get(number)
        return None if login is None else self._accounts[login]

    def add_user(self, login: str, **over: Any) -> User:
        """Add a user; ``over`` are fields of User. ValueError when the login is taken or bad."""
        over.setdefault("name", login.replace("-", " ").title())
        with self.lock:
            return self._add_account(User(self._new_account_id(), check_login(login), **over))

    def add_organization(self, login: str, members: Sequence[str] = (), **over: Any) -> Organization:
        """Add an organization, ``fleet-admin`` a member of it. ValueError when the login is taken or bad."""
        over["members"] = self._members(login, (ADMIN, *members))
        over |= {name: tuple(over[name]) for name in ("concealed", "teams", "secrets") if name in over}
        over.setdefault("name", login.replace("-", " ").title())
        with self.lock:
            return self._add_account(Organization(self._new_account_id(), check_login(login), **over))

    def add_group(self, path: str, members: Sequence[str] = (), **over: Any) -> Organization:
        """Add a group within an organization or another group: "acme/backend". Only GitLab's side shows it.

        Members of the groups above it are its members too. ValueError when there is no group above it, or as with
        ``add_organization``.
        """
        above = check_group(path).rpartition("/")[0]
        found = self.account(above)
        if not isinstance(found, Organization):
            raise ValueError(f"no organization or group {above!r}, which {path!r} is to be in")  # noqa: TRY004  # a wrong name, not type
        name = path.rpartition("/")[2]
        over.setdefault("name", name.replace("-", " ").title())
        over["members"] = self._members(path, members)
        with self.lock:
            return self._add_account(Organization(self._new_account_id(), f"{found.login}/{name}", **over))

    # -- within

    def _members(self, login: str, members: Sequence[str]) -> tuple[str, ...]:
        for member in members:
            account = self.account(member)
            if account is None or isinstance(account, Organization):
                raise ValueError(f"no user {member!r}, who is to be a member of {login!r}")
        return tuple(dict.fromkeys(members))

    def _new_account_id(self) -> int:
        return len(self._accounts) + 1

    def _add_account(self, account: _A) -> _A:
        key = account.login.lower()
        if key in self._accounts:
            raise ValueError(f"there is an account {account.login!r} already")
        self._accounts[key] = account
        self._accounts_by_id[account.id] = key
        self._owned[key] = []
        self.version += 1
        return account

    def _owner(self, login: str) -> Account:
        account = self.account(login)
        if account is None:
            raise ValueError(f"no user or organization {login!r}: add it first")
        return account
