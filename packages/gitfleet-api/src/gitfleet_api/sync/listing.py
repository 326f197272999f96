"""A listing for those who do not await."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Generic, TypeVar

from .. import listing as asynchronous
from .background import run, steps

__all__ = ["Listing"]

T = TypeVar("T")


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``for item in listing`` gives them one by one while pages arrive, ``for page in listing.pages()`` a page at a time,
    ``listing.all()`` as a list. Nothing is sent before one of these; each of them starts at the first page.
    """

    __slots__ = ("_async",)

    def __init__(self, source: asynchronous.Listing[T]) -> None:
        self._async = source

    def __repr__(self) -> str:
        return "<Listing: iterate over it, or take .all()>"

    def __iter__(self) -> Iterator[T]:
        with closing(self.pages()) as pages:
            for page in pages:
                yield from page

    def pages(self) -> Generator[list[T], None, None]:
        """The objects page by page; up to 3 pages are fetched before they are asked for."""
        return steps(self._async.pages())

    def all(self) -> list[T]:
        """All of them; up to ``max_concurrency`` pages are fetched at once, where ``list(listing)`` has 3 ahead."""
        return run(self._async._all())  # noqa: SLF001  what awaiting it gives
