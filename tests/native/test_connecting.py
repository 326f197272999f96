"""A request that uses another connection while a connection is being established for it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import GitHubClient, RequestTimeoutError, Timeout
from gitfleet_native import NativeBackend
from support.certificates import Authority
from support.failing import REPO, details
from support.raw_server import Link, RawServer, http_response
from support.running import run, until


def test_a_request_times_out_although_the_connection_started_for_it_never_completes(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server()

    def play(link: Link) -> None:
        if server.connections > 1:
            link.wait_until_gone()  # no handshake
            return
        with context.wrap_socket(link.socket, server_side=True) as link.socket:
            link.read()
            while server.connections == 1:
                time.sleep(0.01)
            link.send(http_response(REPO))  # now the second request can use this connection
            link.read()
            link.wait_until_gone()

    async def main() -> float:
        backend = NativeBackend(verify=authority.file)

        def client(read: float) -> GitHubClient:
            timeout = Timeout(connect=1.2, read=read, total=None)
            return GitHubClient("t", f"https://{server.authority}", backend=backend, timeout=timeout, retry=None)

        first = asyncio.create_task(details(client(read=10)))
        await until(lambda: server.requests)
        started = time.monotonic()
        with pytest.raises(RequestTimeoutError) as caught:
            await details(client(read=0.3))
        took = time.monotonic() - started
        assert caught.value.code == "timeout_read"
        await first
        await backend.aclose()
        return took

    with RawServer(play) as server:
        took = run(main())
    assert [request.target for request in server.requests] == ["/repos/o/r"] * 2
    assert took > 1.4, "the silence counts from the end of the attempt to connect"
