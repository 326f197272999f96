"""Plans are within 5 % of the calls and 15 % of the time of the runs, on five fleets, limits and budgets.

Where time is real, a response takes 300 ms, so that the machine's load matters little. Windows of an hour or a minute
pass on a clock of the test.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import GitProviderClient, TokenManager
from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_fleet import Fleet, Plan
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.gitlab_clients import gitlab
from support.running import run

CALLS, TIME = 0.05, 0.15
DELAY = 0.3


@dataclass
class Spent:
    """What a run has cost: requests, as the forge has counted them, and seconds."""

    calls: int
    seconds: float


async def _spend(fleet: Fleet, kinds: tuple[str, ...], forge: Forge, clock: Callable[[], float], folder: Path) -> Spent:
    """Run all kinds."""
    forge.clear_log()
    begun = clock()
    summary = await fleet.run(kinds, ledger=folder / "run.sqlite")
    assert not summary.problems, summary
    return Spent(len(forge.requests), clock() - begun)


def _check(plan: Plan, spent: Spent) -> None:
    off_calls = plan.total.expected / spent.calls - 1
    off_time = plan.seconds / spent.seconds - 1
    shown = f"calls {plan.total} for {spent.calls} ({off_calls:+.1%}), {plan.seconds:.1f} s for {spent.seconds:.1f} s"
    sys.stderr.write(f"{shown} ({off_time:+.1%}), cost {plan.cost}\n")
    assert abs(off_calls) <= CALLS, shown
    assert abs(off_time) <= TIME, shown
    assert plan.total.low <= spent.calls <= plan.total.high or abs(off_calls) <= CALLS / 5
    assert plan.cost < spent.calls / 5


@contextmanager
def _serve(data: Data, delay: float = 0.0) -> Iterator[Forge]:
    with Forge(data, delay=delay) as forge:
        forge.add_token(forge.token, limit=5000)
        yield forge


def _data(*owners: str, users: int = 40) -> Data:
    data = Data()
    for number in range(users):
        data.add_user(f"user-{number}")
    for owner in owners:
        data.add_organization(owner)
    return data


def test_heavy_tails_of_one_owner(make_client: MakeClient, tmp_path: Path) -> None:
    data = _data("acme")
    data.add_repositories(
        "acme", 260, branches=lambda number: {7: 2600, 50: 900, 90: 100}.get(number, 1 + number % 5), contributors=3
    )

    async def main() -> tuple[Plan, Spent]:
        async with make_client(forge.url, forge.token, max_concurrency=8) as client:
            fleet = Fleet("github:acme", clients=client)
            return await fleet.plan(*kinds), await _spend(fleet, kinds, forge, time.monotonic, tmp_path)

    kinds = ("branches", "contributors")
    with _serve(data, DELAY) as forge:
        _check(*run(main(), within=120))


def test_several_owners_and_requests_for_many_repositories(make_client: MakeClient, tmp_path: Path) -> None:
    owners = [f"owner-{number}" for number in range(6)]
    data = _data(*owners)
    for number, owner in enumerate(owners):
        data.add_repositories(
            owner, 10 + 15 * number, branches=lambda number: 130 if number % 9 == 1 else 1 + number % 3
        )

    async def main() -> tuple[Plan, Spent]:
        async with make_client(forge.url, forge.token, max_concurrency=8) as client:
            fleet = Fleet(*(f"github:{owner}" for owner in owners), clients=client)
            return await fleet.plan(*kinds), await _spend(fleet, kinds, forge, time.monotonic, tmp_path)

    kinds = ("details", "branches", "languages")
    with _serve(data, DELAY) as forge:
        _check(*run(main(), within=120))


def test_two_tokens_whose_budgets_end(make_client: MakeClient, tmp_path: Path) -> None:
    data = _data("acme")
    data.add_repositories("acme", 900, branches=2)
    waited: list[float] = []

    def slept(seconds: float) -> None:
        waited.append(seconds)
        forge.reset_limits()

    async def main() -> tuple[Plan, Spent]:
        clock = ManualClock(slept)
        tokens = TokenManager(clock=clock.time)
        for token in ("first", "second"):
            tokens.add_token(token, "github")
        client = make_client(forge.url, token_manager=tokens, clock=clock, max_rate_limit_wait=7200)
        async with client:
            fleet = Fleet("github:acme", clients=client)
            plan = await fleet.plan("branches")
            return plan, await _spend(fleet, ("branches",), forge, clock.time, tmp_path)

    with _serve(data) as forge:
        forge.add_token("first", login="ann", limit=500, remaining=480)
        forge.add_token("second", login="bob", limit=500, remaining=300)
        forge.limit("first", reset_in=1800)
        forge.limit("second", reset_in=2400)
        plan, spent = run(main(), within=120)
    assert waited, "the budgets did not end"
    _check(plan, spent)
    by_principal = {item.principal: item.calls for item in plan.budgets if item.resource == "core"}
    assert set(by_principal) == {"ann", "bob"}
    assert plan.longest_wait == pytest.approx(max(waited), rel=TIME)


def test_the_limit_of_an_endpoint_of_gitlab(engine: str, tmp_path: Path) -> None:
    data = _data("acme")
    data.add_repositories("acme", 260, contributors=lambda number: 120 if number % 20 == 3 else 2)
    windows = {"projects/:id": (RateWindow(60, 4.0),)}

    async def main() -> tuple[Plan, Spent]:
        async with gitlab(engine, forge.gitlab_url, forge.token, max_concurrency=8) as client:
            _paced(client, RateLimitPolicy(separate=windows))
            fleet = Fleet("gitlab:acme", clients=client)
            return await fleet.plan(*kinds), await _spend(fleet, kinds, forge, time.monotonic, tmp_path)

    kinds = ("details", "contributors")
    with _serve(data, DELAY) as forge:
        forge.speed.limit("projects/:id", (60, 4.0))
        _check(*run(main(), within=120))


def test_the_pace_of_github(make_client: MakeClient, tmp_path: Path) -> None:
    data = _data("acme")
    data.add_repositories("acme", 2150, branches=1)

    async def main() -> tuple[Plan, Spent]:
        clock = ManualClock()
        async with make_client(forge.url, forge.token, clock=clock) as client:
            _paced(client, type(client).profile.rate_limit_policy)
            fleet = Fleet("github:acme", clients=client)
            plan = await fleet.plan("languages")
            clock.now += 60  # the calls of the plan are no longer in the window
            return plan, await _spend(fleet, ("languages",), forge, clock.time, tmp_path)

    with _serve(data) as forge:
        _check(*run(main(), within=120))


def _paced(client: GitProviderClient, policy: RateLimitPolicy | None) -> None:
    config: Any = client.session._config
    client.session._config = dataclasses.replace(config, rate_limit_policy=policy)
