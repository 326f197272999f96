"""One reading of a listing: what its pages have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..gaps import Gap
from .scope import ListingScope

__all__ = ["ListingRun", "PageChoice"]


class PageChoice:
    """Which pages of a listing are read, if not all.

    Attributes:
        choose: Called with the number of pages; returns the numbers of those to read after the first. Without page
            numbers it is called with None, and as many pages as it returns numbers are read one after the other.
        pages: Requests that the whole listing takes; None if that is unknown.
        read: Numbers of the pages that were read.
        is_whole: Whether these have all rows.
    """

    __slots__ = ("choose", "is_whole", "pages", "read")

    def __init__(self, choose: Callable[[int | None], Sequence[int]]) -> None:
        self.choose: Callable[[int | None], Sequence[int]] = choose
        self.pages: int | None = 1
        self.read: list[int] = [1]
        self.is_whole: bool = True


class ListingRun:
    """The state of one reading of a listing, shared by all its pages.

    Attributes:
        ahead: Number of pages to fetch before they are needed.
        streamed: True if the reader receives rows before the last page has arrived. If not, the reading may start
            again at the first page.
        scope: Who sends the requests, so that all pages show the same.
        gaps: What is known to be missing. Complete when the last page was read.
        choice: Which pages are read; None for all.
    """

    __slots__ = ("ahead", "choice", "gaps", "scope", "streamed")

    def __init__(self, ahead: int, *, streamed: bool = True, scope: ListingScope | None = None) -> None:
        self.ahead: int = ahead
        self.streamed: bool = streamed
        self.scope: ListingScope = ListingScope() if scope is None else scope
        self.gaps: list[Gap] = []
        self.choice: PageChoice | None = None
