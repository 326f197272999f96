"""The search for code: words and the most common qualifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...data.fleet import Fleet
from ...data.models import Repository
from ...data.records import File
from ..visibility import visible
from .query import number_test, parse_query

__all__ = ["FoundFile", "find_code"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that matches, with its repository."""

    repository: Repository
    file: File
    words: tuple[str, ...]
    """The words of the query, in lower case."""

    @property
    def fragments(self) -> list[str]:
        """The lines with matches."""
        return [line for line in self.file.text.splitlines() if any(word in line.lower() for word in self.words)]


_Fits = Callable[[Repository, File], bool]


def _sized(fits: Callable[[int], bool]) -> _Fits:
    return lambda _, file: fits(len(file.text.encode()))


_QUALIFIERS: dict[str, Callable[[str], _Fits]] = {
    "user": lambda value: lambda repository, _: repository.owner.lower() == value,
    "org": lambda value: lambda repository, _: repository.owner.lower() == value,
    "repo": lambda value: lambda repository, _: repository.full_name.lower() == value,
    "language": lambda value: lambda repository, _: (repository.language or "").lower() == value,
    "path": lambda value: lambda _, file: file.path.lower().startswith(value),
    "filename": lambda value: lambda _, file: file.path.lower().rpartition("/")[2] == value,
    "size": lambda value: _sized(number_test(value)),
    "extension": lambda value: lambda _, file: file.path.lower().endswith(f".{value}"),
}


def find_code(fleet: Fleet, login: str, text: str) -> list[FoundFile]:
    """Return all files that match ``text`` in repositories that the user can see. Forks are not searched."""
    parts = list(parse_query(text))
    words = tuple(f"{name}:{value}" if name else value for name, value in parts if name not in (*_QUALIFIERS, "in"))
    tests = [_QUALIFIERS[name](value) for name, value in parts if name in _QUALIFIERS]
    in_path = ("in", "path") in parts
    found: list[FoundFile] = []
    for repository in fleet.all_repositories():
        readable = fleet.block_of(repository) is None and fleet.forbidden(repository) is None
        if repository.fork or repository.empty or not readable or not visible(fleet, repository, login):
            continue
        for file in fleet.history(repository).code:
            searched = (file.path if in_path else file.text).lower()
            if all(word in searched for word in words) and all(test(repository, file) for test in tests):
                found.append(FoundFile(repository, file, words))
    return found
