"""Permissions: private repositories are visible to their owner and to members of the owning organization."""

from __future__ import annotations

from ..access.identity import InstallationIdentity
from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization, Repository

__all__ = ["is_member", "lacking_permission", "role", "visible"]

#: The permission that an installation token needs, by the first part of the path below a private repository.
_PERMISSIONS = {
    "branches": "contents",
    "commits": "contents",
    "contents": "contents",
    "git": "contents",
    "license": "contents",
    "releases": "contents",
    "issues": "issues",
    "labels": "issues",
    "milestones": "issues",
    "pulls": "pull_requests",
    "actions": "actions",
}


def is_member(fleet: Fleet, organization: str, login: str | None) -> bool:
    """Return whether the user is a member of the organization, or the installation may read its members."""
    if isinstance(login, InstallationIdentity):
        return login.owner.lower() == organization.lower() and login.has("members")
    account = fleet.account(organization)
    return isinstance(account, Organization) and login in account.members


def role(fleet: Fleet, repository: Repository, login: str | None) -> str | None:
    """Return ``"admin"``, ``"write"``, ``"read"``, or None for a request without a token."""
    if login is None:
        return None
    if isinstance(login, InstallationIdentity):
        return login.role(repository)
    if repository.owner == login:
        return "admin"
    if not is_member(fleet, repository.owner, login):
        return "read"
    return "admin" if login == ADMIN else "write"


def visible(fleet: Fleet, repository: Repository, login: str | None) -> bool:
    """Return whether the user (None: no token) can see the repository. Those of subgroups are not visible on GitHub."""
    if "/" in repository.owner:
        return False
    if isinstance(login, InstallationIdentity):
        return not repository.private or login.covers(repository)
    return not repository.private or role(fleet, repository, login) in ("admin", "write")


def lacking_permission(repository: Repository, login: str | None, below: list[str], level: str = "read") -> str | None:
    """Return the permission that an installation token lacks, such as "issues=read", or None.

    Args:
        repository: the repository.
        login: the user or installation.
        below: the parts of the path below the repository.
        level: "read", or "write" for a request that changes data.
    """
    if not isinstance(login, InstallationIdentity) or (level == "read" and not repository.private):
        return None
    name = _PERMISSIONS.get(below[0] if below else "", "metadata" if level == "read" else "administration")
    return None if login.covers(repository) and login.has(name, level) else f"{name}={level}"
