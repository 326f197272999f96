"""What takes too long ends, with a code that says which limit it was."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from gitfleet_api import RequestTimeoutError, Timeout
from support.clients import MakeClient
from support.failing import REPO, branches, details, error_of, result_of
from support.raw_server import Link, RawServer, http_response, once
from support.running import run

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"


@contextlib.contextmanager
def _full_port() -> Iterator[int]:
    """A port whose queue is full: further connections get no response at all."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def _took(started: float) -> float:
    return time.monotonic() - started


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels refuse where Linux keeps silent")
def test_a_connection_that_is_never_accepted_ends_with_timeout_connect(make_client: MakeClient) -> None:
    with _full_port() as port:
        started = time.monotonic()
        error = error_of(make_client, f"http://127.0.0.1:{port}", timeout=Timeout(connect=0.4, read=None, total=None))
    assert type(error) is RequestTimeoutError
    assert error.code == "timeout_connect"
    assert 0.3 < _took(started) < 3


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\n", HEAD, HEAD + b'{"id":'])
def test_silence_ends_with_timeout_read(make_client: MakeClient, before: bytes) -> None:
    started = time.monotonic()
    with RawServer(once(before, end="stall")) as server:
        error = error_of(make_client, server.url, timeout=Timeout(connect=5, read=0.4, total=None))
        assert server.connections == 1
    assert type(error) is RequestTimeoutError
    assert error.code == "timeout_read"
    assert 0.3 < _took(started) < 3


def test_a_body_that_drips_for_ever_ends_with_timeout_total(make_client: MakeClient) -> None:
    def drip(link: Link) -> None:
        link.read()
        link.send(HEAD)
        while link.send(b" "):
            time.sleep(0.05)

    started = time.monotonic()
    with RawServer(drip) as server:
        error = error_of(make_client, server.url, timeout=Timeout(connect=5, read=5, total=0.6))
    assert type(error) is RequestTimeoutError
    assert error.code == "timeout_total"
    assert error.url == f"{server.url}/repos/o/r"
    assert 0.5 < _took(started) < 3


def test_a_slow_response_with_short_pauses_arrives(make_client: MakeClient) -> None:
    whole = http_response(REPO)
    slowly: list[bytes | float] = []
    for start in range(0, len(whole), 20):
        slowly += [whole[start : start + 20], 0.05]
    with RawServer(once(*slowly)) as server:
        assert result_of(make_client, server.url, timeout=Timeout(connect=2, read=0.5, total=30))


def test_one_number_bounds_everything(make_client: MakeClient) -> None:
    started = time.monotonic()
    with RawServer(once(end="stall")) as server:
        error = error_of(make_client, server.url, timeout=0.4)
    assert isinstance(error, RequestTimeoutError)
    assert error.code in ("timeout_read", "timeout_total")
    assert _took(started) < 3


def test_no_limit_waits(make_client: MakeClient) -> None:
    with RawServer(once(0.5, http_response(REPO))) as server:
        assert result_of(make_client, server.url, timeout=None)


def test_the_wait_for_a_free_place_counts_towards_the_total(make_client: MakeClient) -> None:
    async def main() -> list[object]:
        timeout = Timeout(connect=5, read=5, total=0.6)
        async with make_client(server.url, max_concurrency=1, timeout=timeout) as client:
            return await asyncio.gather(*(details(client) for _ in range(3)), return_exceptions=True)

    with RawServer(once(end="stall")) as server:
        started = time.monotonic()
        found = run(main())
        assert _took(started) < 3
    assert [getattr(item, "code", item) for item in found] == ["timeout_total"] * 3


def test_the_total_is_of_each_page_not_of_the_listing(make_client: MakeClient) -> None:
    def slow_pages(link: Link) -> None:
        for number in range(1, 5):
            if link.read() is None:
                return
            time.sleep(0.3)
            following = f'<{server.url}/repos/o/r/branches?page={number + 1}>; rel="next"'
            rows = [{"name": str(number), "commit": {"sha": "c"}}]
            link.send(http_response(rows, headers={"link": following} if number < 4 else {}))

    with RawServer(slow_pages) as server:
        found = result_of(make_client, server.url, branches, timeout=Timeout(connect=5, read=5, total=0.9))
    assert isinstance(found, list)
    assert [item.name for item in found] == ["1", "2", "3", "4"]


def test_a_call_that_is_cancelled_frees_its_connection_and_its_place(make_client: MakeClient) -> None:
    gone: list[float] = []
    asked = threading.Event()

    def stall_then_answer(link: Link) -> None:
        if link.read() is None:
            return
        if len(server.requests) == 1:
            asked.set()
            link.wait_until_gone()
            gone.append(time.monotonic())
        else:
            link.send(http_response(REPO))

    async def main() -> float:
        async with make_client(server.url, max_concurrency=1) as client:
            task = asyncio.create_task(details(client))
            await asyncio.to_thread(asked.wait, 10)
            cancelled = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await details(client)
            return cancelled

    with RawServer(stall_then_answer) as server:
        cancelled = run(main())
    assert gone
    assert gone[0] - cancelled < 1
