"""The repositories of a list and their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..data.fleet import Fleet
from ..data.listed import RepositoryList
from ..data.models import Account, Organization, Repository
from .visibility import is_member, visible

__all__ = ["Parameters", "is_contradicting", "of_account", "of_viewer"]

Parameters = Mapping[str, str]
_SORTS: dict[str, Callable[[Repository], str]] = {
    "created": lambda repository: repository.created_at,
    "updated": lambda repository: repository.updated_at,
    "pushed": lambda repository: repository.pushed_at,
    "full_name": lambda repository: repository.full_name.lower(),
}
_ORGANIZATION_TYPES: dict[str, Callable[[Repository], bool]] = {
    "public": lambda repository: not repository.private,
    "private": lambda repository: repository.private,
    "forks": lambda repository: repository.fork,
    "sources": lambda repository: not repository.fork,
}
_AFFILIATIONS = "owner,collaborator,organization_member"


def of_account(fleet: Fleet, account: Account, login: str | None, query: Parameters) -> RepositoryList:
    """Return the repositories that /orgs/X/repos or /users/X/repos lists for the user ``login``."""
    listed = fleet.listed_by(account.login)
    if isinstance(account, Organization):
        return _ordered(listed, _of_organization(fleet, account, login, query), query, "created")
    # As on the service: public repositories only, also with the user's own token. The forge has no collaborators.
    nothing = query.get("type") == "member"
    return _ordered(listed, lambda repository: not (repository.private or nothing), query, "full_name")


def _of_organization(
    fleet: Fleet, account: Organization, login: str | None, query: Parameters
) -> Callable[[Repository], bool]:
    kind = query.get("type", "all")
    if kind == "member" and not is_member(fleet, account.login, login):
        return lambda _: False
    wanted = _ORGANIZATION_TYPES.get(kind)
    return lambda repository: (wanted is None or wanted(repository)) and visible(fleet, repository, login)


def is_contradicting(query: Parameters) -> bool:
    """Return whether the parameters of /user/repos contradict each other."""
    return "type" in query and ("visibility" in query or "affiliation" in query)


def of_viewer(fleet: Fleet, login: str, query: Parameters) -> RepositoryList:
    """Return the repositories of /user/repos for the user ``login``."""
    kind = query.get("type")
    affiliations = {part.strip() for part in query.get("affiliation", _AFFILIATIONS).split(",")}
    affiliations = {"owner": {"owner"}, "member": {"organization_member"}}.get(kind or "", affiliations)
    visibility = kind if kind in ("public", "private") else query.get("visibility", "all")
    related = fleet.listed_by(*_related(fleet, login, affiliations))
    return _ordered(
        related,
        lambda repository: visibility not in ("public", "private") or repository.private == (visibility == "private"),
        query,
        "full_name",
    )


def _related(fleet: Fleet, login: str, affiliations: set[str]) -> list[str]:
    """Return the logins of the owners whose repositories the user sees."""
    mine = [login] if "owner" in affiliations else []
    if "organization_member" not in affiliations:
        return mine
    return mine + [
        organization.login
        for organization in fleet.organizations
        if login in organization.members and "/" not in organization.login
    ]


def _ordered(
    listed: RepositoryList, keeps: Callable[[Repository], bool], query: Parameters, default: str
) -> RepositoryList:
    sort = query.get("sort", default)
    if sort not in _SORTS:
        sort = default
    direction = query.get("direction", "asc" if sort == "full_name" else "desc")
    # The list is ordered by id, so that equal rows have a stable order across pages.
    return listed.ordered(keeps, _SORTS[sort], reverse=direction == "desc")
