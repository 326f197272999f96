"""3,000 repositories, three calls each, one request in ten broken: the outcomes and rows of the forge's own data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import Retry
from gitfleet_fleet import Fleet, Outcome
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, break_one_in_ten, serve, summary
from support.running import run

REPOSITORIES = 3000
STATES = States(gone=30, blocked=20, renamed=10, empty=15, forbidden=5)
#: One request in ten breaks: that ten attempts in a row break happens once in 10 billion requests.
HEALING = Retry(attempts=10, base=0.002)


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    with serve(REPOSITORIES, STATES) as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_every_repository_has_its_outcome_and_its_rows(served: ServedFleet, make_client: MakeClient, kind: str) -> None:
    forge = served.forge

    async def main() -> list[Outcome[Any]]:
        async with make_client(forge.url, forge.token, retry=HEALING) as client:
            fleet = Fleet(*(f"github:{owner}" for owner in OWNERS), clients=client)
            return [outcome async for outcome in fleet.each(kind)]

    expected = served.outcomes(kind)
    forge.clear_log()
    break_one_in_ten(forge, seed=len(kind))
    try:
        outcomes = run(main(), within=300)
    finally:
        forge.clear_faults()
    counts = Counter(outcome.status for outcome in outcomes)
    empty = 0 if kind == "pull_requests" else 15
    assert counts == {
        "ok": 2935 - empty,
        "gone": 30,
        "blocked": 20,
        "renamed": 10,
        "forbidden": 5,
        **({"empty": empty} if empty else {}),
    }
    assert summary(outcomes) == expected
    broken = sum(request.fault is not None for request in forge.requests)
    assert broken == pytest.approx(len(forge.requests) / 10, rel=0.3)
