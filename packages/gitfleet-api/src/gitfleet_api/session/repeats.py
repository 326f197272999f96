"""Rows that appear on two pages of a listing because they moved, and pages that a server repeats."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator
from typing import TypeVar

from ..decoding.identity import Keys
from .paging import Page, RepeatedPage

__all__ = ["drop_repeats"]

T = TypeVar("T")

_REMEMBERED_PAGES = 100
"""Rows move between neighbouring pages only; more would cost memory in an endless listing."""
_MAX_EMPTY = 100
"""Consecutive pages without a row after which a listing counts as endless."""
_MAX_REPEATED = 3
"""Consecutive pages of known rows after which a listing counts as endless. One or two occur in a feed that grows by a
page of rows while it is read."""


async def drop_repeats(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[tuple[Page[T], list[T]], None]:
    """Yield each page with those of its rows that did not appear on a page before.

    If a row is created or deleted during the listing, others move to the neighbouring page and appear twice. A row
    that appears twice on one page is returned twice: its id identifies nothing.

    Raises:
        RepeatedPage: Several pages in a row have no new rows.
    """
    memory = _Memory()
    repeated: list[str] = []
    empty = 0
    async for page in pages:
        rows = page.rows if page.keys is None else memory.new_rows(page.rows, page.keys)
        empty = 0 if page.rows else empty + 1
        if page.rows:
            repeated = [] if rows else [*repeated, page.url]
        if len(repeated) == _MAX_REPEATED:
            raise RepeatedPage(repeated[0])
        if empty > _MAX_EMPTY:
            raise RepeatedPage(page.url)
        yield page, rows


class _Memory:
    """The keys of the rows of recent pages."""

    def __init__(self) -> None:
        self._seen: dict[object, object] = {}
        self._recent: deque[list[object]] = deque()
        self._ambiguous: set[object] = set()

    def new_rows(self, rows: list[T], keys: Keys) -> list[T]:
        """Return the rows of a page that were not on another page, and remember them."""
        ids, others = keys
        distinct = set(ids)
        seen = self._seen
        is_known = not seen.keys().isdisjoint(distinct)
        if not is_known and len(distinct) == len(ids) and None not in distinct:
            self._remember(ids, others)
            return rows
        if len(distinct) < len(ids):
            self._ambiguous |= _repeated(ids)
        new = []
        fresh: dict[object, object] = {}
        for row, name, other in zip(rows, ids, others, strict=True):
            if name is None or name in self._ambiguous or name not in seen or seen[name] != other:
                new.append(row)
                if name is not None:
                    fresh[name] = other
        self._remember(list(fresh), list(fresh.values()))
        return new

    def _remember(self, ids: list[object], others: list[object]) -> None:
        # Only pages with new rows count, so that any number of others evicts nothing.
        if not ids:
            return
        seen = self._seen
        seen.update(zip(ids, others, strict=True))
        self._recent.append(ids)
        if len(self._recent) > _REMEMBERED_PAGES:
            for name in self._recent.popleft():
                seen.pop(name, None)
            if len(self._ambiguous) > len(seen):  # of an endless listing
                self._ambiguous &= seen.keys()


def _repeated(ids: list[object]) -> set[object]:
    """Return the ids that several rows of a page have."""
    return {name for name, count in Counter(ids).items() if count > 1 and name is not None}
