"""The connection pool: which connection is used, how many there are, and when they are closed."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from gitfleet_api import GitFleetError, Request, Response
from gitfleet_py import PythonBackend
from gitfleet_py.errors import ReadError, ReadTimeout
from gitfleet_py.transport.base import Message, Origin
from gitfleet_py.transport.channel import Channel
from gitfleet_py.transport.connection import Connector
from gitfleet_py.transport.http1 import HTTP1Connection
from gitfleet_py.transport.pool import Limits, Pool
from support.certificates import Authority
from support.http2_backend import http2_backend
from support.http2_server import http2_play, offering_http2
from support.raw_server import Link, RawServer, always, http_response
from support.running import run

pytestmark = pytest.mark.python

OK = http_response({"name": "x"})


async def _get(backend: PythonBackend, url: str) -> Response:
    async with asyncio.timeout(10):
        return await backend.send(Request("GET", url + "/"))


def test_the_most_recently_used_connection_is_used_next() -> None:
    served: list[int] = []

    def play(link: Link) -> None:
        number = server.connections
        while link.read() is not None:
            served.append(number)
            both.wait(5) if len(served) <= 2 else None
            link.send(OK)

    async def main() -> None:
        backend = PythonBackend()
        await asyncio.gather(_get(backend, server.url), _get(backend, server.url))
        for _ in range(5):
            await _get(backend, server.url)
        await backend.aclose()

    both = threading.Barrier(2)
    with RawServer(play) as server:
        run(main())
        assert server.connections == 2
        assert len(set(served[2:])) == 1


def test_an_idle_connection_to_another_server_makes_room() -> None:
    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_connections=1))
        for _ in range(3):
            for server in (one, other):
                assert (await _get(backend, server.url)).status == 200
        await backend.aclose()

    with RawServer(always(OK)) as one, RawServer(always(OK)) as other:
        run(main())
        assert (one.connections, other.connections) == (3, 3)


def test_no_more_connections_stay_idle_than_allowed() -> None:
    def play(link: Link) -> None:
        while link.read() is not None:
            if len(server.requests) <= 4:
                all_sent.wait(5)
            link.send(OK)

    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_keepalive_connections=1))
        await asyncio.gather(*(_get(backend, server.url) for _ in range(4)))
        await asyncio.gather(*(_get(backend, server.url) for _ in range(4)))
        await backend.aclose()

    all_sent = threading.Barrier(4)
    with RawServer(play) as server:
        run(main())
        assert server.connections == 7


def test_a_connection_that_was_idle_for_too_long_is_replaced() -> None:
    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(keepalive_expiry=0.05))
        await _get(backend, server.url)
        await asyncio.sleep(0.1)
        await _get(backend, server.url)
        await backend.aclose()

    with RawServer(always(OK)) as server:
        run(main())
        assert server.connections == 2


def test_requests_that_wait_for_a_connection_continue_when_others_fail_or_are_cancelled() -> None:
    def play(link: Link) -> None:
        while (request := link.read()) is not None and request.target != "/lost":
            if request.target == "/stall":
                link.wait_until_gone()
                return
            link.send(OK)  # and stay connected: a waiting request gets this connection

    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_connections=1))
        stalled = asyncio.create_task(backend.send(Request("GET", server.url + "/stall")))
        await asyncio.sleep(0.05)
        lost = asyncio.create_task(backend.send(Request("GET", server.url + "/lost")))
        waiting = [asyncio.create_task(_get(backend, server.url)) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        stalled.cancel()
        found = await asyncio.gather(lost, *waiting, return_exceptions=True)
        assert isinstance(found[0], GitFleetError)
        assert isinstance(found[2], asyncio.CancelledError)
        assert [item.status for item in (found[1], found[3]) if isinstance(item, Response)] == [200, 200]
        await backend.aclose()

    with RawServer(play) as server:
        run(main())


def test_a_connection_that_fails_does_not_count_any_more() -> None:
    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_connections=1))
        calls = (backend.send(Request("GET", "http://127.0.0.1:1/")) for _ in range(3))
        async with asyncio.timeout(10):
            found = await asyncio.gather(*calls, return_exceptions=True)
        assert [error.code for error in found if isinstance(error, GitFleetError)] == ["connection_failed"] * 3
        assert (await _get(backend, server.url)).status == 200
        await backend.aclose()

    with RawServer(always(OK)) as server:
        run(main())


def test_a_connection_that_closes_at_once_does_not_count_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    channels: list[Channel] = []

    async def connect(*_: Any) -> HTTP1Connection:
        channel = Channel()
        channel.connection_made(_SlowTransport(0))
        channels.append(channel)
        if len(channels) == 1:
            await asyncio.sleep(0)  # the second request starts to wait
            channel.connection_lost(None)
            await asyncio.sleep(0)  # and wakes while the connection still counts
        return HTTP1Connection(channel)

    async def main() -> None:
        pool = Pool(Limits(connections=1), Connector(lambda _: ssl.create_default_context()))
        origin, message = Origin("http", "a.example", 80), Message("GET", "http", b"/", [(b"host", b"a.example")])
        exchanges = (pool.exchange(origin, message, None, 0.001) for _ in range(2))
        async with asyncio.timeout(5):
            failed = await asyncio.gather(*exchanges, return_exceptions=True)
        assert [type(error) for error in failed] == [ReadError, ReadTimeout]

    monkeypatch.setattr(Connector, "connect", connect)
    run(main())


class _SlowTransport(asyncio.Transport):
    """Sends one byte whenever its buffer is looked at, until ``unsent`` is 0."""

    def __init__(self, unsent: int) -> None:
        super().__init__()
        self.unsent = unsent

    def write(self, data: object) -> None:
        pass

    def abort(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        self.unsent = max(0, self.unsent - 1)
        return self.unsent


def test_a_request_that_is_still_being_sent_does_not_time_out() -> None:
    async def main() -> None:
        channel = Channel()
        transport = _SlowTransport(20)
        channel.connection_made(transport)
        with pytest.raises(ReadTimeout):
            await channel.receive(0.001)
        assert transport.unsent == 0, "given up while the request was being sent"

    run(main())


def test_bytes_that_arrive_just_before_a_request_do_not_replace_its_shared_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    readable: list[bool] = []
    monkeypatch.setattr(Channel, "is_readable", lambda _channel: readable.pop(0) if readable else False)

    async def main() -> None:
        backend = http2_backend("python", authority)
        await _get(backend, server.url)
        readable[:] = [False, True]  # as if the kernel had received them after the first look
        await _get(backend, server.url)
        await backend.aclose()

    play = http2_play(lambda exchange: exchange.head(204, (), end=True))
    with RawServer(play, tls=offering_http2(authority.server())) as server:
        run(main())
        assert server.connections == 1
