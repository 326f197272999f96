"""The routes of members, deploy keys, environments, custom attributes and files of a project."""

from __future__ import annotations

from ..data.fleet import ADMIN, Fleet
from ..data.ids import fake_sha
from ..data.models import Repository, User
from ..http.messages import Body, Response
from . import accounts, errors
from .request_context import RequestContext
from .urls import Json, stamp
from .visibility import DEVELOPER, MAINTAINER, OWNER, group_level, level, lineage

__all__ = ["custom_attributes", "deploy_keys", "environments", "file", "members"]

_IDS_PER_PROJECT = 100_000
_ENVIRONMENTS = (("production", "production"), ("review/main", "development"))


def members(context: RequestContext, project: Repository, fleet: Fleet, *, inherited: bool) -> Response:
    """The members of a project: its owner if that is a user, and with ``inherited`` those of its groups."""
    if context.login is None:
        return errors.unauthorized()
    owner = fleet.owner_of(project)
    rows: dict[int, Json] = {}
    if isinstance(owner, User):
        rows[owner.id] = _member(owner, OWNER, project)
    elif inherited:
        for group in (*lineage(fleet, owner), *fleet.shares_of(project)):
            for user in map(fleet.account, group.members):
                if isinstance(user, User) and user.id not in rows:
                    rows[user.id] = _member(user, group_level(fleet, group, user.login) or 0, project)
    return context.pages([rows[number] for number in sorted(rows)])


def _member(user: User, access_level: int, project: Repository) -> Json:
    return {
        **accounts.short(user),
        "access_level": access_level,
        "created_at": stamp(project.created_at),
        "expires_at": None if access_level == OWNER else "2030-01-31",
        "membership_state": "active",
    }


def deploy_keys(context: RequestContext, project: Repository, fleet: Fleet) -> Response:
    """From none to two deploy keys. Only maintainers see them."""
    refused = _refused(context, project, fleet, MAINTAINER)
    return refused or context.pages(range(project.id % 3), lambda index: _key(index, project))


def _key(index: int, project: Repository) -> Json:
    number = project.id % 10**8 * _IDS_PER_PROJECT + index + 1
    return {
        "id": number,
        "title": f"deploy-{index + 1}",
        "created_at": stamp(project.created_at),
        "expires_at": None if index == 0 else stamp("2030-01-31T00:00:00Z"),
        "key": f"ssh-ed25519 {fake_sha(number, 'key')}",
        "usage_type": "auth",
        "fingerprint": "0a:" * 15 + "0a",
        "fingerprint_sha256": f"SHA256:{fake_sha(number, 'print')}",
        "can_push": index != 0,
    }


def environments(context: RequestContext, project: Repository, fleet: Fleet) -> Response:
    """From none to two environments. A project without pipelines has none."""
    refused = _refused(context, project, fleet, DEVELOPER)
    count = project.id % 3 if project.amounts.runs else 0
    return refused or context.pages(range(count), lambda index: _environment(index, project))


def _environment(index: int, project: Repository) -> Json:
    name, tier = _ENVIRONMENTS[index]
    return {
        "id": project.id % 10**8 * _IDS_PER_PROJECT + index + 1,
        "name": name,
        "slug": name.replace("/", "-"),
        "description": None,
        "external_url": f"https://{project.name}.invalid" if index == 0 else None,
        "created_at": stamp(project.created_at),
        "updated_at": stamp(project.updated_at),
        "tier": tier,
        "state": "stopped" if index else "available",
        "auto_stop_at": None,
    }


def custom_attributes(context: RequestContext, project: Repository) -> Response:
    """The custom attributes. Only administrators of the server see them."""
    if context.login is None:
        return errors.unauthorized()
    if context.login != ADMIN:
        return errors.failure(403, "403 Forbidden")
    return context.pages([{"key": "team", "value": f"team-{project.id % 3}"}])


def file(context: RequestContext, project: Repository, fleet: Fleet, path: str) -> Response:
    """The bytes of a file of the default branch."""
    known, ref = fleet.history(project), context.parameters.get("ref", "HEAD")
    if known.commits_from(project, ref) is None:
        return errors.not_found("Commit")
    text = known.files.get(path)
    if text is None:
        return errors.not_found("File")
    return Response(200, Body(text.encode()), (("Content-Type", "text/plain; charset=utf-8"),))


def _refused(context: RequestContext, project: Repository, fleet: Fleet, needed: int) -> Response | None:
    """Return the error for a user whose access level is too low, or None."""
    if context.login is None:
        return errors.unauthorized()
    return errors.failure(403, "403 Forbidden") if (level(fleet, project, context.login) or 0) < needed else None
