"""What can be read of a mirror without an update."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .file import open_read_only, resolved_path
from .query import Parameters, Query
from .query import to_pandas as frame_of

if TYPE_CHECKING:
    import pandas as pd

    from .export import Exported

__all__ = ["MirrorReader"]


class MirrorReader:
    """A mirror that can be read, also while another process updates it.

    Args:
        path: Path of the file. It need not exist before the first update.

    Raises:
        ConfigurationError: It is not the path of a file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = resolved_path(path)

    @property
    def path(self) -> Path:
        """Absolute path of the file."""
        return self._path

    def connect(self) -> sqlite3.Connection:
        """Return a connection that can only read. Close it after use.

        A row is a tuple. Columns with lists have JSON text, those with times ISO 8601 text in UTC.

        Raises:
            ConfigurationError: There is no such file, or it is not a mirror, or of a newer release.
            MirrorError: It is damaged.
        """
        return open_read_only(self._path)

    def query(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Return the rows of a query as dicts. It blocks; in a coroutine use ``asyncio.to_thread`` for a long one.

        Args:
            sql: One statement that reads.
            parameters: Values for ``?`` or for ``:name`` in it.

        Raises:
            ConfigurationError: There is no such mirror, or the query is invalid or would change it.
            MirrorError: The file cannot be read.
        """
        with Query(self._path, sql, parameters) as found:
            names = found.columns
            return [dict(zip(names, row, strict=True)) for row in found]

    def to_pandas(self, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
        """Return the rows of a query as a pandas data frame. It blocks, as :meth:`query`.

        Columns have the types of their values. Columns with the name of a time (``created_at``, ``first_seen``, ...)
        are times in UTC.

        Args:
            sql: One statement that reads.
            parameters: Values for ``?`` or for ``:name`` in it.

        Raises:
            ConfigurationError: As :meth:`query`, or pandas is not installed.
            MirrorError: The file cannot be read.
        """
        return frame_of(self._path, sql, parameters)

    def export(self, folder: str | os.PathLike[str], tables: Sequence[str] | None = None) -> list[Exported]:
        """Write tables to a Parquet file each, with the state of one moment. It blocks, as :meth:`query`.

        Deleted rows are included, with their ``deleted_at``. The files appear together when all are complete. Memory
        does not grow with the number of rows.

        Args:
            folder: Path of the folder, which is created if there is none.
            tables: Names of tables. None for all.

        Returns:
            The files.

        Raises:
            ConfigurationError: There is no such mirror or table, the folder cannot be one, or PyArrow is not installed.
            MirrorError: The mirror cannot be read.
            OSError: A file cannot be written.
        """
        from .export import export  # not at the top: most programs do not need it

        return export(self._path, folder, tables)

    def report(self, output: str | os.PathLike[str]) -> None:
        """Write a report: one HTML file with plots and tables that loads nothing. It blocks, as :meth:`query`.

        Args:
            output: Path of the file, which appears when it is complete. An existing one is replaced.

        Raises:
            ConfigurationError: There is no such mirror, the libraries of reports are not installed
                (``pip install gitfleet[report]``), or ``output`` belongs to the mirror.
            MirrorError: The mirror cannot be read.
            OSError: The report cannot be written.
        """
        from .report import write_report

        write_report(self._path, output)
