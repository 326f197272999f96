"""The calls of a block are all requests that were sent in it, also those that are measured inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api import CallMeter, GitProviderClient, measure_calls
from gitfleet_fleet import Fleet, Repository
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.running import run


@pytest.mark.parametrize("what", ["each", "function", "run", "plan", "audit"])
def test_a_block_around_a_fleet_counts_the_calls_of_all_repositories(
    make_client: MakeClient, tmp_path: Path, what: str
) -> None:
    data = Data()
    data.add_organization("acme")
    data.add_repositories("acme", 12, "tool", branches=2)
    inner: list[CallMeter] = []

    async def twice(client: GitProviderClient, repo: Repository) -> None:
        with measure_calls() as meter:
            await client.fetch_branches(repo)
            await client.fetch_tags(repo)
        inner.append(meter)

    async def main(forge: Forge) -> CallMeter:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet("github:acme", clients=client)
            with measure_calls() as meter:
                if what == "run":
                    assert (await fleet.run(("details", "branches"), ledger=tmp_path / "x")).calls == meter.calls
                elif what == "plan":
                    assert (await fleet.plan("details", "branches")).cost == meter.calls
                elif what == "audit":
                    await fleet.audit()
                else:
                    outcomes = [item async for item in fleet.each(twice if what == "function" else "branches")]
                    assert sum(item.calls for item in outcomes) == meter.calls - 1  # the listing
            return meter

    with Forge(data) as forge:
        meter = run(main(forge))
        assert meter.requests == len(forge.requests) > 1
    assert sum(meter.by_budget.values()) == meter.calls
    assert sum(item.calls for item in inner) == (24 if what == "function" else 0)
