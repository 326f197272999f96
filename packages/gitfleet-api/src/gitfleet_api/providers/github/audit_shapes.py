"""Where GitHub's JSON has the fields of the models of the calls that audits need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from ...client import Convert, Shape
from ...models import (
    ChangedFile,
    CollaboratorInfo,
    CommitDetails,
    DeployKeyInfo,
    EnvironmentInfo,
    TeamInfo,
    WorkflowRunInfo,
)
from .shapes import ACCOUNT, COMMIT_PATHS

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

_ROLES = {"pull": "read", "push": "write"}
_RIGHTS = ("admin", "maintain", "push", "triage", "pull")
"""The rights of a role, the highest first."""


def _role(name: object, rights: object = None) -> str | None:
    """Return a role by its name, or on old servers by the highest right."""
    if isinstance(name, str):
        return _ROLES.get(name, name)
    if not isinstance(rights, dict):
        raise TypeError("the name of a role, or an object of rights")
    right = next((right for right in _RIGHTS if rights.get(right) is True), None)
    return None if right is None else _ROLES.get(right, right)


def _types(rules: object) -> tuple[str, ...]:
    """Return the types of protection rules."""
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise TypeError("an array of objects")
    types = [rule.get("type") for rule in rules]
    if not all(isinstance(kind, str) for kind in types):
        raise TypeError("rules with types")
    return tuple(dict.fromkeys(types))


_shape = partial(Shape, ids="int")

COMMIT_DETAILS = Shape(
    CommitDetails,
    {
        **COMMIT_PATHS,
        "additions": "stats.additions",
        "deletions": "stats.deletions",
        "verified": "commit.verification.verified",
    },
    identity="sha",
)
CHANGED_FILE = Shape(ChangedFile, {"path": "filename", "old_path": "previous_filename"}, identity="path")
COLLABORATOR = _shape(
    CollaboratorInfo,
    {
        "role": Convert(("role_name", "permissions"), _role),
        "can_push": "permissions.push",
        "can_administer": "permissions.admin",
        "access_level": None,
        "expires_at": None,
    },
)
TEAM = _shape(
    TeamInfo, {"role": Convert("permission", _role), "parent": "parent.slug", "access_level": None, "expires_at": None}
)
DEPLOY_KEY = _shape(DeployKeyInfo, {"last_used_at": "last_used", "fingerprint": None, "expires_at": None})
WORKFLOW_RUN = _shape(
    WorkflowRunInfo,
    {
        "number": "run_number",
        "branch": "head_branch",
        "commit_sha": "head_sha",
        "title": "display_title",
        "workflow_path": "path",
        "attempt": "run_attempt",
        "actor": ACCOUNT,
        "started_at": "run_started_at",
    },
)
ENVIRONMENT = _shape(
    EnvironmentInfo,
    {
        "protection_rules": Convert("protection_rules", _types),
        **dict.fromkeys(("state", "tier", "external_url")),
    },
)

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
