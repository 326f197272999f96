"""What a server sends behind a complete answer is never taken for the next answer."""

from __future__ import annotations

import asyncio

import pytest

from gitfleet_api import Backend, Request
from gitfleet_api.backend.discovery import find_backend
from support.raw_server import Link, RawServer, answer
from support.running import run

FORGED = answer({"name": "forged"})
RIGHT = answer({"name": "right"})
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\netag: x\r\ncontent-length: 99\r\n\r\n"
HEAD_ONLY = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "first"),
    [("GET", NOTHING), ("GET", UNCHANGED), ("HEAD", HEAD_ONLY), ("GET", answer({})), ("GET", CHUNKED)],
    ids=["204", "304", "HEAD", "200", "chunked"],
)
@pytest.mark.parametrize("pause", [0, 0.05])
def test_bytes_behind_an_answer_are_not_the_next_one(engine: str, method: str, first: bytes, pause: float) -> None:
    def play(link: Link) -> None:
        if link.read() is not None and server.connections == 1:
            link.send(first + FORGED)
            link.wait_until_gone()
            return
        link.send(RIGHT)

    async def main() -> None:
        backend: Backend = find_backend(engine).create()
        await backend.send(Request(method, server.url + "/"))
        await asyncio.sleep(pause)
        found = await backend.send(Request("GET", server.url + "/"))
        assert found.body == b'{"name": "right"}'
        await backend.aclose()

    with RawServer(play) as server:
        run(main())
        assert server.connections == 2
