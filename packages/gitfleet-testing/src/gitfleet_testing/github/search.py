"""What /search/repositories finds: words, and the qualifiers that people use most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

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


def parts(asked: str) -> Iterator[tuple[str | None, str]]:
    """The parts of a question: the name of a qualifier, or None for a word, and its value in lower case."""
    for name, quoted in _PART.findall(asked):
        yield name or None, quoted.strip('"').lower()


def _tests(asked: str) -> list[_Test]:
    tests: list[_Test] = []
    forks = "false"
    for name, value in parts(asked):
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


def number(text: str) -> Callable[[int], bool]:
    """A test of numbers: 5, >5, >=5, <5, <=5, 5..9, 5..*, *..9; nonsense finds nothing."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return lambda _: False
    sign, said, low, high = found.groups()
    if said is None:
        least = 0 if low == "*" else int(low)
        most = None if high == "*" else int(high)
        return lambda value: least <= value and (most is None or value <= most)
    bound = int(said)
    tests: dict[str, Callable[[int], bool]] = {
        "": lambda value: value == bound,
        ">": lambda value: value > bound,
        ">=": lambda value: value >= bound,
        "<": lambda value: value < bound,
        "<=": lambda value: value <= bound,
    }
    return tests[sign]


def _counted(of: Callable[[Repository], int]) -> Callable[[str], _Test]:
    """A qualifier over a number of the repository."""

    def qualifier(text: str) -> _Test:
        fits = number(text)
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
}
