"""Twice the workers of a cluster of Dask on a server whose responses take long: the time, and the ratio of both.

``python tests/benchmarks/executor_scale.py``; ``--help`` lists the options. ``nox -s executors`` runs it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from gitfleet_fleet import Fleet
from support.dask_cluster import DaskCluster
from support.dask_run import OWNERS, connected, serve_pages
from support.executing import VARIABLE, client_with_place
from support.fleets import KINDS, ServedFleet

MOST = 0.6
"""Part of the time that twice the workers may take."""


async def measure(served: ServedFleet, workers: int, folder: Path) -> float:
    """Return the seconds of a run on a cluster with so many workers, each with two requests at a time."""
    forge = served.forge
    with DaskCluster(folder, {VARIABLE: forge.token}, workers) as cluster, connected(cluster, workers) as dask:
        async with client_with_place("python", forge.url, max_concurrency=2) as client:
            fleet = Fleet(*(f"github:{owner}" for owner in OWNERS), clients=client)
            # Before the clock starts, each worker imports the library.
            await asyncio.to_thread(dask.run, __import__, "gitfleet_fleet.remote.worker")
            begun = time.perf_counter()
            summary = await fleet.run(KINDS, ledger=folder / "night.sqlite", executor=dask.get_executor())
            seconds = time.perf_counter() - begun
    assert summary.is_complete, summary.problems
    print(f"{workers} workers: {summary.done:,} units in {seconds:.1f} s", flush=True)
    return seconds


def main() -> int:
    """Print both times and their ratio. Returns 1 if the ratio is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=400)
    parser.add_argument("--delay", type=float, default=0.2, help="seconds of a response")
    parser.add_argument("--workers", type=int, default=2, help="of the first run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serve_pages(given.repositories, given.delay) as served:
        os.environ[VARIABLE] = served.forge.token
        counts = (given.workers, 2 * given.workers)
        times = []
        for count in counts:
            folder = Path(name) / str(count)
            folder.mkdir()
            times.append(asyncio.run(measure(served, count, folder)))
    ratio = times[1] / times[0]
    print(f"twice the workers take {ratio:.2f} of the time (at most {MOST})")
    return int(ratio > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
