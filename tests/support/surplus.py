"""Servers that send more than was requested, and two requests that must not notice it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from gitfleet_api import Backend, Request, Timeout
from support.raw_server import Link, Play, http_response

__all__ = ["surplus", "two_requests", "with_surplus"]

_FORGED = http_response({"name": "forged"})
_RIGHT = http_response({"name": "right"})
_FIRST = {
    "204": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    "304": ("GET", b"HTTP/1.1 304 Not Modified\r\netag: x\r\ncontent-length: 99\r\n\r\n"),
    "HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"),
    "content-length": ("GET", http_response({})),
    "content-length that is too small": ("GET", b'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{"name": "more"}'),
    "chunked": ("GET", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
}
_PATIENT = Timeout(5, 5, 20)
_forged_is_sent = threading.Event()
"""Set by the server: on a busy machine its thread may come much later than planned."""


def with_surplus(*, later: bool) -> Play:
    """A play that sends a forged response after the first one; the header x-kind chooses the kind of the first one.

    Args:
        later: send the forged response 30 ms after the first one, not together with it.
    """
    seen: list[str] = []
    _forged_is_sent.clear()

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            seen.append(request.target)
            if len(seen) > 1:
                link.send(_RIGHT)
                continue
            first = _FIRST[request.headers["x-kind"]][1]
            link.send(first if later else first + _FORGED)
            if later:
                time.sleep(0.03)
                link.send(_FORGED)
            _forged_is_sent.set()
            link.wait_until_gone()
            return

    return play


surplus = pytest.mark.parametrize("kind", _FIRST)
"""A test for each kind of response that surplus bytes can follow."""


async def two_requests(backend: Backend, url: str, kind: str, proxy: str | None = None) -> None:
    """Send two requests; the second one must get the right response."""
    headers = (("x-kind", kind),)
    await backend.send(Request(_FIRST[kind][0], url + "/first", headers, timeout=_PATIENT, proxy=proxy))
    await asyncio.to_thread(_forged_is_sent.wait, 20)
    await asyncio.sleep(0.1)  # it arrives, through a proxy as well
    found = await backend.send(Request("GET", url + "/second", headers, timeout=_PATIENT, proxy=proxy))
    assert found.body == b'{"name": "right"}'
    await backend.aclose()
