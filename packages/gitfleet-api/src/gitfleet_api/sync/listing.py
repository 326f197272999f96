"""Listings: the rows of an endpoint, fetched page by page.

Written by tools/write_sync.py from session/listing.py: change that one, and run the script again.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from ..gaps import Gap, OnIncomplete
from ..session.listing import PREFETCH
from ..session.listing import Listing as AsyncListing
from .background import run, steps

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
__all__ = ["Listing"]

T = TypeVar("T")


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``listing.all()`` returns a list, ``for item in listing`` gives the items one by one while pages arrive, and
    ``for page in listing.pages()`` gives one page at a time. No request is sent before one of these. Each of
    them starts at the first page, so a listing can be read several times. ``to_pandas``, ``to_polars``, ``to_arrow``,
    ``to_parquet`` and ``to_csv`` create a table of all items, with the columns of
    :func:`gitfleet_api.tables.to_arrow`. For the models of this library they create no objects.
    """

    _async: AsyncListing[T]
    __slots__ = ("_async",)

    def __init__(self, source: AsyncListing[T]) -> None:
        self._async = source

    def __repr__(self) -> str:
        return "<sync Listing: use `for` or `.all()`>"

    def __iter__(self) -> Iterator[T]:
        with closing(self.pages()) as pages:
            for page in pages:
                yield from page

    @property
    def principal(self) -> str | None:
        """Who the rows were requested as: the label of the token whose first page arrived, in the latest reading.

        All pages of one reading are requested with tokens that see the same. None before the first page has arrived,
        and for requests without a token.
        """
        return self._async.principal

    def with_options(self, *, on_incomplete: OnIncomplete) -> Listing[T]:
        """Return the same listing with other options.

        Args:
            on_incomplete: What happens if rows are missing at the end: ``raise`` an :class:`IncompleteListingError`
                with the rows that arrived, ``warn`` by an :class:`IncompleteListing` event, or ``ignore``.

        Raises:
            ConfigurationError: It is none of these.
        """
        return Listing(self._async.with_options(on_incomplete=on_incomplete))

    @property
    def complete(self) -> bool | None:
        """Whether the last reading had no gaps. None before the listing was read to its end."""
        return self._async.complete

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was missing in the last reading. Empty before the listing was read to its end."""
        return self._async.gaps

    def all(self) -> list[T]:
        """Return all items as a list.

        It requests up to ``max_concurrency`` pages at the same time.

        Returns:
            The items in the provider's order; an empty list if there are none.

        Raises:
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return run(self._async.all())

    def pages(self, *, ahead: int = PREFETCH) -> Generator[list[T], None, None]:
        """Iterate over the pages.

        Args:
            ahead: How many pages to fetch before they are needed, from 1; they are held in memory. The client's
                ``max_concurrency`` limits it.

        Yields:
            The items of one page as a list.

        Raises:
            ConfigurationError: ``ahead`` is not an integer of at least 1.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return steps(self._async.pages(ahead=ahead))

    def to_arrow(self) -> pa.Table:
        """Return all items as a PyArrow table. If there are none, the table has its columns and no rows.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return run(self._async.to_arrow())

    def to_pandas(self) -> pd.DataFrame:
        """Return all items as a pandas data frame. If there are none, the frame has its columns and no rows.

        Returns:
            A ``pandas.DataFrame``.

        Raises:
            ConfigurationError: pandas is not installed: ``pip install gitfleet[pandas]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return run(self._async.to_pandas())

    def to_polars(self) -> pl.DataFrame:
        """Return all items as a Polars data frame. If there are none, the frame has its columns and no rows.

        Returns:
            A ``polars.DataFrame``.

        Raises:
            ConfigurationError: Polars is not installed: ``pip install gitfleet[polars]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return run(self._async.to_polars())

    def to_parquet(self, file: str | os.PathLike[str]) -> None:
        """Write all items to a Parquet file.

        Args:
            file: The path. An existing file is replaced.

        Raises:
            ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), or ``file`` is not a path.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
            OSError: The file cannot be written.
        """
        run(self._async.to_parquet(file))

    def to_csv(self, file: str | os.PathLike[str] | TextIO) -> None:
        """Write all items to a CSV file.

        Args:
            file: The path, or a text file opened with ``newline=""``. An existing file at the path is replaced.

        Raises:
            ConfigurationError: ``file`` is neither a path nor a text file.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
            OSError: The file cannot be written.
        """
        run(self._async.to_csv(file))
