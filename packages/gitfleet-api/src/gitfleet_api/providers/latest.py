"""The newest rows of a listing: as many as requested, in no more pages than needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import TypeVar

from ..decoding.rows import RowDecoder
from ..http.urls import QueryValue, with_query
from ..session.listing import Listing
from ..session.run import ListingRun
from ..session.session import Session
from ..validation import positive

__all__ = ["latest"]

T = TypeVar("T")


def latest(
    session: Session,
    path: str,
    query: Mapping[str, QueryValue],
    decoder: RowDecoder[T],
    at: tuple[str, ...],
    limit: int,
    keep: Callable[[T], bool] | None = None,
) -> Listing[T]:
    """Return a listing that ends after ``limit`` rows.

    Args:
        session: Sends the requests.
        path: Path of the listing below the base URL.
        query: Parameters of its query.
        decoder: Decodes the rows.
        at: Keys that lead to the array of rows in each page.
        limit: Number of rows.
        keep: Returns False for rows to leave out; None keeps all.

    Raises:
        ConfigurationError: ``limit`` is not a positive integer.
    """
    name, largest = session.profile.page_size
    first = with_query(session.url(path), {**query, name: min(positive("limit", limit), largest)})

    async def pages(run: ListingRun, decoder: RowDecoder[T]) -> AsyncGenerator[list[T], None]:
        left = limit
        run.ahead = min(run.ahead, -(-limit // largest) - 1)  # pages after the first that have a row of these
        async with aclosing(session.get_pages(first, decoder, at, run=run)) as found:
            async for rows in found:
                kept = rows if keep is None else [row for row in rows if keep(row)]
                yield kept[:left]
                left -= len(kept)
                if left <= 0:
                    return

    return session.listing_of(pages, decoder)
