"""The search for users and organizations: words and the most common qualifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...data.fleet import Fleet
from ...data.models import Account, Organization, User
from .query import date_test, number_test, parse_query

__all__ = ["find_users"]


def find_users(fleet: Fleet, text: str, parameters: Mapping[str, str]) -> list[Account]:
    """Return all accounts, without bots, that match ``text``, ordered by ``sort`` and ``order``."""
    tests = [_test(fleet, name, value) for name, value in parse_query(text) if name not in ("in", "sort")]
    accounts: list[Account] = [user for user in fleet.users if user.kind == "User"]
    # Subgroups exist on GitLab only.
    accounts += [account for account in fleet.organizations if "/" not in account.login]
    found = [account for account in accounts if all(test(account) for test in tests)]
    sorts: dict[str, Callable[[Account], int | str]] = {
        "followers": _followers,
        "repositories": lambda account: _public(fleet, account),
        "joined": lambda account: account.created_at,
    }
    key = sorts.get(parameters.get("sort", ""), _followers)
    return sorted(found, key=lambda account: (key(account), account.id), reverse=parameters.get("order") != "asc")


def _test(fleet: Fleet, name: str | None, value: str) -> Callable[[Account], bool]:
    if name == "type":
        return lambda account: isinstance(account, Organization) == (value == "org")
    if name in ("user", "org"):
        return lambda account: account.login.lower() == value
    if name == "location":
        return lambda account: value in (account.location or "").lower()
    if name in ("followers", "repos"):
        fits = number_test(value)
        return lambda account: fits(_followers(account) if name == "followers" else _public(fleet, account))
    if name == "created":
        fits_date = date_test(value)
        return lambda account: fits_date(account.created_at)
    word = value if name is None else f"{name}:{value}"
    return lambda account: word in f"{account.login} {account.name or ''} {account.email or ''}".lower()


def _followers(account: Account) -> int:
    return account.followers if isinstance(account, User) else 0


def _public(fleet: Fleet, account: Account) -> int:
    return sum(not repository.private for repository in fleet.listed_by(account.login).outlines())
