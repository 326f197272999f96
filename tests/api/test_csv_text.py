"""Lines of CSV files: each reader returns the cells that were written."""

from __future__ import annotations

import csv
import io
from itertools import product
from pathlib import Path

import pytest

from gitfleet_api.tables.csv_text import csv_line

CELLS = [
    *("", " ", "a", " a ", "é", "\U0001f600", "NA", "null", "#x", "'=1", "\ufeffx", "\x00n", "\t", "x\x0by\u2028z\x85"),
    *(",", '"', '""', 'a"b', '","', "\n", "\r", "\r\n", "\n\r", "\na", "\ra", "a\rb", "a\n", "a\r", '\r"', ",\r,"),
]
ROWS = [["first", "second"], *(list(pair) for pair in product(CELLS, CELLS))]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    target = tmp_path / "all.csv"
    target.write_text("".join(map(csv_line, ROWS)), encoding="utf-8", newline="")
    return target


def test_the_csv_module_reads_the_same_cells(sheet: Path) -> None:
    with sheet.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == ROWS


def test_pandas_reads_the_same_cells(sheet: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(sheet, dtype=str, keep_default_na=False)
    assert [list(frame.columns), *frame.to_numpy().tolist()] == ROWS


def test_pyarrow_reads_the_same_cells(sheet: Path) -> None:
    reader = pytest.importorskip("pyarrow.csv")
    table = reader.read_csv(
        sheet,
        parse_options=reader.ParseOptions(newlines_in_values=True),
        convert_options=reader.ConvertOptions(column_types=dict.fromkeys(ROWS[0], "string")),
    )
    assert [table.column_names, *(list(row.values()) for row in table.to_pylist())] == ROWS


@pytest.mark.parametrize("cell", CELLS)
def test_a_line_of_one_cell_is_a_row(cell: str) -> None:
    assert list(csv.reader(io.StringIO(csv_line([cell]), newline=""))) == [[cell]]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["a", "b c", ""], "a,b c,\n"),
        (["a\rb", "c"], '"a\rb",c\n'),
        (["\na", "c"], '"\na",c\n'),
        (["a,b", 'c"d'], '"a,b","c""d"\n'),
        ([""], '""\n'),
        (["", ""], ",\n"),
    ],
)
def test_only_cells_with_separators_are_quoted(cells: list[str], line: str) -> None:
    assert csv_line(cells) == line
