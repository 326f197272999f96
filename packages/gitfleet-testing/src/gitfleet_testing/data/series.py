"""Many numbered repositories of one owner. Each is constructed when it is requested, so 100,000 take little memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from .models import Repository
from .specs import AMOUNTS

__all__ = ["Series"]

#: Returns the fields of a Repository for a full name and the fields that the user gave.
BuildFields = Callable[[str, dict[str, Any]], dict[str, Any]]
_FEWEST_DIGITS = 4
#: Fields that others are computed from. They have few values, so that the results are cached.
_SOURCES = frozenset({"private", "internal", "empty", "default_branch", "open_issues", *AMOUNTS})
_NO_PEOPLE_AND_BRANCHES: dict[str, Any] = {"branches": (), "contributors": ()}


class Series:
    """The repositories ``PREFIX-0001`` and so on.

    Args:
        first_id: the id of the first one; the others follow.
        owner: login or path of the owner.
        prefix: the name without the number.
        count: number of repositories, at least 1.
        fields: fields of all; a function receives the number of the repository.
        build: completes the fields of one repository.
    """

    def __init__(
        self, first_id: int, owner: str, prefix: str, count: int, fields: Mapping[str, Any], build: BuildFields
    ) -> None:
        self.ids: range = range(first_id, first_id + count)
        self.owner: str = owner
        #: Ids of repositories that were changed or removed: the fleet stores those.
        self.taken: set[int] = set()
        self._prefix = prefix
        self._digits = max(_FEWEST_DIGITS, len(str(count)))
        self._constant = {name: value for name, value in fields.items() if not callable(value)}
        self._varying = {name: value for name, value in fields.items() if callable(value)}
        outlined = self._varying.keys() - _NO_PEOPLE_AND_BRANCHES.keys()
        self._sources = [(name, fields[name]) for name in sorted(outlined & _SOURCES)]
        self._others = [(name, fields[name]) for name in sorted(outlined - _SOURCES)]
        self._build = build
        self._outline = lru_cache(maxsize=1024)(self._build_outline)

    def name(self, number: int) -> str:
        """Return the name of a repository.

        Args:
            number: from 1.
        """
        return f"{self._prefix}-{number:0{self._digits}d}"

    def overlaps(self, other: Series) -> bool:
        """Return whether another series of the same owner has some of the names."""
        return (self._prefix.lower(), self._digits) == (other._prefix.lower(), other._digits)

    def id_of(self, name: str) -> int | None:
        """Return the id of the repository with this name (case-insensitive), or None."""
        prefix, _, digits = name.rpartition("-")
        if prefix.lower() != self._prefix.lower() or not (digits.isascii() and digits.isdecimal()):
            return None
        number = self.ids.start + int(digits) - 1
        known = len(digits) == self._digits and number in self.ids and number not in self.taken
        return number if known else None

    def construct(self, number: int, *, branches: bool = True) -> Repository:
        """Return a repository.

        Args:
            number: the id.
            branches: False leaves out branches and contributors, for lists and for a pass over all repositories.
        """
        position = number - self.ids.start + 1
        name = self.name(position)
        if not branches:
            fields = self._outline(tuple([(key, value(position)) for key, value in self._sources]))
            others = {key: value(position) for key, value in self._others}
            return Repository(number, self.owner, name, **fields, **others)
        fields = self._constant | {key: value(position) for key, value in self._varying.items()}
        return Repository(number, self.owner, name, **self._build(f"{self.owner}/{name}", fields))

    def _build_outline(self, sources: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
        """Return the fields that repositories with these values have in common, without branches and contributors."""
        fields = self._constant | dict(sources) | _NO_PEOPLE_AND_BRANCHES
        return self._build(f"{self.owner}/{self._prefix}", fields)
