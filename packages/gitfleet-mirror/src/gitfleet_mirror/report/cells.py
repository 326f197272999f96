"""Tables of the page: cells with text that is harmless, and the value that sorting uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .text import clean, web_url

__all__ = ["Cell", "Column", "PageTable", "date", "flags", "link", "number", "text"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell."""

    text: str | None
    """Text to show. None if the mirror does not have the value."""
    url: str | None = None
    """Where it links to."""
    sort: str | int | float | None = None
    """Value that sorting compares. None if it is the text."""
    tags: tuple[str, ...] = ()
    """Short words after the text, as ``archived``."""
    note: str | None = None
    """Text below."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    label: str
    """Its header."""
    kind: Literal["text", "number", "date"] = "text"
    """How it is aligned and sorted."""
    is_wide: bool = False
    """Whether it has long text, and gets the space that is left."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table."""

    name: str
    """Id of its element."""
    caption: str
    """Its title."""
    columns: tuple[Column, ...]
    """Its columns. The first one identifies a row."""
    rows: Sequence[Sequence[Cell]]
    """Its rows."""
    total: int
    """Number of all rows, which can be more than are in the table."""
    noun: str
    """What a row is, in the plural."""
    step: int = 25
    """Rows that are shown at first."""
    sorted_by: tuple[int, Literal["ascending", "descending"]] | None = None
    """The column that the rows are sorted by."""


def text(value: str | None, tags: tuple[str, ...] = (), longest: int = 160) -> Cell:
    """Return a cell with text of a server."""
    return Cell(clean(value, longest) if value else None, tags=tags)


def link(
    value: str | None, url: str | None, tags: tuple[str, ...] = (), *, note: str | None = None, longest: int = 120
) -> Cell:
    """Return a cell with text that links to a web page, if the URL is one."""
    shown = clean(value, longest) if value else None
    return Cell(shown, web_url(url), tags=tags, note=clean(note) if note else None)


def number(value: float | None) -> Cell:
    """Return a cell with a number."""
    return Cell(None) if value is None else Cell(f"{value:,}", sort=value)


def date(value: str | None) -> Cell:
    """Return a cell with the day of a time."""
    return Cell(value[:10], sort=value) if value else Cell(None)


def flags(**given: int | None) -> tuple[str, ...]:
    """Return the names of what is true."""
    return tuple(name for name, value in given.items() if value)
