"""A forked child makes an engine of its own; parent and child both go on."""

from __future__ import annotations

import subprocess
import sys

from gitfleet_testing import Fleet, Forge

REPEATS = 20

SCRIPT = """
import asyncio, os, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)

async def ask(count):
    return [info.login for info in await asyncio.gather(*(client.fetch_user_info() for _ in range(count)))]

async def parent():
    tasks = [asyncio.ensure_future(client.fetch_user_info()) for _ in range(32)]
    await asyncio.sleep(0.05)          # sent, not answered: the forge holds answers back for 0.2 s
    assert not any(task.done() for task in tasks)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            # the same client, the same projections, another process
            assert asyncio.run(ask(16)) == ["fleet-admin"] * 16
            status = 0
        finally:
            os._exit(status)
    assert [info.login for info in await asyncio.gather(*tasks)] == ["fleet-admin"] * 32
    assert await ask(16) == ["fleet-admin"] * 16
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        await asyncio.sleep(0.01)

sys.exit(asyncio.run(parent()))
"""


def test_fork_with_requests_in_flight_leaves_parent_and_child_working() -> None:
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1), delay=0.2) as forge:
        for _ in range(REPEATS):
            command = [sys.executable, "-W", "ignore", "-c", SCRIPT, forge.url]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            assert done.returncode == 0, done.stderr
            assert done.stderr == ""
            assert len(forge.requests) == 64
            forge.clear_log()
