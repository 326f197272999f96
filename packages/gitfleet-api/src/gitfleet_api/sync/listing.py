"""A list that is still on its way.

Written by tools/write_sync.py from session/listing.py: change that one, and run the script again.
"""
# ruff: noqa: SLF001

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

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

    ``listing.all()`` gives them as a list, ``for item in listing`` one by one while pages arrive, and
    ``for page in listing.pages()`` a page at a time. Nothing is sent before one of these; each of them starts
    at the first page. ``to_pandas``, ``to_polars``, ``to_arrow``, ``to_parquet`` and ``to_csv`` make a table of all,
    with the columns of :func:`gitfleet_api.tables.to_arrow`; of the library's own models without making the objects.
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

    def pages(self, *, ahead: int = PREFETCH) -> Generator[list[T], None, None]:
        """The objects page by page; up to ``ahead`` pages are fetched before they are asked for, and held in memory."""
        return steps(self._async.pages(ahead=ahead))

    def to_arrow(self) -> pa.Table:
        """All of them as a PyArrow table, also when there are none.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
        """
        return run(self._async.to_arrow())

    def to_pandas(self) -> pd.DataFrame:
        """All of them as a pandas data frame, also when there are none.

        Raises:
            ConfigurationError: pandas is not installed: ``pip install gitfleet[pandas]``.
        """
        return run(self._async.to_pandas())

    def to_polars(self) -> pl.DataFrame:
        """All of them as a Polars data frame, also when there are none.

        Raises:
            ConfigurationError: Polars is not installed: ``pip install gitfleet[polars]``.
        """
        return run(self._async.to_polars())

    def to_parquet(self, file: str | os.PathLike[str]) -> None:
        """Write all of them into a Parquet file.

        Raises:
            ConfigurationError: PyArrow is not installed: ``pip install gitfleet[arrow]``.
            OSError: the file can't be written.
        """
        run(self._async.to_parquet(file))

    def to_csv(self, file: str | os.PathLike[str] | TextIO) -> None:
        """Write all of them into a CSV file, or into a text file opened with ``newline=""``.

        Raises:
            OSError: the file can't be written.
        """
        run(self._async.to_csv(file))
