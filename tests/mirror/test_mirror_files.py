"""The file of a mirror: new, of an older or newer release, damaged, locked, of another program, read-only."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import BranchInfo, ConfigurationError, RepoInfo
from gitfleet_fleet.files import sqlite_file
from gitfleet_mirror.errors import MirrorError
from gitfleet_mirror.file import APPLICATION, MirrorFile, check_output, checked_path, open_read_only
from gitfleet_mirror.schema import migrations, tables
from gitfleet_mirror.writer import Writer
from support.mirror_rows import least
from support.tools import tool

FOLDER = Path(__file__).parent
VERSIONS = sorted(FOLDER.glob("version_*.sql"), key=lambda path: int(re.sub(r"\D", "", path.stem)))
NOW = "2026-01-01T00:00:00.000Z"


def fill(path: Path) -> None:
    """Write a mirror with a repository and a branch."""
    mirror = MirrorFile(path)
    writer = Writer(mirror.connection)
    with writer.transaction():
        writer.upsert("repository", "github", None, [least(RepoInfo, id=7, full_name="aurora/one")], NOW)
        writer.upsert("branch", "github", 7, [least(BranchInfo, name="main")], NOW)
    mirror.close()


def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_a_new_mirror_is_private_and_readers_do_not_wait_for_its_writer(path: Path) -> None:
    mirror = MirrorFile(path)
    try:
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read(path, "PRAGMA application_id") == [(APPLICATION,)]
        assert read(path, "PRAGMA journal_mode") == [("wal",)]
        assert mirror.connection.execute("PRAGMA foreign_keys").fetchall() == [(1,)]
        with Writer(mirror.connection).transaction(), closing(open_read_only(path)) as reader:
            assert reader.execute("SELECT count(*) FROM repository").fetchall() == [(0,)]
    finally:
        mirror.close()
    assert list(path.parent.iterdir()) == [path]


def test_what_was_written_is_there_after_the_next_start(path: Path) -> None:
    fill(path)
    MirrorFile(path).close()
    assert read(path, "SELECT id, full_name FROM repository") == [(7, "aurora/one")]
    assert read(path, "PRAGMA integrity_check") == [("ok",)]


def test_the_newest_version_is_that_of_a_new_mirror(path: Path) -> None:
    MirrorFile(path).close()
    assert len(VERSIONS) == len(migrations.STEPS)
    with closing(sqlite3.connect(path)) as connection:
        assert (
            VERSIONS[-1].read_text("utf-8").partition("CREATE")[2]
            == (tool("write_mirror_version").schema(connection).partition("CREATE")[2])
        ), "add a step to migrations.STEPS and run tools/write_mirror_version.py"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_mirror_of_each_version_is_migrated_and_keeps_its_rows(path: Path, version: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(version.read_text("utf-8"))
        connection.execute(
            "INSERT INTO repository (provider, id, name, full_name, first_seen, last_seen) "
            "VALUES ('github', 7, 'one', 'aurora/one', ?, ?)",
            (NOW, NOW),
        )
    fill(path)
    assert read(path, "PRAGMA user_version") == [(len(migrations.STEPS),)]
    assert read(path, "SELECT full_name, first_seen FROM repository") == [("aurora/one", NOW)]
    assert read(path, "SELECT repository_id, name FROM branch") == [(7, "main")]


@dataclass(frozen=True, slots=True)
class LaterBranch(BranchInfo):
    """A branch as a later release may have it."""

    author: str | None = None
    ahead: int | None = None


def later(monkeypatch: pytest.MonkeyPatch, step: Callable[[sqlite3.Connection], None]) -> None:
    """Make this release one with another version: its branches have two further columns, one of them with an index."""
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
    table = tables.Table("branch", LaterBranch, ("name",), call="branches", indexes=("commit_sha", "author"))
    others = tuple(table if one.name == "branch" else one for one in tables.TABLES)
    monkeypatch.setattr(tables, "TABLES", others)
    monkeypatch.setattr("gitfleet_mirror.schema.ddl.TABLES", others)


def test_columns_of_a_later_release_are_added(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path)
    later(monkeypatch, lambda connection: connection.execute("UPDATE branch SET name = 'trunk'"))  # type: ignore[arg-type,return-value]
    MirrorFile(path).close()
    assert read(path, "SELECT name, author, ahead FROM branch") == [("trunk", None, None)]
    assert ("branch_author",) in read(path, "SELECT name FROM sqlite_master WHERE type = 'index'")
    assert read(path, "PRAGMA user_version") == [(len(migrations.STEPS),)]


def test_a_migration_that_fails_leaves_the_older_mirror(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path)

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM branch")
        connection.execute("SELECT wrong")

    with monkeypatch.context() as changed:
        later(changed, step)
        with pytest.raises(MirrorError, match="no such column: wrong"):
            MirrorFile(path)
    assert read(path, "SELECT name FROM branch") == [("main",)]
    assert read(path, "PRAGMA user_version") == [(len(migrations.STEPS),)]
    MirrorFile(path).close()


@pytest.mark.parametrize("open_it", [MirrorFile, open_read_only])
def test_a_newer_mirror_is_refused_in_one_line(path: Path, open_it: Callable[[Path], object]) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(ConfigurationError) as caught:
        open_it(path)
    assert str(caught.value) == (
        f"the mirror {path} is of a newer release of GitFleet (version 9 of its tables; this release has "
        f"{len(migrations.STEPS)}): update GitFleet, or use another file"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("open_it", [MirrorFile, open_read_only])
def test_a_file_of_another_program_is_refused(path: Path, open_it: Callable[[Path], object]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
    with pytest.raises(ConfigurationError) as caught:
        open_it(path)
    assert str(caught.value) == f"{path} is a SQLite file of another program, not a mirror; it was not changed"
    path.write_text("notes\n" * 1000)
    with pytest.raises(ConfigurationError) as caught:
        open_it(path)
    assert str(caught.value) == f"{path} is not a mirror, and not a SQLite file; it was not changed"


@pytest.mark.parametrize("name", ["", ".", "missing/fleet.sqlite", "/dev/null", 7, None])
def test_a_path_that_cannot_be_a_mirror_is_refused(path: Path, name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(ConfigurationError, match=r"^mirror must be .*file"):
        checked_path(name)
    with pytest.raises(ConfigurationError, match=r"^(mirror must be the path of a file|there is no mirror )"):
        open_read_only(name)


@pytest.mark.parametrize("name", ["missing.sqlite", "empty.sqlite", "nul\0.sqlite"])
def test_a_mirror_that_does_not_exist_cannot_be_read(path: Path, name: str) -> None:
    (path.parent / "empty.sqlite").touch()
    with pytest.raises(ConfigurationError, match=r"^(there is no mirror |mirror cannot be )"):
        open_read_only(path.parent / name)
    assert not path.exists()


@pytest.mark.parametrize("open_it", [MirrorFile, open_read_only])
def test_a_damaged_mirror_is_one_error_and_stays(path: Path, open_it: Callable[[Path], object]) -> None:
    fill(path)
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)  # the header is whole
    path.write_bytes(data)
    with pytest.raises(MirrorError) as caught:
        open_it(path)
    assert caught.value.code == "mirror_damaged"
    assert str(caught.value).startswith(f"the mirror {path} is damaged (")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == bytes(data)


def test_a_mirror_is_updated_by_one_process_at_a_time(path: Path) -> None:
    mirror = MirrorFile(path)
    try:
        with pytest.raises(MirrorError, match="in use by this process") as caught:
            MirrorFile(path)
        assert caught.value.code == "mirror_in_use"
        script = (
            "import sys, pathlib; from gitfleet_mirror.file import MirrorFile; MirrorFile(pathlib.Path(sys.argv[1]))"
        )
        done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
        assert f"the mirror {path} is in use by process {os.getpid()}" in done.stderr.splitlines()[-1]
    finally:
        mirror.close()
    MirrorFile(path).close()


def test_a_mirror_that_another_program_locks_is_one_error_after_some_seconds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.1)
    mirror = MirrorFile(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(MirrorError) as caught, mirror.errors(), Writer(mirror.connection).transaction():
                pass
            assert caught.value.code == "mirror_locked"
    finally:
        mirror.close()


def test_a_connection_to_read_refuses_to_write(path: Path) -> None:
    fill(path)
    with closing(open_read_only(path)) as connection:
        for statement in ("DELETE FROM branch", "CREATE TABLE x (y)", "PRAGMA user_version = 5", "VACUUM"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute(statement)
        assert connection.execute("SELECT name FROM branch").fetchall() == [("main",)]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_a_mirror_in_a_read_only_folder_can_be_read(path: Path) -> None:
    fill(path)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    if os.getuid() == 0:  # root may write everywhere; this prevents the file that readers share
        path.with_name(f"{path.name}-shm").mkdir()
    try:
        with closing(open_read_only(path)) as connection:
            assert connection.execute("SELECT name FROM branch").fetchall() == [("main",)]
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize("name", ["fleet.sqlite", "fleet.sqlite-wal", "fleet.sqlite-cache", "link"])
def test_no_output_replaces_a_mirror_or_a_file_of_it(path: Path, name: str) -> None:
    fill(path)
    (path.parent / "x").symlink_to(path.parent)
    (path.parent / "link").hardlink_to(path)
    output = path.parent / "x" / name
    with pytest.raises(ConfigurationError, match="belongs to the mirror"):
        check_output(path, output)
    check_output(path, path.with_name("report.html"))
