"""Limits, tokens and slow repositories during a call for each repository: no outcome is lost or waits for others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from gitfleet_api import (
    GitHubClient,
    ProviderType,
    RateLimitError,
    RequestTimeoutError,
    Timeout,
    TokenManager,
)
from gitfleet_fleet import Fleet, Outcome
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.failing import ENDLESS
from support.gitlab_clients import gitlab
from support.running import run

REPOSITORIES = 120
GITHUB = ProviderType.GITHUB


@pytest.fixture
def forge() -> Iterator[Forge]:
    data = Data()
    data.add_organization("acme")
    data.add_repositories("acme", REPOSITORIES, "tool", branches=2)
    with Forge(data) as running:
        yield running


def _branches(client: Any, target: str = "github:acme") -> list[Outcome[Any]]:
    async def main() -> list[Outcome[Any]]:
        async with client:
            return [outcome async for outcome in Fleet(target, clients=client, concurrency=8).each("branches")]

    return run(main())


def _all_ok(outcomes: list[Outcome[Any]]) -> bool:
    return len({item.target for item in outcomes if item.status == "ok" and len(item.rows) == 2}) == REPOSITORIES


def test_an_exhausted_rate_limit_pauses_the_fleet_and_loses_nothing(forge: Forge, make_client: MakeClient) -> None:
    forge.limit(forge.token, remaining=20, reset_in=4)
    outcomes = _branches(make_client(forge.url, forge.token, max_rate_limit_wait=30))
    assert _all_ok(outcomes)
    assert len(outcomes) == REPOSITORIES
    # Those that waited know it.
    assert max(outcome.seconds for outcome in outcomes) > 0.5


def test_without_waiting_an_exhausted_rate_limit_is_the_error_of_the_others(
    forge: Forge, make_client: MakeClient
) -> None:
    forge.limit(forge.token, remaining=60, reset_in=900)
    outcomes = _branches(make_client(forge.url, forge.token, max_rate_limit_wait=0))
    assert len(outcomes) == REPOSITORIES
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    assert len(outcomes) - len(failed) == 58  # two pages of repositories
    assert {type(outcome.error) for outcome in failed} == {RateLimitError}


def test_a_secondary_limit_pauses_the_fleet_and_loses_nothing(forge: Forge, make_client: MakeClient) -> None:
    fault = forge.secondary_limit("/repos/*/branches", retry_after=1, times=3, skip=40)
    assert _all_ok(_branches(make_client(forge.url, forge.token, max_rate_limit_wait=30)))
    assert fault.hits >= 1


def test_a_limit_of_gitlab_pauses_the_fleet_and_loses_nothing(forge: Forge, engine: str) -> None:
    forge.limit(forge.token, resource="gitlab", remaining=60, reset_in=2)
    client = gitlab(engine, forge.gitlab_url, forge.token, max_rate_limit_wait=30)
    assert _all_ok(_branches(client, "gitlab:acme"))


def test_a_token_that_is_revoked_in_the_middle_is_replaced(forge: Forge, make_client: MakeClient) -> None:
    forge.add_token("second", login="fleet-admin")
    revoked = forge.fail(
        None, 401, body={"message": "Bad credentials"}, times=None, skip=30, when=lambda item: item.token == "second"
    )
    tokens = TokenManager()
    for token in (forge.token, "second"):
        tokens.add_token(token, GITHUB)
    assert _all_ok(_branches(make_client(forge.url, token_manager=tokens)))
    assert revoked.hits >= 1


def test_a_repository_whose_server_is_silent_delays_no_other_one(forge: Forge, make_client: MakeClient) -> None:
    forge.stall("/repos/acme/tool-0001/branches", seconds=None, times=None)
    client: GitHubClient = make_client(forge.url, forge.token, timeout=ENDLESS)

    async def main() -> dict[str, str]:
        found: dict[str, str] = {}
        async with client, aclosing(Fleet("github:acme", clients=client, concurrency=8).each("branches")) as outcomes:
            async for outcome in outcomes:
                found[outcome.target] = outcome.status
                if len(found) == REPOSITORIES - 1:
                    break  # all others, while this one is waited for
        return found

    outcomes = run(main())
    assert "github:acme/tool-0001" not in outcomes
    assert set(outcomes.values()) == {"ok"}


def test_a_repository_whose_server_is_silent_fails_with_a_timeout(forge: Forge, make_client: MakeClient) -> None:
    forge.stall("/repos/acme/tool-0001/branches", seconds=None, times=None)
    client: GitHubClient = make_client(forge.url, forge.token, timeout=Timeout(read=1.0))

    async def main() -> list[Outcome[Any]]:
        async with client:
            return [outcome async for outcome in Fleet("github:acme/tool-0001", clients=client).each("branches")]

    (outcome,) = run(main())
    assert (outcome.target, outcome.status) == ("github:acme/tool-0001", "failed")
    assert isinstance(outcome.error, RequestTimeoutError)


def test_concurrency_bounds_the_requests_at_the_same_time(forge: Forge, make_client: MakeClient) -> None:
    forge.delay = 0.02
    assert _all_ok(_branches(make_client(forge.url, forge.token)))
    spans = [
        (request.started, request.finished or request.started)
        for request in forge.requests
        if request.path.endswith("/branches")
    ]
    most = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)
    assert 2 < most <= 8


@pytest.mark.parametrize(
    "message", ["Resource not accessible by personal access token", "Must have push access to repository"]
)
def test_refusals_of_some_repositories_hide_no_private_one_from_a_pool(
    forge: Forge, make_client: MakeClient, message: str
) -> None:
    """One token sees the private repositories; after refusals of it the other one must not be used instead."""
    forge.add_token("second", login="outsider")
    forge.fleet.add_repositories("acme", 60, "private", private=True, branches=2)
    for number in range(1, 60, 10):
        forge.fleet.forbid(f"acme/private-{number:04d}", message)
    tokens = TokenManager()
    for token in (forge.token, "second"):
        tokens.add_token(token, GITHUB)
    client: GitHubClient = make_client(forge.url, token_manager=tokens)
    outcomes = _branches(client)
    statuses = {outcome.target.removeprefix("github:acme/"): outcome.status for outcome in outcomes}
    assert len(statuses) == REPOSITORIES + 60
    assert {name for name, status in statuses.items() if status != "ok"} == {
        f"private-{number:04d}" for number in range(1, 60, 10)
    }
    assert set(statuses.values()) == {"ok", "forbidden"}
    assert {request.token for request in forge.requests} == {"second", forge.token}
