"""Budgets in an SQLite file: many processes with kills, and files that are missing, locked, foreign or not writable.

``GITFLEET_HAMMER_SECONDS=60`` lets the first test run for a minute.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import warnings
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from gitfleet_api import ConfigurationError, SQLiteBudgets
from gitfleet_api.budgets import BudgetReport, BudgetWarning
from gitfleet_api.budgets.encoding import decode
from support.budget_hammer import BUDGETS, LIMIT
from support.spending import Quota, Spender, spend_together

SECONDS = float(os.environ.get("GITFLEET_HAMMER_SECONDS", "4"))
PROCESSES = 8


def _start(path: Path, folder: Path, seconds: float) -> subprocess.Popen[str]:
    program = str(Path(__file__).parents[1] / "support" / "budget_hammer.py")
    command = [sys.executable, "-P", program, str(path), str(folder), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_eight_processes_with_kills_never_lease_a_call_twice(tmp_path: Path) -> None:
    path, folder, end = tmp_path / "budgets.sqlite", tmp_path / "said", time.monotonic() + SECONDS
    folder.mkdir()
    chosen = random.Random(7)  # noqa: S311  which process is killed
    running = [_start(path, folder, SECONDS) for _ in range(PROCESSES)]
    ended: list[dict[str, float]] = []
    try:
        while (left := end - time.monotonic()) > 0.5:
            time.sleep(chosen.uniform(0.2, 0.5))
            victim = running.pop(chosen.randrange(PROCESSES))
            victim.kill()
            victim.communicate()
            running.append(_start(path, folder, left))
        ended = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate()
    given: dict[tuple[int, float], Counter[str]] = {}
    for file in folder.iterdir():
        for line in file.read_text().splitlines():
            if line.endswith("]"):  # a kill may cut the last one
                key, window, leased = json.loads(line)
                given.setdefault((key, window), Counter())[file.name] = leased
    sums = [sum(counter.values()) for counter in given.values()]
    assert max(sums) <= LIMIT
    assert len(sums) >= BUDGETS * (SECONDS // 2 - 1)
    assert max(len(counter) for counter in given.values()) >= PROCESSES // 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    calls, cpu = sum(one["calls"] for one in ended), sum(one["cpu"] for one in ended)
    print(f"{sum(sums)} calls in {len(sums)} windows; {cpu / calls * 1e6:.1f} microseconds of CPU per call")  # noqa: T201  with -s


def test_two_workers_spend_exactly_the_budget(tmp_path: Path) -> None:
    quota, path = Quota(500), tmp_path / "budgets.sqlite"
    spenders = [Spender(SQLiteBudgets(path), quota) for _ in range(2)]
    assert (spend_together(spenders), quota.refused) == (500, 0)


def test_the_file_is_private_and_has_no_token(tmp_path: Path) -> None:
    path = tmp_path / "budgets.sqlite"
    Spender(SQLiteBudgets(path), Quota(10), "a-secret-token").spend()
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(b"a-secret-token" not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("way", ["removed", "replaced by an empty one", "replaced by rubbish"])
def test_a_file_that_goes_away_costs_no_call(tmp_path: Path, way: str) -> None:
    quota, path = Quota(300), tmp_path / "budgets.sqlite"
    spender = Spender(SQLiteBudgets(path), quota)
    spender.spend(20)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for file in tmp_path.iterdir():
            file.unlink()
        if way != "removed":
            path.write_bytes(b"" if "empty" in way else b"rubbish" * 1000)
        _spend_all(spender, quota)
    assert quota.refused == 0
    assert len([item for item in caught if item.category is BudgetWarning]) <= 1


def test_a_locked_file_delays_nothing_for_long_and_is_used_again(tmp_path: Path) -> None:
    quota, path = Quota(300), tmp_path / "budgets.sqlite"
    spender = Spender(SQLiteBudgets(path), quota)
    spender.spend(20)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.warns(BudgetWarning, match="can't be used now"):
            assert spender.spend(200) == 200
        other.execute("ROLLBACK")
    _spend_all(spender, quota)
    assert quota.refused == 0


def test_another_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="another SQLite database"):
        Spender(SQLiteBudgets(path), Quota(3)).spend()
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", ["", "a\0b", "/no/such/folder/x", "/", None, 3])
def test_an_impossible_path_is_refused_at_once(path: object) -> None:
    with pytest.raises(ConfigurationError):
        SQLiteBudgets(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("reserve", [-1, 1.5, "1", True, None])
def test_an_impossible_reserve_is_refused_at_once(tmp_path: Path, reserve: object) -> None:
    with pytest.raises(ConfigurationError, match="reserve"):
        SQLiteBudgets(tmp_path / "x", reserve=reserve)  # type: ignore[arg-type]


def test_a_reserve_is_left_to_other_programs(tmp_path: Path) -> None:
    quota = Quota(100)
    spender = Spender(SQLiteBudgets(tmp_path / "b", reserve=30), quota)
    assert spender.spend() == 70
    greedy = Quota(20)
    assert Spender(SQLiteBudgets(tmp_path / "c", reserve=30), greedy).spend() == 10  # at most half of a window


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_another_worker(tmp_path: Path) -> None:
    quota, path = Quota(400), tmp_path / "budgets.sqlite"
    spender = Spender(SQLiteBudgets(path), quota)
    spender.spend(20)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  the child
        done = spender.spend(50)
        os.write(writer, b"%d" % done)
        os._exit(0)
    assert os.read(reader, 10) == b"50"
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    assert spender.spend(50) == 50
    with closing(sqlite3.connect(path)) as connection:
        ((state,),) = connection.execute("SELECT state FROM budgets").fetchall()
    assert len(list(decode(state).holders)) == 2


def test_old_budgets_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "budgets.sqlite"
    budgets = SQLiteBudgets(path)
    now = time.time()
    budgets.exchange("w", [BudgetReport(f"key {number}", None, 0, 0, 1) for number in range(50)], now)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE budgets SET expires = 1")
        connection.commit()
    again = SQLiteBudgets(path)
    again.exchange("w", [BudgetReport("new", None, 0, 0, 1)], now)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT key FROM budgets").fetchall() == [("new",)]
    budgets.close()
    again.close()


def _spend_all(spender: Spender, quota: Quota) -> None:
    end = time.monotonic() + 30
    while quota.used["one-token"] < quota.limit:
        assert time.monotonic() < end, f"{quota.used} of {quota.limit} used"
        spender.spend()
        time.sleep(0.05)
