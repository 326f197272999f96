"""A listing that is left before its end leaves no task, no socket and no warning behind."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from gitfleet_api import GitHubClient, Listing, RepoInfo
from gitfleet_testing import Forge
from gitfleet_testing.http.log import LoggedRequest
from support.clients import MakeClient
from support.recording import RecordingBackend
from support.running import other_tasks, run, until
from support.sending import OWNER, many_repositories

AHEAD = 3


def _is_further(request: LoggedRequest) -> bool:
    return int(request.query.get("page", "1")) > 1


def _further(forge: Forge) -> int:
    return sum(map(_is_further, forge.requests))


def _listing(client: GitHubClient) -> Listing[RepoInfo]:
    return client.fetch_repositories(OWNER, kind="organization")


async def _fetched_ahead(forge: Forge) -> None:
    await until(lambda: _further(forge) >= AHEAD)


async def _break_off(client: GitHubClient, forge: Forge) -> None:
    async for _ in _listing(client):
        await _fetched_ahead(forge)
        break
    gc.collect()  # the loop closes a generator that nobody holds any longer


async def _close(client: GitHubClient, forge: Forge) -> None:
    async with aclosing(_listing(client).pages()) as pages:
        await anext(pages)
        await _fetched_ahead(forge)


async def _fail(client: GitHubClient, forge: Forge) -> None:
    async def read() -> None:
        async with aclosing(_listing(client).pages()) as pages:
            async for _ in pages:
                await _fetched_ahead(forge)
                raise LookupError

    with pytest.raises(LookupError):
        await read()


async def _cancel_reading(client: GitHubClient, forge: Forge) -> None:
    async def read() -> None:
        async for _ in _listing(client).pages():
            pass

    await _cancel(asyncio.ensure_future(read()), forge)


async def _cancel_list(client: GitHubClient, forge: Forge) -> None:
    async def read() -> None:
        await _listing(client)

    await _cancel(asyncio.ensure_future(read()), forge)


async def _cancel(task: asyncio.Task[None], forge: Forge) -> None:
    await _fetched_ahead(forge)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


WAYS = [_break_off, _close, _fail, _cancel_reading, _cancel_list]


@pytest.mark.parametrize("leave", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_nothing_is_under_way_any_longer(make_client: MakeClient, engine: str, leave: object) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, backend=backend) as client:
            assert callable(leave)
            await leave(client, forge)
            await until(lambda: not other_tasks(), within=2)
            assert all(exchange.ended is not None for exchange in backend.exchanges)
            before = len(backend.exchanges)
            await asyncio.sleep(0.03)
            assert len(backend.exchanges) == before
            # All places are free again.
            await asyncio.gather(*(client.fetch_repository_details(OWNER, f"r{number}") for number in range(16)))
        await backend.aclose()

    backend = RecordingBackend(engine)
    with Forge(many_repositories(1600)) as forge:
        forge.stall(seconds=None, times=None, when=_is_further)
        run(main())


def _established(forge: Forge) -> int:
    """How many connections to the forge the kernel holds."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("no /proc/net/tcp here")
    port = f":{int(forge.url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return sum(row[2].endswith(port) and row[3] == "01" for row in rows)


def test_the_connections_of_unused_pages_are_closed(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            async with aclosing(_listing(client).pages()) as pages:
                await anext(pages)
                await _fetched_ahead(forge)
                assert _established(forge) >= AHEAD
            await until(lambda: _established(forge) <= 1)  # an idle one may be kept

    with Forge(many_repositories(900)) as forge:
        forge.stall(seconds=None, times=None, when=_is_further)
        run(main())


SCRIPT = """
import asyncio, sys
from gitfleet_api import GitHubClient

async def main(url, engine):
    async with GitHubClient("forge-token", url, backend=engine) as client:
        async for repo in client.fetch_repositories("acme", kind="organization"):
            break
        async for page in client.fetch_repositories("acme", kind="organization").pages():
            break
        async for repo in client.fetch_repositories("acme", kind="organization"):
            if repo.name == "r150":
                break

asyncio.run(main(*sys.argv[1:]))
"""


def test_there_is_no_warning(engine: str) -> None:
    with Forge(many_repositories(900), delay=0.01) as forge:
        command = [sys.executable, "-W", "error", "-c", SCRIPT, forge.url, engine]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert _further(forge) >= 2
