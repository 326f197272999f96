"""The routes below /projects/:id/repository, and /languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..data.fleet import Fleet
from ..data.history import History
from ..data.models import Repository
from ..data.records import Commit
from ..data.timestamps import parse_time
from ..http.messages import Response, json_response
from . import errors, git_objects, listings
from .request_context import RequestContext
from .urls import Json
from .visibility import DEVELOPER, level

__all__ = ["GitRoutes", "commit_at"]

_CONTRIBUTOR_ORDERS: dict[str, Callable[[Json], str | int]] = {
    "name": lambda row: str(row["name"]).lower(),
    "email": lambda row: str(row["email"]).lower(),
    "commits": lambda row: int(row["commits"]),
}


class GitRoutes:
    """The routes of a project that the user can see."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def respond(self, context: RequestContext, project: Repository, what: str, rest: list[str]) -> Response:
        """Return the response to a GET request below /projects/:id/repository."""
        if what == "contributors" and not rest:
            return self._contributors(context, project)
        if what == "commits" and rest[1:] == ["diff"]:
            return self._diff(context, project, rest[0])
        known = {"branches": self._branches, "tags": self._tags, "commits": self._commits}.get(what)
        return errors.no_route() if known is None or len(rest) > 1 else known(context, project, rest)

    def languages(self, project: Repository) -> Response:
        """Return the response of /languages: percentages."""
        found = self._fleet.history(project).languages
        total = sum(found.values())
        return json_response({name: round(100 * size / total, 2) for name, size in found.items() if total})

    def _branches(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        known = self._fleet.history(project)
        can_push = (level(self._fleet, project, context.login) or 0) >= DEVELOPER
        wanted = context.parameters.get("search", "")
        found = [item for item in project.branches if item.name in one or (not one and wanted in item.name)]
        return context.listed(
            found,
            lambda item: git_objects.branch(item, commit_at(known, project, item.sha), project, can_push=can_push),
            one,
            "Branch",
        )

    def _tags(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        known = self._fleet.history(project)
        releases = {item.tag: item for item in known.releases if not item.draft}
        found = [item for item in known.tags if not one or item.name in one]
        if context.parameters.get("order_by") == "name":
            found.sort(key=lambda item: item.name, reverse=True)
        if context.parameters.get("sort") == "asc":
            found.reverse()
        return context.listed(
            found,
            lambda item: git_objects.tag(item, commit_at(known, project, item.sha), releases.get(item.name), project),
            one,
            "Tag",
        )

    def _commits(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        known, query = self._fleet.history(project), context.parameters
        if one:
            single = known.commits_from(project, one[0])
            return (
                json_response(git_objects.single_commit(single[0], project)) if single else errors.not_found("Commit")
            )
        span = {name: listings.moment(query[name]) for name in ("since", "until") if name in query}
        for name, bound in span.items():
            if bound is None:
                return errors.bad_parameter(name)
        path = query.get("path")
        found = [
            item
            for item in known.commits_from(project, query.get("ref_name") or None) or ()
            if _within(item, span.get("since"), span.get("until")) and (path is None or _touches(item, path))
        ]
        # The service sends no totals for commits.
        return context.pages(found, lambda item: git_objects.commit(item, project), counted=False)

    def _diff(self, context: RequestContext, project: Repository, ref: str) -> Response:
        single = self._fleet.history(project).commits_from(project, ref)
        return context.pages([git_objects.diff(single[0])]) if single else errors.not_found("Commit")

    def _contributors(self, context: RequestContext, project: Repository) -> Response:
        order = _CONTRIBUTOR_ORDERS.get(context.parameters.get("order_by", "commits"))
        if order is None:
            return errors.bad_parameter("order_by", "does not have a valid value")
        rows = [git_objects.contributor(person) for person in project.contributors]
        return context.pages(sorted(rows, key=order, reverse=context.parameters.get("sort") == "desc"))


def commit_at(known: History, project: Repository, sha: str | None) -> Commit:
    """Return the commit with this id (None: the newest one), or a placeholder if there is none."""
    found = known.commits_from(project, sha)
    if found:
        return found[0]
    when, name, address = project.pushed_at, "Somebody", "somebody@mail.invalid"
    return Commit(sha or "0" * 40, "Change", name, address, when, name, address, when)


def _within(item: Commit, since: datetime | None, until: datetime | None) -> bool:
    when = parse_time(item.committed_at)
    return (since is None or when >= since) and (until is None or when <= until)


def _touches(item: Commit, path: str) -> bool:
    """Return whether the commit changes this file, or a file in this folder."""
    return f"{item.path}/".startswith(f"{path.rstrip('/')}/")
