"""A process without free file descriptors."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="needs limits on descriptors")

from support.failing import REPO
from support.raw_server import RawServer, always, http_response

SCRIPT = """
import asyncio, os, resource, sys
import gitfleet_native  # needs descriptors itself
from gitfleet_api import GitFleetError, GitHubClient

async def main(url):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for free in range(20):
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        lowest = os.dup(0)  # the lowest free descriptor
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + free, hard))
        client = GitHubClient("t", url, backend="native", retry=None)
        try:
            await client.fetch_repository_details("o", "r")
            print("ok")
        except GitFleetError as error:
            print(error.code)
        await client.aclose()

asyncio.run(main(sys.argv[1]))
"""


def test_a_request_without_free_descriptors_fails_to_connect_and_succeeds_with_enough_of_them() -> None:
    with RawServer(always(http_response(REPO))) as server:
        command = [sys.executable, "-c", SCRIPT, server.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = done.stdout.split()
    assert len(outcomes) == 20
    assert outcomes[0] == "connection_failed"
    assert outcomes[-1] == "ok"
    assert set(outcomes) == {"connection_failed", "ok"}
