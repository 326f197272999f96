"""``gitfleet mirror``: the file, the lines on stderr, repetitions, exit codes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gitfleet_mirror.file import MirrorFile
from gitfleet_testing import Forge
from support.command_line import CommandLine
from support.mirroring import NAME, small_fleet


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge(small_fleet(2)) as running:
        yield running


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608


def test_a_fleet_is_copied_and_updated(forge: Forge, tmp_path: Path) -> None:
    path, gitfleet = tmp_path / "fleet.sqlite", CommandLine(forge)
    arguments = ("mirror", "github:aurora", "--db", str(path), "--only", "branches,pulls")
    first = gitfleet.run(*arguments)
    assert (first.code, first.out) == (0, "")
    assert first.err.startswith("gitfleet: fleet.sqlite: 2 repositories, ")
    assert (_count(path, "branch"), _count(path, "pull_request"), _count(path, "tag")) == (8, 10, 0)
    assert "no changes, 0 calls" in gitfleet.run(*arguments).err
    assert gitfleet.run(*arguments, "--quiet", "--no-archived", "--complete").err == ""
    forge.fleet.block(NAME)
    blocked = gitfleet.run(*arguments, "--allow-deletions")
    assert blocked.code == 7
    assert "github:aurora/http" in blocked.err
    assert _count(path, "branch") == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--only", ","), "--only is empty"),
        (("--only", "brnches"), "did you mean"),
        (("-o", "x.csv"), "a mirror keeps whole rows"),
        (("--cache", "x"), "a mirror keeps responses and errors itself"),
        (("--every", "soon"), "is not a duration"),
        (("--every", "0h"), "is not a duration"),
    ],
)
def test_wrong_options_are_one_line_with_2(
    forge: Forge, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = CommandLine(forge).run("mirror", "github:aurora", "--db", str(tmp_path / "f"), *options)
    assert done.code == 2
    assert message in done.err
    assert not forge.requests
    assert not (tmp_path / "f").exists()


def test_without_targets_those_of_the_last_update_are_read(forge: Forge, tmp_path: Path) -> None:
    path, gitfleet = tmp_path / "fleet.sqlite", CommandLine(forge)
    missing = gitfleet.run("mirror", "--db", str(path))
    assert (missing.code, len(missing.err.splitlines())) == (2, 1)
    assert "there is no mirror" in missing.err
    MirrorFile(path).close()
    new = gitfleet.run("mirror", "--db", str(path))
    assert (new.code, "the mirror has no targets yet" in new.err) == (2, True)
    assert not forge.requests
    gitfleet.run("mirror", "github:aurora", "--db", str(path), "--only", "tags")
    again = gitfleet.run("mirror", "--db", str(path), "--only", "tags")
    assert (again.code, "2 repositories, no changes, 0 calls" in again.err) == (0, True)
    empty = tmp_path / "owners.txt"
    empty.write_text("# none\n")
    assert "no targets in" in gitfleet.run("mirror", "--from", str(empty), "--db", str(path)).err


@pytest.mark.parametrize("is_locked", [False, True])
def test_every_continues_after_an_error_until_a_signal(forge: Forge, tmp_path: Path, is_locked: bool) -> None:
    path, gitfleet = tmp_path / "fleet.sqlite", CommandLine(forge)
    lock = MirrorFile(path) if is_locked else None
    command = gitfleet.command("mirror", "github:aurora", "--db", str(path), "--only", "tags", "--every", "6h")
    with subprocess.Popen(command, env=gitfleet.environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert ("in use" if is_locked else "2 repositories") in line
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
    if lock is not None:
        lock.close()


def test_a_signal_ends_an_update_that_excludes_others_and_the_same_command_continues(
    forge: Forge, tmp_path: Path
) -> None:
    path, gitfleet = tmp_path / "fleet.sqlite", CommandLine(forge)
    arguments = ("mirror", "github:aurora", "--db", str(path), "--only", "branches,pulls,tags")
    forge.stall("/repos/aurora/repository-1/branches", seconds=None)
    command, environment = gitfleet.command(*arguments), gitfleet.environment()
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not (path.exists() and _count(path, "pull_request") == 10) and time.monotonic() < deadline:
            time.sleep(0.02)
        second = gitfleet.run(*arguments)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, second.code) == (130, 1)
    assert "in use by process" in second.err
    assert len(second.err.splitlines()) == 1
    assert "the same command continues" in err
    assert _count(path, "pull_request") == 10
    done = gitfleet.run(*arguments)
    assert done.code == 0
    assert "units done before" in done.err
    assert (_count(path, "branch"), _count(path, "pull_request")) == (8, 10)
