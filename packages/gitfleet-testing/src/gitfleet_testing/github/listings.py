"""The repositories of a list and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..data.fleet import Fleet
from ..data.models import Account, Organization, Repository
from .visibility import is_member, visible

__all__ = ["Parameters", "of_account", "of_viewer"]

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


def of_account(fleet: Fleet, account: Account, login: str | None, query: Parameters) -> list[Repository]:
    """Return the repositories that /orgs/X/repos or /users/X/repos lists for the user ``login``."""
    owned = fleet.listed_by(account.login)
    if isinstance(account, Organization):
        return _ordered(_of_organization(fleet, account, owned, login, query), query, "created")
    # As on the service: public repositories only, also with the user's own token. The forge has no collaborators.
    shown = () if query.get("type") == "member" else owned
    return _ordered((repository for repository in shown if not repository.private), query, "full_name")


def _of_organization(
    fleet: Fleet, account: Organization, owned: list[Repository], login: str | None, query: Parameters
) -> Iterable[Repository]:
    kind = query.get("type", "all")
    if kind == "member" and not is_member(fleet, account.login, login):
        return ()
    wanted = _ORGANIZATION_TYPES.get(kind)
    return (
        repository
        for repository in owned
        if (wanted is None or wanted(repository)) and visible(fleet, repository, login)
    )


def of_viewer(fleet: Fleet, login: str, query: Parameters) -> list[Repository] | None:
    """Return the repositories of /user/repos for the user ``login``, or None for contradicting parameters."""
    kind = query.get("type")
    if kind is not None and ("visibility" in query or "affiliation" in query):
        return None
    affiliations = {part.strip() for part in query.get("affiliation", _AFFILIATIONS).split(",")}
    affiliations = {"owner": {"owner"}, "member": {"organization_member"}}.get(kind or "", affiliations)
    visibility = kind if kind in ("public", "private") else query.get("visibility", "all")
    chosen = [
        repository
        for repository in _related(fleet, login, affiliations)
        if visibility not in ("public", "private") or repository.private == (visibility == "private")
    ]
    return _ordered(chosen, query, "full_name")


def _related(fleet: Fleet, login: str, affiliations: set[str]) -> Iterable[Repository]:
    if "owner" in affiliations:
        yield from fleet.listed_by(login)
    if "organization_member" in affiliations:
        for organization in fleet.organizations:
            if login in organization.members and "/" not in organization.login:
                yield from fleet.listed_by(organization.login)


def _ordered(repositories: Iterable[Repository], query: Parameters, default: str) -> list[Repository]:
    sort = query.get("sort", default)
    if sort not in _SORTS:
        sort = default
    direction = query.get("direction", "asc" if sort == "full_name" else "desc")
    # Sorted by id first, so that equal rows have a stable order across pages.
    ordered = sorted(repositories, key=lambda repository: repository.id)
    return sorted(ordered, key=_SORTS[sort], reverse=direction == "desc")
