"""Clients that nobody closes leave no open descriptors, and a closed backend keeps no token."""

from __future__ import annotations

import asyncio
import gc
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import Backend, GitHubClient
from gitfleet_api.backend.discovery import find_backend
from support.clients import MakeClient
from support.failing import REPO, details
from support.raw_server import RawServer, always, http_response
from support.running import run

DESCRIPTORS = Path("/proc/self/fd")
TOKEN = "ghp_0closed0"
PASSWORD = "pr0xy-pa55"
_NOT_HELD = (type, types.ModuleType, types.FunctionType, types.CodeType, types.FrameType)


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer(always(http_response(REPO))) as running:
        yield running


def _open() -> int:
    gc.collect()
    return len(list(DESCRIPTORS.iterdir()))


def _wait_for(count: int) -> int:
    """The number of open descriptors, once the threads of the server have closed theirs."""
    deadline = time.monotonic() + 5
    while _open() > count and time.monotonic() < deadline:
        time.sleep(0.02)
    return _open()


def _settled() -> int:
    """The number of open descriptors, once it is the same for a while."""
    counts = [_open()]
    for _ in range(100):
        time.sleep(0.05)
        counts.append(_open())
        if len(counts) > 4 and len(set(counts[-4:])) == 1:
            break
    return counts[-1]


async def _use(client: GitHubClient) -> None:
    await asyncio.gather(*(details(client) for _ in range(3)))


def _dropped_in_the_loop(make: Callable[[], GitHubClient]) -> list[GitHubClient]:
    async def main() -> None:
        client = make()
        await _use(client)
        before = _open()
        del client
        for _ in range(50):
            await asyncio.sleep(0.02)
            if _open() <= before - 3:
                return
        raise AssertionError("its connections are open")

    run(main())
    return []


def _dropped_after_the_loop(make: Callable[[], GitHubClient]) -> list[GitHubClient]:
    run(_use(make()))
    return []


def _kept(make: Callable[[], GitHubClient]) -> list[GitHubClient]:
    client = make()
    run(_use(client))
    return [client]


def _kept_and_used_in_another_loop(make: Callable[[], GitHubClient]) -> list[GitHubClient]:
    [client] = _kept(make)
    run(_use(client))
    return [client]


def _in_a_loop_that_is_closed_without_a_goodbye(make: Callable[[], GitHubClient]) -> list[GitHubClient]:
    loop = asyncio.new_event_loop()
    client = make()
    loop.run_until_complete(_use(client))
    loop.close()
    return []


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="descriptors are counted in /proc")
@pytest.mark.parametrize(
    "leave", [_dropped_in_the_loop, _dropped_after_the_loop, _kept, _kept_and_used_in_another_loop]
)
def test_an_unclosed_client_leaves_no_descriptors(
    make_client: MakeClient, server: RawServer, leave: Callable[[Callable[[], GitHubClient]], list[GitHubClient]]
) -> None:
    _kept_and_used_in_another_loop(lambda: make_client(server.url))  # what a process opens once
    before = _settled()
    kept = [client for _ in range(3) for client in leave(lambda: make_client(server.url))]
    assert _wait_for(before) <= before
    del kept


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="descriptors are counted in /proc")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dropped_client_whose_loop_was_closed_abruptly_leaves_no_descriptors(
    make_client: MakeClient, server: RawServer
) -> None:
    _kept_and_used_in_another_loop(lambda: make_client(server.url))
    before = _settled()
    _in_a_loop_that_is_closed_without_a_goodbye(lambda: make_client(server.url))
    assert _wait_for(before) <= before


def _reachable(root: object) -> Iterator[object]:
    """Everything that an object holds, but not what its classes and functions see."""
    seen, left = {id(root)}, [root]
    while left:
        thing = left.pop()
        yield thing
        held = [thing.__self__] if isinstance(thing, types.MethodType) else gc.get_referents(thing)
        for inner in held:
            if id(inner) not in seen and not isinstance(inner, _NOT_HELD):
                seen.add(id(inner))
                left.append(inner)


def _secrets_in(backend: Backend) -> list[str]:
    found = []
    for thing in _reachable(backend):
        text = thing.decode("latin-1") if isinstance(thing, bytes | bytearray) else thing
        if isinstance(text, str) and any(secret in str.__str__(text) for secret in (TOKEN, PASSWORD)):
            found.append(type(thing).__name__)
    return found


@pytest.mark.parametrize("through_a_proxy", [False, True])
def test_a_closed_backend_holds_no_token_and_no_password(engine: str, server: RawServer, through_a_proxy: bool) -> None:
    async def main() -> None:
        backend = find_backend(engine).create()
        proxy: Any = f"http://me:{PASSWORD}@{server.authority}" if through_a_proxy else False
        client = GitHubClient(TOKEN, server.url, backend=backend, proxy=proxy)
        await _use(client)
        await client.aclose()
        assert _secrets_in(backend) or engine == "python", "the search finds nothing at all"
        await backend.aclose()
        assert _secrets_in(backend) == []

    run(main())
