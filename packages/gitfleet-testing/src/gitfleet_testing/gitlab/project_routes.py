"""What each address below /projects/:id answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..fleet import Fleet
from ..history import History
from ..messages import Answer, json_answer
from ..model import Branch, Repository, User
from ..records import Commit, Issue, Milestone, PullRequest
from . import discussions, errors, history, listings
from .addresses import Addresses, Json
from .rendering import Renderer
from .visibility import DEVELOPER, level
from .visit import Visit

#: The account that whatever deleted accounts have left behind belongs to.
_GHOST = User(id=999_999, login="ghost", name="Ghost User")
_I = TypeVar("_I", bound=Issue)
_ISSUE_STATES = ("all", "opened", "closed")
_MERGE_STATES = ("all", "opened", "closed", "locked", "merged")


class ProjectRoutes:
    """One project at a time, which the user may see."""

    def __init__(self, fleet: Fleet, at: Addresses, render: Renderer) -> None:
        self._fleet = fleet
        self._at = at
        self._render = render

    def answer(self, visit: Visit, project: Repository) -> Answer:  # noqa: PLR0911  # a line an address
        """The answer to a GET request below /projects/:id."""
        match visit.parts[2:]:
            case []:
                with_license = listings.true(visit.parameters, "license")
                return Answer(200, self._render.single(project, visit.login, with_license=with_license))
            case ["languages"]:
                return self._languages(project)
            case ["repository", what, *rest]:
                return self._repository(visit, project, what, rest)
            case ["releases", *rest]:
                return self._releases(visit, project, rest)
            case ["issues", *rest]:
                return self._issues(visit, project, rest)
            case ["merge_requests", *rest]:
                return self._merge_requests(visit, project, rest)
            case ["pipelines"]:
                return self._pipelines(visit, project)
            case _:
                return errors.no_route()

    def _repository(self, visit: Visit, project: Repository, what: str, rest: list[str]) -> Answer:
        if not rest and what == "contributors":
            return self._contributors(visit, project)
        if len(rest) > 1:
            return errors.no_route()
        known = {"branches": self._branches, "tags": self._tags, "commits": self._commits}.get(what)
        return errors.no_route() if known is None else known(visit, project, rest)

    # -- from Git

    def _branches(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        wanted = visit.parameters.get("search", "")
        found = [item for item in project.branches if item.name in one or (not one and wanted in item.name)]
        can_push = (level(self._fleet, project, visit.login) or 0) >= DEVELOPER
        known = self._history(project)
        rows = [history.branch(item, _head(known, project, item), project, can_push=can_push) for item in found]
        if one:
            return json_answer(rows[0]) if rows else errors.not_found("Branch")
        return visit.pages(rows)

    def _tags(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        known = self._history(project)
        releases = {item.tag: item for item in known.releases if not item.draft}
        rows = [
            history.tag(item, _commit(known, project, item.sha), releases.get(item.name), project)
            for item in known.tags
            if not one or item.name in one
        ]
        if one:
            return json_answer(rows[0]) if rows else errors.not_found("Tag")
        by_name = visit.parameters.get("order_by") == "name"
        if by_name:
            rows.sort(key=lambda row: str(row["name"]), reverse=True)
        return visit.pages(rows[::-1] if visit.parameters.get("sort") == "asc" else rows)

    def _commits(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        known = self._history(project)
        if one:
            found = known.commits_from(project, one[0])
            return json_answer(history.single_commit(found[0], project)) if found else errors.not_found("Commit")
        query = visit.parameters
        bounds = {name: listings.moment(query[name]) for name in ("since", "until") if name in query}
        for name, bound in bounds.items():
            if bound is None:
                return errors.bad_parameter(name)
        since, until = bounds.get("since"), bounds.get("until")
        rows = [
            history.commit(item, project)
            for item in known.commits_from(project, query.get("ref_name") or None) or ()
            if (since is None or (when := listings.moment(item.committed_at)) is None or when >= since)
            and (until is None or (when := listings.moment(item.committed_at)) is None or when <= until)
            and query.get("path", item.path) in (item.path, item.path.partition("/")[0])
        ]
        # The service does not count commits.
        return visit.pages(rows, counted=False)

    def _contributors(self, visit: Visit, project: Repository) -> Answer:
        rows = [history.contributor(person) for person in project.contributors]
        order, sort = visit.parameters.get("order_by", "commits"), visit.parameters.get("sort", "asc")
        if order not in ("name", "email", "commits"):
            return errors.bad_parameter("order_by", "does not have a valid value")
        rows.sort(key=lambda row: row[order].lower() if order != "commits" else row[order], reverse=sort == "desc")
        return visit.pages(rows)

    def _languages(self, project: Repository) -> Answer:
        found = self._history(project).languages
        total = sum(found.values())
        return json_answer({name: round(100 * size / total, 2) for name, size in found.items() if total})

    # -- the service's own

    def _releases(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        known = self._history(project)
        # Drafts are GitHub's; here a release is there or not.
        rows = [
            history.release(item, self._who(item.author), _commit(known, project, _sha_of(known, item.tag)), project)
            for item in sorted(known.releases, key=lambda item: item.published_at or "", reverse=True)
            if not item.draft and (not one or [item.tag] == one)
        ]
        if one:
            return json_answer(rows[0]) if rows else errors.not_found()
        return visit.pages(rows[::-1] if visit.parameters.get("sort") == "asc" else rows)

    def _issues(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        found = listings.discussions(
            self._history(project).issues if project.has_issues else (), visit.parameters, _ISSUE_STATES
        )
        if one:
            shown = _of_number(self._history(project).issues if project.has_issues else [], one)
            return (
                errors.not_found()
                if shown is None
                else json_answer({**self._issue(shown, project), "subscribed": False})
            )
        return visit.pages(found if isinstance(found, Answer) else [self._issue(item, project) for item in found])

    def _issue(self, item: Issue, project: Repository) -> Json:
        return discussions.issue(item, project, self._milestone(item, project), self._who, self._at)

    def _merge_requests(self, visit: Visit, project: Repository, one: list[str]) -> Answer:
        if one:
            single = _of_number(self._history(project).pulls, one)
            if single is None:
                return errors.not_found()
            shown = self._merge_request(single, project)
            return json_answer({**shown, **discussions.merge_request_details(single)})
        found = listings.discussions(self._history(project).pulls, visit.parameters, _MERGE_STATES)
        if isinstance(found, Answer):
            return found
        return visit.pages([self._merge_request(item, project) for item in found])

    def _merge_request(self, item: PullRequest, project: Repository) -> Json:
        owner, _, name = (item.head_repository or "").rpartition("/")
        source = self._fleet.find(owner, name) or self._fleet.moved(owner, name)
        milestone = self._milestone(item, project)
        return discussions.merge_request(item, project, source.id if source else None, milestone, self._who)

    def _pipelines(self, visit: Visit, project: Repository) -> Answer:
        commits = self._history(project).commits
        count = project.amounts.runs if commits else 0
        return visit.pages(
            [
                discussions.pipeline(number, commits[(count - number) % len(commits)], project)
                for number in range(count, 0, -1)
            ]
        )

    # -- within

    def _history(self, project: Repository) -> History:
        return self._fleet.history(project)

    def _milestone(self, item: Issue, project: Repository) -> Milestone | None:
        return next((one for one in self._history(project).milestones if one.title == item.milestone), None)

    def _who(self, login: str | None) -> User:
        account = None if login is None else self._fleet.account(login)
        return account if isinstance(account, User) else _GHOST


def _of_number(items: Sequence[_I], one: list[str]) -> _I | None:
    return next((item for item in items if [str(item.number)] == one), None)


def _head(known: History, project: Repository, branch: Branch) -> Commit:
    return _commit(known, project, branch.sha)


def _sha_of(known: History, tag: str) -> str:
    return next((item.sha for item in known.tags if item.name == tag), "")


def _commit(known: History, project: Repository, sha: str) -> Commit:
    """The commit of that id; one that nothing else is known of when there is none."""
    found = known.commits_from(project, sha) if sha else known.commits_from(project)
    if found:
        return found[0]
    when = project.pushed_at
    return Commit(
        sha or "0" * 40, "Change", "Somebody", "somebody@mail.invalid", when, "Somebody", "somebody@mail.invalid", when
    )
