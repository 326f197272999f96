"""The connections that the engine keeps: which one is taken, how many there are, and when they go."""

from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Any

import httpx
import pytest

from gitfleet_api import GitFleetError, Request, Response, Timeout
from gitfleet_py import PythonBackend
from gitfleet_py.answer import Answer
from gitfleet_py.broken import ExchangeError
from gitfleet_py.connection import Connection
from gitfleet_py.message import message_of
from gitfleet_py.pool import Limits, Pool
from support.raw_server import Link, RawServer, always, answer
from support.running import run

pytestmark = pytest.mark.python

OK = answer({"name": "x"})


async def _get(backend: PythonBackend, url: str) -> Response:
    async with asyncio.timeout(10):
        return await backend.send(Request("GET", url + "/"))


def test_the_connection_that_was_used_last_is_used_next() -> None:
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
                all_there.wait(5)
            link.send(OK)

    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_keepalive_connections=1))
        await asyncio.gather(*(_get(backend, server.url) for _ in range(4)))
        await asyncio.gather(*(_get(backend, server.url) for _ in range(4)))
        await backend.aclose()

    all_there = threading.Barrier(4)
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


def test_requests_that_wait_for_a_place_go_on_when_others_fail_or_are_cancelled() -> None:
    def play(link: Link) -> None:
        while (request := link.read()) is not None and request.target != "/lost":
            if request.target == "/stall":
                link.wait_until_gone()
                return
            link.send(OK)  # and stay: whoever waits gets this connection

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


def test_a_place_is_free_again_when_no_connection_could_be_made() -> None:
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


def test_a_place_is_free_again_when_a_connection_goes_as_soon_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Connection] = []

    async def connect(*about: Any) -> Connection:
        connection = Connection(about[-1])
        connection.connection_made(_Draining(0))
        made.append(connection)
        if len(made) == 1:
            await asyncio.sleep(0)  # the second request lines up
            connection.connection_lost(None)
            await asyncio.sleep(0)  # and finds the place still taken
        return connection

    async def main() -> None:
        pool = Pool(Limits(connections=1), ssl.create_default_context)
        request = Request("GET", "http://a.example/")
        message = message_of(request)
        assert message is not None
        exchanges = (pool.exchange(message, Answer(request), Timeout(read=0.001)) for _ in range(2))
        async with asyncio.timeout(5):
            failed = await asyncio.gather(*exchanges, return_exceptions=True)
        assert [error.code for error in failed if isinstance(error, ExchangeError)] == [
            "connection_lost",
            "timeout_read",
        ]

    monkeypatch.setattr("gitfleet_py.pool.connect", connect)
    run(main())


class _Draining(asyncio.Transport):
    """Sends something between any two looks at it, until all has gone."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def write(self, data: object) -> None:
        pass

    def abort(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        self.left = max(0, self.left - 1)
        return self.left


def test_a_request_that_is_still_being_sent_is_no_silence() -> None:
    async def main() -> None:
        connection = Connection(lambda _: None)
        transport = _Draining(20)
        connection.connection_made(transport)
        with pytest.raises(ExchangeError) as caught:
            await connection.exchange(b"", Answer(Request("POST", "http://a.example/")), 0.001)
        assert caught.value.code == "timeout_read"
        assert transport.left == 0, "given up while it was being sent"

    run(main())
