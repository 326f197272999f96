"""``gitfleet sql`` and ``gitfleet export``."""

from __future__ import annotations

import csv
import io
import json
import signal
import sys
import time
from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.mirrors import write_mirror

_QUERY = "SELECT number, title, labels FROM issue ORDER BY number"
_ENDLESS = "WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r"


@pytest.fixture
def mirror(tmp_path: Path) -> str:
    return str(write_mirror(tmp_path / "fleet.sqlite"))


def test_rows_of_a_query_are_written_in_each_format(gitfleet: CommandLine, mirror: str, tmp_path: Path) -> None:
    expected = [{"number": number, "title": f"=issue, {number}", "labels": '["bug", "ü"]'} for number in (1, 2, 3)]
    done = gitfleet.run("sql", mirror, _QUERY)
    assert (done.code, done.err, done.rows) == (0, "", expected)
    assert json.loads(gitfleet.run("sql", mirror, _QUERY, "--format", "json").out) == expected
    table = gitfleet.run("sql", mirror, _QUERY, "--format", "table").out.splitlines()
    assert table[:2] == ["NUMBER  TITLE      LABELS", '     1  =issue, 1  ["bug", "ü"]']
    cells = list(csv.reader(io.StringIO(gitfleet.run("sql", mirror, _QUERY, "--format", "csv").out)))
    assert cells[:2] == [["number", "title", "labels"], ["1", "'=issue, 1", '["bug", "ü"]']]
    file = tmp_path / "issues.csv"
    assert gitfleet.run("sql", mirror, _QUERY, "-o", str(file), "--csv-exact").out == ""
    assert file.read_text("utf-8").splitlines()[1].startswith('1,"=issue, 1"')
    assert not gitfleet.forge.requests


def test_a_query_without_rows_is_valid_in_every_format(gitfleet: CommandLine, mirror: str) -> None:
    for form, text in (("json", "[]\n"), ("csv", "a\n"), ("jsonl", ""), ("table", "")):
        done = gitfleet.run("sql", mirror, "SELECT 1 AS a WHERE 0", "--format", form)
        assert (done.code, done.out, done.err) == (0, text, "")


def test_values_that_json_lacks_become_text(gitfleet: CommandLine, mirror: str) -> None:
    done = gitfleet.run("sql", mirror, "SELECT 9e999 AS a, -9e999 AS b, x'c0ff' AS c, NULL AS d, 1.5 AS d")
    assert done.rows == [{"a": "inf", "b": "-inf", "c": "c0ff", "d": None, "d_2": 1.5}]


def test_names_of_columns_cannot_control_a_terminal_or_break_a_table(gitfleet: CommandLine, mirror: str) -> None:
    query = 'SELECT 1 AS "a\x1b[31m|\nb"'
    assert gitfleet.run("sql", mirror, query, "--format", "table").out.splitlines() == ["A\ufffd[31M| B", "        1"]
    done = gitfleet.run("sql", mirror, query, "--format", "markdown")
    assert done.out.splitlines()[0] == "| a\ufffd[31m\\| b |"


def test_rows_and_reports_never_replace_the_mirror(gitfleet: CommandLine, mirror: str) -> None:
    before = Path(mirror).read_bytes()
    for arguments in (("sql", mirror, "SELECT 1", "--format", "csv"), ("report", mirror)):
        done = gitfleet.run(*arguments, "-o", mirror)
        assert (done.code, done.err) == (
            2,
            f"gitfleet: {mirror} belongs to the mirror {mirror}; write to another file\n",
        )
    assert Path(mirror).read_bytes() == before


def test_a_query_can_be_read_from_stdin(gitfleet: CommandLine, mirror: str) -> None:
    assert gitfleet.run("sql", mirror, "-", stdin="-- how many\nSELECT count(*) AS n FROM issue;\n").rows == [{"n": 3}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM issue", "a mirror is only read by queries, and DELETE is none that reads; use SELECT"),
        ("SELECT 1; SELECT 2", "a query is one statement, without others behind it"),
        ("SELECT wrong", "the query is invalid: no such column: wrong"),
    ],
)
def test_a_query_that_cannot_be_run_is_one_line_with_2(
    gitfleet: CommandLine, mirror: str, tmp_path: Path, query: str, message: str
) -> None:
    done = gitfleet.run("sql", mirror, query, "-o", str(tmp_path / "out.csv"))
    assert (done.code, done.out, done.error) == (2, "", f"gitfleet: {message}")
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_no_mirror_is_one_line_with_2(gitfleet: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes\n" * 99)
    for name, text in (("missing", "there is no mirror"), ("notes.txt", "is not a mirror, and not a SQLite file")):
        for command in (
            ("sql", str(tmp_path / name), "SELECT 1"),
            ("export", str(tmp_path / name), "-o", str(tmp_path)),
        ):
            done = gitfleet.run(*command)
            assert (done.code, done.out) == (2, "")
            assert text in done.error


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_long_query_is_stopped_by_a_signal(
    gitfleet: CommandLine, mirror: str, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    with gitfleet.start("sql", mirror, _ENDLESS, "-o", str(out)) as process:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".out.csv.*.part")) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)  # from the file to the query
        process.send_signal(sent)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, f"gitfleet: stopped; {out} is unchanged\n")
    assert out.read_text() == "old"
    assert not list(tmp_path.glob("*.part"))


def test_export_writes_parquet_files(gitfleet: CommandLine, mirror: str, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path / "tables"
    done = gitfleet.run("export", mirror, "-o", str(folder), "--only", "issue, topic")
    assert (done.code, done.out, done.err) == (0, "", f"gitfleet: 5 rows of 2 tables written to {folder}\n")
    assert pq.read_table(folder / "issue.parquet").num_rows == 3
    assert gitfleet.run("export", mirror, "-o", str(folder), "-q").err == ""
    assert len(list(folder.glob("*.parquet"))) > 15


def test_export_refuses_unknown_tables_and_folders(gitfleet: CommandLine, mirror: str, tmp_path: Path) -> None:
    done = gitfleet.run("export", mirror, "-o", str(tmp_path), "--only", "isue")
    assert (done.code, done.error[:61]) == (2, "gitfleet: no table is named 'isue'; did you mean 'issue'? kno")
    assert gitfleet.run("export", mirror, "-o", str(tmp_path), "--only", ",").code == 2
    done = gitfleet.run("export", mirror, "-o", str(tmp_path / "a" / "b"))
    assert (done.code, done.error.partition(str(tmp_path))[0]) == (2, "gitfleet: the folder cannot be '")
    assert not list(tmp_path.glob("*.parquet"))
