"""What each address below a repository answers."""

from __future__ import annotations

from collections.abc import Callable

from ..messages import Answer
from . import code_routes, errors, talk_routes, work_routes
from .visit import Visit

_FIXED: dict[str, Callable[[Visit], Answer]] = {
    "": lambda visit: Answer(200, visit.render.single(visit.repository, visit.login)),
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
    "issues": talk_routes.listed_issues,
    "pulls": talk_routes.listed_pulls,
    "labels": talk_routes.labels,
    "milestones": talk_routes.milestones,
    "events": talk_routes.listed_events,
    "actions/runs": work_routes.runs,
    "actions/workflows": work_routes.workflows,
    "actions/artifacts": work_routes.artifacts,
}


def answer(visit: Visit, rest: list[str]) -> Answer:  # noqa: PLR0911  # a line an address
    """The answer to a GET request; ``rest`` is what follows the repository."""
    fixed = _FIXED.get("/".join(rest)) if rest != [""] else None
    if fixed is not None:
        return fixed(visit)
    match rest:
        case ["branches", *name] if name != [""]:
            return code_routes.branch(visit, "/".join(name))
        case ["commits", *ref, "check-runs"] if ref:
            return work_routes.checks(visit, "/".join(ref))
        case ["commits", *ref, "statuses"] if ref:
            return work_routes.statuses(visit, "/".join(ref))
        case ["commits", *ref] if ref != [""]:
            return code_routes.commit(visit, "/".join(ref))
        case ["releases", *key] if key != [""]:
            return code_routes.release(visit, key)
        case ["issues", number]:
            return talk_routes.issue(visit, number)
        case ["pulls", number]:
            return talk_routes.pull(visit, number)
        case _:
            return errors.not_found()
