"""The writer of tables."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import datetime

from .base import Writer
from .display_text import display_text
from .rows import OutputField
from .sanitize import single_line
from .styles import shows_styles
from .table import TableColumnText, fit, format_lines
from .target import Output

__all__ = ["TableWriter"]

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT_SHA = 10
_REPOSITORY = frozenset(("repository", "full_name"))
_SUBJECT_ONLY = frozenset(("message", "body"))
_WITH_TIME = frozenset(("reset_time",))
"""Fields whose time of day matters. Of other times the table has the date."""


class TableWriter(Writer):
    """Writes an aligned table. It is written at the end, because the widths depend on all rows.

    On a terminal it is as wide as the terminal at most: the last columns are left out rather than shortened, except
    prose and very long names. The name of the repository is never shortened.
    """

    buffers_rows = True

    def __init__(self, output: Output, columns: Sequence[OutputField]) -> None:
        super().__init__(output, columns)
        self._fields = columns
        self._rows: list[list[object]] = []
        self._left_out: list[str] = []

    @property
    def notes(self) -> list[str]:
        """What a person should know after the table: the columns that are left out."""
        if not self._left_out:
            return []
        names = ", ".join(self._left_out)
        return [f"columns without space: {names}; select columns with --fields, or write all of them with -o FILE"]

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        self._rows += [self._cells(row) for row in rows]

    async def end(self) -> None:
        """Write the table."""
        if not self._rows:
            return
        columns = [
            _column(field, list(values))
            for field, values in zip(self._fields, zip(*self._rows, strict=True), strict=True)
        ]
        width = shutil.get_terminal_size().columns if self._output.is_terminal else None
        widths, _ = fit(columns, width)
        self._left_out = [field.name for field in self._fields[len(widths) :]]
        first, *others = format_lines(columns, widths)
        if self._output.is_terminal and shows_styles():
            first = f"\x1b[1m{first}\x1b[0m"
        await self._output.write("".join(f"{line}\n" for line in (first, *others)))


def _column(field: OutputField, values: Sequence[object]) -> TableColumnText:
    name = field.path[-1]
    is_right = all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
    )
    header = single_line(field.name).removesuffix(".login").removesuffix("_login").replace("_", " ").upper()
    return TableColumnText(header, [_cell(name, value) for value in values], is_right, is_whole=name in _REPOSITORY)


def _cell(name: str, value: object) -> str:
    """Return a value as short text: dates without time, ten characters of a SHA, the first line of a message."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M" if name in _WITH_TIME else "%Y-%m-%d")
    if isinstance(value, str):
        if _SHA.fullmatch(value):
            return value[:_SHORT_SHA]
        if name in _SUBJECT_ONLY:
            return single_line(value.strip().partition("\n")[0])
    return display_text(value)
