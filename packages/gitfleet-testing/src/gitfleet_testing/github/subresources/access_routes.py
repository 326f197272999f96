"""The routes of collaborators, teams, deploy keys, environments and custom properties."""

from __future__ import annotations

from ...data.fleet import ADMIN
from ...data.hosts import WEB
from ...data.ids import fake_sha
from ...data.models import Organization, Repository, User
from ...http.messages import Response
from .. import errors, repositories
from ..urls import Json, node_id
from ..visibility import role
from .request_context import RequestContext

__all__ = ["collaborators", "custom_properties", "deploy_keys", "environments", "properties_of", "teams"]

_IDS_PER_REPOSITORY = 100_000
_TEAM_ROLES = ("admin", "push", "pull")
_ENVIRONMENTS = ("production", "staging")


def collaborators(context: RequestContext) -> Response:
    """The accounts that can push. Only accounts that can push see them."""
    if context.login is None:
        return errors.requires_authentication()
    if not context.may_write:
        return errors.must_push()
    owner = context.fleet.owner_of(context.repository)
    logins = list(owner.members) if isinstance(owner, Organization) else [owner.login]
    if context.parameters.get("affiliation") == "direct" and isinstance(owner, Organization):
        logins = [ADMIN]
    elif context.parameters.get("affiliation") == "outside":
        logins = []
    found = [account for account in map(context.fleet.account, logins) if isinstance(account, User)]
    found.sort(key=lambda account: account.id)
    return context.pages(found, lambda account: _collaborator(account.login, context))


def _collaborator(login: str, context: RequestContext) -> Json:
    granted = role(context.fleet, context.repository, login) or "read"
    return {**(context.short(login) or {}), **repositories.permissions(granted), "role_name": granted}


def teams(context: RequestContext) -> Response:
    """The first three teams of the organization. Only administrators see them."""
    if role(context.fleet, context.repository, context.login) != "admin":
        return errors.not_found("https://docs.github.com/rest/repos/repos#list-repository-teams")
    owner = context.fleet.owner_of(context.repository)
    names = owner.teams[: len(_TEAM_ROLES)] if isinstance(owner, Organization) else ()
    return context.pages(range(len(names)), lambda index: _team(owner.id, owner.login, names[index], index))


def _team(organization: int, login: str, name: str, index: int) -> Json:
    number, slug = organization * 10_000 + index, name.lower().replace(" ", "-")
    url = f"{WEB}/organizations/{organization}/team/{number}"
    granted = _TEAM_ROLES[index]
    rights = ("admin", "maintain", "push", "triage", "pull")
    first = rights.index(granted)
    return {
        "id": number,
        "node_id": node_id("T", number),
        "url": url,
        "html_url": f"{WEB}/orgs/{login}/teams/{slug}",
        "name": name,
        "slug": slug,
        "description": None if index else "Maintains it.",
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": granted,
        "permissions": {right: rights.index(right) >= first for right in rights},
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "parent": None,
    }


def deploy_keys(context: RequestContext) -> Response:
    """From none to two deploy keys. Only administrators see them."""
    if role(context.fleet, context.repository, context.login) != "admin":
        return errors.not_found("https://docs.github.com/rest/deploy-keys/deploy-keys#list-deploy-keys")
    return context.pages(range(context.repository.id % 3), lambda index: _key(index, context))


def _key(index: int, context: RequestContext) -> Json:
    number = context.repository.id % 10**8 * _IDS_PER_REPOSITORY + index + 1
    return {
        "id": number,
        "key": f"ssh-ed25519 {fake_sha(number, 'key')}",
        "url": f"{context.url}/keys/{number}",
        "title": f"deploy-{index + 1}",
        "verified": True,
        "created_at": context.repository.created_at,
        "read_only": index == 0,
        "added_by": ADMIN,
        "last_used": context.repository.pushed_at if index == 0 else None,
        "enabled": True,
    }


def environments(context: RequestContext) -> Response:
    """From none to two environments; production is protected. A repository without runs has none."""
    count = context.repository.id % 3 if context.repository.amounts.runs else 0
    return context.wrapped("environments", range(count), lambda index: _environment(index, context))


def _environment(index: int, context: RequestContext) -> Json:
    number, name = context.repository.id % 10**8 * _IDS_PER_REPOSITORY + index + 1, _ENVIRONMENTS[index]
    page = f"{WEB}/{context.repository.full_name}/deployments/activity_log?environments_filter={name}"
    rules: list[Json] = [
        {"id": number * 10, "node_id": node_id("GA", number * 10), "type": "wait_timer", "wait_timer": 30},
        {"id": number * 10 + 1, "node_id": node_id("GA", number * 10 + 1), "type": "branch_policy"},
    ]
    protected = name == "production"
    return {
        "id": number,
        "node_id": node_id("EN", number),
        "name": name,
        "url": f"{context.url}/environments/{name}",
        "html_url": page,
        "created_at": context.repository.created_at,
        "updated_at": context.repository.updated_at,
        "protection_rules": rules if protected else [],
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}
        if protected
        else None,
    }


def custom_properties(context: RequestContext) -> Response:
    """The custom properties of a repository of an organization."""
    if not isinstance(context.fleet.owner_of(context.repository), Organization):
        return errors.not_found("https://docs.github.com/rest/repos/custom-properties")
    return context.pages(properties_of(context.repository), lambda row: row)


def properties_of(repository: Repository) -> list[Json]:
    """Return the custom properties of a repository."""
    return [
        {"property_name": "team", "value": f"team-{repository.id % 3}"},
        {"property_name": "tiers", "value": ["gold", "eu"] if repository.id % 2 else None},
    ]
