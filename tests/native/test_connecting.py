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
from support.raw_server import Link, RawServer, answer
from support.running import run


def test_a_request_times_out_although_the_connection_started_for_it_never_completes(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server()

    def play(link: Link) -> None:
        if server.connections > 1:
            link.wait_until_gone()  # no handshake
            return
        with context.wrap_socket(link.socket, server_side=True) as link.socket:
            link.read()
            time.sleep(0.2)
            link.send(answer(REPO))
            link.read()
            link.wait_until_gone()

    async def main() -> float:
        backend = NativeBackend(verify=authority.file)
        timeout = Timeout(connect=0.8, read=0.5, total=None)
        client = GitHubClient("t", f"https://{server.authority}", backend=backend, timeout=timeout, retry=None)
        first = asyncio.create_task(details(client))
        await asyncio.sleep(0.1)  # the first request is sent; the second one then starts to connect
        started = time.monotonic()
        with pytest.raises(RequestTimeoutError) as caught:
            await details(client)
        assert caught.value.code == "timeout_read"
        await first
        await backend.aclose()
        return time.monotonic() - started

    with RawServer(play) as server:
        took = run(main())
    assert [request.target for request in server.requests] == ["/repos/o/r"] * 2
    assert 1.2 < took < 4  # about 0.8 + 0.5
