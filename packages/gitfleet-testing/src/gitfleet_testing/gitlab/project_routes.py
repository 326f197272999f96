"""The routes below /projects/:id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..data.fleet import Fleet
from ..data.models import Repository, User
from ..data.records import Issue, Milestone, PullRequest, Release
from ..data.timestamps import parse_time
from ..http.messages import Response, json_response
from . import access_routes, discussions, errors, git_objects, listings, protected_branches
from .git_routes import GitRoutes, commit_at
from .rendering import Renderer
from .request_context import RequestContext
from .urls import ApiURLs, Json

__all__ = ["ProjectRoutes"]

#: The account that owns the data of deleted accounts.
_GHOST = User(id=999_999, login="ghost", name="Ghost User")
_ISSUE_STATES = ("all", "opened", "closed")
_MERGE_STATES = ("all", "opened", "closed", "locked", "merged")
_I = TypeVar("_I", bound=Issue)


class ProjectRoutes:
    """The routes of a project that the user can see."""

    def __init__(self, fleet: Fleet, urls: ApiURLs, render: Renderer) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = render
        self._git = GitRoutes(fleet)

    def respond(self, context: RequestContext, project: Repository) -> Response:  # noqa: PLR0911  # one line per route
        """Return the response to a GET request below /projects/:id."""
        match context.parts[2:]:
            case []:
                with_license = listings.true(context.parameters, "license")
                return Response(200, self._render.single(project, context.login, with_license=with_license))
            case ["languages"]:
                return self._git.languages(project)
            case ["repository", "files", path, "raw"]:
                return access_routes.file(context, project, self._fleet, path)
            case ["repository", what, *rest]:
                return self._git.respond(context, project, what, rest)
            case ["releases", *one]:
                return self._releases(context, project, one)
            case ["issues", *one]:
                return self._issues(context, project, one)
            case ["merge_requests", *one]:
                return self._merge_requests(context, project, one)
            case ["pipelines"]:
                return self._pipelines(context, project)
            case parts:
                return self._access(context, project, parts)

    def _access(self, context: RequestContext, project: Repository, parts: Sequence[str]) -> Response:
        match parts:
            case ["protected_branches"]:
                return protected_branches.listed(context, project, self._fleet)
            case ["members", *rest] if rest in ([], ["all"]):
                return access_routes.members(context, project, self._fleet, inherited=bool(rest))
            case ["deploy_keys"]:
                return access_routes.deploy_keys(context, project, self._fleet)
            case ["environments"]:
                return access_routes.environments(context, project, self._fleet)
            case ["custom_attributes"]:
                return access_routes.custom_attributes(context, project)
            case _:
                return errors.no_route()

    def _releases(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        known = self._fleet.history(project)
        tagged = {tag.name: tag.sha for tag in known.tags}
        # Drafts exist on GitHub only.
        found = [item for item in known.releases if not item.draft and one in ([], [item.tag])]
        newest_first = context.parameters.get("sort") != "asc"
        found.sort(key=lambda item: item.published_at or item.created_at, reverse=newest_first)

        def shown(item: Release) -> Json:
            names = commit_at(known, project, tagged.get(item.tag))
            return git_objects.release(item, self._user(item.author), names, project)

        return context.listed(found, shown, one, "")

    def _issues(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        issues = self._fleet.history(project).issues if project.has_issues else []

        def shown(item: Issue) -> Json:
            return discussions.issue(item, project, self._milestone(item, project), self._user, self._urls)

        if not one:
            return self.issues_of(context, [project])
        single = _of_number(issues, one)
        return errors.not_found() if single is None else json_response({**shown(single), "subscribed": False})

    def issues_of(self, context: RequestContext, projects: Sequence[Repository]) -> Response:
        """Return a page of the issues of several projects."""
        found = {
            issue.id: (issue, project)
            for project in projects
            if project.has_issues
            for issue in self._fleet.history(project).issues
        }

        def shown(item: Issue) -> Json:
            project = found[item.id][1]
            return discussions.issue(item, project, self._milestone(item, project), self._user, self._urls)

        issues = (issue for issue, _ in found.values())
        return context.pages(listings.discussions(issues, context.parameters, _ISSUE_STATES), shown)

    def _merge_requests(self, context: RequestContext, project: Repository, one: list[str]) -> Response:
        pulls = self._fleet.history(project).pulls

        def shown(item: PullRequest) -> Json:
            owner, _, name = (item.head_repository or "").rpartition("/")
            source = self._fleet.find(owner, name) or self._fleet.moved(owner, name)
            milestone = self._milestone(item, project)
            return discussions.merge_request(item, project, source.id if source else None, milestone, self._user)

        if not one:
            return context.pages(listings.discussions(pulls, context.parameters, _MERGE_STATES), shown)
        single = _of_number(pulls, one)
        if single is None:
            return errors.not_found()
        return json_response({**shown(single), **discussions.merge_request_details(single)})

    def _pipelines(self, context: RequestContext, project: Repository) -> Response:
        commits = self._fleet.history(project).commits
        count = project.amounts.runs if commits else 0
        since = listings.moment(context.parameters["created_after"]) if "created_after" in context.parameters else None
        rows = [
            discussions.pipeline(number, commits[(count - number) % len(commits)], project)
            for number in range(count, 0, -1)
        ]
        wanted = context.parameters.get("ref")
        chosen = [
            row
            for row in rows
            if wanted in (None, row["ref"]) and (since is None or parse_time(row["created_at"]) >= since)
        ]
        return context.pages(chosen)

    def _milestone(self, item: Issue, project: Repository) -> Milestone | None:
        known = self._fleet.history(project).milestones
        return next((one for one in known if one.title == item.milestone), None)

    def _user(self, login: str | None) -> User:
        account = None if login is None else self._fleet.account(login)
        return account if isinstance(account, User) else _GHOST


def _of_number(items: Sequence[_I], one: list[str]) -> _I | None:
    return next((item for item in items if [str(item.number)] == one), None)
