"""Lists of repositories that contain only ids: each repository is looked up when it is read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Generic, Protocol, TypeVar, overload

from .models import Repository

__all__ = ["ListCache", "RepositoryList", "without_page"]

_T = TypeVar("_T")
#: Parameters that select a page of a list, or rows of an ordered list, and the id of the owner in links of GitLab.
_OF_PAGES = frozenset({"id", "page", "per_page", "cursor", "pagination", "id_after", "id_before"})


class Find(Protocol):
    """Returns the repository with an id, on demand without its branches."""

    def __call__(self, number: int, *, branches: bool = True) -> Repository:
        """Return the repository."""
        ...


class RepositoryList(Sequence[Repository]):
    """Repositories by their ids. Read it only while the fleet does not change.

    Args:
        ids: the ids of the repositories.
        find: returns the repository with an id.
    """

    def __init__(self, ids: Sequence[int], find: Find) -> None:
        self._ids = ids
        self._find = find

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Repository]:
        return map(self._find, self._ids)

    @overload
    def __getitem__(self, index: int) -> Repository: ...

    @overload
    def __getitem__(self, index: slice) -> list[Repository]: ...

    def __getitem__(self, index: int | slice) -> Repository | list[Repository]:
        if isinstance(index, slice):
            return [self._find(number) for number in self._ids[index]]
        return self._find(self._ids[index])

    def outlines(self) -> Iterator[Repository]:
        """Yield the repositories one by one; some have no branches."""
        return (self._find(number, branches=False) for number in self._ids)

    def ordered(
        self, keeps: Callable[[Repository], bool], key: Callable[[Repository], Any], *, reverse: bool = False
    ) -> RepositoryList:
        """Return some of the repositories in another order. Equal keys keep their order, also if it is reversed.

        Args:
            keeps: returns whether a repository belongs to the new list.
            key: returns what to compare.
            reverse: whether the largest key is first.
        """
        found = [(key(item), item.id) for item in self.outlines() if keeps(item)]
        found.sort(key=lambda pair: pair[0], reverse=reverse)
        # Such a list is rendered, and no row of a list contains branches.
        return RepositoryList([number for _, number in found], partial(self._find, branches=False))

    def followed_by(self, more: Iterable[int]) -> RepositoryList:
        """Return this list with further ids, each once."""
        ids = list(more)
        return RepositoryList(list(dict.fromkeys((*self._ids, *ids))), self._find) if ids else self

    def between(self, after: int | None, before: int | None) -> RepositoryList:
        """Return the repositories whose id is larger than ``after`` and smaller than ``before``. None: no limit."""
        if self._sign == 0:
            keeps = (number for number in self._ids if _between(number, after, before))
            return RepositoryList(list(keeps), self._find)
        low, high = (after, before) if self._sign > 0 else (before, after)
        start = 0 if low is None else bisect_right(self._ids, low * self._sign, key=self._signed)
        end = len(self._ids) if high is None else bisect_left(self._ids, high * self._sign, key=self._signed)
        # Every page of a keyset listing begins here: no copy of the rest, which would be as long as the fleet.
        return RepositoryList(_Window(self._ids, start, max(start, end)), self._find)

    @cached_property
    def _sign(self) -> int:
        """1 if the ids ascend, -1 if they descend, else 0. The list is cached, so this is computed once."""
        pairs = list(zip(self._ids, self._ids[1:], strict=False))
        if all(one < other for one, other in pairs):
            return 1
        return -1 if all(one > other for one, other in pairs) else 0

    def _signed(self, number: int) -> int:
        return number * self._sign


class _Window(Sequence[int]):
    """A range of ids, without a copy."""

    def __init__(self, ids: Sequence[int], start: int, end: int) -> None:
        self._ids = ids
        self._range = range(start, end)

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> list[int]: ...

    def __getitem__(self, index: int | slice) -> int | list[int]:
        chosen = self._range[index]
        return self._ids[chosen] if isinstance(chosen, int) else [self._ids[row] for row in chosen]


def _between(number: int, after: int | None, before: int | None) -> bool:
    return (after is None or number > after) and (before is None or number < before)


class ListCache(Generic[_T]):
    """The lists that were requested last: each has many pages, and sorting takes longer than a page."""

    _SIZE = 8

    def __init__(self) -> None:
        self._lists: OrderedDict[Hashable, _T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return the cached list for ``key``. If there is none, ``make`` creates it."""
        if key not in self._lists:
            self._lists[key] = make()
            if len(self._lists) > self._SIZE:
                self._lists.popitem(last=False)
        return self._lists[key]


def without_page(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a list that all of its pages have, as part of a key."""
    return tuple(sorted((name, value) for name, value in parameters.items() if name not in _OF_PAGES))
