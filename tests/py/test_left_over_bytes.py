"""Bytes after a response are not the next one where requests pass an httpx.AsyncClient."""

from __future__ import annotations

import httpx
import pytest

from gitfleet_py import PythonBackend
from support.raw_server import RawServer
from support.running import run
from support.surplus import surplus, two_requests, with_surplus

pytestmark = pytest.mark.python


async def _ignore(_: object) -> None:
    return None


HOOKED = {"request": [_ignore], "response": [_ignore]}
MOUNTED = {"http://elsewhere.example": httpx.MockTransport(lambda _: httpx.Response(200))}


@surplus
@pytest.mark.parametrize("later", [False, True], ids=["together", "later"])
@pytest.mark.parametrize(
    "options", [{"event_hooks": HOOKED}, {"mounts": MOUNTED}, {"http2": True}], ids=["hooks", "mounts", "http2"]
)
@pytest.mark.parametrize("through_proxy", [False, True], ids=["direct", "proxy"])
def test_bytes_after_a_response_are_not_the_next_one(
    kind: str, later: bool, options: dict[str, object], through_proxy: bool
) -> None:
    with RawServer(with_surplus(later=later)) as server:
        url, proxy = ("http://forge.example", server.url) if through_proxy else (server.url, None)
        run(two_requests(PythonBackend(**options), url, kind, proxy))  # type: ignore[arg-type]
        assert server.connections == 2
