"""The function that runs in a worker. It has one client for each recipe, for as long as its process lives."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.util import Finalize

from gitfleet_api import Cache, GitFleetError, GitProviderClient
from gitfleet_api.client import ClientRecipe
from gitfleet_api.sync import run

from ..kinds import Work
from ..outcome import Outcome
from ..units import run_work
from .sent import SentBatch, SentUnit, pack

__all__ = ["WorkerStopped", "do_batch"]

_Built = tuple[GitProviderClient, Cache | None]

_clients: dict[tuple[int, ClientRecipe], _Built] = {}
"""The clients by process and recipe: a forked process does not use those of its parent."""
_lock = threading.Lock()


class WorkerStopped(GitFleetError):
    """A worker was told to end before its work was done. The work can be given out again."""


def do_batch(batch: SentBatch) -> bytes:
    """Do a batch of units in this process, at the same time, and return their packed results.

    The client works in the thread that serves all sync clients, so its connections stay open for the next batch.

    Raises:
        WorkerStopped: The process was told to end.
        GitFleetError: The client cannot be built here, for example because there are no credentials.
    """
    try:
        client = _client_of(batch.recipe)
        return pack(batch.units, run(_do_all(client, batch.units)))
    except (KeyboardInterrupt, SystemExit, asyncio.CancelledError) as stopped:
        # An executor would raise these in the coordinator, which they would end.
        raise WorkerStopped(f"the worker was stopped ({type(stopped).__name__})") from None


async def _do_all(client: GitProviderClient, units: tuple[SentUnit, ...]) -> list[list[Outcome[object]]]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run_work(Work(client, unit.kind, list(unit.repos)))) for unit in units]
    return [task.result() for task in tasks]


def _client_of(recipe: ClientRecipe) -> GitProviderClient:
    with _lock:
        key = os.getpid(), recipe
        if key not in _clients:
            if not any(pid == key[0] for pid, _ in _clients):
                _close_at_end(_close_clients)
            _clients[key] = recipe.build()
        return _clients[key][0]


def _close_at_end(function: Callable[[], None]) -> None:
    """Call a function when this process ends: one of multiprocessing ends in another way than a main process."""
    Finalize(None, function, exitpriority=100)
    atexit.register(function)


def _close_clients() -> None:
    own = [key for key in _clients if key[0] == os.getpid()]
    for key in own:
        client, cache = _clients.pop(key)
        with suppress(Exception):  # the process ends anyway
            run(client.aclose())
        if cache is not None:
            with suppress(Exception):
                run(cache.aclose())
