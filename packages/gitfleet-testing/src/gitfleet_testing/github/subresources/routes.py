"""The routes below a repository."""

from __future__ import annotations

from collections.abc import Callable

from ...http.messages import Response
from .. import errors
from . import access_routes, actions_routes, alerts, code_routes, contents, discussion_routes, protection
from .request_context import RequestContext

__all__ = ["respond"]

_FIXED: dict[str, Callable[[RequestContext], Response]] = {
    "": lambda context: Response(200, context.render.single(context.repository, context.login)),
    "branches": code_routes.branches,
    "contributors": code_routes.contributors,
    "commits": code_routes.listed_commits,
    "tags": code_routes.tags,
    "releases": code_routes.listed_releases,
    "languages": code_routes.languages,
    "topics": code_routes.topics,
    "license": code_routes.licence,
    "stargazers": code_routes.stargazers,
    "forks": code_routes.forks,
    "issues": discussion_routes.listed_issues,
    "pulls": discussion_routes.listed_pulls,
    "labels": discussion_routes.labels,
    "milestones": discussion_routes.milestones,
    "events": discussion_routes.listed_events,
    "actions/runs": actions_routes.runs,
    "actions/workflows": actions_routes.workflows,
    "actions/artifacts": actions_routes.artifacts,
    "collaborators": access_routes.collaborators,
    "teams": access_routes.teams,
    "keys": access_routes.deploy_keys,
    "environments": access_routes.environments,
    "properties/values": access_routes.custom_properties,
    "contents": lambda context: contents.content(context, ""),
    "codeowners/errors": contents.code_owners_errors,
    "dependabot/alerts": alerts.dependabot,
    "code-scanning/alerts": alerts.code_scanning,
    "secret-scanning/alerts": alerts.secret_scanning,
}


def respond(context: RequestContext, rest: list[str]) -> Response:  # noqa: PLR0911  # one line per route
    """Return the response to a GET request. ``rest`` is the path below the repository."""
    fixed = _FIXED.get("/".join(rest)) if rest != [""] else None
    if fixed is not None:
        return fixed(context)
    match rest:
        case ["branches" | "contents" | "rules", *_] if rest[1:] != [""]:
            return _by_path(context, rest)
        case ["commits", *ref, "check-runs"] if ref:
            return actions_routes.checks(context, "/".join(ref))
        case ["commits", *ref, "statuses"] if ref:
            return actions_routes.statuses(context, "/".join(ref))
        case ["commits", *ref] if ref != [""]:
            return code_routes.commit(context, "/".join(ref))
        case ["releases", *key] if key != [""]:
            return code_routes.release(context, key)
        case ["issues", number]:
            return discussion_routes.issue(context, number)
        case ["pulls", number]:
            return discussion_routes.pull(context, number)
        case _:
            return errors.not_found()


def _by_path(context: RequestContext, rest: list[str]) -> Response:
    """Return the response to a path that ends with the name of a branch or the path of a file."""
    match rest:
        case ["branches", *name, "protection"] if name:
            return protection.branch_protection(context, "/".join(name))
        case ["branches", *name] if name:
            return code_routes.branch(context, "/".join(name))
        case ["rules", "branches", *name] if name:
            return protection.branch_rules(context, "/".join(name))
        case ["contents", *path]:
            return contents.content(context, "/".join(path))
        case _:
            return errors.not_found()
