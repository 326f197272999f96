"""One reading of a listing: what its pages have in common."""

from __future__ import annotations

__all__ = ["ListingRun"]


class ListingRun:
    """The state of one reading of a listing, shared by all its pages.

    Attributes:
        ahead: Number of pages to fetch before they are needed.
        streamed: True if the reader receives rows before the last page has arrived. If not, the reading may start
            again at the first page.
    """

    __slots__ = ("ahead", "streamed")

    def __init__(self, ahead: int, *, streamed: bool = True) -> None:
        self.ahead: int = ahead
        self.streamed: bool = streamed
