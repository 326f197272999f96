"""A list that is still on its way.

Written by tools/write_sync.py from listing.py: change that one, and run the script again.
"""
# ruff: noqa: SLF001

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Generic, TypeVar

from ..listing import Listing as AsyncListing
from .background import run, steps

__all__ = ["Listing"]

T = TypeVar("T")


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``listing.all()`` gives them as a list, ``for item in listing`` one by one while pages arrive, and
    ``for page in listing.pages()`` a page at a time. Nothing is sent before one of these; each of them starts
    at the first page.
    """

    _async: AsyncListing[T]
    __slots__ = ("_async",)

    def __init__(self, source: AsyncListing[T]) -> None:
        self._async = source

    def __repr__(self) -> str:
        return "<Listing: iterate over it, or take .all()>"

    def __iter__(self) -> Iterator[T]:
        with closing(self.pages()) as pages:
            for page in pages:
                yield from page

    def all(self) -> list[T]:
        """All of them; up to ``max_concurrency`` pages are fetched at once, where ``list(listing)`` has 3 ahead."""
        return run(self._async._all())

    def pages(self) -> Generator[list[T], None, None]:
        """The objects page by page; up to 3 pages are fetched before they are asked for."""
        return steps(self._async.pages())
