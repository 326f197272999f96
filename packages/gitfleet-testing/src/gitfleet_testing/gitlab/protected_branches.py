"""The route of the protected branches of a project: one rule per protected branch."""

from __future__ import annotations

from ..data.fleet import Fleet
from ..data.models import Branch, Repository
from ..data.records import Protection
from ..http.messages import Response
from . import errors
from .request_context import RequestContext
from .urls import Json
from .visibility import DEVELOPER, level

__all__ = ["listed"]

_LEVELS = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers"}
_IDS_PER_PROJECT = 100_000


def listed(context: RequestContext, project: Repository, fleet: Fleet) -> Response:
    """The protected branches. Only members of the project see them."""
    if context.login is None:
        return errors.unauthorized()
    if (level(fleet, project, context.login) or 0) < DEVELOPER:
        return errors.failure(403, "403 Forbidden")
    wanted = context.parameters.get("search", "")
    found = [branch for branch in project.branches if branch.protected and wanted in branch.name]
    first = project.id % 10**8 * _IDS_PER_PROJECT
    numbers = {branch.name: first + number for number, branch in enumerate(found, 1)}
    return context.pages(found, lambda branch: _rule(branch, numbers[branch.name]))


def _rule(branch: Branch, number: int) -> Json:
    rules = branch.rules or Protection()
    return {
        "id": number,
        "name": branch.name,
        "push_access_levels": [_access(rules.push_level, number * 10 + 1)],
        "merge_access_levels": [_access(rules.merge_level, number * 10 + 2)],
        "unprotect_access_levels": [_access(40, number * 10 + 3)],
        "allow_force_push": rules.force_push,
        "code_owner_approval_required": rules.code_owners,
        "inherited": False,
    }


def _access(level: int, number: int) -> Json:
    return {
        "id": number,
        "access_level": level,
        "access_level_description": _LEVELS.get(level, f"Level {level}"),
        "deploy_key_id": None,
        "user_id": None,
        "group_id": None,
    }
