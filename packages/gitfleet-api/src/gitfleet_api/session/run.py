"""One reading of a listing: what its pages have in common."""

from __future__ import annotations

from .scope import ListingScope

__all__ = ["ListingRun"]


class ListingRun:
    """The state of one reading of a listing, shared by all its pages.

    Attributes:
        ahead: Number of pages to fetch before they are needed.
        streamed: True if the reader receives rows before the last page has arrived. If not, the reading may start
            again at the first page.
        scope: Who sends the requests, so that all pages show the same.
    """

    __slots__ = ("ahead", "scope", "streamed")

    def __init__(self, ahead: int, *, streamed: bool = True, scope: ListingScope | None = None) -> None:
        self.ahead: int = ahead
        self.streamed: bool = streamed
        self.scope: ListingScope = ListingScope() if scope is None else scope
