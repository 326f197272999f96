"""A long listing from a server that fails again and again: every row, in order, once."""

from __future__ import annotations

import pytest

from gitfleet_api import GitHubClient, RepoInfo, Retry, Timeout
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.faults import Fail, Reset, Truncate
from support.clients import MakeClient
from support.clocks import ManualClock
from support.running import run
from support.sending import OWNER, many_repositories

COUNT = 3000
LONG = Timeout(connect=5, read=5, total=3600)
"""A call that meets many faults plans to wait for longer than a minute, though no second passes on its clock."""
FAULTS = [Fail(502), Fail(429), Reset(), Truncate()]


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return many_repositories(COUNT)


async def _listed(client: GitHubClient, *, streamed: bool) -> list[RepoInfo]:
    async with client:
        listing = client.fetch_repositories(OWNER)
        return [item async for item in listing] if streamed else await listing


def _client(make_client: MakeClient, forge: Forge, attempts: int) -> GitHubClient:
    return make_client(
        forge.url,
        forge.token,
        retry=Retry(attempts=attempts),
        max_rate_limit_wait=3600,
        timeout=LONG,
        clock=ManualClock(),
    )


@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_in_ten_responses_is_broken(make_client: MakeClient, fleet: Fleet, seed: int, streamed: bool) -> None:
    with Forge(fleet) as forge:
        broken = forge.faults_every(10, FAULTS, seed=seed)
        found = run(_listed(_client(make_client, forge, 5), streamed=streamed))
        assert broken.hits >= 2
        assert len(forge.requests) >= COUNT // 100 + broken.hits
    assert [item.name for item in found] == [f"r{number}" for number in range(COUNT)]
    assert len({item.id for item in found}) == COUNT


@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
def test_every_second_response_is_broken(make_client: MakeClient, fleet: Fleet, streamed: bool) -> None:
    with Forge(fleet) as forge:
        broken = forge.faults_every(2, FAULTS, seed=5)
        found = run(_listed(_client(make_client, forge, 40), streamed=streamed))
        kinds = {(request.fault, request.status) for request in forge.requests if request.fault is not None}
    assert broken.hits >= 20
    assert kinds == {("fail", 502), ("fail", 429), ("reset", None), ("truncate", 200)}
    assert [item.name for item in found] == [f"r{number}" for number in range(COUNT)]


@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
def test_a_page_that_stays_broken_is_an_error_not_a_gap(make_client: MakeClient, fleet: Fleet, streamed: bool) -> None:
    with Forge(fleet) as forge:
        broken = forge.truncate(times=None, when=lambda request: request.query.get("page") == "17")
        with pytest.raises(Exception, match="page=17") as caught:
            run(_listed(_client(make_client, forge, 3), streamed=streamed))
    assert getattr(caught.value, "code", None) == "connection_lost"
    assert broken.hits == 3
