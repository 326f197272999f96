"""The routes of issues, pull requests, labels, milestones and events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from ...data.records import Issue, PullRequest
from ...http.messages import Response, json_response
from .. import errors
from ..time_parameters import Instant, instant
from . import events, issues, pulls
from .request_context import RequestContext

__all__ = ["issue", "labels", "listed_events", "listed_issues", "listed_pulls", "milestones", "pull"]

_I = TypeVar("_I", bound=Issue)
_SORTS: dict[str, Callable[[Issue], str | int]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "comments": lambda issue: issue.comments,
    "popularity": lambda issue: issue.comments,
}
#: Number of events that the service stores per repository.
_EVENTS = 300


def listed_issues(context: RequestContext) -> Response:
    """Issues and pull requests, by default the open ones, the newest first."""
    if not context.repository.has_issues:
        return errors.issues_disabled()
    parameters = context.parameters
    since = instant(parameters, "since")
    invalid = (
        "since" if since is Instant.INVALID else _invalid_parameter(parameters, {"created", "updated", "comments"})
    )
    if invalid is not None:
        return errors.invalid("Issue", invalid, "invalid")
    tests = [*_state(parameters.get("state")), *_people_and_labels(context)]
    if isinstance(since, datetime):
        tests.append(lambda issue: datetime.fromisoformat(issue.updated_at) >= since)
    known = context.history.discussions
    chosen = [issue for issue in known if all(test(issue) for test in tests)] if tests else known
    ordered = _ordered(chosen, parameters.get("sort", "created"), ascending=parameters.get("direction") == "asc")
    return context.pages(ordered, lambda issue: issues.listed(issue, context))


def issue(context: RequestContext, number: str) -> Response:
    """One issue or pull request."""
    if not context.repository.has_issues:
        return errors.issues_disabled()
    found = _discussion(context, number)
    return errors.not_found() if found is None else json_response(issues.single(found, context))


def listed_pulls(context: RequestContext) -> Response:
    """Pull requests, by default the open ones, the newest first."""
    parameters = context.parameters
    invalid = _invalid_parameter(parameters, {"created", "updated", "popularity", "long-running"})
    if invalid is not None:
        return errors.invalid("PullRequest", invalid, "invalid")
    tests, head, base = _state(parameters.get("state")), parameters.get("head"), parameters.get("base")
    chosen = [
        pull
        for pull in context.history.pulls
        if all(test(pull) for test in tests)
        and base in (None, "", pull.base_ref)
        and (not head or head == _label(pull))
    ]
    sort = parameters.get("sort", "created")
    # As on the service: the default is descending for ``created`` and ascending for other orders.
    ascending = parameters.get("direction", "desc" if sort == "created" else "asc") == "asc"
    return context.pages(_ordered(chosen, sort, ascending=ascending), lambda pull: pulls.listed(pull, context))


def pull(context: RequestContext, number: str) -> Response:
    """One pull request."""
    found = _discussion(context, number)
    return json_response(pulls.single(found, context)) if isinstance(found, PullRequest) else errors.not_found()


def labels(context: RequestContext) -> Response:
    """The labels."""
    return context.pages(context.history.labels, lambda label: issues.label(label, context))


def milestones(context: RequestContext) -> Response:
    """The milestones, by default the open ones."""
    state = context.parameters.get("state", "open")
    chosen = [item for item in context.history.milestones if state in ("all", item.state)]
    return context.pages(chosen, lambda milestone: issues.milestone_object(milestone, context))


def listed_events(context: RequestContext) -> Response:
    """The latest events, the newest first."""
    return context.pages(events.of_repository(context)[:_EVENTS], lambda event: event.shown(context))


def _discussion(context: RequestContext, number: str) -> Issue | None:
    known = number.isascii() and number.isdecimal() and len(number) < 10
    return context.history.discussion(int(number)) if known else None


def _invalid_parameter(parameters: dict[str, str], sorts: set[str]) -> str | None:
    """Return the parameter with a value that the service does not accept, or None."""
    allowed = {"state": {"open", "closed", "all"}, "sort": sorts, "direction": {"asc", "desc"}}
    return next(
        (name for name, values in allowed.items() if parameters.get(name) and parameters[name] not in values), None
    )


def _state(state: str | None) -> list[Callable[[Issue], bool]]:
    return [] if state == "all" else [lambda issue: issue.state == (state or "open")]


def _people_and_labels(context: RequestContext) -> list[Callable[[Issue], bool]]:
    parameters = context.parameters
    tests: list[Callable[[Issue], bool]] = []
    wanted = {name.strip().lower() for name in parameters.get("labels", "").split(",") if name.strip()}
    if wanted:
        tests.append(lambda issue: wanted <= {name.lower() for name in issue.labels})
    creator, assignee, milestone = (
        parameters.get("creator"),
        parameters.get("assignee", "*any"),
        parameters.get("milestone"),
    )
    if creator:
        tests.append(lambda issue: (issue.author or "").lower() == creator.lower())
    if assignee in ("*", "none"):
        tests.append(lambda issue: bool(issue.assignees) == (assignee == "*"))
    elif assignee != "*any":
        tests.append(lambda issue: assignee.lower() in (login.lower() for login in issue.assignees))
    if milestone in ("*", "none"):
        tests.append(lambda issue: (issue.milestone is not None) == (milestone == "*"))
    elif milestone:
        titles = {item.title for item in context.history.milestones if str(item.number) == milestone}
        tests.append(lambda issue: issue.milestone in titles)
    return tests


def _label(pull: PullRequest) -> str:
    owner = (pull.head_repository or "unknown/").partition("/")[0]
    return f"{owner}:{pull.head_ref}"


def _ordered(chosen: Sequence[_I], sort: str, *, ascending: bool) -> list[_I]:
    key = _SORTS.get(sort, _SORTS["created"])
    # Sorted by number as well, so that equal rows have a stable order across pages.
    return sorted(chosen, key=lambda issue: (key(issue), issue.number), reverse=not ascending)
