"""Shared budgets and threads: several pools with one store, and the end of the thread that talks to it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gitfleet_api.budgets import BudgetReport, SQLiteBudgets


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
