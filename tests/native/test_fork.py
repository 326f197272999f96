"""A forked child creates an engine for itself; parent and child both continue to work."""

from __future__ import annotations

import subprocess
import sys

from gitfleet_testing import Fleet, Forge

CHILDREN = 16

# The forge delays each response by 0.4 s. So the parent forks while its requests are being sent, while it waits for the
# responses, while these arrive, and when all have arrived.
SCRIPT = """
import asyncio, os, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)

async def fetch(count):
    return [info.login for info in await asyncio.gather(*(client.fetch_user_info() for _ in range(count)))]

def fork():
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            # the same client and the same projections in another process
            assert asyncio.run(fetch(4)) == ["fleet-admin"] * 4
            status = 0
        finally:
            os._exit(status)
    return pid

async def parent():
    tasks = [asyncio.ensure_future(client.fetch_user_info()) for _ in range(32)]
    await asyncio.sleep(0)
    children = []
    for _ in range(int(sys.argv[2])):
        children.append((fork(), sum(task.done() for task in tasks)))
        await asyncio.sleep(0.03)
    assert [info.login for info in await asyncio.gather(*tasks)] == ["fleet-admin"] * 32
    assert await fetch(16) == ["fleet-admin"] * 16
    for pid, _ in children:
        while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
            await asyncio.sleep(0.01)
        assert os.waitstatus_to_exitcode(ended[1]) == 0, pid
    print(*(done for _, done in children))

asyncio.run(parent())
"""


def test_forks_with_requests_in_flight_leave_parent_and_children_working() -> None:
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1), delay=0.4) as forge:
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT, forge.url, str(CHILDREN)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert len(forge.requests) == 32 + 16 + 4 * CHILDREN
    completed = [int(count) for count in done.stdout.split()]
    assert completed[:2] == [0, 0], "the first two forks happen with all 32 requests in flight"
