"""Tables for people: aligned, and on a terminal no wider than it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["TableColumnText", "display_width", "fit", "format_lines", "truncate"]

_GAP = 2
_MIN_WIDTH = 8
_MIN_PROSE = 20
"""Prose, such as a title, is shortened to so many columns before a column is left out."""
_MAX_NAME = 40
"""Longer names, such as those of branches, are shortened as well. The repository never is."""
_JOINER = "\u200d"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_KEYS = 2
"""The first columns, which are never left out."""


def display_width(text: str) -> int:
    """Return the number of terminal columns that ``text`` needs."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # knows wide characters, emoji and joiners

    return cell_len(text)


def truncate(text: str, width: int) -> str:
    """Shorten ``text`` to ``width`` columns; an ellipsis replaces the rest."""
    if display_width(text) <= width:
        return text
    end = 0
    for position in range(1, len(text)):
        if display_width(text[:position]) >= width:
            break
        if _is_boundary(text, position):
            end = position
    return f"{text[:end].rstrip()}…"


def _is_boundary(text: str, position: int) -> bool:
    """Return whether a character begins at a position, not an accent or another part of the character before it."""
    following = text[position]
    is_part = unicodedata.category(following) in ("Mn", "Me", "Cf") or following in _SKIN_TONES
    return not is_part and text[position - 1] != _JOINER


@dataclass(slots=True)
class TableColumnText:
    """A column as text.

    Attributes:
        header: its heading.
        cells: its cells, without line breaks.
        is_right: whether it is aligned to the right.
        is_whole: whether it is never shortened: the name of the repository.
    """

    header: str
    cells: Sequence[str]
    is_right: bool = False
    is_whole: bool = False

    @property
    def width(self) -> int:
        """The width without shortening."""
        return max(map(display_width, (self.header, *self.cells)))

    @property
    def least(self) -> int:
        """The width below which other columns are left out first."""
        if self.is_right or self.is_whole:
            return self.width
        is_prose = any(" " in cell for cell in self.cells)
        return min(self.width, max(_MIN_PROSE if is_prose else _MAX_NAME, display_width(self.header)))


def fit(columns: Sequence[TableColumnText], width: int | None) -> tuple[list[int], int]:
    """Choose the columns that a table shows and their widths.

    Args:
        columns: all columns, the most important ones first.
        width: width of the terminal; None shows everything.

    Returns:
        The widths of the columns that are shown, which are the first ones, and the number of those that are left out.
    """
    if width is None:
        return [column.width for column in columns], 0
    widths = [column.least for column in columns]
    while len(widths) > _KEYS and _total(widths) > width:
        widths.pop()
    # The last resort, if the first columns alone are too wide.
    _shrink(widths, [number for number in range(len(widths)) if not columns[number].is_whole], width)
    for number, column in enumerate(columns[: len(widths)]):
        widths[number] += max(0, min(column.width - widths[number], width - _total(widths)))
    return widths, len(columns) - len(widths)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _shrink(widths: list[int], numbers: Sequence[int], width: int) -> None:
    """Shrink the widest of some columns until the table fits or all of them have the minimum width."""
    while numbers and _total(widths) > width:
        widest = max(numbers, key=widths.__getitem__)
        if widths[widest] <= _MIN_WIDTH:
            return
        second = max((widths[number] for number in numbers if widths[number] < widths[widest]), default=_MIN_WIDTH)
        excess = _total(widths) - width
        widths[widest] = max(_MIN_WIDTH, second - 1, widths[widest] - excess)


def format_lines(columns: Sequence[TableColumnText], widths: Sequence[int]) -> list[str]:
    """Return the lines of a table: the headings, then the rows."""
    shown = columns[: len(widths)]
    rows = [[column.header for column in shown], *zip(*(column.cells for column in shown), strict=True)]
    lines = []
    for row in rows:
        cells = []
        for cell, column, width in zip(row, shown, widths, strict=True):
            text = truncate(cell, width)
            blanks = " " * (width - display_width(text))
            cells.append(blanks + text if column.is_right else text + blanks)
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines
