"""CSV text with the same quoting on every Python version."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["csv_line"]

_QUOTED = re.compile('[",\r\n]')


def csv_line(cells: Sequence[str]) -> str:
    r"""Return a line of a CSV file, with ``\n`` at its end.

    A cell is quoted if it contains a comma, a quotation mark, ``\r`` or ``\n``: readers treat each of them as
    a separator. The module csv quotes a lone ``\r`` only since Python 3.11.9 and 3.12.3.

    Args:
        cells: the text of the cells, at least one.
    """
    line = ",".join(cells)
    # Most lines need no quotation marks. A line of one empty cell needs them: readers skip empty lines.
    if line.count(",") >= len(cells) or '"' in line or "\n" in line or "\r" in line:
        line = ",".join(map(_quoted, cells))
    return f"{line}\n" if line else '""\n'


def _quoted(cell: str) -> str:
    if _QUOTED.search(cell) is None:
        return cell
    return '"{}"'.format(cell.replace('"', '""'))
