"""Bytes that a server sends after a complete response are never taken for the next response."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gitfleet_api import Backend, NetworkError, Request, Timeout
from gitfleet_api.backend.discovery import find_backend
from support.certificates import Authority
from support.raw_server import Link, RawServer
from support.running import run
from support.surplus import surplus, two_requests, with_surplus
from support.tiny_proxy import forward

together_or_later = pytest.mark.parametrize("later", [False, True], ids=["together", "later"])


def _backend(engine: str, authority: Authority, *, http2: bool = False) -> Backend:
    if http2 and engine == "python":
        from gitfleet_py import PythonBackend

        return PythonBackend(verify=str(authority.file), http2=True)
    return find_backend(engine).create(verify=str(authority.file))


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@surplus
@together_or_later
def test_bytes_after_a_response_are_not_the_next_one(engine: str, kind: str, later: bool) -> None:
    with RawServer(with_surplus(later=later)) as server:
        run(two_requests(find_backend(engine).create(), server.url, kind))
        assert server.connections == 2


@surplus
@together_or_later
def test_bytes_after_a_response_of_a_proxy_are_not_the_next_one(engine: str, kind: str, later: bool) -> None:
    with RawServer(with_surplus(later=later)) as proxy:
        run(two_requests(find_backend(engine).create(), "http://forge.example", kind, proxy.url))
        assert proxy.connections == 2


@surplus
@together_or_later
def test_bytes_after_a_response_in_a_tunnel_are_not_the_next_one(
    engine: str, authority: Authority, kind: str, later: bool
) -> None:
    with RawServer(with_surplus(later=later), tls=authority.server()) as server, RawServer(forward()) as proxy:
        run(two_requests(_backend(engine, authority), server.url, kind, proxy.url))
        assert server.connections == proxy.connections == 2


@surplus
@together_or_later
def test_bytes_after_a_response_are_not_the_next_one_where_http2_was_offered(
    engine: str, authority: Authority, kind: str, later: bool
) -> None:
    context = authority.server()
    context.set_alpn_protocols(["http/1.1"])
    with RawServer(with_surplus(later=later), tls=context) as server:
        run(two_requests(_backend(engine, authority, http2=True), server.url, kind))
        assert server.connections == 2


@pytest.mark.skipif(not _has_ipv6(), reason="there is no IPv6 on this machine")
@surplus
@together_or_later
def test_bytes_after_a_response_of_an_ipv6_address_are_not_the_next_one(engine: str, kind: str, later: bool) -> None:
    with RawServer(with_surplus(later=later), host="::1") as server:
        run(two_requests(find_backend(engine).create(), server.url, kind))
        assert server.connections == 2


def test_bytes_before_the_tls_handshake_in_a_tunnel_are_refused(engine: str, authority: Authority) -> None:
    def play(link: Link) -> None:
        if link.read() is not None:
            link.send(b"HTTP/1.1 200 Connection established\r\n\r\nsurplus")
            link.wait_until_gone()

    async def main() -> None:
        backend = _backend(engine, authority)
        with pytest.raises(NetworkError):
            await backend.send(Request("GET", "https://127.0.0.1:9/", proxy=proxy.url, timeout=Timeout(5, 5, 10)))
        await backend.aclose()

    with RawServer(play) as proxy:
        run(main())
