"""Searches in several projects: issues, and the content of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..data.fleet import Fleet
from ..data.models import Organization, Repository
from ..data.records import File
from ..http.messages import Response
from . import errors
from .project_routes import ProjectRoutes
from .request_context import RequestContext
from .urls import Json
from .visibility import visible

__all__ = ["Searches"]


class Searches:
    """The searches of one fleet."""

    def __init__(self, fleet: Fleet, projects: ProjectRoutes) -> None:
        self._fleet = fleet
        self._projects = projects

    def issues(self, context: RequestContext, group: Organization | None) -> Response:
        """Return the response to /issues, or to the same below a group."""
        if group is None and context.login is None:
            return errors.unauthorized()
        return self._projects.issues_of(context, list(self._within(context.login, group)))

    def code(self, context: RequestContext, scope: Organization | Repository | None) -> Response:
        """Return the response to /search, or to the same below a group or a project."""
        if context.login is None:
            return errors.unauthorized()
        if "search" not in context.parameters:
            return errors.bad_parameter("search", "is missing")
        if context.parameters.get("scope") != "blobs":
            return errors.bad_parameter("scope", "does not have a valid value")
        words = context.parameters["search"].lower().split()
        projects = [scope] if isinstance(scope, Repository) else self._within(context.login, scope)
        # The service sends no totals for code.
        return context.pages(list(self._places(projects, words)), counted=False)

    def _within(self, login: str | None, group: Organization | None) -> Iterator[Repository]:
        path = "" if group is None else group.login.lower()
        for project in self._fleet.all_repositories():
            inside = group is None or f"{project.owner.lower()}/".startswith(f"{path}/")
            readable = self._fleet.block_of(project) is None and self._fleet.forbidden(project) is None
            if inside and readable and visible(self._fleet, project, login):
                yield project

    def _places(self, projects: Iterable[Repository], words: list[str]) -> Iterator[Json]:
        for project in projects:
            known = self._fleet.history(project)
            for file in [] if project.empty else known.code:
                for number, line in enumerate(file.text.splitlines(), 1):
                    if all(word in line.lower() for word in words):
                        yield _place(project, file, number, line, known.commits[0].sha)


def _place(project: Repository, file: File, number: int, line: str, commit: str) -> Json:
    return {
        "basename": file.path.rpartition(".")[0] or file.path,
        "data": f"{line}\n",
        "path": file.path,
        "filename": file.path,
        "id": None,
        "ref": commit,
        "startline": number,
        "project_id": project.id,
    }
