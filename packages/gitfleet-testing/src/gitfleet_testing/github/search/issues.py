"""The search for issues and pull requests: words and the most common qualifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ...data.fleet import Fleet
from ...data.models import Repository
from ...data.records import Issue, PullRequest
from ..visibility import visible
from .query import date_test, parse_query

__all__ = ["FoundIssue", "find_issues"]


@dataclass(frozen=True, slots=True)
class FoundIssue:
    """An issue or pull request with its repository."""

    repository: Repository
    issue: Issue


_Test = Callable[[Issue], bool]
_IS: dict[str, _Test] = {
    "issue": lambda issue: not isinstance(issue, PullRequest),
    "pr": lambda issue: isinstance(issue, PullRequest),
    "open": lambda issue: issue.state == "open",
    "closed": lambda issue: issue.state == "closed",
    "locked": lambda issue: issue.locked,
    "merged": lambda issue: isinstance(issue, PullRequest) and issue.merged_at is not None,
    "unmerged": lambda issue: isinstance(issue, PullRequest) and issue.merged_at is None,
    "draft": lambda issue: isinstance(issue, PullRequest) and issue.draft,
}
_SCOPES: dict[str, Callable[[Repository], str]] = {
    "repo": lambda repository: repository.full_name,
    "org": lambda repository: repository.owner,
    "user": lambda repository: repository.owner,
    "archived": lambda repository: str(repository.archived),
}
_SORTS: dict[str, Callable[[FoundIssue], str | int]] = {
    "created": lambda found: found.issue.created_at,
    "updated": lambda found: found.issue.updated_at,
    "comments": lambda found: found.issue.comments,
}


_NAMES: dict[str, Callable[[Issue], Iterable[str]]] = {
    "author": lambda issue: [issue.author or ""],
    "assignee": lambda issue: issue.assignees,
    "label": lambda issue: issue.labels,
}


def find_issues(fleet: Fleet, login: str | None, text: str, parameters: Mapping[str, str]) -> list[FoundIssue]:
    """Return all issues and pull requests that match ``text`` in repositories that the user can see."""
    scopes: dict[str, set[str]] = {}
    tests: list[_Test] = []
    for name, value in parse_query(text):
        if name in _SCOPES:
            # Several values of one qualifier mean any of them, as on the service.
            scopes.setdefault("owner" if name in ("org", "user") else name, set()).add(value)
        elif name is None or name not in ("in", "sort"):
            tests.append(_test(name, value))
    found = [
        FoundIssue(repository, issue)
        for repository in _within(fleet, login, scopes)
        for issue in fleet.history(repository).discussions
        if all(test(issue) for test in tests)
    ]
    key = _SORTS.get(parameters.get("sort", ""), _SORTS["created"])
    found.sort(key=lambda one: (key(one), one.issue.id), reverse=parameters.get("order") != "asc")
    return found


def _within(fleet: Fleet, login: str | None, scopes: Mapping[str, set[str]]) -> Iterable[Repository]:
    for repository in fleet.all_repositories():
        fits = all(_SCOPES["user" if name == "owner" else name](repository).lower() in scopes[name] for name in scopes)
        readable = fleet.block_of(repository) is None and fleet.forbidden(repository) is None
        if fits and readable and repository.has_issues and visible(fleet, repository, login):
            yield repository


def _test(name: str | None, value: str) -> _Test:
    if name in ("is", "type", "state"):
        return _IS.get(value, lambda _: True)
    if name in _NAMES:
        names = _NAMES[name]
        return lambda issue: value in (text.lower() for text in names(issue))
    if name == "no":
        return lambda issue: not {"label": issue.labels, "assignee": issue.assignees}.get(value, issue.milestone)
    if name in ("created", "updated"):
        fits = date_test(value)
        return lambda issue: fits(issue.created_at if name == "created" else issue.updated_at)
    word = value if name is None else f"{name}:{value}"
    return lambda issue: word in f"{issue.title} {issue.body or ''}".lower()
