"""Random fleets: states, targets, concurrency and faults are drawn from a seed; the outcomes are those of the data."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gitfleet_api import GitProviderClient, Retry
from gitfleet_fleet import Fleet, Outcome
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, break_one_in_ten, serve, summary
from support.gitlab_clients import gitlab
from support.running import run

SEEDS = range(16)
HEALING = Retry(attempts=9, base=0.002)


def _targets(served: ServedFleet, provider: str, host: str, dice: random.Random) -> tuple[list[str], set[str]]:
    """Texts, and the repositories that they name by the names in lists."""
    owners = dice.sample(OWNERS, dice.randint(0, 3))
    # GitLab's named projects are looked up, because a path can be a group: one that fails has the outcome of a target.
    known = [
        name for name in sorted(served.names) if provider == "github" or served.states.get(name) in (None, "empty")
    ]
    named = dice.sample(known, dice.randint(0 if owners else 1, 8))
    forms = (f"{provider}:{{}}", "http://" + host + "/{}", "git@127.0.0.1:{}.git", host + ":{}")
    texts = [f"{provider}:{owner}" for owner in owners] + [dice.choice(forms).format(name) for name in named]
    texts += dice.sample(texts, dice.randint(0, len(texts)))
    dice.shuffle(texts)
    return texts, {*named, *(name for name in served.names if name.partition("/")[0] in owners)}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_outcomes_of_a_random_fleet_are_those_of_its_data(make_client: MakeClient, engine: str, seed: int) -> None:
    dice = random.Random(f"fleet {seed}")  # noqa: S311  must be repeatable
    drawn = [dice.randint(0, 4) for _ in range(5)]
    kind = dice.choice(KINDS)
    provider = dice.choice(("github", "gitlab"))
    with serve(dice.randint(25, 90), States(*drawn), seed=seed) as served:
        forge = served.forge
        host = forge.url.removeprefix("http://")
        texts, names = _targets(served, provider, host, dice)
        expected = {
            target: found
            for target, found in served.outcomes(kind, provider).items()
            if target.removeprefix(f"{provider}:") in names
        }
        break_one_in_ten(forge, seed)
        client: GitProviderClient = (
            make_client(forge.url, forge.token, retry=HEALING)
            if provider == "github"
            else gitlab(engine, forge.gitlab_url, forge.token, retry=HEALING)
        )

        async def main() -> list[Outcome[Any]]:
            async with client:
                fleet = Fleet(*texts, clients=client, concurrency=dice.choice((None, 1, 3, 20)))
                return [outcome async for outcome in fleet.each(kind)]

        outcomes = run(main())
    assert summary(outcomes) == expected
