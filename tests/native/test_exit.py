"""A process that ends with requests in flight ends immediately, without output and with the right exit status."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitfleet_testing import Fleet, Forge

PROCESSES = 8
AT_A_TIME = 4

# Nothing is closed: neither the client nor the loop. The forge responds after 30 s, so all 64 requests are in flight.
LEAVE = """
import asyncio, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)

async def start():
    global tasks
    tasks = [asyncio.ensure_future(client.fetch_user_info()) for _ in range(64)]
    await asyncio.sleep(float(sys.argv[2]))
    assert not any(task.done() for task in tasks)

loop = asyncio.new_event_loop()
loop.run_until_complete(start())
{ending}
"""

# Responses continue to arrive while the interpreter shuts down.
BUSY = """
import asyncio, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)
received = 0

async def fetch():
    global received
    while True:
        await client.fetch_user_info()
        received += 1

async def start():
    global tasks
    tasks = [asyncio.ensure_future(fetch()) for _ in range(64)]
    while received < 64:
        await asyncio.sleep(0.01)
    await asyncio.sleep(float(sys.argv[2]))

loop = asyncio.new_event_loop()
loop.run_until_complete(start())
"""


def run(script: str, url: str, count: int) -> list[subprocess.CompletedProcess[str]]:
    """Run ``count`` processes, which exit at different times: the n-th one pauses for n * 0.02 s."""

    def one(number: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "ignore", "-c", script, url, str(number * 0.02)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(one, range(1, count + 1)))


def without_asyncio(text: str) -> str:
    """Standard error without asyncio's own message about a pending task that was dropped with its loop."""
    return "\n".join(
        line for line in text.splitlines() if line and not line.startswith(("Task was destroyed", "task: "))
    )


@pytest.mark.parametrize(
    ("ending", "status"),
    [("", 0), ("sys.exit(7)", 7), ("raise KeyboardInterrupt", -2), ("del client, tasks, loop", 0)],
    ids=["end of the script", "sys.exit", "KeyboardInterrupt", "all deleted"],
)
def test_a_process_exits_with_64_requests_in_flight_and_nothing_closed(ending: str, status: int) -> None:
    count = AT_A_TIME if ending else PROCESSES
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1), delay=30) as forge:
        for done in run(LEAVE.replace("{ending}", ending), forge.url, count):
            assert done.returncode == status, done.stderr
            if status >= 0:
                assert without_asyncio(done.stderr) == ""


def test_a_process_exits_while_responses_arrive() -> None:
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1)) as forge:
        forge.add_token(forge.token, limit=10_000_000)
        for done in run(BUSY, forge.url, PROCESSES):
            assert done.returncode == 0, done.stderr
            assert without_asyncio(done.stderr) == ""
        assert len(forge.requests) > 64 * PROCESSES
