"""``--executor``: workers send the requests of a run with a ledger."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gitfleet_testing import Forge
from support.command_line import CommandLine, isolated
from support.killing import PATIENCE


def _rows(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT repository, name FROM branches ORDER BY 1, 2").fetchall()


def test_processes_do_the_same_as_the_command_alone(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    alone, workers = tmp_path / "alone.sqlite", tmp_path / "workers.sqlite"
    assert gitfleet_on.run("branches", "github:small", "--ledger", str(alone)).code == 0
    done = gitfleet_on.run("branches", "github:small", "--ledger", str(workers), "--executor", "processes:2")
    assert done.code == 0
    assert done.error.startswith("gitfleet: workers.sqlite: 30 units, 30 repositories, ")
    assert _rows(alone) == _rows(workers) != []


@pytest.mark.parametrize("text", ["processes", "processes:0", "processes:x", "dask", "dask:", "ray:8", ""])
def test_other_texts_are_refused(gitfleet: CommandLine, quiet_forge: Forge, tmp_path: Path, text: str) -> None:
    done = gitfleet.run("branches", "github:small", "--ledger", str(tmp_path / "a.sqlite"), "--executor", text)
    assert done.code == 2
    assert "--executor is processes:N, as processes:8, or dask:ADDRESS" in done.error
    assert not quiet_forge.requests


def test_workers_need_a_ledger_and_tokens_that_they_can_read(gitfleet: CommandLine, tmp_path: Path) -> None:
    done = gitfleet.run("branches", "github:small", "--executor", "processes:2")
    assert (done.code, "needs --ledger FILE" in done.error) == (2, True)
    options = ("--ledger", str(tmp_path / "a.sqlite"), "--executor", "processes:1", "--token-file", "-")
    done = gitfleet.run("branches", "github:small", *options, stdin="secret-token\n")
    assert (done.code, "workers cannot read the tokens of stdin" in done.error) == (2, True)
    assert "secret-token" not in done.err


def test_tokens_of_a_file_are_read_by_the_workers(gitfleet: CommandLine, quiet_forge: Forge, tmp_path: Path) -> None:
    (tmp_path / "tokens.txt").write_text(f"# mine\ngithub={quiet_forge.token}\n")
    options = ("--ledger", str(tmp_path / "a.sqlite"), "--executor", "processes:1")
    done = gitfleet.run("branches", "github:small", *options, "--token-file", str(tmp_path / "tokens.txt"))
    assert done.code == 0, done.err
    assert {request.token for request in quiet_forge.requests} == {quiet_forge.token}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_ended_leaves_no_process_and_the_next_one_continues(
    quiet_forge: Forge, tmp_path: Path, number: signal.Signals
) -> None:
    ledger = tmp_path / "night.sqlite"
    workers = ("--executor", "processes:1", "--concurrency", "4")
    options = ["--base-url", quiet_forge.url, "--ledger", str(ledger), *workers]
    command = [sys.executable, "-P", "-m", "GitFleet", "branches", "github:acme", *options]
    environment = {**os.environ, **isolated(tmp_path), "GITHUB_TOKEN": quiet_forge.token}
    quiet_forge.delay = 0.02
    try:
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True) as process:
            _wait_for(lambda: len(quiet_forge.requests) > 120)
            process.send_signal(number)
            process.wait(PATIENCE)
            _wait_for(lambda: not _has_members(process.pid))
    finally:
        quiet_forge.delay = 0.0
    assert process.returncode == (143 if number == signal.SIGTERM else -9)
    if number == signal.SIGTERM:
        return
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert " of 250 units, " in done.stderr
    assert len({repository for repository, _ in _rows(ledger)}) == 250


def _wait_for(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


def _has_members(group: int) -> bool:
    """Whether a process of the command's group runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
