"""Listings: the rows of an endpoint, fetched page by page."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

from ..decoding.rows import RowDecoder
from ..errors import IncompleteListingError, ProviderError
from ..gaps import Gap, OnIncomplete
from ..validation import on_incomplete_or_error, positive
from .run import ListingRun
from .scope import ListingScope

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..tables.values import TableData

__all__ = ["PREFETCH", "Listing"]

T = TypeVar("T")

PREFETCH = 3
"""Pages that are fetched before the reader needs them, by default. At most so many are held in memory."""
_ROUNDS = 2
"""Pages to start per allowed request when all rows are wanted: the others continue while one page is slow."""

Start = Callable[[ListingRun, RowDecoder[Any]], AsyncGenerator[list[Any], None]]
"""Starts a listing at its first page. Arguments: the state of this reading, and the decoder of its rows."""
Conclude = Callable[[list[Gap], "OnIncomplete | None", "list[Any] | None"], None]
"""Ends an incomplete listing. Arguments: the gaps, the choice for this listing, and the rows of an awaited one."""


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``await listing`` returns a list, ``async for item in listing`` gives the items one by one while pages arrive, and
    ``async for page in listing.pages()`` gives one page at a time. No request is sent before one of these. Each of
    them starts at the first page, so a listing can be read several times. ``to_pandas``, ``to_polars``, ``to_arrow``,
    ``to_parquet`` and ``to_csv`` create a table of all items, with the columns of
    :func:`gitfleet_api.tables.to_arrow`. For the models of this library they create no objects.

    A listing is not a coroutine. Functions that accept only coroutines take :meth:`all`, for example
    ``asyncio.run(listing.all())``.
    """

    # Not a collections.abc.Coroutine: send() and throw() need one position per object, but several tasks may read one
    # listing at the same time, each from its first page.

    __slots__ = ("_conclude", "_decoder", "_gaps", "_max_ahead", "_on_incomplete", "_scope", "_start")

    def __init__(
        self,
        start: Start,
        max_ahead: int,
        decoder: RowDecoder[T],
        conclude: Conclude | None = None,
        on_incomplete: OnIncomplete | None = None,
    ) -> None:
        self._start = start
        self._max_ahead = max_ahead
        self._decoder = decoder
        self._conclude = conclude
        self._on_incomplete: OnIncomplete | None = on_incomplete
        self._gaps: tuple[Gap, ...] | None = None
        self._scope: ListingScope | None = None

    @property
    def principal(self) -> str | None:
        """Who the rows were requested as: the label of the token whose first page arrived, in the latest reading.

        All pages of one reading are requested with tokens that see the same. None before the first page has arrived,
        and for requests without a token.
        """
        return None if self._scope is None else self._scope.principal

    # asyncio quotes it: "a coroutine was expected, got <Listing: ...>".
    def __repr__(self) -> str:
        return "<Listing: use `await`, `async for`, or `.all()` for a coroutine>"

    def __reduce__(self) -> str:
        raise TypeError("a Listing belongs to its client and can't be pickled; pickle the list that it returns")

    def with_options(self, *, on_incomplete: OnIncomplete) -> Listing[T]:
        """Return the same listing with other options.

        Args:
            on_incomplete: What happens if rows are missing at the end: ``raise`` an :class:`IncompleteListingError`
                with the rows that arrived, ``warn`` by an :class:`IncompleteListing` event, or ``ignore``.

        Raises:
            ConfigurationError: It is none of these.
        """
        choice = on_incomplete_or_error(on_incomplete)
        return Listing(self._start, self._max_ahead, self._decoder, self._conclude, choice)

    @property
    def complete(self) -> bool | None:
        """Whether the last reading had no gaps. None before the listing was read to its end."""
        return None if self._gaps is None else not self._gaps

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was missing in the last reading. Empty before the listing was read to its end."""
        return self._gaps or ()

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._all().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                for item in page:
                    yield item

    async def all(self) -> list[T]:
        """Return all items as a list, like ``await listing``.

        This is a coroutine, as needed by ``asyncio.run``, ``asyncio.create_task`` and
        ``asyncio.TaskGroup.create_task``. It requests up to ``max_concurrency`` pages at the same time.

        Returns:
            The items in the provider's order; an empty list if there are none.

        Raises:
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        return await self._all()

    async def pages(self, *, ahead: int = PREFETCH) -> AsyncGenerator[list[T], None]:
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
        run = ListingRun(min(positive("ahead", ahead), self._max_ahead))
        self._scope = run.scope
        async with aclosing(self._start(run, self._decoder)) as pages:
            async for page in pages:
                yield page
        self._end(run, None)

    async def to_arrow(self) -> pa.Table:
        """Return all items as a PyArrow table. If there are none, the table has its columns and no rows.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        from ..tables.frames import arrow_table, require

        require("arrow")
        return arrow_table(await self._table())

    async def to_pandas(self) -> pd.DataFrame:
        """Return all items as a pandas data frame. If there are none, the frame has its columns and no rows.

        Returns:
            A ``pandas.DataFrame``.

        Raises:
            ConfigurationError: pandas is not installed: ``pip install gitfleet[pandas]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        from ..tables.frames import pandas_frame, require

        require("pandas")
        return pandas_frame(await self._table())

    async def to_polars(self) -> pl.DataFrame:
        """Return all items as a Polars data frame. If there are none, the frame has its columns and no rows.

        Returns:
            A ``polars.DataFrame``.

        Raises:
            ConfigurationError: Polars is not installed: ``pip install gitfleet[polars]``.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
        """
        from ..tables.frames import polars_frame, require

        require("polars")
        return polars_frame(await self._table())

    async def to_parquet(self, file: str | os.PathLike[str]) -> None:
        """Write all items to a Parquet file.

        Args:
            file: The path. An existing file is replaced.

        Raises:
            ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), or ``file`` is not a path.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
            OSError: The file cannot be written.
        """
        from ..tables.files import check_target, write_parquet
        from ..tables.frames import require

        require("arrow")
        check_target(file, allow_open_file=False)
        write_parquet(await self._table(), file)

    async def to_csv(self, file: str | os.PathLike[str] | TextIO) -> None:
        """Write all items to a CSV file.

        Args:
            file: The path, or a text file opened with ``newline=""``. An existing file at the path is replaced.

        Raises:
            ConfigurationError: ``file`` is neither a path nor a text file.
            GitFleetError: A page could not be fetched or decoded, or rows are missing at the end.
            OSError: The file cannot be written.
        """
        from ..tables.files import check_target, write_csv

        check_target(file, allow_open_file=True)
        write_csv(await self._table(), file)

    async def _table(self) -> TableData:
        if not self._decoder.is_library_model:
            from ..tables.values import table_data

            return table_data(await self._all(), self._decoder.model)
        from ..tables.flat import FlatRowDecoder

        flat = FlatRowDecoder(self._decoder)
        try:
            return flat.table(await self._all(flat))
        except IncompleteListingError as error:
            error.rows = [row._asdict() for row in error.rows]
            raise

    async def _all(self, decoder: RowDecoder[T] | None = None) -> list[T]:
        scope: ListingScope | None = None
        while True:
            run = ListingRun(_ROUNDS * self._max_ahead, streamed=False, scope=scope)
            try:
                items = await self._rows(run, decoder or self._decoder)
            except ProviderError:
                # No row was returned yet: other tokens may see the listing from its first page on.
                scope = run.scope.restarted()
                if scope is None:
                    raise
            else:
                self._end(run, items)
                return items

    async def _rows(self, run: ListingRun, decoder: RowDecoder[T]) -> list[T]:
        self._scope = run.scope
        items: list[T] = []
        async with aclosing(self._start(run, decoder)) as pages:
            async for page in pages:
                items += page
        return items

    def _end(self, run: ListingRun, rows: list[T] | None) -> None:
        self._gaps = tuple(run.gaps)
        if run.gaps and self._conclude is not None:
            self._conclude(run.gaps, self._on_incomplete, rows)
