"""A mirror of 62,000 rows on a server that takes 100 ms: time, calls, memory, and github-to-sqlite beside it.

A local forge serves the data. Each measurement is a separate process. The exit status is 1 if a bound is exceeded:
``python tests/benchmarks/mirror_scale.py`` (``--peer PYTHON`` compares, ``--write`` writes the page).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import machine
from benchmarks.fleet_scale import _largest_memory
from benchmarks.mirror_forge import Counts, MirrorForge, serving

FIRST_BOUND, SECOND_BOUND = 60.0, 10.0
"""Seconds of the first update, and of one that finds nothing new."""
MEMORY_BOUND = 150.0
"""MB of the process (10^6 bytes)."""
CALLS_BOUND = 1.2
"""Counted calls per changed resource."""
_ALL = 40
"""Repositories of the forge: 631 pages, 62,000 rows."""
ENGINES = ("native", "python")
LABELS = {"native": "GitFleet, native engine", "python": "GitFleet, pure Python engine", "peer": "github-to-sqlite"}
KINDS = ("branches", "tags", "commits", "contributors", "releases", "issues", "pull_requests")
PEER_KINDS = KINDS[1:]
"""The kinds that github-to-sqlite saves, too."""
_PEER = Path(__file__).parent / "clients" / "with_github_to_sqlite.py"
_OURS_TABLES = ("repository", "tag", "commit", "contributor", "release", "issue", "pull_request", "branch")
_PEER_TABLES = ("repos", "tags", "commits", "contributors", "releases", "issues", "pull_requests")
_DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a process."""

    seconds: float
    """From its start to its end."""
    cpu: float
    """CPU time in seconds."""
    memory: float
    """Largest resident memory, in MB."""
    counts: Counts
    """Its requests."""
    rows: int
    """Rows of its file that exist on the server."""


# -- the work, in a separate process


def _update_here(engine: str, url: str, token: str, file: str, kinds: str, *owners: str) -> None:
    """Update a mirror and print the figures."""
    from gitfleet_api import GitHubClient
    from gitfleet_mirror import Mirror

    async def main() -> None:
        async with GitHubClient(token, url, backend=cast("Any", engine)) as client:
            targets = [f"github:{owner}" for owner in owners]
            summary = await Mirror(file).update(*targets, clients=client, kinds=tuple(kinds.split(",")))
            assert summary.is_complete, summary

    asyncio.run(main())
    print(json.dumps({"cpu": time.process_time(), "memory": _largest_memory() / 1e6}))


def _count(file: Path, tables: Sequence[str]) -> int:
    live = " WHERE deleted_at IS NULL" if tables is _OURS_TABLES else ""
    with closing(sqlite3.connect(file)) as connection:
        # The names are constants.
        found = [connection.execute(f'SELECT count(*) FROM "{table}"{live}').fetchone()[0] for table in tables]  # noqa: S608
    return sum(found)


def measured(
    forge: MirrorForge, who: str, file: Path, kinds: Sequence[str] = KINDS, peer: str | None = None
) -> Figures:
    """Return the figures of a process that creates or updates a file.

    Args:
        forge: the server.
        who: name of an engine, or ``peer``.
        file: the file.
        kinds: the kinds of rows.
        peer: an interpreter that has github-to-sqlite.
    """
    if who == "peer":
        command = [str(peer), "-P", str(_PEER), forge.url, forge.token, str(file), *forge.owners]
    else:
        update = ["--update", who, forge.url, forge.token, str(file), ",".join(kinds), *forge.owners]
        command = [sys.executable, "-P", __file__, *update]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_PROXY": "*"})
    seconds = time.monotonic() - start
    if done.returncode:
        raise SystemExit(f"{LABELS[who]} failed:\n{done.stderr[-3000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    rows = _count(file, _PEER_TABLES if who == "peer" else _OURS_TABLES)
    return Figures(seconds, said["cpu"], said["memory"], forge.counts(), rows)


# -- bounds


def _check(forge: MirrorForge, folder: Path, engines: Sequence[str]) -> bool:
    """Measure the first update, one of an unchanged fleet, and one after many changes; compare with the bounds."""
    results: dict[tuple[str, str], Figures] = {}
    for step in ("first", "second", "after changes"):
        resources = forge.change() if step == "after changes" else 0
        for engine in engines:
            results[engine, step] = measured(forge, engine, folder / f"{engine}.sqlite")
    good = True
    for (engine, step), figures in results.items():
        within = {
            "first": figures.seconds <= FIRST_BOUND,
            "second": figures.seconds <= SECOND_BOUND and figures.counts.counted == 0,
            "after changes": figures.counts.counted <= CALLS_BOUND * resources,
        }[step]
        within = within and figures.memory <= MEMORY_BOUND
        good = good and within
        print(
            f"{engine}: {step}: {figures.seconds:.1f} s, {figures.cpu:.1f} s CPU, {figures.memory:.0f} MB, "
            f"{figures.counts.requests:,} requests of which {figures.counts.counted:,} count, {figures.rows:,} rows"
            f"{'' if within else ': above a bound'}",
            flush=True,
        )
    return good


# -- the comparison


def _compare(forge: MirrorForge, folder: Path, engines: Sequence[str], peer: str) -> str:
    """Return a section with the first and the second run of each client."""
    from benchmarks.report import table

    clients = (*engines, "peer")
    runs = {
        (who, step): measured(forge, who, folder / f"{who}-beside.sqlite", PEER_KINDS, peer)
        for step in ("first", "second")
        for who in clients
    }
    head = ("client", "run", "wall s", "CPU s", "peak MB", "requests", "counted", "rows", "rows per s")
    rows = [
        (
            LABELS[who] + (f" {_version(peer)}" if who == "peer" else ""),
            step,
            *(f"{value:.1f}" for value in (figures.seconds, figures.cpu)),
            *(f"{value:,.0f}" for value in (figures.memory, *figures.counts, figures.rows)),
            f"{figures.rows / figures.seconds:,.0f}",
        )
        for (who, step), figures in runs.items()
    ]
    ratios = [
        (
            LABELS[who],
            *(f"{runs['peer', step].seconds / runs[who, step].seconds:.1f}" for step in ("first", "second")),
            f"{runs['peer', 'first'].memory / runs[who, 'first'].memory:.1f}",
            f"{runs['peer', 'second'].counts.counted:,} / {runs[who, 'second'].counts.counted:,}",
        )
        for who in engines
    ]
    ratio_head = ("github-to-sqlite relative to", "time, first run", "time, second run", "memory", "calls, second run")
    return "\n\n".join((table(ratio_head, ratios), table(head, rows)))


def _version(peer: str) -> str:
    code = "from importlib.metadata import version; print(version('github-to-sqlite'))"
    return subprocess.run([peer, "-P", "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _write(section: str, repositories: int) -> None:
    from benchmarks.report import put_between

    version = platform.python_version()
    text = f"{machine.describe(version, version)} {repositories} repositories; one run of each "
    text += f"client, in turn.\n\n{section}"
    put_between(_DOCS / "benchmarks.md", "mirror", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default=",".join(ENGINES), help="comma-separated; default: %(default)s")
    parser.add_argument("--peer", help="a Python that has github-to-sqlite")
    parser.add_argument("--only", choices=("bounds", "peer"), help="one of the two parts")
    parser.add_argument(
        "--repositories",
        type=int,
        default=10,
        help="how many of the 40 are compared; github-to-sqlite takes half an hour for all; default: %(default)s",
    )
    parser.add_argument("--write", action="store_true", help="write the comparison into docs/benchmarks.md")
    parser.add_argument("--update", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.update:
        _update_here(*options.update)
        return 0
    engines, good = options.engines.split(","), True
    machine.pin_clients()
    with tempfile.TemporaryDirectory() as name:
        if options.peer and options.only != "bounds":
            with serving(options.repositories) as forge:
                section = _compare(forge, Path(name), engines, options.peer)
            print(section, flush=True)
            if options.write:
                _write(section, options.repositories)
        if options.only != "peer":
            with serving(_ALL) as forge:
                good = _check(forge, Path(name), engines)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
