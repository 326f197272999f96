"""The formats that rows are written in."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar, Literal

from gitfleet_api.tables.documents import json_ready
from gitfleet_api.tables.files import cell_text

from .rows import OutputField, value_at
from .sanitize import escape_json, neutralize_formula, replace_controls, single_line
from .table import format_table
from .target import Output

__all__ = ["FORMATS", "Format", "ValueWriter", "Writer", "choose_format", "create_writer", "to_json_text"]

Format = Literal["table", "json", "jsonl", "csv", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "json", "jsonl", "csv", "markdown")
_BY_ENDING: dict[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def choose_format(given: Format | None, path: str, output: Output) -> Format:
    """The format asked for; or that of the file's name; or a table on a terminal, and JSON lines elsewhere."""
    if given is not None:
        return given
    ending = _BY_ENDING.get(PurePath(path).suffix.lower())
    return ending or ("table" if output.is_terminal else "jsonl")


class Writer(ABC):
    """Writes rows.

    Args:
        output: where to.
        columns: what of each row; None all of it, as it is.
    """

    buffers_rows: ClassVar[bool] = False
    """Whether nothing comes out before the last row."""

    def __init__(self, output: Output, columns: Sequence[OutputField] | None) -> None:
        self._output = output
        self._columns = columns

    @abstractmethod
    async def rows(self, rows: Sequence[object]) -> None:
        """Write some rows."""

    async def end(self) -> None:
        """Write what comes after the last row."""
        return

    def _picked(self, row: object) -> object:
        if self._columns is None:
            return row
        return {column.name: value_at(row, column.path) for column in self._columns}

    def _cells(self, row: object) -> list[object]:
        return [value_at(row, column.path) for column in self._columns or ()]

    def _names(self) -> list[str]:
        return [column.name for column in self._columns or ()]


class JsonLinesWriter(Writer):
    """One JSON object a line."""

    async def rows(self, rows: Sequence[object]) -> None:
        await self._output.write("".join(f"{to_json_text(self._picked(row))}\n" for row in rows))


class JsonWriter(Writer):
    """One JSON array, a row a line; written as rows come. Without :meth:`end` it is not valid, and should not be."""

    _begun = False

    async def rows(self, rows: Sequence[object]) -> None:
        text = ",\n".join(to_json_text(self._picked(row)) for row in rows)
        if text:
            await self._output.write(f"{',' if self._begun else '['}\n{text}")
            self._begun = True

    async def end(self) -> None:
        await self._output.write("\n]\n" if self._begun else "[]\n")


class ValueWriter(Writer):
    """What a single question was answered with, as JSON: indented on a terminal, on one line elsewhere."""

    async def rows(self, rows: Sequence[object]) -> None:
        """Write an answer each."""
        for row in rows:
            picked = [self._picked(item) for item in row] if isinstance(row, list) else self._picked(row)
            text = to_json_text(picked, indent=2 if self._output.is_terminal else None)
            await self._output.write(f"{text}\n")


class CsvWriter(Writer):
    """Comma-separated values, with a line of names.

    Args:
        output: where to.
        columns: which.
        exact: leave text alone that a spreadsheet would take for a formula.
    """

    def __init__(self, output: Output, columns: Sequence[OutputField], *, exact: bool) -> None:
        super().__init__(output, columns)
        self._exact = exact
        self._begun = False

    async def rows(self, rows: Sequence[object]) -> None:
        text = io.StringIO()
        sheet = csv.writer(text, lineterminator="\n")
        if not self._begun:
            sheet.writerow(self._names())
            self._begun = True
        sheet.writerows([self._cell(value) for value in self._cells(row)] for row in rows)
        await self._output.write(text.getvalue())

    async def end(self) -> None:
        if not self._begun:
            await self.rows([])

    def _cell(self, value: object) -> str:
        cell = cell_text(value)
        if isinstance(value, str) and not self._exact:
            cell = neutralize_formula(cell)
        return replace_controls(cell) if self._output.is_terminal else cell


class MarkdownWriter(Writer):
    """A table as GitHub and GitLab render it; nothing in a cell is markup."""

    _begun = False

    async def rows(self, rows: Sequence[object]) -> None:
        lines = [] if self._begun else [_markdown_line(self._names()), _markdown_line(["---"] * len(self._names()))]
        self._begun = True
        lines += [_markdown_line([_MARKUP.sub(r"\\\1", _shown(value)) for value in self._cells(row)]) for row in rows]
        await self._output.write("".join(lines))

    async def end(self) -> None:
        if not self._begun:
            await self.rows([])


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


class TableWriter(Writer):
    """An aligned table; comes out at the end, when it is known how wide its columns are."""

    buffers_rows = True

    def __init__(self, output: Output, columns: Sequence[OutputField]) -> None:
        super().__init__(output, columns)
        self._all: list[list[object]] = []

    async def rows(self, rows: Sequence[object]) -> None:
        self._all += [self._cells(row) for row in rows]

    async def end(self) -> None:
        if not self._all:
            return
        header = [name.replace("_", " ").upper() for name in self._names()]
        right = [
            all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in column)
            for column in zip(*self._all, strict=True)
        ]
        cells = [[_shown(value) for value in row] for row in self._all]
        width = shutil.get_terminal_size().columns if self._output.is_terminal else None
        first, *others = format_table(header, cells, right, width)
        if self._output.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            first = f"\x1b[1m{first}\x1b[0m"
        await self._output.write("".join(f"{line}\n" for line in (first, *others)))


def create_writer(
    form: Format, output: Output, columns: Sequence[OutputField], *, all_fields: bool, exact: bool
) -> Writer:
    """A writer.

    Args:
        form: its format.
        output: where to.
        columns: of a format that has them.
        all_fields: JSON has whole rows in place of the columns.
        exact: see :class:`CsvWriter`.
    """
    if form == "csv":
        return CsvWriter(output, columns, exact=exact)
    if form in ("table", "markdown"):
        return (TableWriter if form == "table" else MarkdownWriter)(output, columns)
    return (JsonWriter if form == "json" else JsonLinesWriter)(output, None if all_fields else columns)


def to_json_text(value: object, indent: int | None = None) -> str:
    """A value as JSON on one line, or indented."""
    if indent is None:
        return escape_json(_ENCODER.encode(value))
    return escape_json(json.dumps(value, ensure_ascii=False, default=json_ready, indent=indent))


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=json_ready)


def _shown(value: object) -> str:
    """A value for people, in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return single_line(", ".join(map(str, value)))
    return single_line(cell_text(value))
