"""Branches of 100,000 repositories: memory of a fleet that is streamed, and CPU beside a gather written by hand.

A local forge serves the repositories. Each measurement is a separate process. The exit status is 1 if a bound is
exceeded: ``python tests/benchmarks/fleet_scale.py`` (``--repositories 10000`` for a shorter run).
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

CPU_BOUND = 1.3
"""CPU per repository, relative to the gather on the same engine. A ratio within one run."""
MEMORY_BOUND = 150.0
"""MB of the client process (10^6 bytes) while all repositories are streamed."""
SAMPLE = 5000
"""Repositories of the owner with which CPU is compared: a gather needs memory for all of them."""
ROUNDS = 3
CONCURRENCY = 32
BRANCHES = 3
ENGINES = ("python", "native")
_TOKEN = "forge-token"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a process."""

    rows: int
    """Branches that it received."""
    cpu: float
    """Seconds of CPU time from the first request to the last row."""
    seconds: float
    """Seconds from the first request to the last row."""
    memory: float
    """Largest resident memory, in MB."""


# -- the work, in a separate process


async def _gather(client: Any, owner: str) -> int:
    """What a user writes without a fleet."""
    from gitfleet_api import GitFleetError

    limit = asyncio.Semaphore(CONCURRENCY)

    async def branches(name: str) -> tuple[str, list[Any], Exception | None]:
        async with limit:
            try:
                return name, await client.fetch_branches(owner, name), None
            except GitFleetError as error:
                return name, [], error

    repositories = await client.fetch_repositories(owner)
    found = await asyncio.gather(*(branches(repository.name) for repository in repositories))
    return sum(len(rows) for _, rows, _ in found)


async def _each(client: Any, owner: str) -> int:
    from gitfleet_fleet import Fleet

    rows = 0
    fleet = Fleet(f"github:{owner}", clients=client, concurrency=CONCURRENCY)
    async with aclosing(fleet.each("branches")) as outcomes:
        async for outcome in outcomes:
            assert outcome.status == "ok", outcome
            rows += len(outcome.rows)
    return rows


async def _parquet(client: Any, owner: str) -> int:
    import pyarrow.parquet as pq

    from gitfleet_fleet import Fleet

    fleet = Fleet(f"github:{owner}", clients=client, concurrency=CONCURRENCY)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "branches.parquet"
        await fleet.to_parquet(file, "branches")
        return cast("int", pq.read_metadata(file).num_rows)


async def _ledger(client: Any, owner: str) -> int:
    from gitfleet_fleet import Fleet

    fleet = Fleet(f"github:{owner}", clients=client, concurrency=CONCURRENCY)
    with tempfile.TemporaryDirectory() as folder:
        summary = await fleet.run("branches", ledger=Path(folder) / "night.sqlite")
    assert not summary.problems, summary
    return sum(summary.rows.values())


_WORK = {"gather": _gather, "each": _each, "to_parquet": _parquet, "run": _ledger}


def _measure_here(work: str, engine: str, url: str, owner: str) -> Figures:
    from gitfleet_api import GitHubClient

    if work != "gather":
        importlib.import_module("gitfleet_fleet")
    if work == "to_parquet":
        importlib.import_module("pyarrow.parquet")  # takes as long as 1,000 repositories

    async def main() -> tuple[int, float, float]:
        client = GitHubClient(_TOKEN, url, backend=cast("Any", engine), max_concurrency=CONCURRENCY)
        async with client:
            await client.get_rate_limit()  # imports and the first connection are not part of the work
            cpu, start = time.process_time(), time.monotonic()
            rows = await _WORK[work](client, owner)
            return rows, time.process_time() - cpu, time.monotonic() - start

    rows, cpu, seconds = asyncio.run(main())
    return Figures(rows, cpu, seconds, _largest_memory() / 1e6)


def _largest_memory() -> float:
    """Return the largest resident memory of this process in bytes.

    On Linux not ru_maxrss: it begins with the memory of the process that started this one.
    """
    if sys.platform == "linux":
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _serve(repositories: int, sample: int, branches: int) -> None:
    """Serve two owners until the end of standard input."""
    from gitfleet_testing import Fleet, Forge

    fleet = Fleet()
    for owner, count in (("all", repositories), ("sample", sample)):
        fleet.add_organization(owner)
        fleet.add_repositories(owner, count, branches=branches, contributors=1)
    with Forge(fleet, log_size=0) as forge:
        forge.add_token(_TOKEN, limit=10**9)
        print(forge.url, flush=True)
        sys.stdin.read()


# -- the comparison


@contextmanager
def serving(repositories: int, sample: int, branches: int = BRANCHES) -> Iterator[str]:
    """Serve the owners "all" and "sample" with so many repositories, and yield the URL of the server."""
    command = [sys.executable, "-P", __file__, "--serve", *map(str, (repositories, sample, branches))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forge:
        assert forge.stdin is not None
        assert forge.stdout is not None
        try:
            yield forge.stdout.readline().strip()
        finally:
            forge.stdin.close()


def measured(work: str, engine: str, url: str, owner: str, rows: int) -> Figures:
    """Return the figures of a process that does the work.

    Args:
        work: ``gather``, ``each`` or ``to_parquet``.
        engine: ``python`` or ``native``.
        url: the server.
        owner: the owner of the repositories.
        rows: how many branches it must receive.
    """
    command = [sys.executable, "-P", __file__, "--measure", work, engine, url, owner]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_PROXY": "*"})
    if done.returncode:
        raise SystemExit(f"{work} with the {engine} engine failed:\n{done.stderr[-3000:]}")
    figures = Figures(**json.loads(done.stdout))
    if figures.rows != rows:
        raise SystemExit(f"{work} with the {engine} engine returned {figures.rows} rows")
    return figures


def _compare_cpu(url: str, engine: str, repositories: int) -> bool:
    count = min(SAMPLE, repositories)
    works = ("gather", "each", "to_parquet", "run")
    # In turn, so that a change of the machine's speed affects all.
    rounds = [[measured(work, engine, url, "sample", count * BRANCHES) for work in works] for _ in range(ROUNDS)]
    ratios = [[figures.cpu / found[0].cpu for figures in found] for found in rounds]
    good = True
    for index, work in enumerate(works):
        cpu = statistics.median(found[index].cpu for found in rounds) / count * 1e6
        ratio = statistics.median(row[index] for row in ratios)
        bound = "" if work == "run" else f", bound {CPU_BOUND}"
        print(f"{engine}: {work}: {cpu:.0f} µs CPU per repository, {ratio:.2f} times the gather{bound}", flush=True)
        good = good and (work == "run" or ratio <= CPU_BOUND)
    return good


def _check_memory(url: str, engine: str, repositories: int) -> bool:
    good = True
    for work in ("each", "to_parquet", "run"):
        figures = measured(work, engine, url, "all", repositories * BRANCHES)
        print(
            f"{engine}: {work} of {repositories:,} repositories: {figures.memory:.0f} MB, bound {MEMORY_BOUND:.0f}; "
            f"{figures.cpu / repositories * 1e6:.0f} µs CPU per repository; {figures.seconds:.0f} s",
            flush=True,
        )
        good = good and figures.memory <= MEMORY_BOUND
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=100_000)
    parser.add_argument("--engines", default=",".join(ENGINES), help="comma-separated; default: %(default)s")
    parser.add_argument("--only", choices=("cpu", "memory"), help="one of the two comparisons")
    parser.add_argument("--serve", nargs=3, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        _serve(*options.serve)
        return 0
    if options.measure:
        figures = _measure_here(*options.measure)
        print(json.dumps({name: getattr(figures, name) for name in Figures.__slots__}))
        return 0
    good = True
    with serving(options.repositories, min(SAMPLE, options.repositories)) as url:
        for engine in options.engines.split(","):
            if options.only != "memory":
                good = _compare_cpu(url, engine, options.repositories) and good
            if options.only != "cpu":
                good = _check_memory(url, engine, options.repositories) and good
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
