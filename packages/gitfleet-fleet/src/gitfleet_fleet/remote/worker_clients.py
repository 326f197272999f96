"""The clients of a worker: one for each server of a run, used by all its batches in this process."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize

from gitfleet_api import Cache, GitProviderClient
from gitfleet_api.client import ClientRecipe
from gitfleet_api.sync import run as run_sync

__all__ = ["client_for"]

_IDLE = 60.0
"""Seconds without a batch after which the client of another run is closed."""


@dataclass(slots=True, eq=False)
class _Built:
    process: int
    run: str
    recipe: ClientRecipe
    client: GitProviderClient
    cache: Cache | None
    users: int = 0
    used: float = 0.0


_all: list[_Built] = []
_lock = threading.Lock()
_ends: set[int] = set()
"""Processes that close their clients at their end: a forked one does not use those of its parent."""


@contextmanager
def client_for(run: str, recipe: ClientRecipe) -> Iterator[GitProviderClient]:
    """Context manager: the client of a run, which stays open for the next batch.

    Each run builds its own, so a worker that lives for weeks reads its credentials again.

    Args:
        run: Identifies the run.
        recipe: How the client is built.

    Raises:
        ConfigurationError: It cannot be built in this process.
    """
    with _lock:
        own = [item for item in _all if item.process == os.getpid()]
        built = next((item for item in own if item.run == run and item.recipe == recipe), None)
        idle: list[_Built] = []
        if built is None:
            idle = [item for item in own if not item.users and time.monotonic() - item.used > _IDLE]
            built = _Built(os.getpid(), run, recipe, *recipe.build())
            _all.append(built)
            _close_at_end()
        for item in idle:
            _all.remove(item)
        built.users += 1
    try:
        for item in idle:
            _close(item)
        yield built.client
    finally:
        with _lock:
            built.users -= 1
            built.used = time.monotonic()


def _close_at_end() -> None:
    """Close the clients when this process ends: one of multiprocessing ends in another way than a main process."""
    if os.getpid() not in _ends:
        _ends.add(os.getpid())
        Finalize(None, _close_all, exitpriority=100)
        atexit.register(_close_all)


def _close_all() -> None:
    for item in [item for item in _all if item.process == os.getpid()]:
        _all.remove(item)
        _close(item)


def _close(built: _Built) -> None:
    for closing in (built.client.aclose, *(() if built.cache is None else (built.cache.aclose,))):
        with suppress(Exception):  # there is nothing that could be done about it
            run_sync(closing())
