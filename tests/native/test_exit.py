"""A process that ends with requests in flight ends at once, quietly and with its own status."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gitfleet_testing import Fleet, Forge

REPEATS = 20

# Nothing is closed: not the client, not the loop. {url} answers after 30 s, so all 64 are in flight.
LEAVE = """
import asyncio, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)

async def start():
    global tasks
    tasks = [asyncio.ensure_future(client.fetch_user_info()) for _ in range(64)]
    await asyncio.sleep(0.2)
    assert not any(task.done() for task in tasks)

loop = asyncio.new_event_loop()
loop.run_until_complete(start())
{ending}
"""

# Answers keep coming in while the interpreter shuts down.
BUSY = """
import asyncio, sys
from gitfleet_api import GitHubClient

client = GitHubClient("forge-token", sys.argv[1], backend="native", max_concurrency=64)

async def ask():
    while True:
        await client.fetch_user_info()

async def start():
    global tasks
    tasks = [asyncio.ensure_future(ask()) for _ in range(64)]
    await asyncio.sleep(0.3)

loop = asyncio.new_event_loop()
loop.run_until_complete(start())
"""


def run(script: str, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", script, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def quiet(text: str) -> str:
    """Standard error without asyncio's own remark that a pending task was dropped with its loop."""
    return "\n".join(
        line for line in text.splitlines() if line and not line.startswith(("Task was destroyed", "task: "))
    )


@pytest.mark.parametrize(
    ("ending", "status"),
    [("", 0), ("sys.exit(7)", 7), ("raise KeyboardInterrupt", -2), ("del client, tasks, loop", 0)],
    ids=["falls off the end", "sys.exit", "KeyboardInterrupt", "all deleted"],
)
def test_exit_with_64_requests_in_flight_and_nothing_closed(ending: str, status: int) -> None:
    repeats = REPEATS if not ending else 5
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1), delay=30) as forge:
        for _ in range(repeats):
            done = run(LEAVE.replace("{ending}", ending), forge.url)
            assert done.returncode == status, done.stderr
            if status >= 0:
                assert quiet(done.stderr) == ""


def test_exit_while_answers_are_coming_in() -> None:
    with Forge(Fleet.generate(organizations=1, repositories=5, seed=1)) as forge:
        for _ in range(REPEATS):
            forge.add_token(forge.token, limit=10_000_000)
            done = run(BUSY, forge.url)
            assert done.returncode == 0, done.stderr
            assert quiet(done.stderr) == ""
            assert len(forge.requests) > 64
            forge.clear_log()
