"""Every call for each repository gives the outcome that the state of the repository means, on both providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import GitProviderClient, NotFoundError
from gitfleet_fleet import Fleet, Outcome
from gitfleet_fleet.kinds import kinds
from support.clients import MakeClient
from support.fleets import OWNERS, ServedFleet, States, serve
from support.gitlab_clients import gitlab
from support.running import run

#: Calls whose result is empty if and only if the repository has no commits.
OF_COMMITS = ("branches", "commits", "contributors", "commit", "commit_files")


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    with serve(30, States(gone=2, blocked=2, renamed=2, empty=2, forbidden=2)) as found:
        yield found


def _outcomes(client: GitProviderClient, provider: str, kind: str, **arguments: Any) -> list[Outcome[Any]]:
    async def main() -> list[Outcome[Any]]:
        async with client:
            fleet = Fleet(*(f"{provider}:{owner}" for owner in OWNERS), clients=client)
            return [outcome async for outcome in fleet.each(kind, **arguments)]

    return run(main())


@pytest.fixture(params=["github", "gitlab"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(served: ServedFleet, make_client: MakeClient, engine: str, provider: str) -> GitProviderClient:
    forge = served.forge
    if provider == "github":
        return make_client(forge.url, forge.token)
    return gitlab(engine, forge.gitlab_url, forge.token)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_the_outcome_of_a_call_is_the_state_of_the_repository(
    served: ServedFleet, client: GitProviderClient, provider: str, kind: str
) -> None:
    expected = {}
    for name in served.names:
        state: str = served.states.get(name, "ok")
        if state == "empty" and kind not in OF_COMMITS:
            state = "ok"
        elif state == "blocked" and provider == "gitlab":
            state = "forbidden"
        expected[f"{provider}:{name}"] = state
    outcomes = _outcomes(client, provider, kind)
    assert {outcome.target: outcome.status for outcome in outcomes} == expected
    for outcome in outcomes:
        assert (outcome.error is not None) is outcome.is_missing
        assert (outcome.renamed_to is not None) is (outcome.status == "renamed")


@pytest.mark.parametrize(
    ("kind", "arguments"), [("commit", {"ref": "none"}), ("branch_protection", {"branch": "none"})]
)
def test_a_part_that_does_not_exist_does_not_mean_that_the_repository_is_gone(
    served: ServedFleet, client: GitProviderClient, provider: str, kind: str, arguments: dict[str, str]
) -> None:
    outcomes = _outcomes(client, provider, kind, **arguments)
    gone = {outcome.target for outcome in outcomes if outcome.status == "gone"}
    assert gone == {f"{provider}:{name}" for name, state in served.states.items() if state == "gone"}
    assert all(isinstance(outcome.error, NotFoundError) for outcome in outcomes if outcome.status == "gone")
