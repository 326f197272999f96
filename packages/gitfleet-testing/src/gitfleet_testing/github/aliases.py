"""All paths of a resource: links to further pages contain numbers, while users write logins."""

from __future__ import annotations

from ..data.fleet import Fleet

__all__ = ["path_aliases"]


def path_aliases(path: str, fleet: Fleet) -> tuple[str, ...]:
    """Return the path and its form with names, such as /orgs/LOGIN/repos for /organizations/3/repos."""
    first, _, below = path.removeprefix("/").partition("/")
    number, slash, rest = below.partition("/")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return (path,)
    if first == "repositories":
        repository = fleet.repository_by_id(int(number))
        return (path,) if repository is None else (path, f"/repos/{repository.full_name}{slash}{rest}")
    named = {"organizations": "orgs", "user": "users"}.get(first)
    account = fleet.account_by_id(int(number))
    if named is None or account is None:
        return (path,)
    return (path, f"/{named}/{account.login}{slash}{rest}")
