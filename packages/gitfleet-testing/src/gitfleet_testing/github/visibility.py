"""Who may see and do what: private repositories are their owner's and, in organizations, the members'."""

from __future__ import annotations

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization, Repository

__all__ = ["is_member", "role", "visible"]


def is_member(fleet: Fleet, organization: str, login: str | None) -> bool:
    """Whether the user belongs to the organization."""
    account = fleet.account(organization)
    return isinstance(account, Organization) and login in account.members


def role(fleet: Fleet, repository: Repository, login: str | None) -> str | None:
    """``"admin"``, ``"write"``, ``"read"``, or None for an anonymous request."""
    if login is None:
        return None
    if repository.owner == login:
        return "admin"
    if not is_member(fleet, repository.owner, login):
        return "read"
    return "admin" if login == ADMIN else "write"


def visible(fleet: Fleet, repository: Repository, login: str | None) -> bool:
    """Whether this user (None: anybody) may know of the repository; what is in groups of groups GitHub has not."""
    if "/" in repository.owner:
        return False
    return not repository.private or role(fleet, repository, login) in ("admin", "write")
