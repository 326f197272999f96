"""A process that has no descriptors left."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="needs limits on descriptors")

from support.failing import REPO
from support.raw_server import RawServer, always, answer

SCRIPT = """
import asyncio, os, resource, sys
import gitfleet_native  # while there are some
from gitfleet_api import GitFleetError, GitHubClient

async def main(url):
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for left in range(20):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
        lowest = os.dup(0)  # what the next one would be: those below are all in use
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + left, most))
        client = GitHubClient("t", url, backend="native", retry=None)
        try:
            await client.fetch_repository_details("o", "r")
            print("fine")
        except GitFleetError as error:
            print(error.code)
        await client.aclose()

asyncio.run(main(sys.argv[1]))
"""


def test_having_no_descriptors_left_is_a_failed_connection_until_there_are_some() -> None:
    with RawServer(always(answer(REPO))) as server:
        command = [sys.executable, "-c", SCRIPT, server.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.split()
    assert len(said) == 20
    assert said[0] == "connection_failed"
    assert said[-1] == "fine"
    assert set(said) == {"connection_failed", "fine"}
