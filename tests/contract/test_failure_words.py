"""Both engines describe the same failure by the same class, code and message."""

from __future__ import annotations

import errno
import gzip
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import GitFleetError, Request, Timeout
from gitfleet_api.backend.discovery import find_backend
from support.certificates import Authority
from support.raw_server import Link, Play, RawServer, always, http_response, once
from support.running import run
from support.tiny_proxy import forward, refuse

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LOST_HEAD = "connection_lost", "the connection to {server} was lost before a response arrived"
LOST_BODY = "connection_lost", "the connection to {server} was lost within the response"
NOT_HTTP = "protocol_error", "the response of {server} is not valid HTTP"
TOO_LARGE = "protocol_error", "the headers of the response of {server} are too large"


@dataclass(frozen=True)
class Case:
    """A server, a request to it, and the failure."""

    play: Play
    code: str
    words: str
    tls: Callable[[Authority], ssl.SSLContext] | None = None
    scheme: str | None = None
    host: str = "127.0.0.1"
    is_trusted: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def _silent(link: Link) -> None:
    link.wait_until_gone()


def _silent_after_a_request(link: Link) -> None:
    link.read()
    link.wait_until_gone()


def _closed(link: Link) -> None:
    link.socket.shutdown(socket.SHUT_RDWR)


def _reset(link: Link) -> None:
    link.socket.recv(100)
    link.reset()


def _alert(link: Link) -> None:
    link.socket.recv(65536)
    link.send(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure
    link.wait_until_gone()


def _plain(link: Link) -> None:
    link.socket.recv(65536)
    link.send(http_response("a plain HTTP request was sent to an HTTPS port", status=400))
    link.wait_until_gone()


def _many(count: int) -> bytes:
    return HEAD + b"".join(b"x-%d: 1\r\n" % number for number in range(count)) + b"content-length: 2\r\n\r\n{}"


OK = always(http_response({"id": 1}))
BOMB = gzip.compress(bytes(2_000_000))
CASES: dict[str, Case] = {
    "closed without a response": Case(once(), *LOST_HEAD),
    "reset without a response": Case(once(end="reset"), *LOST_HEAD),
    "closed within the status line": Case(once(b"HTTP/1.1 20"), *LOST_HEAD),
    "closed within the headers": Case(once(HEAD), *LOST_HEAD),
    "closed within the body": Case(once(HEAD + b'content-length: 100\r\n\r\n{"id": 1'), *LOST_BODY),
    "reset within the body": Case(once(HEAD + b"content-length: 100\r\n\r\n{", 0.1, end="reset"), *LOST_BODY),
    "closed between chunks": Case(once(CHUNKED + b"2\r\n{}\r\n"), *LOST_BODY),
    "not HTTP": Case(once(b"hello, world\r\n\r\n"), *NOT_HTTP),
    "a header without a colon": Case(once(b"HTTP/1.1 200 OK\r\nhuh\r\n\r\n"), *NOT_HTTP),
    "a length that is no number": Case(once(HEAD + b"content-length: abc\r\n\r\n{}"), *NOT_HTTP),
    "a chunk that is no chunk": Case(once(CHUNKED + b"xyz\r\n{}\r\n"), *NOT_HTTP),
    "101 headers": Case(once(_many(101)), *TOO_LARGE),
    "half a megabyte of headers": Case(once(HEAD + b"x: " + bytes(b"y" * 500_000) + b"\r\n"), *TOO_LARGE),
    "an encoding": Case(
        once(http_response(b"{}", headers={"content-encoding": "br"})),
        "protocol_error",
        "the body has the content-encoding 'br', which was not requested",
    ),
    "gzip that is none": Case(
        once(http_response(b"{}", headers={"content-encoding": "gzip"})),
        "protocol_error",
        "the body can't be decompressed",
    ),
    "gzip that is truncated": Case(
        once(http_response(gzip.compress(b"{}" * 999)[:-9], headers={"content-encoding": "gzip"})),
        "protocol_error",
        "the body can't be decompressed",
    ),
    "a large body": Case(
        once(http_response(bytes(2_000_000))), "body_too_large", "the body is larger than the limit of 1000000 bytes"
    ),
    "a large body in gzip": Case(
        once(http_response(BOMB, headers={"content-encoding": "gzip"})),
        "body_too_large",
        "the body is larger than the limit of 1000000 bytes",
    ),
    "silence": Case(_silent_after_a_request, "timeout_read", "{server} sent nothing for 0.5 s (timeout.read)"),
    "silence within the body": Case(
        once(HEAD + b"content-length: 9\r\n\r\n{", end="stall"),
        "timeout_read",
        "{server} sent nothing for 0.5 s (timeout.read)",
    ),
    "silence in the handshake": Case(
        _silent, "timeout_connect", "no connection to {server} within 0.7 s (timeout.connect)", scheme="https"
    ),
    "a host without a name": Case(
        OK, "connection_failed", "the host name of {server} could not be resolved", host="no-such-host.invalid"
    ),
    "a host with a label that is too long": Case(
        OK, "connection_failed", "the host name of {server} could not be resolved", host="a" * 64 + ".invalid"
    ),
    "an untrusted certificate": Case(
        OK,
        "tls_failed",
        "the certificate of {server} is not signed by a trusted authority",
        tls=Authority.server,
        is_trusted=False,
    ),
    "an expired certificate": Case(
        OK,
        "tls_failed",
        "the certificate of {server} has expired",
        tls=lambda authority: authority.server(expired=True),
    ),
    "a certificate of another name": Case(
        OK,
        "tls_failed",
        "the certificate of {server} is for another host name",
        tls=lambda authority: authority.server("example.org"),
    ),
    "a certificate of another address": Case(
        OK,
        "tls_failed",
        "the certificate of {server} is for another host name",
        tls=lambda authority: authority.server("127.0.0.2"),
    ),
    "a handshake that is cut off": Case(
        _closed, "tls_failed", "{server} closed the connection in the TLS handshake", scheme="https"
    ),
    "a handshake that is reset": Case(
        _reset, "tls_failed", "{server} closed the connection in the TLS handshake", scheme="https"
    ),
    "a handshake that is refused": Case(_alert, "tls_failed", "{server} refused the TLS handshake", scheme="https"),
    "a server without TLS": Case(_plain, "tls_failed", "{server} does not speak TLS", scheme="https"),
    "closed by a TLS server": Case(once(), *LOST_HEAD, tls=Authority.server),
    "closed within the body by a TLS server": Case(
        once(HEAD + b"content-length: 100\r\n\r\n{"), *LOST_BODY, tls=Authority.server
    ),
}


def _failure(engine: str, request: Request, authority: Authority | None) -> GitFleetError:
    async def main() -> GitFleetError:
        backend = find_backend(engine).create(verify=True if authority is None else str(authority.file))
        with pytest.raises(GitFleetError) as caught:
            await backend.send(request)
        await backend.aclose()
        return caught.value

    return run(main())


def _assert_equal(errors: list[GitFleetError], code: str, message: str) -> None:
    found = [(type(error), error.code, str(error)) for error in errors]
    assert found == [(type(errors[0]), code, message)] * len(errors)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_failure_has_the_same_words(both_engines: tuple[str, str], tmp_path: Path, case: Case) -> None:
    authority = Authority(tmp_path)
    tls = None if case.tls is None else case.tls(authority)
    errors, server_name = [], ""
    # One server for each engine at the same port would be a race; the names of the servers are replaced instead.
    for engine in both_engines:
        with RawServer(case.play, tls=tls) as server:
            origin = f"{case.scheme or ('https' if tls else 'http')}://{case.host}:{server.port}"
            request = Request(
                "GET", f"{origin}/a?b=c", timeout=Timeout(0.7, 0.5, 10), max_body=1_000_000, **case.options
            )
            error = _failure(engine, request, authority if case.is_trusted else None)
        server_name = server_name or origin
        error.message = error.message.replace(origin, server_name)
        errors.append(error)
    words = case.words.replace("{server}", server_name)
    _assert_equal(errors, case.code, f"GET {server_name}/a?b=c: {words}")


@contextmanager
def _closed_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield port


def test_a_refused_connection_has_the_same_words(both_engines: tuple[str, str]) -> None:
    with _closed_port() as port:
        errors = [_failure(engine, Request("GET", f"http://127.0.0.1:{port}/"), None) for engine in both_engines]
    refused = os.strerror(errno.ECONNREFUSED)
    words = f"could not connect to http://127.0.0.1:{port}: {refused}"
    _assert_equal(errors, "connection_failed", f"GET http://127.0.0.1:{port}/: {words}")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_connections_has_the_same_words(both_engines: tuple[str, str], scheme: str) -> None:
    with _closed_port() as port:
        request = Request("GET", f"{scheme}://h.example/", proxy=f"http://me:secret@127.0.0.1:{port}")
        errors = [_failure(engine, request, None) for engine in both_engines]
    words = f"could not connect to the proxy http://127.0.0.1:{port}: {os.strerror(errno.ECONNREFUSED)}"
    _assert_equal(errors, "connection_failed", f"GET {scheme}://h.example/: {words}")


def test_a_proxy_without_a_name_has_the_same_words(both_engines: tuple[str, str]) -> None:
    request = Request("GET", "https://h.example/", proxy="http://me:secret@no-proxy.invalid:1")
    errors = [_failure(engine, request, None) for engine in both_engines]
    words = "the host name of the proxy http://no-proxy.invalid:1 could not be resolved"
    _assert_equal(errors, "connection_failed", f"GET https://h.example/: {words}")


def test_an_untrusted_proxy_has_the_same_words(both_engines: tuple[str, str], tmp_path: Path) -> None:
    with RawServer(forward(), tls=Authority(tmp_path).server()) as proxy:
        request = Request("GET", "https://h.example/", proxy=proxy.url)
        errors = [_failure(engine, request, None) for engine in both_engines]
    words = f"the certificate of the proxy {proxy.url} is not signed by a trusted authority"
    _assert_equal(errors, "tls_failed", f"GET https://h.example/: {words}")


@pytest.mark.parametrize(
    ("play", "code", "words"),
    [
        (
            refuse(407),
            "proxy_auth_required",
            "{proxy} requires a user name and password, or rejects the given ones (407); nothing was sent to {server}",
        ),
        (refuse(403), "proxy_refused", "{proxy} refused the connection to {server}: it responded with 403"),
        (refuse(502), "connection_failed", "{proxy} could not connect to {server}: it responded with 502"),
        (once(), "connection_failed", "{proxy} closed the connection before the tunnel to {server} was open"),
        (
            once(end="reset"),
            "connection_failed",
            "{proxy} closed the connection before the tunnel to {server} was open",
        ),
        (
            once(b"hello\r\n\r\n"),
            "connection_failed",
            "{proxy} responded to CONNECT with something that is not valid HTTP",
        ),
        (
            once(end="stall"),
            "timeout_connect",
            "no connection to {server} through {proxy} within 0.7 s (timeout.connect)",
        ),
    ],
)
def test_a_tunnel_that_fails_has_the_same_words(
    both_engines: tuple[str, str], play: Play, code: str, words: str
) -> None:
    with RawServer(play) as proxy:
        request = Request("GET", "https://h.example/", proxy=proxy.url, timeout=Timeout(0.7, 0.5, 10))
        errors = [_failure(engine, request, None) for engine in both_engines]
    expected = words.replace("{proxy}", f"the proxy {proxy.url}").replace("{server}", "https://h.example")
    _assert_equal(errors, code, f"GET https://h.example/: {expected}")


def test_a_closed_backend_has_the_same_words(both_engines: tuple[str, str]) -> None:
    async def main(engine: str) -> GitFleetError:
        backend = find_backend(engine).create()
        await backend.aclose()
        with pytest.raises(GitFleetError) as caught:
            await backend.send(Request("GET", "http://h.example/"))
        return caught.value

    errors = [run(main(engine)) for engine in both_engines]
    _assert_equal(errors, "closed", "GET http://h.example/: the backend is closed; create a new one")
