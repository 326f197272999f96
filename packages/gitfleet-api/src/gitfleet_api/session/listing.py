"""A list that is still on its way."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

from ..decoding.rows import RowDecoder
from ..validation import positive

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..tables.values import TableData

__all__ = ["PREFETCH", "Listing"]

T = TypeVar("T")

PREFETCH = 3
"""Pages that are fetched ahead of a consumer that takes them one by one: so many are held in memory at most."""
_ROUNDS = 2
"""Pages started for each that may be under way, when all are wanted: those behind a slow one go on meanwhile."""

Start = Callable[[int, RowDecoder[Any]], AsyncGenerator[list[Any], None]]
"""Begins a listing at its first page: gets how many pages to fetch ahead, and what reads their rows."""


class Listing(Generic[T]):
    """All objects of a listing endpoint, in the provider's order.

    ``await listing`` gives them as a list, ``async for item in listing`` one by one while pages arrive, and
    ``async for page in listing.pages()`` a page at a time. Nothing is sent before one of these; each of them starts
    at the first page. ``to_pandas``, ``to_polars``, ``to_arrow``, ``to_parquet`` and ``to_csv`` make a table of all,
    with the columns of :func:`gitfleet_api.tables.to_arrow`; of the library's own models without making the objects.
    """

    __slots__ = ("_decoder", "_max_ahead", "_start")

    def __init__(self, start: Start, max_ahead: int, decoder: RowDecoder[T]) -> None:
        self._start = start
        self._max_ahead = max_ahead
        self._decoder = decoder

    def __repr__(self) -> str:
        return "<Listing: await it, or use `async for`>"

    def __await__(self) -> Generator[Any, None, list[T]]:
        return self._all().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                for item in page:
                    yield item

    async def pages(self, *, ahead: int = PREFETCH) -> AsyncGenerator[list[T], None]:
        """The objects page by page; up to ``ahead`` pages are fetched before they are asked for, and held in memory."""
        async with aclosing(self._start(min(positive("ahead", ahead), self._max_ahead), self._decoder)) as pages:
            async for page in pages:
                yield page

    async def to_arrow(self) -> pa.Table:
        """All of them as a PyArrow table, also when there are none.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
        """
        from ..tables.frames import arrow_table, require

        require("arrow")
        return arrow_table(await self._table())

    async def to_pandas(self) -> pd.DataFrame:
        """All of them as a pandas data frame, also when there are none.

        Raises:
            ConfigurationError: pandas is not installed: ``pip install gitfleet[pandas]``.
        """
        from ..tables.frames import pandas_frame, require

        require("pandas")
        return pandas_frame(await self._table())

    async def to_polars(self) -> pl.DataFrame:
        """All of them as a Polars data frame, also when there are none.

        Raises:
            ConfigurationError: Polars is not installed: ``pip install gitfleet[polars]``.
        """
        from ..tables.frames import polars_frame, require

        require("polars")
        return polars_frame(await self._table())

    async def to_parquet(self, file: str | os.PathLike[str]) -> None:
        """Write all of them into a Parquet file.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
            OSError: the file can't be written.
        """
        from ..tables.files import check_target, write_parquet
        from ..tables.frames import require

        require("arrow")
        check_target(file, open_too=False)
        write_parquet(await self._table(), file)

    async def to_csv(self, file: str | os.PathLike[str] | TextIO) -> None:
        """Write all of them into a CSV file, or into a text file opened with ``newline=""``.

        Raises:
            OSError: the file can't be written.
        """
        from ..tables.files import check_target, write_csv

        check_target(file, open_too=True)
        write_csv(await self._table(), file)

    async def _table(self) -> TableData:
        if not self._decoder.is_library_model:
            from ..tables.values import columns_from

            return columns_from(await self, self._decoder.model)
        from ..tables.flat import FlatRowDecoder

        flat = FlatRowDecoder(self._decoder)
        return flat.table(await self._all(flat))

    async def _all(self, decoder: RowDecoder[T] | None = None) -> list[T]:
        items: list[T] = []
        async with aclosing(self._start(_ROUNDS * self._max_ahead, decoder or self._decoder)) as pages:
            async for page in pages:
                items += page
        return items
