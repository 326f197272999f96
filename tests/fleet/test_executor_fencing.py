"""Fencing: units that ran twice, results that come late, and executors that lose work or accept none."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import GitFleetError
from gitfleet_fleet import Fleet, RunSummary
from gitfleet_fleet.remote import coordinator
from gitfleet_fleet.remote.sent import SentBatch
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.executing import VARIABLE, client_with_place, in_loop
from support.ledgers import query

NAMES = [f"acme/tool-{number}" for number in range(6)]


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    data = Data()
    data.add_organization("acme")
    for name in NAMES:
        data.add_repository("acme", name.partition("/")[2], branches=["main", "old"], commits=1)
    with Forge(data) as running:
        monkeypatch.setenv(VARIABLE, running.token)
        yield running


class _Executor(Executor):
    """An executor that does its work at once, in a thread, and whose results a test changes."""

    def __init__(self) -> None:
        self.batches: list[SentBatch] = []
        self._pool = ThreadPoolExecutor(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        (batch,) = args
        self.batches.append(batch)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self._pool.submit(self._answer, future, fn, batch, len(self.batches))
        return future

    def _answer(self, future: Future[Any], function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> None:
        try:
            future.set_result(self.result(function, batch, time))
        except BaseException as error:  # noqa: BLE001  the future has it
            future.set_exception(error)

    def result(self, function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> bytes:
        raise NotImplementedError  # each kind of executor below has another result

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


async def _run(forge: Forge, path: Path, executor: Executor) -> RunSummary:
    async with client_with_place("python", forge.url) as client:
        fleet = Fleet(*(f"github:{name}" for name in NAMES), clients=client, concurrency=len(NAMES) * 16)
        with executor:
            return await fleet.run("branches", ledger=path, executor=executor)


def _requests(forge: Forge) -> Counter[str]:
    return Counter(request.path for request in forge.requests if request.path.endswith("/branches"))


@in_loop
async def test_the_late_result_of_a_unit_that_was_given_out_again_is_ignored(forge: Forge, tmp_path: Path) -> None:
    first: list[bytes] = []
    lost: list[int] = []

    class Twice(_Executor):
        """The work of the first call is done, but its worker is lost. Its result comes in place of the second one."""

        def result(self, function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> bytes:
            key, number = batch.units[0].key, batch.units[0].number
            result = function(batch)
            if not first:
                lost.append(key)
                first.append(result)
                for name in NAMES:
                    forge.fleet.update(name, branches=["main", "new", "newer"])
                raise BrokenExecutor("the worker was lost")
            return first[0] if key in lost and number == 2 else result

    executor = Twice()
    summary = await _run(forge, tmp_path / "night.sqlite", executor)
    assert summary.units["branches"] == {"ok": len(NAMES)}
    rows = query(tmp_path / "night.sqlite", "SELECT repository, name FROM branches")
    assert sorted(rows) == sorted((name, branch) for name in NAMES for branch in ("main", "new", "newer"))
    assert sorted(_requests(forge).values()) == [1, 1, 1, 1, 1, 3], "one really ran three times"
    numbers = [(unit.key, unit.number) for batch in executor.batches for unit in batch.units]
    assert len(set(numbers)) == len(numbers), "no number is given out twice"


@in_loop
async def test_a_unit_without_a_result_is_given_out_three_times_and_then_fails(forge: Forge, tmp_path: Path) -> None:
    class Losing(_Executor):
        def result(self, function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> bytes:
            raise BrokenExecutor("no worker")

    executor = Losing()
    summary = await _run(forge, tmp_path / "night.sqlite", executor)
    given = Counter(unit.key for batch in executor.batches for unit in batch.units)
    assert set(given.values()) == {3}
    (problem,) = summary.problems
    assert (problem.status, problem.code, problem.count) == ("failed", "worker_lost", len(NAMES))
    assert "BrokenExecutor: no worker" in problem.message


@in_loop
async def test_an_executor_that_accepts_no_work_is_an_error_and_the_next_run_continues(
    forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise RuntimeError("cannot schedule new futures after shutdown")

    monkeypatch.setattr(coordinator, "PATIENCE", 0.2)
    with pytest.raises(GitFleetError, match=r"accepted no work.*after shutdown.*the next run continues") as caught:
        await _run(forge, tmp_path / "night.sqlite", Closed())
    assert caught.value.code == "executor_failed"
    summary = await _run(forge, tmp_path / "night.sqlite", ThreadPoolExecutor(2))
    assert (summary.resumed, summary.units["branches"]) == (True, {"ok": len(NAMES)})


@in_loop
async def test_a_pool_whose_processes_always_end_is_an_error(
    forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "MOST_POOLS", 2)
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=os._exit, initargs=(1,))
    with pytest.raises(GitFleetError, match=r"the processes of the executor end before .* 3 times in a row") as caught:
        await _run(forge, tmp_path / "night.sqlite", pool)
    assert caught.value.code == "executor_failed"


@in_loop
async def test_a_worker_that_cannot_work_ends_the_run_with_its_error(
    forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(_Executor):
        """A machine without the variable."""

        def result(self, function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> bytes:
            monkeypatch.delenv(VARIABLE, raising=False)
            return function(batch)

    with pytest.raises(
        GitFleetError, match=f"worker on .*: this process has no credentials at environment:{VARIABLE}"
    ) as caught:
        await _run(forge, tmp_path / "night.sqlite", Elsewhere())
    assert caught.value.code == "credentials_missing"
    assert not _requests(forge)


@in_loop
async def test_what_a_worker_raises_otherwise_is_named(forge: Forge, tmp_path: Path) -> None:
    class WithoutLibrary(_Executor):
        def result(self, function: Callable[[SentBatch], bytes], batch: SentBatch, time: int) -> bytes:
            raise ModuleNotFoundError("No module named 'gitfleet_fleet'")

    with pytest.raises(GitFleetError, match=r"a worker cannot work: .*gitfleet_fleet") as caught:
        await _run(forge, tmp_path / "night.sqlite", WithoutLibrary())
    assert caught.value.code == "worker_failed"
