"""Some pages of a listing, and the number of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Generic, TypeVar

from .listing import Listing
from .run import ListingRun, PageChoice

__all__ = ["ListingSample", "sample_listing"]

T = TypeVar("T")


class ListingSample(Generic[T]):
    """Some pages of a listing.

    Attributes:
        pages: The rows of each page by its number, which begins with 1.
        total: Requests that the whole listing takes; None if that is unknown.
        is_whole: Whether these are all rows.
    """

    __slots__ = ("is_whole", "pages", "total")

    def __init__(self, pages: dict[int, list[T]], total: int | None, *, is_whole: bool) -> None:
        self.pages: dict[int, list[T]] = pages
        self.total: int | None = total
        self.is_whole: bool = is_whole

    @property
    def rows(self) -> list[T]:
        """The rows of the pages that were read."""
        return [row for rows in self.pages.values() for row in rows]


def _none(_pages: int | None) -> Sequence[int]:
    return ()


async def sample_listing(
    listing: Listing[T], choose: Callable[[int | None], Sequence[int]] = _none
) -> ListingSample[T]:
    """Return the first page of a listing and some others.

    Args:
        listing: The listing.
        choose: Called with the number of pages; returns the numbers of those to read after the first. If the provider
            does not name the last page, it is called with None, and as many pages as it returns numbers are read.

    Raises:
        GitFleetError: A page could not be fetched or decoded.
    """
    run = ListingRun(1)
    run.choice = choice = PageChoice(choose)
    async with aclosing(listing._start(run, listing._decoder)) as pages:  # noqa: SLF001  both are parts of a session
        found = [rows async for rows in pages]
    return ListingSample(dict(zip(choice.read, found, strict=False)), choice.pages, is_whole=choice.is_whole)
