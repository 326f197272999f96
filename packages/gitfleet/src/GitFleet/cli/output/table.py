"""Tables for people: aligned, and on a terminal no wider than it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["display_width", "format_table", "truncate"]

_GAP = 2
_MIN_WIDTH = 8


def display_width(text: str) -> int:
    """Return the number of terminal columns that ``text`` needs."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def truncate(text: str, width: int) -> str:
    """Shorten ``text`` to ``width`` columns; an ellipsis replaces the rest."""
    if display_width(text) <= width:
        return text
    kept, left = [], width - 1
    for character in text:
        left -= _cells(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], width: int | None
) -> list[str]:
    """Return the lines of a table.

    Args:
        header: names of the columns.
        rows: cells of the rows, without line breaks.
        right: for each column, whether it is aligned to the right.
        width: width of the terminal; None does not shorten cells.
    """
    widths = [max(map(display_width, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        _narrow(widths, width - _GAP * (len(widths) - 1))
    lines = []
    for row in (header, *rows):
        cells = []
        for cell, columns, is_right in zip(row, widths, right, strict=True):
            shown = truncate(cell, columns)
            blanks = " " * (columns - display_width(shown))
            cells.append(blanks + shown if is_right else shown + blanks)
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines


def _narrow(widths: list[int], available: int) -> None:
    """Reduce ``widths`` to fit if possible. The first wide column names the row: it keeps up to half of the width."""
    if sum(widths) <= available:
        return
    name = next((number for number, width in enumerate(widths) if width > _MIN_WIDTH), 0)
    whole = widths[name]
    widths[name] = min(whole, max(_MIN_WIDTH, available // 2))
    _shrink(widths, [number for number in range(len(widths)) if number != name], available)
    _shrink(widths, [name], available)
    widths[name] = min(whole, max(widths[name], available - sum(widths) + widths[name]))


def _shrink(widths: list[int], numbers: Sequence[int], available: int) -> None:
    """Shrink the widest of some columns until the table fits or all of them have the minimum width."""
    while numbers and sum(widths) > available:
        widest = max(numbers, key=widths.__getitem__)
        if widths[widest] <= _MIN_WIDTH:
            return
        second = max((widths[number] for number in numbers if widths[number] < widths[widest]), default=_MIN_WIDTH)
        excess = sum(widths) - available
        widths[widest] = max(_MIN_WIDTH, second - 1, widths[widest] - excess)
