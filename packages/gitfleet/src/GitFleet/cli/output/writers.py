"""Writers for the output formats."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from gitfleet_api.tables.csv_text import csv_line
from gitfleet_api.tables.documents import json_ready
from gitfleet_api.tables.files import cell_text

from .append import check_header
from .base import Writer
from .display_text import display_text
from .formats import Format
from .rows import OutputField
from .sanitize import escape_json, neutralize_formula, replace_controls, single_line
from .target import Output

__all__ = ["ValueWriter", "create_writer", "to_json_text"]

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


class JsonLinesWriter(Writer):
    """Writes one JSON object per line."""

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        await self._output.write("".join(f"{to_json_text(self._selected(row))}\n" for row in rows))


class JsonWriter(Writer):
    """Writes one JSON array, with one row per line, as rows arrive. Without :meth:`end` the array is invalid."""

    _started = False

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        text = ",\n".join(to_json_text(self._selected(row)) for row in rows)
        if text:
            await self._output.write(f"{',' if self._started else '['}\n{text}")
            self._started = True

    async def end(self) -> None:
        """Write the end of the format, after the last row."""
        await self._output.write("\n]\n" if self._started else "[]\n")


class ValueWriter(Writer):
    """Writes a single response as JSON: indented on a terminal, on one line elsewhere."""

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write each row as one JSON value."""
        for row in rows:
            selected = [self._selected(item) for item in row] if isinstance(row, list) else self._selected(row)
            text = to_json_text(selected, indent=2 if self._output.is_terminal else None)
            await self._output.write(f"{text}\n")


class CsvWriter(Writer):
    """Writes separated values with a header line, unless rows are appended to a file that has one.

    Args:
        output: the destination.
        columns: the fields to write.
        separator: the character between two cells.
        exact: do not escape text that a spreadsheet would evaluate as a formula.
    """

    def __init__(self, output: Output, columns: Sequence[OutputField], *, separator: str, exact: bool) -> None:
        super().__init__(output, columns)
        self._separator = separator
        self._exact = exact
        self._started = output.first_line is not None

    @property
    def header(self) -> str:
        """The header line."""
        return csv_line(self._names(), self._separator)

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        lines = [] if self._started else [self.header]
        if self._output.is_terminal:
            lines = [replace_controls(line) for line in lines]
        self._started = True
        lines += [csv_line([self._cell(value) for value in self._cells(row)], self._separator) for row in rows]
        await self._output.write("".join(lines))

    async def end(self) -> None:
        """Write the end of the format, after the last row."""
        if not self._started:
            await self.write_rows([])

    def _cell(self, value: object) -> str:
        cell = cell_text(value)
        if isinstance(value, str) and not self._exact:
            cell = neutralize_formula(cell)
        return replace_controls(cell) if self._output.is_terminal else cell


class MarkdownWriter(Writer):
    """Writes a Markdown table for GitHub and GitLab. Markup in cells is escaped."""

    _started = False

    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""
        names = [single_line(name).replace("|", r"\|") for name in self._names()]
        lines = [] if self._started else [_markdown_line(names), _markdown_line(["---"] * len(names))]
        self._started = True
        lines += [
            _markdown_line([_MARKUP.sub(r"\\\1", display_text(value)) for value in self._cells(row)]) for row in rows
        ]
        await self._output.write("".join(lines))

    async def end(self) -> None:
        """Write the end of the format, after the last row."""
        if not self._started:
            await self.write_rows([])


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def create_writer(
    form: Format, output: Output, columns: Sequence[OutputField], *, all_fields: bool, exact: bool
) -> Writer:
    """Create the writer for a format.

    Args:
        form: the format.
        output: the destination.
        columns: the fields to write.
        all_fields: True if JSON formats write whole rows instead of ``columns``.
        exact: see :class:`CsvWriter`.

    Raises:
        CommandError: the rows cannot be appended to the file.
        ConfigurationError: a package for the format is missing.
    """
    names = None if all_fields else [column.name for column in columns]
    if form in ("csv", "tsv"):
        writer = CsvWriter(output, columns, separator="," if form == "csv" else "\t", exact=exact)
        if output.appends:
            check_header(form, output.first_line, writer.header, names, output.name)
        return writer
    if output.appends:
        check_header(form, output.first_line, "", names, output.name)
    if form == "parquet":
        from .parquet import ParquetWriter

        return ParquetWriter(output, columns)
    if form == "xlsx":
        from .xlsx import XlsxWriter

        return XlsxWriter(output, columns)
    if form == "table":
        from .table_writer import TableWriter

        return TableWriter(output, columns)
    if form == "markdown":
        return MarkdownWriter(output, columns)
    return (JsonWriter if form == "json" else JsonLinesWriter)(output, None if all_fields else columns)


def to_json_text(value: object, indent: int | None = None) -> str:
    """Return a value as JSON, on one line or indented."""
    if indent is None:
        return escape_json(_ENCODER.encode(value))
    return escape_json(json.dumps(value, ensure_ascii=False, default=json_ready, indent=indent))


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=json_ready)
