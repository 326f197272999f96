"""Processes that share the budgets of some tokens: nothing is refused, nothing is left, everybody gets a part.

``GITFLEET_LONG_BUDGETS=1`` runs the first test with 10 tokens of 300 calls in 20 seconds, for 61 seconds.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.budget_workers import budget_forge, spent_per_window, workers
from support.redis_server import RedisServer, find_redis

LONG = os.environ.get("GITFLEET_LONG_BUDGETS") == "1"
TOKENS, LIMIT, WINDOW, SECONDS = (10, 300, 20.0, 61.0) if LONG else (3, 80, 7.0, 16.0)
STORES = [
    "sqlite",
    pytest.param("redis", marks=pytest.mark.skipif(find_redis() is None, reason="needs redis-server")),
]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty store."""
    if request.param == "sqlite":
        yield str(tmp_path / "budgets.sqlite")
        return
    pytest.importorskip("redis", reason="needs Redis's client")
    with RedisServer(tmp_path) as server:
        yield server.url


def test_four_processes_use_the_whole_budget_and_no_call_is_refused(engine: str, store: str) -> None:
    with budget_forge(TOKENS, LIMIT, WINDOW) as (forge, names):
        with workers(4, forge, names, engine, store, SECONDS, 10) as started:
            results = [worker.result() for worker in started]
        refused, counts = spent_per_window(forge, WINDOW)
    assert [(result.failures, result.warnings) for result in results] == [([], 0)] * 4
    assert refused == Counter()
    complete = [spent for windows in counts.values() for spent in windows[:-1]]
    assert len(complete) >= TOKENS
    assert sum(complete) >= 0.99 * LIMIT * len(complete)
    fair = sum(result.calls for result in results) / 4
    assert all(result.calls >= fair / 2 for result in results), [result.calls for result in results]


@pytest.mark.skipif(not LONG, reason="takes 36 s: GITFLEET_LONG_BUDGETS=1")
def test_the_leases_of_a_killed_process_are_used_by_another_one_within_30_seconds(engine: str, store: str) -> None:
    with budget_forge(1, 300, 60.0, delay=0.02) as (forge, names):
        with workers(2, forge, names, engine, store, 34.0, 4) as (victim, other):
            while len(forge.requests) < 60:
                time.sleep(0.01)
            victim.kill()
            killed = time.monotonic()
            result = other.result()
        served = [request.finished for request in forge.requests if request.status == 200]
    assert (result.failures, result.warnings) == ([], 0)
    # A few calls of the victim were cut off, which the server may have counted.
    assert len(served) >= 300 - 4
    assert max(finished for finished in served if finished is not None) < killed + 30
