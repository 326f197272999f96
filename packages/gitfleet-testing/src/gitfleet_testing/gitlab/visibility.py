"""Permissions: every token sees internal projects; subgroups inherit the members of the groups above."""

from __future__ import annotations

from collections.abc import Iterator

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization, Repository

__all__ = ["group_level", "level", "lineage", "project_level", "visible"]

OWNER, MAINTAINER, DEVELOPER = 50, 40, 30


def lineage(fleet: Fleet, group: Organization) -> Iterator[Organization]:
    """Yield the group, its parent, and so on."""
    path = group.login
    while path:
        found = fleet.account(path)
        if isinstance(found, Organization):
            yield found
        path = path.rpartition("/")[0]


def group_level(fleet: Fleet, group: Organization, login: str | None) -> int | None:
    """Return the user's access level in a group or one above it, or None."""
    if login is None or not any(login in ancestor.members for ancestor in lineage(fleet, group)):
        return None
    return OWNER if login == ADMIN else DEVELOPER


def project_level(repository: Repository, login: str | None) -> int | None:
    """Return the user's access level as owner of the project, or None. Groups can give another level."""
    return OWNER if login is not None and repository.owner == login else None


def level(fleet: Fleet, repository: Repository, login: str | None) -> int | None:
    """Return the user's highest access level in a project, or None."""
    owner = fleet.owner_of(repository)
    groups = [*([owner] if isinstance(owner, Organization) else []), *fleet.shares_of(repository)]
    found = [project_level(repository, login), *(group_level(fleet, group, login) for group in groups)]
    return max((one for one in found if one is not None), default=None)


def visible(fleet: Fleet, repository: Repository, login: str | None) -> bool:
    """Return whether the user (None: no token) can see the project."""
    if not repository.private or (repository.internal and login is not None):
        return True
    return level(fleet, repository, login) is not None
