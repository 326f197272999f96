"""Who may see what on GitLab: internal projects are for every token; groups have the members of those above too."""

from __future__ import annotations

from collections.abc import Iterator

from ..data.fleet import ADMIN, Fleet
from ..data.models import Organization, Repository

__all__ = ["group_level", "level", "lineage", "project_level", "visible"]

OWNER, DEVELOPER = 50, 30


def lineage(fleet: Fleet, group: Organization) -> Iterator[Organization]:
    """The group, the group it is in, and so on up."""
    path = group.login
    while path:
        found = fleet.account(path)
        if isinstance(found, Organization):
            yield found
        path = path.rpartition("/")[0]


def group_level(fleet: Fleet, group: Organization, login: str | None) -> int | None:
    """The user's access level in a group, by its own membership or one further up; None for others."""
    if login is None or not any(login in above.members for above in lineage(fleet, group)):
        return None
    return OWNER if login == ADMIN else DEVELOPER


def project_level(repository: Repository, login: str | None) -> int | None:
    """The user's access level in a project of their own; None for others. Groups give theirs besides."""
    return OWNER if login is not None and repository.owner == login else None


def level(fleet: Fleet, repository: Repository, login: str | None) -> int | None:
    """The highest access level the user has in a project, from wherever."""
    owner = fleet.owner_of(repository)
    groups = [*([owner] if isinstance(owner, Organization) else []), *fleet.shares_of(repository)]
    found = [project_level(repository, login), *(group_level(fleet, group, login) for group in groups)]
    return max((one for one in found if one is not None), default=None)


def visible(fleet: Fleet, repository: Repository, login: str | None) -> bool:
    """Whether this user (None: anybody) may know of the project."""
    if not repository.private or (repository.internal and login is not None):
        return True
    return level(fleet, repository, login) is not None
