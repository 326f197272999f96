"""Parquet files of a mirror."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gitfleet_api import ConfigurationError, RepoDetails
from gitfleet_mirror.export import EXPORTED, export
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.schema.tables import TABLES
from gitfleet_mirror.writer import Writer
from support.mirror_rows import full, least
from support.mirrors import NOW, write_mirror


def read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_each_table_becomes_a_file_with_all_rows(path: Path, tmp_path: Path) -> None:
    found = export(write_mirror(path), tmp_path / "tables")
    assert {item.table: item.rows for item in found if item.rows} == {
        "account": 1,
        "repository": 2,
        "repository_name": 2,
        "topic": 2,
        "issue": 3,
        "pull_request": 1,
    }
    assert sorted(file.name for file in (tmp_path / "tables").iterdir()) == sorted(
        f"{name}.parquet" for name in EXPORTED
    )
    first, _, deleted = read(tmp_path / "tables" / "issue.parquet")
    assert first["created_at"] == datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert first["labels"] == ["bug", "ü"]
    assert first["assignees"] == [
        {"id": 5, "login": "ada", "type": None, "avatar_url": None, "html_url": None},
    ]
    assert (first["repository_id"], first["deleted_at"]) == (7, None)
    assert deleted["deleted_at"] == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_values_of_every_table_are_those_of_the_models(path: Path, tmp_path: Path) -> None:
    file = MirrorFile(path)
    writer = Writer(file.connection)
    with writer.transaction():
        writer.upsert("repository", "github", None, [least(RepoDetails, id=7)], NOW)
        for table in TABLES:
            parent = {None: None, "repository_id": 7, "owner": "aurora"}[table.parent]
            writer.upsert(table.name, "github", parent, [full(table.model)], NOW)
    file.close()
    export(path, tmp_path)
    for table in TABLES[1:]:  # accounts are those of all other tables
        row = full(table.model)
        (found,) = [
            one for one in read(tmp_path / f"{table.name}.parquet") if one[table.key[0]] == getattr(row, table.key[0])
        ]
        for column in table.columns:
            value: Any = row
            for name in column.attributes:
                value = getattr(value, name)
            if column.kind in ("text", "integer", "id", "number", "boolean", "time"):
                assert found[column.name] == value, (table.name, column.name)
            elif column.kind == "texts":
                assert found[column.name] == list(value), (table.name, column.name)
            elif column.kind == "objects":
                names = [item.name for item in column.inner]
                assert found[column.name] == [{name: getattr(one, name) for name in names} for one in value]


def test_a_column_with_integers_and_text_is_text(path: Path, tmp_path: Path) -> None:
    file = MirrorFile(path)
    with Writer(file.connection).transaction():
        repos = [least(RepoDetails, id=7, full_name="a/b"), least(RepoDetails, id="x", full_name="a/c")]
        Writer(file.connection).upsert("repository", "github", None, repos, NOW)
    file.close()
    export(path, tmp_path, ["repository", "repository_name"])
    assert [row["id"] for row in read(tmp_path / "repository.parquet")] == ["7", "x"]
    assert sorted(row["repository_id"] for row in read(tmp_path / "repository_name.parquet")) == ["7", "x"]


def test_only_some_tables_are_written(path: Path, tmp_path: Path) -> None:
    found = export(write_mirror(path), tmp_path, ["issue", "issue"])
    assert [dataclasses.astuple(item) for item in found] == [("issue", tmp_path / "issue.parquet", 3)]
    assert [file.name for file in tmp_path.glob("*.parquet")] == ["issue.parquet"]


def test_files_are_complete_or_absent(path: Path, tmp_path: Path) -> None:
    write_mirror(path, issues=6000)
    (tmp_path / "issue.parquet").write_text("old")
    calls = iter([True] * 4)
    assert export(path, tmp_path, go_on=lambda: next(calls, False)) == []
    assert {file.name for file in tmp_path.iterdir()} - {f"{path.name}-wal", f"{path.name}-shm"} == {
        path.name,
        "issue.parquet",
    }
    assert (tmp_path / "issue.parquet").read_text() == "old"
    assert export(path, tmp_path, ["issue"])[0].rows == 6000
    assert pq.ParquetFile(tmp_path / "issue.parquet").num_row_groups == 2


def test_what_cannot_be_exported_is_refused(path: Path, tmp_path: Path) -> None:
    write_mirror(path)
    with pytest.raises(
        ConfigurationError, match=r"^no table is named 'isue'; did you mean 'issue'\? known are account, "
    ):
        export(path, tmp_path, ["isue"])
    with pytest.raises(ConfigurationError, match=r"^tables must be a list of names, not 'issue'"):
        export(path, tmp_path, "issue")
    for folder in (path, path / "x", 7, ""):
        with pytest.raises(ConfigurationError, match=r"^the folder "):
            export(path, folder)
    with pytest.raises(ConfigurationError, match=r"^there is no mirror "):
        export(tmp_path / "missing", tmp_path / "new")
    assert not (tmp_path / "new").exists()
