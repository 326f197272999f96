"""Runs of a fleet on a cluster of Dask whose processes are killed meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gitfleet_testing import Fleet, Forge
from support.dask_cluster import DaskCluster
from support.fleets import ServedFleet
from support.killing import PATIENCE

__all__ = ["OWNERS", "connected", "disturb", "serve_pages"]

OWNERS = ("aurora-labs", "basalt-works")


@contextmanager
def serve_pages(repositories: int, delay: float) -> Iterator[ServedFleet]:
    """A forge with repositories whose lists have one page each, so that a unit is one call."""
    fleet = Fleet()
    for number in range(20):
        fleet.add_user(f"user-{number}")
    for owner, count in zip(OWNERS, (repositories * 3 // 4, repositories - repositories * 3 // 4), strict=True):
        fleet.add_organization(owner)
        fleet.add_repositories(
            owner,
            count,
            branches=lambda number: 1 + number % 4,
            contributors=lambda number: 1 + number % 9,
            pulls=lambda number: number % 6,
        )
    with Forge(fleet, delay=delay) as forge:
        forge.add_token(forge.token, limit=10_000_000)
        yield ServedFleet(forge, names={item.full_name: item.full_name for item in fleet.repositories})


@contextmanager
def connected(cluster: DaskCluster, workers: int) -> Iterator[Any]:
    """A client of the cluster, all of whose workers are there."""
    from distributed import Client

    client: Any = Client(cluster.address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    try:
        client.wait_for_workers(workers, timeout=PATIENCE)
        yield client
    finally:
        client.close(timeout=PATIENCE)


@contextmanager
def disturb(forge: Forge, steps: Sequence[tuple[int, Callable[[], object]]]) -> Iterator[list[int]]:
    """Do something each time that the forge has received so many requests. Yields the steps that were done."""
    done: list[int] = []
    is_over = threading.Event()

    def act() -> None:
        for requests, step in steps:
            end = time.monotonic() + 10 * PATIENCE
            while len(forge.requests) < requests and time.monotonic() < end:
                if is_over.wait(0.005):
                    return
            step()
            done.append(requests)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield done
    finally:
        is_over.set()
        thread.join(2 * PATIENCE)
