"""HTTP/2 on both engines: responses arrive, and its failures have the codes that failures of HTTP/1.1 have."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import h2.errors
import pytest

from gitfleet_api import GitFleetError, NetworkError, ProtocolError, Request, RequestTimeoutError, Timeout
from support.certificates import Authority
from support.http2_backend import http2_backend
from support.http2_server import Exchange, Reply, http2_play, offering_http2
from support.raw_server import Link, RawServer
from support.running import run

LOST, GARBLED, REFUSED = "connection_lost", "protocol_error", "not_processed"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _server(authority: Authority, reply: Reply, *, max_streams: int | None = None) -> RawServer:
    return RawServer(http2_play(reply, max_streams=max_streams), tls=offering_http2(authority.server()))


def _echo(exchange: Exchange) -> None:
    told = {"path": exchange.headers[":path"], "method": exchange.headers[":method"], "body": exchange.body.decode()}
    exchange.respond(json.dumps(told).encode())


def test_requests_use_http2_where_the_server_offers_it(engine: str, authority: Authority) -> None:
    async def main() -> None:
        backend = http2_backend(engine, authority)
        headers = (("Authorization", "Bearer t0"), ("x-a", "1"))
        response = await backend.send(Request("POST", server.url + "/a?b=c", headers, b"[1]"))
        assert json.loads(response.body) == {"path": "/a?b=c", "method": "POST", "body": "[1]"}
        assert response.headers.get("content-type") == "application/json"
        await backend.aclose()

    with _server(authority, _echo) as server:
        run(main())


@pytest.mark.parametrize("max_streams", [None, 1, 3])
def test_many_requests_at_once_get_their_own_responses(
    engine: str, authority: Authority, max_streams: int | None
) -> None:
    async def main() -> None:
        backend = http2_backend(engine, authority)
        await backend.send(Request("GET", server.url + "/"))  # from here on the limit is known
        requests = (backend.send(Request("GET", f"{server.url}/{number}")) for number in range(40))
        found = await asyncio.gather(*requests)
        assert [json.loads(response.body)["path"] for response in found] == [f"/{number}" for number in range(40)]
        await backend.aclose()

    with _server(authority, _echo, max_streams=max_streams) as server:
        run(main())


@pytest.mark.parametrize("size", [70_000, 3_000_000])
def test_bodies_larger_than_the_window_arrive_whole_in_both_directions(
    engine: str, authority: Authority, size: int
) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.head()
        left = exchange.body
        while left:
            room = min(exchange.connection.local_flow_control_window(exchange.stream), 16384)
            if room:
                exchange.connection.send_data(exchange.stream, left[:room], end_stream=len(left) <= room)
                left = left[room:]
                exchange.flush()
            else:
                exchange.connection.receive_data(exchange.link.receive())

    async def main() -> None:
        backend = http2_backend(engine, authority)
        body = bytes(index % 251 for index in range(size))
        response = await backend.send(Request("POST", server.url + "/", body=body))
        assert response.body == body
        await backend.aclose()

    with _server(authority, reply) as server:
        run(main())


def _reset(exchange: Exchange) -> None:
    exchange.connection.reset_stream(exchange.stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
    exchange.flush()


def _refuse(exchange: Exchange) -> None:
    exchange.connection.reset_stream(exchange.stream, h2.errors.ErrorCodes.REFUSED_STREAM)
    exchange.flush()


def _reset_within_the_body(exchange: Exchange) -> None:
    exchange.head()
    exchange.connection.send_data(exchange.stream, b'{"a": ')
    _reset(exchange)


def _goaway(exchange: Exchange) -> None:
    exchange.connection.close_connection(h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, last_stream_id=0)
    exchange.flush()
    exchange.link.wait_until_gone()


def _goaway_before_this_stream(exchange: Exchange) -> None:
    exchange.connection.close_connection(last_stream_id=0)
    exchange.flush()
    exchange.link.wait_until_gone()


def _close(_: Exchange) -> None:
    raise ConnectionError


def _close_within_the_body(exchange: Exchange) -> None:
    exchange.head()
    exchange.connection.send_data(exchange.stream, b'{"a": ')
    exchange.flush()
    raise ConnectionError


def _raw(data: bytes) -> Reply:
    def reply(exchange: Exchange) -> None:
        exchange.link.send(data)
        exchange.link.wait_until_gone()

    return reply


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


FAILURES: dict[str, tuple[Reply, str]] = {
    "reset": (_reset, LOST),
    "refused": (_refuse, REFUSED),
    "reset within the body": (_reset_within_the_body, LOST),
    "GOAWAY with an error": (_goaway, REFUSED),
    "GOAWAY for an earlier stream": (_goaway_before_this_stream, REFUSED),
    "closed": (_close, LOST),
    "closed within the body": (_close_within_the_body, LOST),
    "HTTP/1.1 instead of frames": (_raw(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"), GARBLED),
    "data on stream 0": (_raw(_frame(0, 1, 0, b"{}")), GARBLED),
    "data before the head": (_raw(_frame(0, 1, 1, b"{}")), GARBLED),
    "headers that can't be decompressed": (_raw(_frame(1, 5, 1, b"\xff\xff\xff\xff\xff\xff")), GARBLED),
    "a head without a status": (_raw(_frame(1, 5, 1, b"\x00\x01a\x01b")), GARBLED),
    "a frame that is too large": (_raw(_frame(0, 0, 1, b"x" * 20_000)), GARBLED),
    "a short WINDOW_UPDATE": (_raw(_frame(8, 0, 0, b"\x00")), GARBLED),
    "a short GOAWAY": (_raw(_frame(7, 0, 0, b"\x00")), GARBLED),
    "a push that was not allowed": (_raw(_frame(5, 4, 1, b"\x00\x00\x00\x02\x88")), GARBLED),
}


@pytest.mark.parametrize(("reply", "code"), FAILURES.values(), ids=FAILURES.keys())
def test_a_response_that_is_not_complete_is_a_network_error(
    engine: str, authority: Authority, reply: Reply, code: str
) -> None:
    async def main() -> GitFleetError:
        backend = http2_backend(engine, authority)
        with pytest.raises(NetworkError) as caught:
            await backend.send(Request("GET", server.url + "/", timeout=Timeout(5, 5, 10)))
        await backend.aclose()
        return caught.value

    with _server(authority, reply) as server:
        error = run(main())
    assert type(error) is ProtocolError
    assert error.code == code
    assert f"GET {server.url}/: " in str(error)


def test_a_silent_server_is_a_timeout(engine: str, authority: Authority) -> None:
    async def main() -> None:
        backend = http2_backend(engine, authority)
        with pytest.raises(RequestTimeoutError) as caught:
            await backend.send(Request("GET", server.url + "/", timeout=Timeout(5, 0.2, 10)))
        assert caught.value.code == "timeout_read"
        await backend.aclose()

    with _server(authority, lambda _: None) as server:
        run(main())


def test_a_server_that_ends_a_connection_properly_loses_no_response(engine: str, authority: Authority) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.link.send(_frame(7, 0, 0, exchange.stream.to_bytes(4, "big") + bytes(4)))  # GOAWAY, no error
        _echo(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        for number in range(3):
            response = await backend.send(Request("GET", f"{server.url}/{number}"))
            assert json.loads(response.body)["path"] == f"/{number}"
        await backend.aclose()

    with _server(authority, reply) as server:
        run(main())
        assert server.connections == 3


def test_a_failed_exchange_leaves_the_others_alone(engine: str, authority: Authority) -> None:
    def reply(exchange: Exchange) -> None:
        (_reset if exchange.headers[":path"] == "/bad" else _echo)(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        paths = ["/a", "/bad", "/b", "/bad", "/c"]
        found = await asyncio.gather(
            *(backend.send(Request("GET", server.url + path)) for path in paths), return_exceptions=True
        )
        assert [isinstance(item, NetworkError) for item in found] == [path == "/bad" for path in paths]
        await backend.aclose()

    with _server(authority, reply) as server:
        run(main())


def test_an_exchange_that_is_cancelled_leaves_the_connection_usable(engine: str, authority: Authority) -> None:
    def reply(exchange: Exchange) -> None:
        if exchange.headers[":path"] != "/stall":
            _echo(exchange)

    async def main() -> None:
        backend = http2_backend(engine, authority)
        await backend.send(Request("GET", server.url + "/first"))
        stalled = asyncio.create_task(backend.send(Request("GET", server.url + "/stall")))
        await asyncio.sleep(0.1)
        stalled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stalled
        await backend.send(Request("GET", server.url + "/next"))
        await backend.aclose()

    with _server(authority, reply) as server:
        run(main())
        assert server.connections == 1


def test_closing_ends_exchanges_in_progress(engine: str, authority: Authority) -> None:
    async def main() -> None:
        backend = http2_backend(engine, authority)
        calls = [asyncio.create_task(backend.send(Request("GET", server.url + "/"))) for _ in range(5)]
        await asyncio.sleep(0.2)
        await backend.aclose()
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [error.code for error in found if isinstance(error, GitFleetError)] == ["closed"] * 5

    with _server(authority, lambda _: None) as server:
        run(main())


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_responses_without_a_body_are_complete(engine: str, authority: Authority, status: int, method: str) -> None:
    async def main() -> None:
        backend = http2_backend(engine, authority)
        response = await backend.send(Request(method, server.url + "/"))
        assert (response.status, response.body, response.headers.get("etag")) == (status, b"", "x")
        await backend.aclose()

    with _server(authority, lambda exchange: exchange.respond(status=status, headers=(("etag", "x"),))) as server:
        run(main())


def test_a_server_without_http2_is_used_with_http1(engine: str, authority: Authority) -> None:
    def play(link: Link) -> None:
        while link.read() is not None:
            link.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def main() -> None:
        backend = http2_backend(engine, authority)
        found = await asyncio.gather(*(backend.send(Request("GET", server.url + "/")) for _ in range(10)))
        assert [response.body for response in found] == [b"{}"] * 10
        await backend.aclose()

    context = authority.server()
    context.set_alpn_protocols(["http/1.1"])
    with RawServer(play, tls=context) as server:
        run(main())
