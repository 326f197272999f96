"""Pacing: requests are sent as fast as published limits allow; the forge, which enforces them, refuses none."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import (
    Event,
    GitFleetError,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    RateLimitError,
    SecondaryRateLimitError,
    TokenManager,
    Waiting,
)
from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_api.providers.gitlab.profile import _ENDPOINTS
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.gitlab_clients import gitlab
from support.running import run

OWNER, NAME = "acme", "tool"
PROJECT = f"/projects/{OWNER}%2F{NAME}"


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("octo-user")
    fleet.add_organization(OWNER, members=["octo-user"])
    fleet.add_repository(OWNER, NAME, branches=1)
    with Forge(fleet) as running:
        yield running


def _paced(client: GitProviderClient, policy: RateLimitPolicy | None) -> None:
    client.session._config = dataclasses.replace(client.session._config, rate_limit_policy=policy)


async def _write(client: GitProviderClient, number: int) -> None:
    path = f"/repos/{OWNER}/{NAME}/issues"
    await client.request("POST", path, json={"title": f"Issue {number}"})


def _scaled(*windows: tuple[int, float]) -> RateLimitPolicy:
    """GitHub's policy with the windows of writes made smaller."""
    policy = GitHubClient.profile.rate_limit_policy
    assert policy is not None
    writes = tuple(RateWindow(calls, seconds) for calls, seconds in windows)
    return dataclasses.replace(policy, separate={**policy.separate, "writes": writes})


WINDOWS = ((8, 0.8), (20, 3.2))


@pytest.mark.parametrize("paced", [True, False])
def test_writes_are_not_refused_because_they_are_paced(make_client: MakeClient, forge: Forge, paced: bool) -> None:
    """In real time, with windows 75 and 1,125 times as short as GitHub's."""

    async def main() -> list[BaseException | None]:
        async with client:
            writes = (_write(client, number) for number in range(30))
            return await asyncio.gather(*writes, return_exceptions=True)

    forge.speed.limit("writes", *WINDOWS)
    client = make_client(forge.url, forge.token, timeout=PATIENT, max_rate_limit_wait=0)
    _paced(client, _scaled(*WINDOWS) if paced else None)
    began = time.monotonic()
    outcomes = run(main())
    refused = [request.status for request in forge.requests].count(403)
    if paced:
        assert outcomes == [None] * 30
        assert refused == 0
        assert len(forge.writes) == 30
        assert 3.2 <= time.monotonic() - began < 8
    else:
        assert refused > 0, "the forge enforces the limit"


def test_writes_and_mutations_are_counted_together_and_reads_are_not(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for number in range(2):
                await _write(client, number)
            for _ in range(20):
                await client.fetch_repository_details(OWNER, NAME)
                await client.graphql("query { viewer { login } }")
            assert not clock.sleeps
            with pytest.raises(GitFleetError):  # the forge has no such mutation
                await client.graphql("mutation { nothing }")
            await _write(client, 3)

    clock, events = ManualClock(), list[Event]()
    client = make_client(forge.url, forge.token, clock=clock, on_event=events.append, timeout=PATIENT)
    _paced(client, _scaled((3, 60.0)))
    run(main())
    (wait,) = [event for event in events if isinstance(event, Waiting)]
    assert (wait.reason, wait.resource) == ("pacing", "writes")
    assert wait.seconds == pytest.approx(60, abs=1)


def test_the_501st_write_of_an_hour_follows_max_rate_limit_wait(make_client: MakeClient, forge: Forge) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            for number in range(5):
                await _write(client, number)
            await _write(client, 5)

    policy = _scaled((80, 60.0), (5, 3600.0))
    for bound in (120, 4000):
        clock = ManualClock()
        client = make_client(forge.url, forge.token, clock=clock, max_rate_limit_wait=bound, timeout=PATIENT)
        _paced(client, policy)
        forge.clear_log()
        if bound == 120:
            with pytest.raises(RateLimitError) as caught:
                run(main(client))
            assert type(caught.value) is RateLimitError
            assert (caught.value.resource, caught.value.status) == ("writes", None)
            assert caught.value.retry_after == pytest.approx(3600, abs=2)
            assert len(forge.requests) == 5
        else:
            run(main(client))
            assert clock.sleeps == pytest.approx([3600], abs=2)
            assert len(forge.requests) == 6


def test_two_tokens_of_two_users_write_twice_as_fast(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for number in range(6):
                await _write(client, number)

    forge.add_token("other", login="octo-user")
    clock = ManualClock()
    manager = TokenManager(clock=clock.time)
    manager.add_token(forge.token, "github", username="fleet-admin")
    manager.add_token("other", "github", username="octo-user")
    client = make_client(forge.url, token_manager=manager, clock=clock, timeout=PATIENT)
    _paced(client, _scaled((3, 60.0)))
    run(main())
    assert not clock.sleeps


def test_two_tokens_of_one_user_share_the_limit_of_writes(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for number in range(6):
                await _write(client, number)

    forge.add_token("other")
    clock = ManualClock()
    manager = TokenManager(clock=clock.time)
    for token in (forge.token, "other"):
        manager.add_token(token, "github", username="fleet-admin")
    client = make_client(forge.url, token_manager=manager, clock=clock, timeout=PATIENT)
    _paced(client, _scaled((3, 60.0)))
    run(main())
    assert sum(clock.sleeps) == pytest.approx(60, abs=1)


# -- GitLab: limits of endpoints


def _gitlab(engine: str, forge: Forge, **more: Any) -> GitLabClient:
    return gitlab(engine, forge.gitlab_url, forge.token, **{"timeout": PATIENT, **more})


def test_the_published_limits_of_endpoints_are_kept_on_gitlab_com_only() -> None:
    def policy(url: str | None) -> RateLimitPolicy | None:
        return GitLabClient(base_url=url, use_python_impl=True).session._config.rate_limit_policy

    public = policy(None)
    assert public is not None
    assert (public.windows, public.concurrent) == ((), None)
    assert public.separate["projects/:id"] == (RateWindow(400, 60.0),)
    assert public.separate["groups/:id/projects"] == (RateWindow(600, 60.0),)
    assert public.separate["users/:id/projects"] == (RateWindow(300, 60.0),)
    assert policy("https://gitlab.example.com/api/v4") is None


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/projects", "projects"),
        ("/projects?simple=true&order_by=id", "projects"),
        ("/projects/278964", "projects/:id"),
        ("/projects/g%2Fs%2Fp?license=true", "projects/:id"),
        ("/projects/1/repository/branches", None),
        ("/projects/1/issues", None),
        ("/groups", "groups"),
        ("/groups/g%2Fs", "groups/:id"),
        ("/groups/1/projects?per_page=100", "groups/:id/projects"),
        ("/groups/1/members/all", None),
        ("/groups/1/projects/shared", None),
        ("/users?username=x", None),
        ("/users/1", None),
        ("/users/1/projects", "users/:id/projects"),
        ("/users/1/keys/2", "users/:id/keys"),
        ("/search?scope=blobs&search=x", "search"),
        ("/groups/g%2Fs/search?scope=blobs", "search"),
        ("/projects/1/search", "search"),
        ("/projects/1/repository/branches/search", None),
        ("/user", None),
        ("https://gitlab.com/api/graphql", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_endpoint_of_a_path_is_the_one_that_gitlab_limits(path: str, endpoint: str | None) -> None:
    assert GitLabClient.profile.endpoint_of(path, True) == endpoint
    assert GitLabClient.profile.endpoint_of(path, False) is None
    assert endpoint is None or endpoint in _ENDPOINTS


def test_a_refusal_of_an_endpoint_pauses_that_endpoint_only(engine: str, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for _ in range(2):
                await client.fetch_repository_details(OWNER, NAME)
            for sent in (1, 0):  # refused by the server, then not sent
                before = len(forge.requests)
                with pytest.raises(RateLimitError) as caught:
                    await client.fetch_repository_details(OWNER, NAME)
                assert caught.value.resource == "projects/:id"
                assert len(forge.requests) - before == sent
            assert isinstance(caught.value, SecondaryRateLimitError)
            assert caught.value.retry_after == pytest.approx(60, abs=1)
            await client.fetch_branches(OWNER, NAME)
            await client.fetch_repositories(OWNER, kind="organization")
            await client.fetch_organization(OWNER)

    forge.speed.limit("projects/:id", (2, 60))
    client = _gitlab(engine, forge)
    run(main())


def test_another_token_is_used_where_an_endpoint_refuses_the_first(engine: str, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for _ in range(6):
                await client.fetch_repository_details(OWNER, NAME)

    forge.add_token("other", login="octo-user")
    forge.speed.limit("projects/:id", (3, 60))
    manager = TokenManager()
    for token in (forge.token, "other"):
        manager.add_token(token, "gitlab")
    client = gitlab(engine, forge.gitlab_url, token_manager=manager, timeout=PATIENT)
    run(main())
    assert [request.status for request in forge.requests].count(200) == 6


@pytest.mark.parametrize("paced", [True, False])
def test_requests_of_a_limited_endpoint_are_paced(engine: str, forge: Forge, paced: bool) -> None:
    async def main() -> None:
        async with client:
            details = [client.fetch_repository_details(OWNER, NAME) for _ in range(25)]
            outcomes = await asyncio.gather(*details, return_exceptions=True)
            if paced:
                assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]

    forge.speed.limit("projects/:id", (10, 0.8))
    client = _gitlab(engine, forge)
    _paced(client, RateLimitPolicy(separate={"projects/:id": (RateWindow(10, 0.8),)}) if paced else None)
    began = time.monotonic()
    run(main())
    refused = [request.status for request in forge.requests].count(429)
    assert (refused == 0) is paced
    assert not paced or 1.6 <= time.monotonic() - began < 6


def test_a_refusal_of_the_whole_budget_pauses_every_endpoint(engine: str, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for call in (client.fetch_repository_details, client.fetch_branches):
                with pytest.raises(RateLimitError) as caught:
                    await call(OWNER, NAME)
                assert caught.value.resource == "core"

    forge.limit(forge.token, resource="gitlab", remaining=0, reset_in=50)
    client = _gitlab(engine, forge)
    run(main())
    assert len(forge.requests) == 1
