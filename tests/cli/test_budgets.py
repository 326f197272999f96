"""``--budgets``: commands that run at the same time share their rate limits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from support.command_line import CommandLine

pytest.importorskip("gitfleet_fleet", reason="needs gitfleet-fleet")

TARGET = "github:small"


def _budgets(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT count(*) FROM budgets").fetchone()
    finally:
        connection.close()
    assert isinstance(count, int)
    return count


def test_any_command_shares_through_the_file_that_it_names(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite"
    done = gitfleet.run("repos", TARGET, "--budgets", str(path))
    assert done.code == 0, done.err
    assert _budgets(path) == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_command_with_a_ledger_shares_through_a_file_of_the_user(gitfleet: CommandLine, tmp_path: Path) -> None:
    done = gitfleet.run(
        *("branches", TARGET, "--ledger", str(tmp_path / "ledger.sqlite")),
        GITFLEET_BUDGETS=None,
        XDG_STATE_HOME=str(tmp_path / "state"),
    )
    assert done.code == 0, done.err
    assert _budgets(tmp_path / "state" / "gitfleet" / "budgets.sqlite") == 1


@pytest.mark.parametrize("way", ["option", "variable"])
def test_none_shares_nothing(gitfleet: CommandLine, tmp_path: Path, way: str) -> None:
    options = ["--budgets", "none"] if way == "option" else []
    done = gitfleet.run(
        *("branches", TARGET, "--ledger", str(tmp_path / "ledger.sqlite"), *options),
        GITFLEET_BUDGETS="none" if way == "variable" else None,
        XDG_STATE_HOME=str(tmp_path / "state"),
    )
    assert done.code == 0, done.err
    assert not (tmp_path / "state").exists()


def test_a_user_without_a_folder_to_write_to_is_not_stopped(gitfleet: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = gitfleet.run(
        *("branches", TARGET, "--ledger", str(tmp_path / "ledger.sqlite")),
        GITFLEET_BUDGETS=None,
        XDG_STATE_HOME=str(tmp_path / "file"),
    )
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("given", "problem"),
    [("/no/such/folder/x", "folder that does not exist"), ("ftp://h", "redis://"), ("h:6379", "redis://")],
)
def test_an_impossible_store_is_one_error_before_anything_is_sent(
    gitfleet: CommandLine, given: str, problem: str
) -> None:
    before = len(gitfleet.forge.requests)
    done = gitfleet.run("repos", TARGET, "--budgets", given)
    assert done.code == 2
    assert problem in done.error
    assert len(gitfleet.forge.requests) == before


def test_a_password_of_redis_is_not_shown(gitfleet: CommandLine) -> None:
    pytest.importorskip("redis", reason="needs Redis's client")
    done = gitfleet.run("repos", TARGET, "--budgets", "redis://:a-secret@127.0.0.1:1")
    assert done.code == 0, done.err  # alone, as nothing listens there
    assert "can't be used now" in done.err
    assert "a-secret" not in done.err
