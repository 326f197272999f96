"""One client in several event loops of several threads: each call gets its own response."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gitfleet_api import GitHubClient, RepoDetails
from gitfleet_api.sync import run as run_in_background
from support.clients import MakeClient
from support.failing import REPO
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sync_clients import sync_github

LOOPS, ROUNDS, CALLS = 8, 6, 8
SYNC_THREADS = 4


@pytest.fixture(autouse=True)
def _fast_switching() -> Iterator[None]:
    """A thread switch every microsecond."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _respond(request: RawRequest) -> bytes:
    owner, name = request.target.split("/")[-2:]
    return http_response({**REPO, "name": name, "full_name": f"{owner}/{name}"})


async def _rounds(client: GitHubClient, owner: str) -> list[str]:
    """Return the names of what arrived. One call of each round is cancelled."""
    found: list[str] = []
    for number in range(ROUNDS):
        names = [f"r{number}-{call}" for call in range(CALLS)]
        tasks = [asyncio.create_task(client.fetch_repository_details(owner, name)) for name in names]
        await asyncio.sleep(0)
        tasks[number % CALLS].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        found += [item.full_name if isinstance(item, RepoDetails) else type(item).__name__ for item in results]
    return found


def _expected(owner: str) -> list[str]:
    return [
        "CancelledError" if call == number % CALLS else f"{owner}/r{number}-{call}"
        for number in range(ROUNDS)
        for call in range(CALLS)
    ]


def test_each_call_of_eight_loops_and_four_sync_threads_gets_its_own_response(
    engine: str, make_client: MakeClient
) -> None:
    together = Barrier(LOOPS + SYNC_THREADS)

    def loop(number: int) -> list[str]:
        together.wait(30)
        return run(_rounds(client, f"o{number}"))

    def sync(number: int) -> list[str]:
        together.wait(30)
        return [shared.fetch_repository_details(f"s{number}", f"r{call}").full_name for call in range(CALLS)]

    with RawServer(route(_respond)) as server, ThreadPoolExecutor(LOOPS + SYNC_THREADS) as pool:
        client = make_client(server.url)
        with sync_github(engine, server.url) as shared:
            loops = [pool.submit(loop, number) for number in range(LOOPS)]
            threads = [pool.submit(sync, number) for number in range(SYNC_THREADS)]
            found, synchronous = ([item.result(60) for item in group] for group in (loops, threads))
        run_in_background(client.aclose())
    assert found == [_expected(f"o{number}") for number in range(LOOPS)]
    assert synchronous == [[f"s{number}/r{call}" for call in range(CALLS)] for number in range(SYNC_THREADS)]
