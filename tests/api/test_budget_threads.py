"""Shared budgets and threads: several pools with one store, and the end of the thread that talks to it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

from gitfleet_api.budgets import BudgetReport, MemoryBudgets, SQLiteBudgets
from gitfleet_api.ratelimit.keeper import Keeper
from gitfleet_api.ratelimit.leasing import Leasing


def test_the_pools_of_a_process_may_have_one_store(tmp_path: Path) -> None:
    store = SQLiteBudgets(tmp_path / "budgets.sqlite")
    report = BudgetReport("k", None, 0, 0, 1)

    def use(worker: str) -> None:
        for _ in range(200):
            assert len(store.exchange(worker, [report], time.time())) == 1
            if worker == "closes":  # as a pool whose thread ends
                store.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(use, ("one", "two", "closes")))
    store.close()


def test_leases_are_given_back_although_the_store_is_asked_at_that_moment() -> None:
    calls: list[bool] = []
    asked, may_reply = threading.Event(), threading.Event()

    def work(*, is_last: bool) -> float:
        calls.append(is_last)
        asked.set()
        may_reply.wait(10)
        return inf

    keeper = Keeper(work, lambda: None)
    keeper.wake()
    asked.wait(10)
    thread = keeper.stop()
    may_reply.set()
    assert thread is not None
    thread.join(10)
    assert calls == [False, True]


def test_a_pool_may_be_collected_in_any_line_of_the_thread() -> None:
    calls: list[bool] = []
    has_ended = threading.Event()

    def work(*, is_last: bool) -> float:
        calls.append(is_last)
        return 60.0

    keeper = Keeper(work, has_ended.set)
    keeper.wake()
    leasing = Leasing(MemoryBudgets(), threading.RLock(), time.time, lambda: None)
    leasing._keeper = keeper
    with keeper._lock, vars(keeper._event)["_cond"]:  # as in a line of the thread itself
        collected = threading.Thread(target=leasing.close, daemon=True)
        collected.start()
        collected.join(10)
        assert not collected.is_alive()
    assert has_ended.wait(10)
    assert calls[-1]
