"""Permissions: private repositories are visible to their owner and to members of the owning organization."""

from __future__ import annotations

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization, Repository

__all__ = ["is_member", "role", "visible"]


def is_member(fleet: Fleet, organization: str, login: str | None) -> bool:
    """Return whether the user is a member of the organization."""
    account = fleet.account(organization)
    return isinstance(account, Organization) and login in account.members


def role(fleet: Fleet, repository: Repository, login: str | None) -> str | None:
    """Return ``"admin"``, ``"write"``, ``"read"``, or None for a request without a token."""
    if login is None:
        return None
    if repository.owner == login:
        return "admin"
    if not is_member(fleet, repository.owner, login):
        return "read"
    return "admin" if login == ADMIN else "write"


def visible(fleet: Fleet, repository: Repository, login: str | None) -> bool:
    """Return whether the user (None: no token) can see the repository. Those of subgroups are not visible on GitHub."""
    if "/" in repository.owner:
        return False
    return not repository.private or role(fleet, repository, login) in ("admin", "write")
