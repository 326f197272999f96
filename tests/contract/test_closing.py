"""A backend that is closed while requests are under way: each of them ends at once, with the code ``closed``."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading

import pytest

from gitfleet_api import Backend, GitFleetError, Request, Response, Timeout
from gitfleet_api.backend.discovery import find_backend
from support.raw_server import Link, RawServer
from support.running import run

FOR_EVER = Timeout(connect=None, read=None, total=None)
MORE_THAN_A_POOL = 130


def _silence(link: Link) -> None:
    if link.read() is not None:
        link.wait_until_gone()


def _start(backend: Backend, url: str, count: int) -> list[asyncio.Task[Response]]:
    request = Request("GET", url + "/", timeout=FOR_EVER)
    return [asyncio.create_task(backend.send(request)) for _ in range(count)]


async def _codes(tasks: list[asyncio.Task[Response]]) -> list[str | None]:
    async with asyncio.timeout(5):
        found = await asyncio.gather(*tasks, return_exceptions=True)
    return [error.code if isinstance(error, GitFleetError) else repr(error) for error in found]


@pytest.mark.parametrize("turns", [*range(12), 20, 40])
def test_wherever_a_request_is_it_is_given_up(engine: str, turns: int) -> None:
    async def main() -> None:
        backend = find_backend(engine).create()
        tasks = _start(backend, server.url, 5)
        for _ in range(turns):
            await asyncio.sleep(0)
        await backend.aclose()
        assert await _codes(tasks) == ["closed"] * 5

    with RawServer(_silence) as server:
        run(main())
    gc.collect()  # a connection that was lost on the way makes itself heard here


def test_requests_that_wait_for_a_connection_are_given_up(engine: str) -> None:
    async def main() -> None:
        backend = find_backend(engine).create()
        tasks = _start(backend, server.url, MORE_THAN_A_POOL)
        await asyncio.sleep(0.5)
        await backend.aclose()
        assert await _codes(tasks) == ["closed"] * MORE_THAN_A_POOL

    with RawServer(_silence) as server:
        run(main())


# httpcore loses the socket of a TLS handshake that is cancelled.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_handshake_that_does_not_end_is_given_up(engine: str) -> None:
    async def main(port: int) -> None:
        backend = find_backend(engine).create(verify=False)
        tasks = _start(backend, f"https://127.0.0.1:{port}", 2)
        await asyncio.sleep(0.2)
        await backend.aclose()
        assert await _codes(tasks) == ["closed"] * 2

    with socket.create_server(("127.0.0.1", 0)) as listening:
        run(main(listening.getsockname()[1]))
    gc.collect()


def test_requests_of_other_event_loops_are_given_up(engine: str) -> None:
    backend = find_backend(engine).create()
    is_sent = threading.Event()
    codes: list[str | None] = []

    async def elsewhere() -> None:
        tasks = _start(backend, server.url, 3)
        await asyncio.sleep(0.2)
        is_sent.set()
        codes.extend(await _codes(tasks))

    with RawServer(_silence) as server:
        thread = threading.Thread(target=run, args=(elsewhere(),))
        thread.start()
        assert is_sent.wait(10)
        run(backend.aclose())
        thread.join(10)
    assert codes == ["closed"] * 3


def test_a_caller_that_is_cancelled_as_the_backend_closes_is_cancelled(engine: str) -> None:
    async def cancel_and_close() -> None:
        backend = find_backend(engine).create()
        (task,) = _start(backend, server.url, 1)
        await asyncio.sleep(0.1)
        task.cancel()
        await backend.aclose()
        with pytest.raises(asyncio.CancelledError):
            await task

    with RawServer(_silence) as server:
        run(cancel_and_close(), within=10)
