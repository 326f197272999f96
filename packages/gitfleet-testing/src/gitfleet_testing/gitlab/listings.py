"""The projects, issues and merge requests of a list, and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from ..data.fleet import Fleet
from ..data.listed import RepositoryList
from ..data.models import Account, Organization, Repository
from ..data.records import Issue
from ..data.timestamps import parse_time
from ..http.messages import Response
from . import errors
from .discussions import state_of
from .visibility import OWNER, level, visible

__all__ = ["Parameters", "bounded", "discussions", "moment", "of_group", "of_user", "ordered", "true"]

Parameters = Mapping[str, str]
_T = TypeVar("_T")
_I = TypeVar("_I", bound=Issue)

_PROJECT_ORDERS: dict[str, Callable[[Repository], int | str]] = {
    "id": lambda item: item.id,
    "name": lambda item: item.name.lower(),
    "path": lambda item: item.name.lower(),
    "created_at": lambda item: item.created_at,
    "updated_at": lambda item: item.updated_at,
    "last_activity_at": lambda item: item.pushed_at,
    "star_count": lambda item: item.stars,
}
_ISSUE_ORDERS: dict[str, Callable[[Issue], int | str]] = {
    "created_at": lambda item: item.created_at,
    "updated_at": lambda item: item.updated_at,
    "title": lambda item: item.title.lower(),
}


def true(parameters: Parameters, name: str, *, default: bool = False) -> bool:
    """Return whether a Boolean parameter is true."""
    return parameters.get(name, str(default)).lower() in ("true", "1", "t", "yes")


def of_group(fleet: Fleet, group: Organization, parameters: Parameters) -> RepositoryList:
    """Return the unsorted projects of /groups/:id/projects, including those that the user cannot see."""
    groups = [group.login]
    if true(parameters, "include_subgroups"):
        below = f"{group.login.lower()}/"
        groups += [other.login for other in fleet.organizations if other.login.lower().startswith(below)]
    found = fleet.listed_by(*groups)
    shared = fleet.shared_with(group.login) if true(parameters, "with_shared", default=True) else []
    # A project of several groups is listed once.
    return found.followed_by(item.id for item in shared)


def of_user(fleet: Fleet, user: Account) -> RepositoryList:
    """Return the unsorted projects of /users/:id/projects: those in the user's own namespace."""
    return fleet.listed_by(user.login)


def ordered(
    fleet: Fleet, found: RepositoryList, login: str | None, parameters: Parameters
) -> RepositoryList | Response:
    """Return the projects that the user sees in the order of ``order_by`` and ``sort``, or an error response.

    Args:
        fleet: the fleet.
        found: the projects of the list.
        login: the user. None for a request without a token.
        parameters: the query, without the parameters of pages.
    """
    order = _order(parameters, _PROJECT_ORDERS)
    if isinstance(order, Response):
        return order
    key, reverse = order
    tests = [*_tests(parameters), *_own(fleet, login, parameters)]
    return found.ordered(
        lambda item: visible(fleet, item, login) and all(test(item) for test in tests),
        # Sorted by id as well, so that equal rows have a stable order across pages.
        lambda item: (key(item), item.id),
        reverse=reverse,
    )


def _own(fleet: Fleet, login: str | None, parameters: Parameters) -> list[Callable[[Repository], bool]]:
    """Return the tests of the parameters of /projects."""
    if true(parameters, "owned"):
        return [lambda item: login is not None and (level(fleet, item, login) or 0) >= OWNER]
    return [lambda item: level(fleet, item, login) is not None] if true(parameters, "membership") else []


def _tests(parameters: Parameters) -> list[Callable[[Repository], bool]]:
    tests: list[Callable[[Repository], bool]] = []
    if "visibility" in parameters:
        tests.append(lambda item: item.visibility == parameters["visibility"])
    if "archived" in parameters:
        tests.append(lambda item: item.archived == true(parameters, "archived"))
    if "search" in parameters:
        tests.append(lambda item: parameters["search"].lower() in item.name.lower())
    return tests


def bounded(listed: RepositoryList, parameters: Parameters) -> RepositoryList:
    """Return the projects after ``id_after`` and before ``id_before``."""
    after, before = (
        int(bound) if bound.isascii() and bound.isdecimal() else None
        for bound in (parameters.get("id_after", ""), parameters.get("id_before", ""))
    )
    return listed if after is None and before is None else listed.between(after, before)


def discussions(
    found: Iterable[_I], parameters: Parameters, states: tuple[str, ...], default: str = "all"
) -> list[_I] | Response:
    """Return issues or merge requests, filtered and sorted by the parameters, or an error response."""
    state = parameters.get("state", default)
    if state not in states:
        return errors.bad_parameter("state", "does not have a valid value")
    spans = _spans(parameters)
    if isinstance(spans, Response):
        return spans
    labels = {label for label in parameters.get("labels", "").split(",") if label}
    author = parameters.get("author_username", "").lower()
    words = parameters.get("search", "").lower().split()
    chosen = (
        item
        for item in found
        if state in ("all", state_of(item))
        and all(keeps(parse_time(getattr(item, name))) for name, keeps in spans)
        and labels <= set(item.labels)
        and author in ("", (item.author or "").lower())
        and all(word in f"{item.title} {item.body or ''}".lower() for word in words)
    )
    return _ordered(chosen, parameters, _ISSUE_ORDERS)


def _spans(parameters: Parameters) -> list[tuple[str, Callable[[datetime], bool]]] | Response:
    found: list[tuple[str, Callable[[datetime], bool]]] = []
    for name in ("updated_at", "created_at"):
        for parameter, later in ((f"{name[:-3]}_after", True), (f"{name[:-3]}_before", False)):
            if parameter not in parameters:
                continue
            bound = moment(parameters[parameter])
            if bound is None:
                return errors.bad_parameter(parameter)
            found.append((name, _bounded(bound, later=later)))
    return found


def _bounded(bound: datetime, *, later: bool) -> Callable[[datetime], bool]:
    return (lambda when: when >= bound) if later else (lambda when: when <= bound)


def moment(text: str) -> datetime | None:
    """Return the time of a parameter, or None if it is invalid."""
    try:
        return parse_time(text.strip())
    except ValueError:
        return None


def _ordered(
    found: Iterable[_I], parameters: Parameters, orders: Mapping[str, Callable[[_I], int | str]]
) -> list[_I] | Response:
    order = _order(parameters, orders)
    if isinstance(order, Response):
        return order
    # Sorted by number as well, so that equal rows have a stable order across pages.
    return sorted(found, key=lambda item: (order[0](item), item.number), reverse=order[1])


def _order(
    parameters: Parameters, orders: Mapping[str, Callable[[_T], int | str]]
) -> tuple[Callable[[_T], int | str], bool] | Response:
    """Return what to compare and whether the largest is first, or an error response."""
    name, sort = parameters.get("order_by", "created_at"), parameters.get("sort", "desc")
    if name not in orders:
        return errors.bad_parameter("order_by", "does not have a valid value")
    if sort not in ("asc", "desc"):
        return errors.bad_parameter("sort", "does not have a valid value")
    return orders[name], sort == "desc"
