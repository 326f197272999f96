"""CSV text with the same quoting on every Python version."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["csv_line"]

_QUOTED = {separator: re.compile(f'["{separator}\r\n]') for separator in ",\t"}


def csv_line(cells: Sequence[str], separator: str = ",") -> str:
    r"""Return a line of a CSV file, with ``\n`` at its end.

    A cell is quoted if it contains the separator, a quotation mark, ``\r`` or ``\n``: readers treat each of them as
    a separator. The module csv quotes a lone ``\r`` only since Python 3.11.9 and 3.12.3.

    Args:
        cells: the text of the cells, at least one.
        separator: a comma or a tab.
    """
    line = separator.join(cells)
    # Most lines need no quotation marks. A line of one empty cell needs them: readers skip empty lines.
    if line.count(separator) >= len(cells) or '"' in line or "\n" in line or "\r" in line:
        pattern = _QUOTED[separator]
        line = separator.join([_quoted(cell, pattern) for cell in cells])
    return f"{line}\n" if line else '""\n'


def _quoted(cell: str, pattern: re.Pattern[str]) -> str:
    if pattern.search(cell) is None:
        return cell
    return '"{}"'.format(cell.replace('"', '""'))
