"""The search for repositories: words and the most common qualifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...data.fleet import Fleet
from ...data.models import Repository
from ..visibility import visible
from .query import date_test, number_test, parse_query

__all__ = ["find_repositories"]

_Test = Callable[[Repository], bool]
_SORTS: dict[str, Callable[[Repository], int | str]] = {
    "stars": lambda repository: repository.stars,
    "forks": lambda repository: repository.forks,
    "updated": lambda repository: repository.updated_at,
}


def find_repositories(fleet: Fleet, login: str | None, text: str, parameters: Mapping[str, str]) -> list[Repository]:
    """Return all repositories that match ``text`` and that the user can see, ordered by ``sort`` and ``order``."""
    tests = _tests(text)
    found = [
        repository
        for repository in fleet.all_repositories()
        if all(test(repository) for test in tests) and visible(fleet, repository, login)
    ]
    found.sort(key=_SORTS.get(parameters.get("sort", ""), _SORTS["stars"]), reverse=parameters.get("order") != "asc")
    return found


def _tests(text: str) -> list[_Test]:
    tests: list[_Test] = []
    forks = "false"
    for name, value in parse_query(text):
        if name == "fork":
            forks = value
        elif name in ("in", "sort"):  # names and descriptions are always searched; ``sort=`` orders
            continue
        elif name in _QUALIFIERS:
            tests.append(_QUALIFIERS[name](value))
        else:
            tests.append(_word(f"{name}:{value}" if name else value))
    # As on the service, forks are found only if the query requests them.
    if forks not in ("true", "only"):
        tests.append(lambda repository: not repository.fork)
    elif forks == "only":
        tests.append(lambda repository: repository.fork)
    return tests


def _word(word: str) -> _Test:
    return lambda repository: word in f"{repository.name} {repository.description or ''}".lower()


def _owner(login: str) -> _Test:
    return lambda repository: repository.owner.lower() == login


def _is(state: str) -> _Test:
    known: dict[str, _Test] = {
        "public": lambda repository: not repository.private,
        "private": lambda repository: repository.private,
        "archived": lambda repository: repository.archived,
    }
    return known.get(state, lambda _: True)


def _counted(of: Callable[[Repository], int]) -> Callable[[str], _Test]:
    """Return a qualifier for a number of the repository."""

    def qualifier(text: str) -> _Test:
        fits = number_test(text)
        return lambda repository: fits(of(repository))

    return qualifier


def _dated(of: Callable[[Repository], str]) -> Callable[[str], _Test]:
    """Return a qualifier for a time of the repository."""

    def qualifier(text: str) -> _Test:
        fits = date_test(text)
        return lambda repository: fits(of(repository))

    return qualifier


_QUALIFIERS: dict[str, Callable[[str], _Test]] = {
    "user": _owner,
    "org": _owner,
    "repo": lambda value: lambda repository: repository.full_name.lower() == value,
    "language": lambda value: lambda repository: (repository.language or "").lower() == value,
    "topic": lambda value: lambda repository: value in repository.topics,
    "archived": lambda value: lambda repository: repository.archived == (value == "true"),
    "is": _is,
    "stars": _counted(lambda repository: repository.stars),
    "forks": _counted(lambda repository: repository.forks),
    "size": _counted(lambda repository: repository.size),
    "created": _dated(lambda repository: repository.created_at),
    "pushed": _dated(lambda repository: repository.pushed_at),
}
