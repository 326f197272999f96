"""Appending rows to a file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from support.command_line import CommandLine


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz", "jsonl.gz"])
def test_append_adds_rows_without_a_second_header(gitfleet: CommandLine, tmp_path: Path, ending: str) -> None:
    path, whole = tmp_path / f"x.{ending}", tmp_path / f"whole.{ending}"
    for owner in ("small", "octo-user"):
        done = gitfleet.run("repos", f"github:{owner}", "--fields", "name,stars", "--append", "-o", str(path))
        assert (done.code, done.err) == (0, "")
    assert gitfleet.run("repos", "github:small", "--fields", "name,stars", "-o", str(whole)).code == 0
    read = (lambda file: gzip.decompress(file.read_bytes())) if ending.endswith("gz") else Path.read_bytes
    lines = read(path).splitlines()
    assert lines[:-1] == read(whole).splitlines()
    assert b"busy" in lines[-1]
    assert sorted(tmp_path.iterdir()) == sorted([path, whole])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "x.csv",
            b"name,forks\na,1\n",
            "other fields: it begins with 'name,forks', the new rows have 'name,stars'",
        ),
        ("x.tsv", b"name,stars\n", "has other fields"),
        ("x.jsonl", b'{"name": "a", "forks": 1}\n', "has other fields"),
        ("x.jsonl", b"no JSON\n", "has other fields"),
        ("x.csv", b"name,stars\nhalf a row", "its last line has no line break"),
        ("x.csv.gz", b"name,stars\n", "it is no complete gzip file"),
        ("x.json", b"[]\n", "json cannot be appended to; use csv, jsonl, tsv"),
        ("x.md", b"", "markdown cannot be appended to"),
        ("x.parquet", b"", "parquet cannot be appended to"),
        ("x.xlsx", b"", "xlsx cannot be appended to"),
        ("-", b"", "--append needs a file"),
    ],
)
def test_what_cannot_be_appended_to_is_one_line_before_the_first_request(
    gitfleet: CommandLine, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    target = "-" if name == "-" else str(path)
    done = gitfleet.run("repos", "github:small", "--fields", "name,stars", "--append", "-o", target)
    assert done.code in (2, 6)
    assert message in done.error
    assert path.read_bytes() == content
    assert gitfleet.forge.requests == []
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_a_spreadsheet_saved_can_be_appended_to(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfname,stars\r\nold,1\r\n")
    assert gitfleet.run("repos", "github:octo-user", "--fields", "name,stars", "--append", "-o", str(path)).code == 0
    assert path.read_bytes() == b"\xef\xbb\xbfname,stars\r\nold,1\r\nbusy,0\n"


def test_an_appended_file_is_unchanged_if_every_owner_fails(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"name": "old"}\n')
    assert gitfleet.run("repos", "github:missing", "--fields", "name", "--append", "-o", str(path)).code == 4
    assert path.read_text() == '{"name": "old"}\n'


def test_whole_rows_can_be_appended_as_json_lines(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    for _ in range(2):
        assert gitfleet.run("repos", "github:small", "--append", "-o", str(path)).code == 0
    rows = [json.loads(line)["name"] for line in path.read_text().splitlines()]
    assert rows == [f"tool-{number:03}" for number in range(30)] * 2
