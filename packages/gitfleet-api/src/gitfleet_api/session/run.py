"""One reading of a listing: what its pages have in common."""

from __future__ import annotations

from ..gaps import Gap
from .scope import ListingScope

__all__ = ["ListingRun"]


class ListingRun:
    """The state of one reading of a listing, shared by all its pages.

    Attributes:
        ahead: Number of pages to fetch before they are needed.
        streamed: True if the reader receives rows before the last page has arrived. If not, the reading may start
            again at the first page.
        scope: Who sends the requests, so that all pages show the same.
        gaps: What is known to be missing. Complete when the last page was read.
    """

    __slots__ = ("ahead", "gaps", "scope", "streamed")

    def __init__(self, ahead: int, *, streamed: bool = True, scope: ListingScope | None = None) -> None:
        self.ahead: int = ahead
        self.streamed: bool = streamed
        self.scope: ListingScope = ListingScope() if scope is None else scope
        self.gaps: list[Gap] = []
