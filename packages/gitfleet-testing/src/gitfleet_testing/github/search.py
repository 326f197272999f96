"""What /search/repositories finds: words, and the qualifiers that people use most."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ..fleet import Fleet
from ..model import Repository
from .visibility import visible

#: A search gives no more results than this, however many it counts.
MOST = 1000

_Test = Callable[[Repository], bool]
_PART = re.compile(r'(?:(\w+):)?("[^"]*"|\S+)')
_NUMBER = re.compile(r"(>=|<=|>|<|)(\d{1,12})|(\d{1,12}|\*)\.\.(\d{1,12}|\*)")
_SORTS: dict[str, Callable[[Repository], int | str]] = {
    "stars": lambda repository: repository.stars,
    "forks": lambda repository: repository.forks,
    "updated": lambda repository: repository.updated_at,
}


def repositories(fleet: Fleet, login: str | None, asked: str, query: Mapping[str, str]) -> list[Repository]:
    """All repositories that ``asked`` finds and this user sees; ``query`` holds ``sort`` and ``order``."""
    tests = _tests(asked)
    found = [
        repository
        for repository in fleet.repositories
        if all(test(repository) for test in tests) and visible(fleet, repository, login)
    ]
    found.sort(key=_SORTS.get(query.get("sort", ""), _SORTS["stars"]), reverse=query.get("order") != "asc")
    return found


def _tests(asked: str) -> list[_Test]:
    tests: list[_Test] = []
    forks = "false"
    for name, quoted in _PART.findall(asked):
        value = quoted.strip('"').lower()
        if name == "fork":
            forks = value
        elif name in ("in", "sort"):  # names and descriptions are searched anyway; see ``sort=``
            continue
        elif name in _QUALIFIERS:
            tests.append(_QUALIFIERS[name](value))
        else:
            tests.append(_word(f"{name}:{value}" if name else value))
    # As on the service: forks are found only when they are asked for.
    if forks not in ("true", "only"):
        tests.append(lambda repository: not repository.fork)
    elif forks == "only":
        tests.append(lambda repository: repository.fork)
    return tests


def _word(word: str) -> _Test:
    return lambda repository: word in f"{repository.name} {repository.description or ''}".lower()


def _owner(login: str) -> _Test:
    return lambda repository: repository.owner.lower() == login


def _is(what: str) -> _Test:
    known: dict[str, _Test] = {
        "public": lambda repository: not repository.private,
        "private": lambda repository: repository.private,
        "archived": lambda repository: repository.archived,
    }
    return known.get(what, lambda _: True)


def _number(of: Callable[[Repository], int]) -> Callable[[str], _Test]:
    """A qualifier over a number: 5, >5, >=5, <5, <=5, 5..9, 5..*, *..9; nonsense finds nothing."""

    def qualifier(text: str) -> _Test:
        found = _NUMBER.fullmatch(text)
        if found is None:
            return lambda _: False
        sign, number, low, high = found.groups()
        if number is None:
            least = 0 if low == "*" else int(low)
            most = None if high == "*" else int(high)
            return lambda repository: least <= of(repository) and (most is None or of(repository) <= most)
        value = int(number)
        return {
            "": lambda repository: of(repository) == value,
            ">": lambda repository: of(repository) > value,
            ">=": lambda repository: of(repository) >= value,
            "<": lambda repository: of(repository) < value,
            "<=": lambda repository: of(repository) <= value,
        }[sign]

    return qualifier


_QUALIFIERS: dict[str, Callable[[str], _Test]] = {
    "user": _owner,
    "org": _owner,
    "repo": lambda value: lambda repository: repository.full_name.lower() == value,
    "language": lambda value: lambda repository: (repository.language or "").lower() == value,
    "topic": lambda value: lambda repository: value in repository.topics,
    "archived": lambda value: lambda repository: repository.archived == (value == "true"),
    "is": _is,
    "stars": _number(lambda repository: repository.stars),
    "forks": _number(lambda repository: repository.forks),
    "size": _number(lambda repository: repository.size),
}
