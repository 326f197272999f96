"""The event loop under test: asyncio's, or uvloop's with GITFLEET_TEST_LOOP=uvloop."""

from __future__ import annotations

import asyncio

from support.clients import MakeClient
from support.failing import REPO, details
from support.raw_server import RawServer, always, http_response
from support.running import LOOP, run


def test_a_client_works_on_the_event_loop_that_was_chosen(make_client: MakeClient) -> None:
    async def main() -> str:
        async with make_client(server.url) as client:
            assert (await details(client)).name == REPO["name"]
        return type(asyncio.get_running_loop()).__module__

    with RawServer(always(http_response(REPO))) as server:
        assert run(main()).partition(".")[0] == ("support" if LOOP == "no-readers" else LOOP)
