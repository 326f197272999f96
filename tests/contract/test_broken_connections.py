"""Connections that break, and peers that speak no HTTP."""

from __future__ import annotations

import asyncio
import socket

import pytest

from gitfleet_api import ConnectionFailedError, GitHubClient, NetworkError, ProtocolError
from support.clients import MakeClient
from support.failing import PATIENT, REPO, branches, details, error_of, result_of
from support.raw_server import Link, Play, RawServer, always, http_response, once
from support.running import run

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LOST, GARBLED = "connection_lost", "protocol_error"


def _endless_headers(link: Link) -> None:
    link.read()
    link.send(HEAD)
    for number in range(200_000):
        if not link.send(b"x-%d: %s\r\n" % (number, b"y" * 100)):
            return


def _close_at_once(link: Link) -> None:
    link.socket.shutdown(socket.SHUT_RDWR)


PLAYS: dict[str, tuple[Play, str]] = {
    "closed before the request": (_close_at_once, LOST),
    "closed without an answer": (once(), LOST),
    "reset without an answer": (once(end="reset"), LOST),
    "closed within the status line": (once(b"HTTP/1.1 20"), LOST),
    "closed within the headers": (once(HEAD), LOST),
    "reset within the headers": (once(HEAD, end="reset"), LOST),
    "closed before the body": (once(HEAD + b"content-length: 100\r\n\r\n"), LOST),
    "closed within the body": (once(HEAD + b'content-length: 100\r\n\r\n{"id": 1'), LOST),
    "reset within the body": (once(HEAD + b'content-length: 100\r\n\r\n{"id": 1', 0.05, end="reset"), LOST),
    "closed within a chunk": (once(CHUNKED + b"20\r\n{"), LOST),
    "closed between chunks": (once(CHUNKED + b"2\r\n{}\r\n"), LOST),
    "a complete body, but a byte more announced": (once(HEAD + b"content-length: 3\r\n\r\n{}"), LOST),
    "a line of text": (once(b"hello, world\r\n\r\n"), GARBLED),
    "binary": (once(b"\x00\x01\x02\x03\r\n\r\n"), GARBLED),
    "a TLS alert": (once(b"\x15\x03\x01\x00\x02\x02\x46"), GARBLED),
    "a status that is no number": (once(b"HTTP/1.1 abc Huh\r\n\r\n"), GARBLED),
    "a header without a colon": (once(b"HTTP/1.1 200 OK\r\nhuh\r\n\r\n"), GARBLED),
    "a length that is no number": (once(HEAD + b"content-length: abc\r\n\r\n{}"), GARBLED),
    "two lengths": (once(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{} "), GARBLED),
    "a chunk whose size is no number": (once(CHUNKED + b"xyz\r\n{}\r\n"), GARBLED),
    "headers without end": (_endless_headers, GARBLED),
}


@pytest.mark.parametrize(("play", "code"), PLAYS.values(), ids=PLAYS.keys())
def test_an_incomplete_response_is_an_error(make_client: MakeClient, play: Play, code: str) -> None:
    with RawServer(play) as server:
        error = error_of(make_client, server.url)
        assert server.connections == 1, "it was tried again"
    assert type(error) is ProtocolError
    assert (error.code, error.method, error.url) == (code, "GET", f"{server.url}/repos/o/r")
    assert f"{server.url}/repos/o/r" in str(error)


def test_a_greeting_that_is_no_http_is_an_error(make_client: MakeClient) -> None:
    # No code is promised here: a parser may judge by the first byte, or wait for an empty line that never comes.
    with RawServer(once(b"SSH-2.0-OpenSSH_9.6\r\n")) as server:
        error = error_of(make_client, server.url)
    assert type(error) is ProtocolError


def test_a_closed_port_is_an_error(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = error_of(make_client, f"http://127.0.0.1:{port}")
    assert type(error) is ConnectionFailedError
    assert error.code == "connection_failed"
    assert f"GET http://127.0.0.1:{port}/repos/o/r" in str(error)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", "a..invalid", "ünknown.invalid"])
def test_a_host_that_does_not_exist_is_an_error(make_client: MakeClient, host: str) -> None:
    error = error_of(make_client, f"http://{host}", token=None)
    assert type(error) is ConnectionFailedError
    assert error.code == "connection_failed"


def test_a_connection_the_server_closed_between_two_requests_is_replaced(make_client: MakeClient) -> None:
    def one_answer_each(link: Link) -> None:
        if link.read() is not None:
            link.send(http_response(REPO))

    async def twice() -> None:
        async with make_client(server.url, timeout=PATIENT) as client:
            await details(client)
            await asyncio.sleep(0.1)
            await details(client)

    with RawServer(one_answer_each) as server:
        run(twice())
        assert len(server.requests) == server.connections == 2


def test_interim_responses_are_skipped(make_client: MakeClient) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    with RawServer(once(early + http_response(REPO))) as server:
        assert result_of(make_client, server.url)


def test_a_body_that_ends_with_the_connection_is_whole(make_client: MakeClient) -> None:
    with RawServer(once(HEAD + b'\r\n{"id": 1, "name": "r", "full_name": "o/r"}')) as server:
        assert result_of(make_client, server.url)


def test_a_body_in_many_chunks_is_whole(make_client: MakeClient) -> None:
    body = http_response(REPO).partition(b"\r\n\r\n")[2]
    chunks = b"".join(b"1;ext=1\r\n%c\r\n" % byte for byte in body)
    with RawServer(once(CHUNKED + chunks + b"0\r\nx-trailer: 1\r\n\r\n")) as server:
        assert result_of(make_client, server.url)


def test_one_connection_serves_one_request_after_another(make_client: MakeClient) -> None:
    async def ten_times(client: GitHubClient) -> None:
        for _ in range(10):
            await details(client)

    with RawServer(always(http_response(REPO))) as server:
        result_of(make_client, server.url, ten_times)
        assert (server.connections, len(server.requests)) == (1, 10)


def test_responses_without_content_keep_the_connection(make_client: MakeClient) -> None:
    async def ten_times(client: GitHubClient) -> None:
        for _ in range(10):
            assert await branches(client) == []

    with RawServer(always(http_response(status=204))) as server:
        result_of(make_client, server.url, ten_times)
        assert (server.connections, len(server.requests)) == (1, 10)


def test_every_transport_error_names_method_and_url(make_client: MakeClient) -> None:
    with RawServer(once()) as server:
        error = error_of(make_client, server.url)
    assert isinstance(error, NetworkError)
    assert str(error).startswith(f"GET {server.url}/repos/o/r: ")
