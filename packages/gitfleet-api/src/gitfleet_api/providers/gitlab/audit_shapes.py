"""Where GitLab's JSON has the fields of the models of the calls that audits need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final

from ...client import Convert, Shape
from ...decoding.converters import to_date
from ...models import (
    ChangedFile,
    CollaboratorInfo,
    CommitDetails,
    DeployKeyInfo,
    EnvironmentInfo,
    TeamInfo,
    WorkflowRunInfo,
)
from .shapes import COMMIT_PATHS, absolute_url

__all__ = [
    "CHANGED_FILE",
    "COLLABORATOR",
    "COMMIT_DETAILS",
    "DEPLOY_KEY",
    "ENVIRONMENT",
    "SHAPES",
    "TEAM",
    "WORKFLOW_RUN",
]

_DEVELOPER, _MAINTAINER = 30, 40
_ROLES = {
    0: "no_access",
    5: "minimal_access",
    10: "guest",
    15: "planner",
    20: "reporter",
    _DEVELOPER: "developer",
    _MAINTAINER: "maintainer",
    50: "owner",
}
_STATUSES = {
    **dict.fromkeys(("success", "failed", "canceled", "skipped"), "completed"),
    **dict.fromkeys(("running", "canceling"), "in_progress"),
    **dict.fromkeys(("created", "waiting_for_resource", "preparing", "pending", "scheduled"), "queued"),
    "manual": "waiting",
}
_CONCLUSIONS = {"success": "success", "failed": "failure", "canceled": "cancelled", "skipped": "skipped"}


def _level(value: object) -> int:
    if type(value) is not int:
        raise TypeError("an integer")
    return value


def _role(level: object, custom: object = None) -> str | None:
    """Return a role by the name of the custom role or by the access level; None for an unknown level."""
    return custom if isinstance(custom, str) else _ROLES.get(_level(level))


def _day(value: object) -> date:
    """Return the day of a date. Some servers send a time with it."""
    return to_date(value.partition("T")[0] if isinstance(value, str) else value)


def _status(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError("a string")
    return _STATUSES.get(name, name)


def _conclusion(name: object) -> str | None:
    return _CONCLUSIONS.get(name) if isinstance(name, str) else None


def _change(new: object, deleted: object, renamed: object) -> str:
    for flag, status in ((new, "added"), (deleted, "removed"), (renamed, "renamed")):
        if flag is True:
            return status
    return "modified"


def _old_path(renamed: object, path: object) -> str | None:
    return path if renamed is True and isinstance(path, str) else None


def _lines(sign: str, diff: object, large: object, collapsed: object) -> int | None:
    """Return the number of lines of a diff that begin with a sign; None if GitLab leaves the diff out."""
    if large is True or collapsed is True or not isinstance(diff, str):
        return None
    return sum(line.startswith(sign) for line in diff.split("\n"))


_shape = partial(Shape, ids="int")

COMMIT_DETAILS = Shape(
    CommitDetails,
    {**COMMIT_PATHS, "additions": "stats.additions", "deletions": "stats.deletions", "verified": None},
    identity="sha",
)
_DIFF = ("diff", "too_large", "collapsed")
CHANGED_FILE = Shape(
    ChangedFile,
    {
        "path": "new_path",
        "status": Convert(("new_file", "deleted_file", "renamed_file"), _change),
        "old_path": Convert(("renamed_file", "old_path"), _old_path),
        "additions": Convert(_DIFF, partial(_lines, "+")),
        "deletions": Convert(_DIFF, partial(_lines, "-")),
    },
    identity="path",
)
COLLABORATOR = _shape(
    CollaboratorInfo,
    {
        "login": "username",
        "role": Convert(("access_level", "member_role.name"), _role),
        "can_push": Convert("access_level", lambda level: _level(level) >= _DEVELOPER),
        "can_administer": Convert("access_level", lambda level: _level(level) >= _MAINTAINER),
        "expires_at": Convert("expires_at", _day),
        "type": Convert("bot", lambda bot: "Bot" if bot else "User"),
        "avatar_url": Convert(("avatar_url", "web_url"), absolute_url),
        "html_url": "web_url",
    },
)
TEAM = _shape(
    TeamInfo,
    {
        "id": "group_id",
        "name": "group_name",
        "slug": "group_full_path",
        "role": Convert("group_access_level", _role),
        "access_level": "group_access_level",
        "expires_at": Convert("expires_at", _day),
        **dict.fromkeys(("description", "privacy", "parent", "html_url")),
    },
)
DEPLOY_KEY = _shape(
    DeployKeyInfo,
    {
        "read_only": Convert("can_push", lambda can_push: not can_push),
        "fingerprint": Convert(("fingerprint_sha256", "fingerprint"), lambda new, old: new or old),
        **dict.fromkeys(("verified", "enabled", "added_by")),
    },
)
WORKFLOW_RUN = _shape(
    WorkflowRunInfo,
    {
        "number": "iid",
        "status": Convert("status", _status),
        "conclusion": Convert("status", _conclusion),
        "event": "source",
        "branch": "ref",
        "commit_sha": "sha",
        "html_url": "web_url",
        **dict.fromkeys(("title", "workflow_id", "workflow_path", "attempt", "actor", "started_at")),
    },
)
ENVIRONMENT = _shape(EnvironmentInfo, {"protection_rules": None, "html_url": None})

SHAPES: Final[Mapping[str, Shape]] = {
    "fetch_commit": COMMIT_DETAILS,
    "fetch_commit_files": CHANGED_FILE,
    "fetch_collaborators": COLLABORATOR,
    "fetch_teams": TEAM,
    "fetch_deploy_keys": DEPLOY_KEY,
    "fetch_workflow_runs": WORKFLOW_RUN,
    "fetch_environments": ENVIRONMENT,
}
"""The shape of each method's model, by method name."""
