"""One table for a whole fleet, built in portions."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

from gitfleet_api import ConfigurationError
from gitfleet_api.client import positive
from gitfleet_api.tables import check_target, require

from .kinds import PerRepository
from .new_file import new_file
from .table_rows import TableRows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from .outcome import Outcome

__all__ = ["BATCH_ROWS", "FleetTables", "OnIncomplete"]

OnIncomplete = Literal["raise", "warn", "ignore"]
"""What happens if rows are missing at the end: an IncompleteFleetError, an IncompleteFleet event, or nothing."""

BATCH_ROWS = 10_000
"""Rows of a portion. With the bodies of issues it takes about 50 MB."""


class FleetTables(ABC):
    """The methods of a fleet that return one table for all its repositories.

    A table has the columns ``provider`` and ``repository`` (the full name, as listed), then those of the rows: the
    columns of :func:`gitfleet_api.tables.to_arrow`. Rows of several repositories come in any order.

    Every method takes a call and its arguments as :meth:`each` does. If the call is a function of the user, its rows
    must be instances of one dataclass.

    If rows of a repository are missing, the others are still returned or written; then ``on_incomplete`` decides:
    ``raise`` an :class:`IncompleteFleetError` with the outcomes and the table, ``warn`` by an
    :class:`IncompleteFleet` event and a line in the log, or ``ignore``.
    """

    @abstractmethod
    def each(self, call: Any, /, **arguments: Any) -> AsyncGenerator[Outcome[Any], None]:
        """Yield the outcome of each repository."""

    @abstractmethod
    def _table_rows(self, call: str | PerRepository, arguments: dict[str, Any], choice: str) -> TableRows:
        """Return the rows of a call in portions."""

    async def table(
        self, call: str | PerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pa.Table:
        """Return the rows of all repositories as a PyArrow table.

        Args:
            call: Name of a per-repository method, as ``"pull_requests"``, or a coroutine function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method, as ``state="open"``.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), an argument is invalid, or
                the rows are not instances of one dataclass.
            IncompleteFleetError: Rows are missing. Its ``result`` is the table without them.
        """
        require("arrow")
        import pyarrow as pa

        rows = self._table_rows(call, arguments, on_incomplete)
        async with aclosing(rows.parts(BATCH_ROWS)) as parts:
            batches = [rows.builder.arrow_batch(part) async for part in parts]
        table = pa.Table.from_batches(batches, schema=rows.builder.arrow_schema())
        rows.conclude(table)
        return table

    async def batches(
        self,
        call: str | PerRepository,
        /,
        *,
        batch_rows: int = BATCH_ROWS,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> AsyncGenerator[pa.RecordBatch, None]:
        """Yield the rows of all repositories as Arrow record batches with the same schema, while they arrive.

        Args:
            call: Name of a per-repository method, or a coroutine function, as for :meth:`each`.
            batch_rows: Rows of a batch. The last one has fewer.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Yields:
            A ``pyarrow.RecordBatch``. None if there are no rows.

        Raises:
            ConfigurationError: As for :meth:`table`.
            IncompleteFleetError: Rows are missing. It is raised after the last batch.
        """
        require("arrow")
        rows = self._table_rows(call, arguments, on_incomplete)
        async with aclosing(rows.parts(positive("batch_rows", batch_rows))) as parts:
            async for part in parts:
                yield rows.builder.arrow_batch(part)
        rows.conclude()

    async def to_pandas(
        self, call: str | PerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pd.DataFrame:
        """Return the rows of all repositories as a pandas data frame.

        Args:
            call: Name of a per-repository method, or a coroutine function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Returns:
            A ``pandas.DataFrame``.

        Raises:
            ConfigurationError: pandas is not installed (``pip install gitfleet[pandas]``), or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. Its ``result`` is the data frame without them.
        """
        require("pandas")
        rows = self._table_rows(call, arguments, on_incomplete)
        parts = [part async for part in rows.parts(BATCH_ROWS)]
        frame = rows.builder.pandas_frame(parts)
        rows.conclude(frame)
        return frame

    async def to_polars(
        self, call: str | PerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pl.DataFrame:
        """Return the rows of all repositories as a Polars data frame.

        Args:
            call: Name of a per-repository method, or a coroutine function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Returns:
            A ``polars.DataFrame``.

        Raises:
            ConfigurationError: Polars is not installed (``pip install gitfleet[polars]``), or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. Its ``result`` is the data frame without them.
        """
        require("polars")
        rows = self._table_rows(call, arguments, on_incomplete)
        parts = [part async for part in rows.parts(BATCH_ROWS)]
        frame = rows.builder.polars_frame(parts)
        rows.conclude(frame)
        return frame

    async def to_parquet(
        self,
        file: str | os.PathLike[str],
        call: str | PerRepository,
        /,
        *,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> None:
        """Write the rows of all repositories to a Parquet file, in portions while they arrive.

        Args:
            file: The path. The file appears, or replaces an existing one, when it is complete.
            call: Name of a per-repository method, or a coroutine function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Raises:
            ConfigurationError: ``file`` is not a path, or as for :meth:`table`. No file is written.
            IncompleteFleetError: Rows are missing. The file has the others.
            OSError: The file cannot be written.
        """
        require("arrow")
        import pyarrow.parquet as pq

        check_target(file, allow_open_file=False)
        rows = self._table_rows(call, arguments, on_incomplete)
        with new_file(file) as path, ExitStack() as stack:
            writer: Any = None
            async with aclosing(rows.parts(BATCH_ROWS)) as parts:
                async for part in parts:
                    batch = rows.builder.arrow_batch(part)
                    if writer is None:
                        writer = stack.enter_context(pq.ParquetWriter(path, batch.schema))
                    writer.write_batch(batch)
            if writer is None:
                stack.enter_context(pq.ParquetWriter(path, rows.builder.arrow_schema()))
        rows.conclude()

    async def to_csv(
        self,
        file: str | os.PathLike[str] | TextIO,
        call: str | PerRepository,
        /,
        *,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> None:
        """Write the rows of all repositories to a CSV file, in portions while they arrive.

        Args:
            file: The path, where the file appears when it is complete, or a text file opened with ``newline=""``.
            call: Name of a per-repository method, or a coroutine function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Raises:
            ConfigurationError: ``file`` is neither a path nor a text file, or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. The file has the others.
            OSError: The file cannot be written.
        """
        check_target(file, allow_open_file=True)
        rows = self._table_rows(call, arguments, on_incomplete)
        with _text_file(file) as out:
            is_started = False
            async with aclosing(rows.parts(BATCH_ROWS)) as parts:
                async for part in parts:
                    text = rows.builder.csv_text(part)
                    out.write(text if is_started else rows.builder.csv_header() + text)
                    is_started = True
            if not is_started:
                out.write(rows.builder.csv_header())
        rows.conclude()


@contextmanager
def _text_file(file: str | os.PathLike[str] | TextIO) -> Iterator[TextIO]:
    if not isinstance(file, str | os.PathLike):
        yield file
        return
    with new_file(file) as path, path.open("w", encoding="utf-8", newline="") as out:
        try:
            yield out
        except UnicodeEncodeError as error:  # rows of providers have no such text, but those of functions may
            raise ConfigurationError(f"text was expected: {error}") from None
