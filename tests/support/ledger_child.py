"""Runs of a fleet with a ledger in processes of their own, which tests kill."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["ChildRun", "start"]

# The fork server imports everything once, and each process is a fork of it: it begins to work within milliseconds.
_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_context.set_forkserver_preload(["gitfleet_fleet.run", "gitfleet_fleet.ledger.parquet", "pyarrow.parquet", __name__])


class ChildRun(NamedTuple):
    """What a process does.

    Attributes:
        engine: Name of the engine.
        url: URL of the forge.
        token: A token of it.
        targets: The targets of the fleet.
        kinds: The calls.
        ledger: Path of the ledger.
        store: Folder for Parquet files.
        workers: Repositories at the same time.
        portion: Rows of a portion of a Parquet file.
        largest: Largest size of a file, in bytes. None for any size.
    """

    engine: str
    url: str
    token: str
    targets: Sequence[str]
    kinds: Sequence[str]
    ledger: Path
    store: Path | None = None
    workers: int = 8
    portion: int = 10_000
    largest: int | None = None


def start(task: ChildRun) -> BaseProcess:
    """A running process. Its exit code is 0 after a complete run, 7 after a LedgerError."""
    process: BaseProcess = _context.Process(target=_main, args=(task,), daemon=True)
    process.start()
    return process


def _main(task: ChildRun) -> None:
    from gitfleet_fleet import LedgerError
    from gitfleet_fleet.ledger import parquet

    if task.largest is not None:
        import resource  # POSIX only
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (task.largest, task.largest))
    parquet._BATCH = task.portion
    try:
        asyncio.run(_run(task))
    except LedgerError as error:
        task.ledger.with_name("error.txt").write_text(f"{error.code} {error}")
        raise SystemExit(7) from None


async def _run(task: ChildRun) -> None:
    from gitfleet_api import GitHubClient
    from gitfleet_fleet import Fleet

    async with GitHubClient(task.token, task.url, backend=cast("Any", task.engine), max_concurrency=32) as client:
        fleet = Fleet(*task.targets, clients=client, concurrency=task.workers)
        await fleet.run(tuple(task.kinds), ledger=task.ledger, store=task.store)
