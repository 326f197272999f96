"""Tables for people: aligned, and on a terminal no wider than it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["cut", "display_width", "format_table"]

_GAP = 2
_NARROWEST = 8


def display_width(text: str) -> int:
    """The columns that ``text`` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cut(text: str, width: int) -> str:
    """``text``, or as much of it as fits, with an ellipsis for the rest."""
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
    """The lines of a table.

    Args:
        header: names of the columns.
        rows: cells, each of one line.
        right: which columns are aligned right.
        width: of the terminal; None cuts nothing.
    """
    widths = [max(map(display_width, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        _narrow(widths, width - _GAP * (len(widths) - 1))
    lines = []
    for row in (header, *rows):
        cells = []
        for cell, columns, is_right in zip(row, widths, right, strict=True):
            shown = cut(cell, columns)
            blanks = " " * (columns - display_width(shown))
            cells.append(blanks + shown if is_right else shown + blanks)
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines


def _narrow(widths: list[int], room: int) -> None:
    """Make all fit, if that can be. The first wide column names the row: half of the room is its own if it needs it."""
    if sum(widths) <= room:
        return
    named = next((number for number, width in enumerate(widths) if width > _NARROWEST), 0)
    whole = widths[named]
    widths[named] = min(whole, max(_NARROWEST, room // 2))
    _take(widths, [number for number in range(len(widths)) if number != named], room)
    _take(widths, [named], room)
    widths[named] = min(whole, max(widths[named], room - sum(widths) + widths[named]))


def _take(widths: list[int], numbers: Sequence[int], room: int) -> None:
    """Take from the widest of some columns until all fit, or nothing more can be taken from them."""
    while numbers and sum(widths) > room:
        widest = max(numbers, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        second = max((widths[number] for number in numbers if widths[number] < widths[widest]), default=_NARROWEST)
        excess = sum(widths) - room
        widths[widest] = max(_NARROWEST, second - 1, widths[widest] - excess)
