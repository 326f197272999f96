"""Runs with executors in tests: clients whose tokens have a place, pools, and functions that workers call."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, ParamSpec, cast

from gitfleet_api import GitHubClient, GitProviderClient
from gitfleet_api.auth import credentials_at
from gitfleet_api.sync import GitProviderClient as SyncClient
from gitfleet_fleet import Repository
from support.fleets import KINDS, ServedFleet
from support.ledgers import identity, names_by_repository, query

__all__ = [
    "PLACE",
    "VARIABLE",
    "VICTIM",
    "assert_complete",
    "branch_names",
    "client_with_place",
    "die_for_one",
    "in_loop",
    "processes_of",
    "spawning_pool",
    "unreadable",
    "worker_of",
]

P = ParamSpec("P")

VARIABLE = "GITFLEET_TEST_TOKEN"
VICTIM = "GITFLEET_TEST_VICTIM"
"""The variable with the repository that a function treats in another way."""
PLACE = f"environment:{VARIABLE}"


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Decorator: run a test that is a coroutine function in an event loop."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def client_with_place(engine: str, url: str, **settings: Any) -> GitHubClient:
    """A client whose token is in a variable, so that workers can find it."""
    return GitHubClient(credentials_at(PLACE, "github", url), url, backend=cast("Any", engine), **settings)


def spawning_pool(workers: int = 2) -> ProcessPoolExecutor:
    """A pool of processes. The caller shuts it down."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def processes_of(pool: ProcessPoolExecutor) -> list[BaseProcess]:
    """The running processes of a pool, which has no public name for them."""
    return [process for process in list((pool._processes or {}).values()) if process.is_alive()]


def assert_complete(served: ServedFleet, ledger: Path) -> None:
    """The ledger has exactly the rows of the forge, each once, and a result for each unit."""
    assert query(ledger, "PRAGMA integrity_check") == [("ok",)]
    for kind in KINDS:
        states = {target: (status, rows) for target, (status, _, rows) in served.outcomes(kind).items()}
        expected = {
            target.removeprefix("github:"): Counter(identity(kind, row) for row in rows)
            for target, (_, rows) in states.items()
            if rows
        }
        assert names_by_repository(ledger, kind) == expected
        found = dict(query(ledger, "SELECT 'github:' || repository, status FROM outcomes WHERE kind = ?", kind))
        assert found == {target: status for target, (status, _) in states.items()}


async def branch_names(client: GitProviderClient, repo: Repository) -> list[Any]:
    """A function of a user."""
    return await client.fetch_branches(repo)


def worker_of(client: SyncClient, repo: Repository) -> list[Any]:
    """A function of a user of the sync API, which runs in the processes of a pool."""
    assert os.environ[VARIABLE]
    return client.fetch_branches(repo).all()


async def die_for_one(client: GitProviderClient, repo: Repository) -> list[Any]:
    """A function that ends its process for one repository."""
    if repo.full_name == os.environ[VICTIM]:
        os.kill(os.getpid(), signal.SIGKILL)
    return await client.fetch_branches(repo)


class _Unpicklable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


async def unreadable(client: GitProviderClient, repo: Repository) -> list[Any]:
    """A function that raises what no process can read, or returns such rows."""
    if repo.full_name == os.environ[VICTIM]:
        raise _Unpicklable("no", "pickle")
    return [lambda: client]
