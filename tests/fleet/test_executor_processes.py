"""Runs whose work is done by a pool of processes: the same rows and events as without one, each row once."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api.auth import credentials_at
from gitfleet_api.sync import GitHubClient as SyncGitHubClient
from gitfleet_fleet import Fleet, FleetEvent, UnitDone
from gitfleet_fleet.sync import Fleet as SyncFleet
from gitfleet_testing import Forge
from support.executing import (
    PLACE,
    VARIABLE,
    VICTIM,
    assert_complete,
    branch_names,
    client_with_place,
    die_for_one,
    in_loop,
    processes_of,
    spawning_pool,
    unreadable,
    worker_of,
)
from support.fleets import KINDS, OWNERS, ServedFleet, States, serve
from support.killing import PATIENCE
from support.ledgers import query

UNITS = 180
TARGETS = [f"github:{owner}" for owner in OWNERS]


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    with serve(60, States(gone=2, blocked=2, renamed=2, empty=2, forbidden=2)) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def _token(served: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, served.forge.token)
    served.forge.clear_log()
    served.forge.delay = 0.0


def _when(forge: Forge, requests: int, act: Callable[[], object]) -> threading.Thread:
    """Do something as soon as the forge has received so many requests."""

    def wait() -> None:
        end = time.monotonic() + PATIENCE
        while len(forge.requests) < requests and time.monotonic() < end:
            time.sleep(0.001)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _sorted(events: list[FleetEvent]) -> list[tuple[Any, ...]]:
    return sorted((item.target, item.kind, item.status, item.rows) for item in events if isinstance(item, UnitDone))


@in_loop
async def test_rows_outcomes_events_and_calls_are_those_of_a_run_without_an_executor(
    served: ServedFleet, engine: str, tmp_path: Path
) -> None:
    found = []
    with spawning_pool() as pool:
        for executor in (None, pool):
            events: list[FleetEvent] = []
            path = tmp_path / f"{executor is None}.sqlite"
            async with client_with_place(engine, served.forge.url) as client:
                fleet = Fleet(*TARGETS, clients=client, on_event=events.append)
                summary = await fleet.run(KINDS, ledger=path, executor=executor)
            assert_complete(served, path)
            problems = Counter((item.kind, item.status, item.code, item.count) for item in summary.problems)
            outcomes = query(
                path, "SELECT repository, kind, status, code, message, renamed_to, calls, rows FROM outcomes"
            )
            found.append(
                (summary.units, summary.rows, summary.calls, problems, _sorted(events), sorted(map(str, outcomes)))
            )
            assert [item.done for item in events if isinstance(item, UnitDone)] == list(range(1, UNITS + 1))
        pids = [process.pid for process in processes_of(pool)]
    assert found[0] == found[1]
    assert len(pids) == 2
    for pid in pids:  # nothing is left
        with pytest.raises(ProcessLookupError):
            os.kill(pid or 0, 0)


@in_loop
async def test_a_process_that_is_killed_in_the_middle_loses_and_doubles_no_row(
    served: ServedFleet, engine: str, tmp_path: Path
) -> None:
    served.forge.delay = 0.02
    with spawning_pool() as pool:
        killer = _when(served.forge, 60, lambda: next(iter(processes_of(pool))).kill())
        async with client_with_place(engine, served.forge.url, max_concurrency=4) as client:
            summary = await Fleet(*TARGETS, clients=client).run(KINDS, ledger=tmp_path / "night.sqlite", executor=pool)
        killer.join(PATIENCE)
    assert_complete(served, tmp_path / "night.sqlite")
    assert summary.done == UNITS
    assert not [item for item in summary.problems if item.code == "worker_lost"]


@in_loop
async def test_work_that_kills_each_of_its_workers_fails_alone(
    served: ServedFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name for name in sorted(served.names) if name not in served.states][:15]
    monkeypatch.setenv(VICTIM, names[4])
    with spawning_pool(1) as pool:
        async with client_with_place("python", served.forge.url) as client:
            fleet = Fleet(*(f"github:{name}" for name in names), clients=client)
            summary = await fleet.run(die_for_one, ledger=tmp_path / "night.sqlite", executor=pool)
    (problem,) = summary.problems
    assert (problem.status, problem.code, problem.count) == ("failed", "worker_lost", 1)
    assert problem.examples == (f"github:{names[4]}",)
    assert "each of the 3 times" in problem.message
    assert summary.units["die_for_one"] == {"ok": 14, "failed": 1}


@in_loop
async def test_a_run_that_is_cancelled_keeps_its_results_and_the_next_one_continues(
    served: ServedFleet, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    served.forge.delay = 0.02
    with spawning_pool() as pool:
        async with client_with_place("python", served.forge.url, max_concurrency=4) as client:
            fleet = Fleet(*TARGETS, clients=client)
            run = asyncio.create_task(fleet.run(KINDS, ledger=path, executor=pool))
            canceller = _when(served.forge, 80, lambda: run.get_loop().call_soon_threadsafe(run.cancel))
            with pytest.raises(asyncio.CancelledError):
                await run
            canceller.join(PATIENCE)
            done = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0][0]
            summary = await fleet.run(KINDS, ledger=path, executor=pool)
    assert 0 < done < UNITS
    assert (summary.resumed, summary.skipped + summary.done) == (True, UNITS)
    assert summary.skipped >= done - 10, "failed units are repeated"
    assert_complete(served, path)


@in_loop
async def test_functions_of_users_run_in_workers(
    served: ServedFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok = [f"github:{name}" for name in sorted(served.names) if name not in served.states][:4]
    monkeypatch.setenv(VICTIM, ok[0].removeprefix("github:"))
    with spawning_pool() as pool:
        async with client_with_place("python", served.forge.url) as client:
            first = await Fleet(*ok, clients=client).run(branch_names, ledger=tmp_path / "a.sqlite", executor=pool)
            second = await Fleet(*ok, clients=client).run(unreadable, ledger=tmp_path / "b.sqlite", executor=pool)
        url = served.forge.url
        with SyncGitHubClient(credentials_at(PLACE, "github", url), url) as sync_client:
            third = await asyncio.to_thread(
                lambda: SyncFleet(*ok, clients=sync_client).run(worker_of, ledger=tmp_path / "c.sqlite", executor=pool)
            )
    assert first.rows["branch_names"] == third.rows["worker_of"] > 0
    assert first.units["branch_names"] == third.units["worker_of"] == {"ok": 4}
    assert second.units["unreadable"] == {"failed": 4}
    assert Counter(problem.code for problem in second.problems) == {"_Unpicklable": 1, "invalid_argument": 1}
