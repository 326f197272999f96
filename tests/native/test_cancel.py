"""Cancelled requests are abandoned; all others return the right response, and every request id completes."""

from __future__ import annotations

import subprocess
import sys

from gitfleet_testing import Fleet, Forge

# Seconds after which half of the requests are cancelled: before they are sent, while they are sent, while the forge
# delays its responses, and while these arrive.
PAUSES = (0.0, 0.01, 0.1, 0.25, 0.4)

SCRIPT = """
import asyncio, sys
from gitfleet_api import GitHubClient
from gitfleet_native import NativeBackend

backend = NativeBackend()

async def cancel_half(client, wanted, pause):
    tasks = [asyncio.ensure_future(client.fetch_repository_details(*name.split("/"))) for name in wanted]
    await asyncio.sleep(pause)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = {index for index, result in enumerate(results) if isinstance(result, asyncio.CancelledError)}
    assert all(index % 2 == 0 for index in cancelled), cancelled
    wrong = [
        result for index, (result, name) in enumerate(zip(results, wanted))
        if index not in cancelled and getattr(result, "full_name", None) != name
    ]
    assert not wrong, wrong[:3]
    for _ in range(200):                       # completions of the last cancelled requests are still in the queue
        if not backend._engine().waiting:
            break
        await asyncio.sleep(0.01)
    assert backend._engine().waiting == 0
    print(len(cancelled))

async def main():
    client = GitHubClient("forge-token", sys.argv[1], backend=backend, max_concurrency=512)
    names = sys.argv[2].split(",")
    wanted = [names[number % len(names)] for number in range(512)]
    for pause in sys.argv[3].split(","):
        await cancel_half(client, wanted, float(pause))
    await backend.aclose()

asyncio.run(main())
"""


def test_after_cancelling_256_of_512_requests_the_others_are_right_and_every_id_completes() -> None:
    fleet = Fleet.generate(organizations=1, repositories=40, seed=1)
    with Forge(fleet, delay=0.3) as forge:
        forge.add_token(forge.token, limit=1_000_000)
        names = ",".join(f"{item.owner}/{item.name}" for item in fleet.repositories)
        command = [sys.executable, "-c", SCRIPT, forge.url, names, ",".join(map(str, PAUSES))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    cancelled = [int(count) for count in done.stdout.split()]
    assert len(cancelled) == len(PAUSES)
    assert cancelled[0] == 256, "no response is read before the event loop runs again"
