"""What can be read of a mirror in Python."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_mirror.reader import MirrorReader
from support.mirrors import write_mirror


@pytest.fixture
def reader(path: Path) -> MirrorReader:
    return MirrorReader(write_mirror(path))


def test_a_connection_reads_and_does_not_write(reader: MirrorReader) -> None:
    with closing(reader.connect()) as connection:
        assert connection.execute("SELECT count(*) FROM issue").fetchone() == (3,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM issue")


def test_a_query_returns_dicts(reader: MirrorReader) -> None:
    assert reader.query("SELECT number, state FROM issue WHERE number = :n", {"n": 3}) == [
        {"number": 3, "state": "closed"}
    ]


def test_a_frame_and_files_are_those_of_the_functions(reader: MirrorReader, tmp_path: Path) -> None:
    assert list(reader.to_pandas("SELECT number FROM issue WHERE deleted_at IS NULL")["number"]) == [1, 2]
    (written,) = reader.export(tmp_path / "tables", ["topic"])
    assert (written.rows, written.path.name) == (2, "topic.parquet")


def test_a_mirror_need_not_exist_before_it_is_read(tmp_path: Path) -> None:
    missing = MirrorReader(tmp_path / "new.sqlite")
    assert missing.path == tmp_path / "new.sqlite"
    with pytest.raises(ConfigurationError, match=r"^there is no mirror "):
        missing.query("SELECT 1")
    assert not missing.path.exists()
    with pytest.raises(ConfigurationError, match=r"^mirror must be "):
        MirrorReader(tmp_path)
