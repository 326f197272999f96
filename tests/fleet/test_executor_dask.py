"""A run on a real cluster of Dask whose workers are killed and whose scheduler is restarted: each row once.

GITFLEET_EXECUTOR_REPOSITORIES=2000 runs it for 2,000 repositories and three calls each (``nox -s executors``).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gitfleet_fleet import Fleet
from support.dask_cluster import DaskCluster
from support.dask_run import OWNERS, connected, disturb, serve_pages
from support.executing import VARIABLE, assert_complete, client_with_place, in_loop
from support.fleets import KINDS
from support.ledgers import query

pytest.importorskip("distributed")

REPOSITORIES = int(os.environ.get("GITFLEET_EXECUTOR_REPOSITORIES", "60"))
WORKERS = 4


@in_loop
async def test_killed_workers_and_a_restarted_scheduler_lose_and_double_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, units = tmp_path / "night.sqlite", REPOSITORIES * len(KINDS)
    with serve_pages(REPOSITORIES, 0.05) as served:
        forge = served.forge
        monkeypatch.setenv(VARIABLE, forge.token)
        with DaskCluster(tmp_path, {VARIABLE: forge.token}, WORKERS) as cluster, connected(cluster, WORKERS) as dask:
            steps = [
                (units // 5, cluster.kill_worker),
                (units * 2 // 5, cluster.kill_worker),
                (units * 3 // 5, cluster.restart_scheduler),
            ]
            with disturb(forge, steps) as done:
                async with client_with_place("python", forge.url, max_concurrency=4) as client:
                    fleet = Fleet(*(f"github:{owner}" for owner in OWNERS), clients=client)
                    begun = time.monotonic()
                    summary = await fleet.run(KINDS, ledger=path, executor=dask.get_executor())
                    seconds = time.monotonic() - begun
        assert len(done) == 3, "everything happened while the run worked"
        assert_complete(served, path)
        rows = sum(query(path, f"SELECT count(*) FROM {kind}")[0][0] for kind in KINDS)  # noqa: S608
        print(f"{summary}; {rows} rows, 0 lost, 0 doubled; {len(forge.requests)} requests, {seconds:.1f} s")  # noqa: T201
        token = forge.token.encode()
    assert (summary.done, summary.is_complete) == (units, True)
    assert not _files_with(tmp_path, token)


def _files_with(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]
