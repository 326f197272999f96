"""Many requests to a server that breaks one response in ten: none is lost, doubled or given to another call.

``nox -s soak`` runs this with 150,000 requests per engine, every other run with a few thousand.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
from collections import Counter
from dataclasses import dataclass, field

from gitfleet_api import GitFleetError, GitHubClient, Retry, Timeout
from gitfleet_testing import Forge
from gitfleet_testing.faults import Drop, Fail, Reset, Truncate
from support.clients import MakeClient
from support.clocks import ManualClock
from support.running import run
from support.sending import OWNER, many_repositories

REQUESTS = int(os.environ.get("GITFLEET_SOAK_REQUESTS", "1500"))
CONCURRENCY = 50
BATCH = 10_000
"""Requests after which the forge's log is checked and cleared: each entry takes some kilobytes."""
REPOSITORIES = min(REQUESTS, 5000)
"""Calls in flight at the same time ask for different repositories, as there are more of them than calls in flight."""
BEFORE = (Fail(502), Fail(429), Reset(), Drop())
"""Faults instead of an action of the server."""
AFTER = (Truncate(), Reset(), Drop(), Fail(500))
"""Faults after the server acted: its response is lost."""
UNCLEAR = {"connection_lost", "server_error"}
"""Codes of a write that the server may have executed. The client must not repeat it."""


@dataclass
class Tally:
    """What calls returned and what the forge saw.

    Attributes:
        created: numbers of the issues that were created by calls without an error, by title.
        unclear: codes of the errors in which the creation of an issue ended, by title.
        written: how often the forge created an issue, by title.
        broken: requests that met a fault.
        seen: requests that the forge received.
        read: responses to reads that met no fault.
    """

    created: dict[str, tuple[str, int]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    seen: int = 0
    read: int = 0

    def take_log(self, forge: Forge) -> None:
        """Count the log of the forge, and clear it."""
        for request in forge.requests:
            self.seen += 1
            self.broken += request.fault is not None
            self.read += request.method == "GET" and request.fault is None
        self.written.update(write.body["title"] for write in forge.writes)
        forge.clear_log()


async def _read(client: GitHubClient, number: int) -> None:
    name = f"r{number % REPOSITORIES}"
    found = await client.fetch_repository_details(OWNER, name)
    assert (found.name, found.full_name) == (name, f"{OWNER}/{name}")


async def _write(client: GitHubClient, number: int, tally: Tally) -> None:
    title, name = f"issue of call {number}", f"r{number % REPOSITORIES}"
    try:
        issue = await client.request(
            "POST", "/repos/{owner}/{name}/issues", json={"title": title}, owner=OWNER, name=name
        )
    except GitFleetError as error:
        tally.unclear[title] = error.code
    else:
        assert issue["title"] == title
        assert issue["url"].endswith(f"/repos/{OWNER}/{name}/issues/{issue['number']}")
        assert title not in tally.created
        tally.created[title] = (name, issue["number"])


async def _soak(client: GitHubClient, forge: Forge) -> Tally:
    tally = Tally()

    async def work(numbers: itertools.count[int], end: int) -> None:
        while (number := next(numbers)) < end:
            if number % 3:
                await _read(client, number)
            else:
                await _write(client, number, tally)

    async with client:
        for start in range(0, REQUESTS, BATCH):
            numbers, end = itertools.count(start), min(start + BATCH, REQUESTS)
            await asyncio.gather(*(work(numbers, end) for _ in range(CONCURRENCY)))
            tally.take_log(forge)
    return tally


def test_every_call_gets_its_own_response_once(make_client: MakeClient) -> None:
    with Forge(many_repositories(REPOSITORIES)) as forge:
        forge.add_token("soak", limit=10**9)
        forge.faults_every(20, BEFORE, seed=1)
        forge.faults_every(20, AFTER, seed=2, after=True)
        client = make_client(
            forge.url,
            "soak",
            retry=Retry(attempts=12),
            max_rate_limit_wait=3600,
            max_concurrency=CONCURRENCY,
            timeout=Timeout(connect=30, read=30, total=10**7),
            clock=ManualClock(),
        )
        tally = run(_soak(client, forge), within=60 + REQUESTS / 20)
    gc.collect()  # an unclosed socket is a warning, and warnings are errors

    writes = len(range(0, REQUESTS, 3))
    assert len(tally.created) + len(tally.unclear) == writes, "a write was lost"
    assert set(tally.unclear.values()) <= UNCLEAR
    assert tally.read == REQUESTS - writes, "a read was repeated after a whole response, or never got one"
    assert set(tally.written.values()) == {1}, "a write was executed twice"
    assert tally.created.keys() <= tally.written.keys() <= tally.created.keys() | tally.unclear.keys()
    assert len(set(tally.created.values())) == len(tally.created), "two calls got the same issue"
    assert 0.08 < tally.broken / tally.seen < 0.12
