"""What /search/users finds: people and organizations, by words and a few qualifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..fleet import Fleet
from ..model import Account, Organization, User
from .search import number, parts


def users(fleet: Fleet, asked: str, query: Mapping[str, str]) -> list[Account]:
    """All accounts but bots' that ``asked`` finds; ``query`` holds ``sort`` and ``order``."""
    tests = [_test(fleet, name, value) for name, value in parts(asked) if name not in ("in", "sort")]
    accounts: list[Account] = [user for user in fleet.users if user.kind == "User"]
    # Groups within others are GitLab's alone.
    accounts += [account for account in fleet.organizations if "/" not in account.login]
    found = [account for account in accounts if all(test(account) for test in tests)]
    sorts: dict[str, Callable[[Account], int | str]] = {
        "followers": _followers,
        "repositories": lambda account: _public(fleet, account),
        "joined": lambda account: account.created_at,
    }
    key = sorts.get(query.get("sort", ""), _followers)
    return sorted(found, key=lambda account: (key(account), account.id), reverse=query.get("order") != "asc")


def _test(fleet: Fleet, name: str | None, value: str) -> Callable[[Account], bool]:
    if name == "type":
        return lambda account: isinstance(account, Organization) == (value == "org")
    if name in ("user", "org"):
        return lambda account: account.login.lower() == value
    if name == "location":
        return lambda account: value in (account.location or "").lower()
    if name == "followers":
        fits = number(value)
        return lambda account: fits(_followers(account))
    if name == "repos":
        fits = number(value)
        return lambda account: fits(_public(fleet, account))
    word = value if name is None else f"{name}:{value}"
    return lambda account: word in f"{account.login} {account.name or ''} {account.email or ''}".lower()


def _followers(account: Account) -> int:
    return account.followers if isinstance(account, User) else 0


def _public(fleet: Fleet, account: Account) -> int:
    return sum(not repository.private for repository in fleet.owned_by(account.login))
