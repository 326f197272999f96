"""Cancelled requests are given up; the others are right, and every number is answered."""

from __future__ import annotations

import subprocess
import sys

from gitfleet_testing import Fleet, Forge

REPEATS = 20

SCRIPT = """
import asyncio, sys
from gitfleet_api import GitHubClient
from gitfleet_native import NativeBackend

backend = NativeBackend()

async def main():
    client = GitHubClient("forge-token", sys.argv[1], backend=backend, max_concurrency=512)
    names = sys.argv[2].split(",")
    wanted = [names[number % len(names)] for number in range(512)]
    tasks = [asyncio.ensure_future(client.fetch_repository_details(*name.split("/"))) for name in wanted]
    await asyncio.sleep(0.02)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = sum(isinstance(result, asyncio.CancelledError) for result in results[::2])
    right = sum(getattr(result, "full_name", None) == name for result, name in zip(results[1::2], wanted[1::2]))
    assert (cancelled, right) == (256, 256), (cancelled, right, [r for r in results if not hasattr(r, "full_name")][:3])
    for _ in range(200):                       # the last cancelled ones are still on their way through the queue
        if not backend._engine().waiting:
            break
        await asyncio.sleep(0.01)
    assert backend._engine().waiting == 0
    await backend.aclose()

asyncio.run(main())
"""


def test_cancelling_256_of_512_leaves_the_other_256_right_and_no_number_unanswered() -> None:
    fleet = Fleet.generate(organizations=1, repositories=40, seed=1)
    with Forge(fleet, delay=0.3) as forge:
        names = [f"{item.owner}/{item.name}" for item in fleet.repositories]
        for _ in range(REPEATS):
            forge.add_token(forge.token, limit=1_000_000)
            command = [sys.executable, "-c", SCRIPT, forge.url, ",".join(names)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            assert done.stderr == ""
