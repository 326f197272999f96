"""HTTP/2 requests that a server certainly did not process are sent again, writes too, on both engines and bounded."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h2.errors
import pytest

from gitfleet_api import NetworkError, ProtocolError, Request, Retry, Timeout
from gitfleet_api.backend import transport_error
from gitfleet_api.retry import Failure
from support.certificates import Authority
from support.http2_backend import http2_backend
from support.http2_server import Exchange, Reply, http2_play, offering_http2
from support.raw_server import Link, RawServer
from support.running import run

NO_ERROR, CALM = h2.errors.ErrorCodes.NO_ERROR, h2.errors.ErrorCodes.ENHANCE_YOUR_CALM
MOST_SENDS = 20


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _goaway(exchange: Exchange, last: int, code: int = NO_ERROR) -> None:
    payload = last.to_bytes(4, "big") + code.to_bytes(4, "big")
    exchange.link.send(len(payload).to_bytes(3, "big") + b"\x07\x00" + bytes(4) + payload)


class Executed:
    """What a server has executed: a write that is here twice was sent again wrongly."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()

    def execute(self, exchange: Exchange) -> None:
        """Count the request and respond with its body."""
        self.requests[exchange.headers[":path"]] += 1
        exchange.respond(exchange.body)


def _serving_few(executed: Executed, served: int, then: Callable[[Exchange], None]) -> Reply:
    """A reply that executes the first requests of each connection and refuses the others."""
    counts: Counter[Link] = Counter()  # not by id(), which a later connection may have again

    def reply(exchange: Exchange) -> None:
        counts[exchange.link] += 1
        if counts[exchange.link] <= served:
            executed.execute(exchange)
        else:
            then(exchange)

    return reply


def _end_before(exchange: Exchange) -> None:
    _goaway(exchange, max(0, exchange.stream - 2))
    exchange.link.end_writing()
    exchange.link.wait_until_gone()


def _end_before_and_stay(exchange: Exchange) -> None:
    _goaway(exchange, max(0, exchange.stream - 2))


def _refuse(exchange: Exchange) -> None:
    exchange.connection.reset_stream(exchange.stream, h2.errors.ErrorCodes.REFUSED_STREAM)
    exchange.flush()


REFUSALS = {
    "GOAWAY, then closed": _end_before,
    "GOAWAY, and the connection stays": _end_before_and_stay,
    "REFUSED_STREAM": _refuse,
}


@pytest.mark.parametrize("then", REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_requests_that_are_refused_one_after_another_are_executed_once(
    engine: str, authority: Authority, then: Callable[[Exchange], None], method: str
) -> None:
    executed = Executed()
    body = b"[1]" if method == "POST" else None

    async def main() -> None:
        backend = http2_backend(engine, authority)
        for number in range(9):
            if then is _refuse and number == 3:
                break  # this server refuses everything from here on
            response = await backend.send(Request(method, f"{server.url}/{number}", body=body))
            assert response.body == (body or b"")
        await backend.aclose()

    with RawServer(
        http2_play(_serving_few(executed, 3, then), in_order=True), tls=offering_http2(authority.server())
    ) as server:
        run(main())
    assert set(executed.requests.values()) == {1}


def test_many_writes_at_once_are_executed_once(engine: str, authority: Authority) -> None:
    executed = Executed()

    async def main() -> None:
        backend = http2_backend(engine, authority)
        writes = (backend.send(Request("POST", f"{server.url}/{number}", body=b"[1]")) for number in range(60))
        found = await asyncio.gather(*writes)
        assert [response.body for response in found] == [b"[1]"] * 60
        await backend.aclose()

    with RawServer(
        http2_play(_serving_few(executed, 7, _end_before), in_order=True), tls=offering_http2(authority.server())
    ) as server:
        run(main())
    assert executed.requests == {f"/{number}": 1 for number in range(60)}


def test_a_stream_that_was_refused_once_succeeds_on_the_same_connection(engine: str, authority: Authority) -> None:
    executed, refused = Executed(), set[str]()

    def reply(exchange: Exchange) -> None:
        path = exchange.headers[":path"]
        if path in refused:
            executed.execute(exchange)
        else:
            refused.add(path)
            _refuse(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        for number in range(5):
            assert (await backend.send(Request("POST", f"{server.url}/{number}", body=b"[1]"))).status == 200
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
        assert server.connections == 1
    assert executed.requests == {f"/{number}": 1 for number in range(5)}


def test_requests_up_to_the_last_stream_are_served_to_their_end(engine: str, authority: Authority) -> None:
    def reply(exchange: Exchange) -> None:
        _goaway(exchange, exchange.stream, CALM)
        exchange.respond(b"{}")

    async def main() -> None:
        backend = http2_backend(engine, authority)
        assert (await backend.send(Request("POST", server.url + "/", body=b"[1]"))).body == b"{}"
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())


def _lose(_: Exchange) -> None:
    raise ConnectionError


def _lose_after_goaway(exchange: Exchange) -> None:
    _goaway(exchange, exchange.stream)
    raise ConnectionError


def _cancel(exchange: Exchange) -> None:
    exchange.connection.reset_stream(exchange.stream, h2.errors.ErrorCodes.CANCEL)
    exchange.flush()


@pytest.mark.parametrize("fail", [_lose, _lose_after_goaway, _cancel])
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_a_request_that_may_have_been_processed_is_sent_once(
    engine: str, authority: Authority, fail: Reply, method: str
) -> None:
    received: list[str] = []

    def reply(exchange: Exchange) -> None:
        received.append(exchange.headers[":path"])
        fail(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        body = b"[1]" if method == "POST" else None
        with pytest.raises(NetworkError) as caught:
            await backend.send(Request(method, server.url + "/", body=body, timeout=Timeout(5, 5, 10)))
        assert caught.value.code == "connection_lost"
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
    assert received == ["/"]


@pytest.mark.parametrize(("refuse", "sends"), [(_end_before, MOST_SENDS), (_refuse, MOST_SENDS)])
def test_a_server_that_refuses_everything_gets_a_request_a_bounded_number_of_times(
    engine: str, authority: Authority, refuse: Callable[[Exchange], None], sends: int
) -> None:
    received: list[str] = []

    def reply(exchange: Exchange) -> None:
        received.append(exchange.headers[":path"])
        refuse(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        with pytest.raises(ProtocolError) as caught:
            await backend.send(Request("POST", server.url + "/", body=b"[1]"))
        assert caught.value.code == "not_processed"
        expected = f"POST {server.url}/: {server.url} did not process the request (HTTP/2, attempts: {sends})"
        assert str(caught.value) == expected
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
    assert len(received) == sends


def test_after_goaway_with_an_error_the_retry_policy_decides(engine: str, authority: Authority) -> None:
    received: list[str] = []

    def reply(exchange: Exchange) -> None:
        received.append(exchange.headers[":path"])
        _goaway(exchange, 0, CALM)
        raise ConnectionError

    async def main() -> None:
        backend = http2_backend(engine, authority)
        with pytest.raises(ProtocolError) as caught:
            await backend.send(Request("POST", server.url + "/", body=b"[1]"))
        assert caught.value.code == "not_processed"
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
    assert received == ["/"]


def test_a_write_that_was_not_processed_is_retried_by_default() -> None:
    request = Request("POST", "https://h.example/")
    failure = Failure("POST", request.url, 1, transport_error("not_processed", request, number=20))
    assert Retry()(failure) is not None


def _close_after_settings(times: int, executed: Executed) -> Callable[[Link], None]:
    left = [times]
    serve = http2_play(executed.execute)

    def play(link: Link) -> None:
        if left[0] > 0:
            left[0] -= 1
            link.send(bytes(3) + b"\x04\x00" + bytes(4))  # SETTINGS
            link.send(b"\x00\x00\x08\x07\x00" + bytes(12))  # GOAWAY, last stream 0, NO_ERROR
        else:
            serve(link)

    return play


def test_a_connection_that_is_ended_after_its_settings_is_replaced(engine: str, authority: Authority) -> None:
    executed = Executed()

    async def main() -> None:
        backend = http2_backend(engine, authority)
        assert (await backend.send(Request("POST", server.url + "/a", body=b"[1]"))).body == b"[1]"
        await backend.aclose()

    play = _close_after_settings(3, executed)
    with RawServer(play, tls=offering_http2(authority.server())) as server:
        run(main())
    assert executed.requests == {"/a": 1}


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("ends", ["with the head", "with an empty part"])
def test_a_response_without_a_body_may_announce_the_length_of_one(
    engine: str, authority: Authority, status: int, method: str, ends: str
) -> None:
    def reply(exchange: Exchange) -> None:
        at_once = ends == "with the head"
        exchange.head(status, (("content-length", "123"), ("etag", "x")), end=at_once)
        if not at_once:
            exchange.link.send(bytes(4) + b"\x01" + exchange.stream.to_bytes(4, "big"))  # DATA with END_STREAM

    async def main() -> None:
        backend = http2_backend(engine, authority)
        for _ in range(3):
            response = await backend.send(Request(method, server.url + "/"))
            assert (response.status, response.body, response.headers.get("etag")) == (status, b"", "x")
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
        assert server.connections == 1


@pytest.mark.parametrize("ends", ["with the head", "with an empty part"])
def test_a_head_response_announces_the_length_of_the_body(engine: str, authority: Authority, ends: str) -> None:
    def reply(exchange: Exchange) -> None:
        at_once = ends == "with the head"
        exchange.head(200, (("content-length", "123"),), end=at_once)
        if not at_once:
            exchange.link.send(bytes(4) + b"\x01" + exchange.stream.to_bytes(4, "big"))

    async def main() -> None:
        backend = http2_backend(engine, authority)
        response = await backend.send(Request("HEAD", server.url + "/"))
        assert (response.status, response.body, response.headers.get("content-length")) == (200, b"", "123")
        await backend.aclose()

    with RawServer(http2_play(reply), tls=offering_http2(authority.server())) as server:
        run(main())
