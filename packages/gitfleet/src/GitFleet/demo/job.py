"""The second part of the demo: a job for a fleet that is planned, killed, and continued."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from gitfleet_api import GitHubClient
from gitfleet_fleet import Fleet

from .forge import LocalForge
from .interrupted import KINDS, TOKEN
from .progress import Progress

__all__ = ["run_job"]

_KILLED_AFTER = 0.4
"""Share of the units after which the process is killed."""


async def run_job(forge: LocalForge) -> bool:
    """Plan a job for the smallest organization, start it, kill its process, and continue it.

    Returns:
        Whether the ledger has every row once at the end.
    """
    organization = min(forge.organizations, key=forge.organizations.__getitem__)
    target = f"github:{organization}"
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "night.sqlite"
        async with GitHubClient(forge.token, forge.url) as client:
            fleet = Fleet(target, clients=client)
            print(f"\n2. a job for {target}: {' and '.join(KINDS)} of each repository, planned first\n", flush=True)
            print(await fleet.plan(*KINDS), flush=True)
            done, total = _run_and_kill(forge, ledger, target)
            print(
                f"\nkilled after {done} of {total} units (kill -9); a second run continues from the ledger:", flush=True
            )
            print(await fleet.run(KINDS, ledger=ledger))
            print("\nrows of the ledger and of a direct listing, which must be equal:", flush=True)
            print(f"{'rows':<14} {'ledger':>8} {'listed directly':>16}")
            is_equal = True
            for kind in KINDS:
                kept, listed = _rows_in(ledger, kind), 0
                async for outcome in fleet.each(kind):
                    listed += len(outcome.unwrap())
                print(f"{kind:<14} {kept:>8} {listed:>16}")
                is_equal = is_equal and kept == listed
            return is_equal


def _run_and_kill(forge: LocalForge, ledger: Path, target: str) -> tuple[int, int]:
    """Start the job in a process and kill it. Return how many units it had done, of how many."""
    command = [sys.executable, "-P", "-m", "GitFleet.demo.interrupted", forge.url, str(ledger), target]
    done = total = 0
    progress: Progress | None = None
    environment = {**os.environ, TOKEN: forge.token}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603  a module of this project
        try:
            for line in process.stdout or ():
                done, total = map(int, line.split())
                progress = progress or Progress("job", total)
                progress.show(done, "units done")
                if total and done >= _KILLED_AFTER * total:
                    break
        finally:
            process.kill()
    if progress is not None:
        progress.end()
    return done, total


def _rows_in(ledger: Path, kind: str) -> int:
    with closing(sqlite3.connect(ledger)) as connection:
        return int(connection.execute(f'SELECT COUNT(*) FROM "{kind}"').fetchone()[0])  # noqa: S608  one of KINDS
