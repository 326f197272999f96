"""A list that is still on its way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from typing import Any, Generic, TypeVar

__all__ = ["PREFETCH", "Listing"]

T = TypeVar("T")

PREFETCH = 3
"""Pages that are fetched ahead of a reader who takes them one by one: so many are held in memory at most."""
_ROUNDS = 2
"""Pages started for each that may be under way, when all are wanted: those behind a slow one go on meanwhile."""


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``await listing`` gives them as a list, ``async for item in listing`` one by one while pages arrive, and
    ``async for page in listing.pages()`` a page at a time. Nothing is sent before one of these; each of them starts
    at the first page.
    """

    __slots__ = ("_max_ahead", "_start")

    def __init__(self, start: Callable[[int], AsyncGenerator[list[T], None]], max_ahead: int) -> None:
        self._start = start
        self._max_ahead = max_ahead

    def __repr__(self) -> str:
        return "<Listing: await it, or use `async for`>"

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._all().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                for item in page:
                    yield item

    async def pages(self) -> AsyncGenerator[list[T], None]:
        """The objects page by page; up to 3 pages are fetched before they are asked for."""
        async with aclosing(self._start(min(PREFETCH, self._max_ahead))) as pages:
            async for page in pages:
                yield page

    async def _all(self) -> list[T]:
        items: list[T] = []
        async with aclosing(self._start(_ROUNDS * self._max_ahead)) as pages:
            async for page in pages:
                items += page
        return items
