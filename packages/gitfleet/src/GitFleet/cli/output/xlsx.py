"""Excel workbooks, written row by row: memory stays flat, at the price of a temporary file."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gitfleet_api import ConfigurationError
from gitfleet_api.tables.files import cell_text

from ..plurals import counted
from .base import Writer
from .rows import OutputField
from .sanitize import replace_controls
from .target import Output

__all__ = ["XlsxWriter"]

_MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
"""Limits of the format. Text is counted in UTF-16 units."""
_EXACT = 2**53
"""Excel stores numbers as doubles. Larger integers become text, so that no digit is lost."""
_FIRST_YEAR = 1900
_MAX_WIDTH = 60
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed time, so that equal rows give equal files


class XlsxWriter(Writer):
    """Writes a workbook. Text is never a formula. Rows above the limit of a sheet continue on the next one.

    Args:
        output: the destination.
        columns: the fields to write.

    Raises:
        ConfigurationError: XlsxWriter is not installed.
    """

    def __init__(self, output: Output, columns: Sequence[OutputField]) -> None:
        super().__init__(output, columns)
        try:
            import xlsxwriter
        except ModuleNotFoundError as error:
            if error.name != "xlsxwriter":
                raise
            raise ConfigurationError("this needs xlsxwriter: pip install 'gitfleet[xlsx]'") from None
        self._folder = tempfile.TemporaryDirectory(prefix="gitfleet-", ignore_cleanup_errors=True)
        self._file = output.binary()
        options = {"constant_memory": True, "tmpdir": self._folder.name, "remove_timezone": True}
        self._book: Any = xlsxwriter.Workbook(self._file, options)
        self._book.set_properties({"created": _CREATED})
        self._bold = self._book.add_format({"bold": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet: Any = None
        self._row = 0
        self._shortened = 0

    @property
    def notes(self) -> list[str]:
        """What a person should know: texts that were shortened."""
        return [f"{counted(self._shortened, 'cells')} shortened to {_MAX_TEXT:,} characters"] if self._shortened else []

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        if self._sheet is None:
            self._begin_sheet(rows)
        for row in rows:
            if self._row == _MAX_ROWS:
                self._begin_sheet(rows)
            for number, value in enumerate(self._cells(row)):
                self._write_cell(number, value)
            self._row += 1

    async def end(self) -> None:
        """Write the file."""
        if self._sheet is None:
            self._begin_sheet(())
        await self._output.run(self._finish)

    def _finish(self) -> None:
        self._book.close()
        self._file.flush()
        self._file.detach()
        self._folder.cleanup()

    def _begin_sheet(self, rows: Sequence[object]) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        cells = [self._names(), *(self._cells(row) for row in rows[:100])]
        for number, column in enumerate(zip(*cells, strict=True)):
            longest = max(len(value) if isinstance(value, str) else 18 if value is not None else 0 for value in column)
            self._sheet.set_column(number, number, min(_MAX_WIDTH, max(8, longest + 2)))
        for number, name in enumerate(self._names()):
            self._sheet.write_string(0, number, name, self._bold)
        self._row = 1

    def _write_cell(self, number: int, value: object) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, number, value)
        elif isinstance(value, datetime) and value.year >= _FIRST_YEAR:
            self._sheet.write_datetime(self._row, number, value.astimezone(UTC).replace(tzinfo=None), self._time)
        elif isinstance(value, int | float) and math.isfinite(value) and abs(value) <= _EXACT:
            self._sheet.write_number(self._row, number, value)
        else:
            text = _text(value)
            self._shortened += len(text) > 2 * _MAX_TEXT
            self._sheet.write_string(self._row, number, text[: 2 * _MAX_TEXT].decode("utf-16-le", "ignore"))


def _text(value: object) -> bytes:
    """Return a value as text in UTF-16, in which the limit is counted."""
    return replace_controls(cell_text(value)).encode("utf-16-le", "replace")
