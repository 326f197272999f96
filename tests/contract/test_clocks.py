"""The server's clock and ours: a difference of an hour, in either direction, changes nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest

from gitfleet_api import (
    Event,
    GitProviderClient,
    MemoryCache,
    RateLimitError,
    SecondaryRateLimitError,
    TokenManager,
    Waiting,
)
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock, SkewedClock
from support.failing import PATIENT, REPO, details
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import NAME, OWNER, one_repository

HOUR = 3600
OFFSETS = pytest.mark.parametrize("offset", [-86_000, -HOUR, -90, 0, 90, HOUR, 86_000])


@pytest.fixture(params=["github", "gitlab"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge(one_repository()) as running:
        yield running


def _client(engine: str, provider: str, make_client: MakeClient, forge: Forge, **more: Any) -> GitProviderClient:
    settings = {"timeout": PATIENT, **more}
    if provider == "github":
        return make_client(forge.url, **settings)
    return gitlab(engine, forge.gitlab_url, **settings)


def _tokens(provider: str, *tokens: str, clock: ManualClock | None = None) -> TokenManager:
    manager = TokenManager() if clock is None else TokenManager(clock=clock.time)
    for token in tokens:
        manager.add_token(token, provider)
    return manager


@OFFSETS
def test_a_window_ends_for_us_when_it_ends_for_the_server(
    engine: str, provider: str, make_client: MakeClient, forge: Forge, offset: float
) -> None:
    async def main() -> None:
        async with client:
            for _ in range(6):
                await client.fetch_repository_details(OWNER, NAME)

    events: list[Event] = []
    clock = ManualClock(on_sleep=lambda _: forge.reset_limits())
    manager = _tokens(provider, forge.token, clock=clock)
    forge.clock.offset = offset
    forge.limit(forge.token, remaining=5, reset_in=300)
    client = _client(
        engine,
        provider,
        make_client,
        forge,
        token_manager=manager,
        clock=clock,
        max_rate_limit_wait=310,
        on_event=events.append,
    )
    run(main())
    assert [request.status for request in forge.requests] == [200] * 6, "the budget was known before it was spent"
    (wait,) = [event for event in events if isinstance(event, Waiting)]
    assert wait.seconds == pytest.approx(300, abs=4)
    assert wait.until.timestamp() == pytest.approx(time.time() + 300, abs=5)


@OFFSETS
def test_sleeping_until_the_reset_time_is_right(
    engine: str, provider: str, make_client: MakeClient, forge: Forge, offset: float
) -> None:
    async def main() -> None:
        async with client:
            limit = await client.get_rate_limit()
            forge.limit(forge.token, remaining=0, reset_in=300)
            with pytest.raises(RateLimitError) as refused:
                await client.fetch_repository_details(OWNER, NAME)
            with pytest.raises(RateLimitError) as unsent:
                await client.fetch_repository_details(OWNER, NAME)
        for moment in (limit.reset_time, refused.value.reset_time, unsent.value.reset_time):
            assert moment is not None
            assert (moment - datetime.now(UTC)).total_seconds() == pytest.approx(300, abs=4)
        (status,) = [token.status for token in manager.get_all_tokens(provider)]
        assert status.reset_time is not None
        assert (status.reset_time - datetime.now(UTC)).total_seconds() == pytest.approx(300, abs=4)
        assert status.is_rate_limited

    forge.clock.offset = offset
    forge.limit(forge.token, remaining=2, reset_in=300)
    manager = _tokens(provider, forge.token)
    client = _client(engine, provider, make_client, forge, token_manager=manager, max_rate_limit_wait=5)
    run(main())


@pytest.mark.parametrize("offset", [-HOUR, HOUR])
@pytest.mark.parametrize("whose", ["ours", "the pool's", "both"])
def test_our_own_clock_may_be_wrong(
    engine: str, provider: str, make_client: MakeClient, forge: Forge, offset: float, whose: str
) -> None:
    """In real time: the window ends after a second, whatever the clocks believe."""

    async def main() -> float:
        async with client:
            began = time.monotonic()
            for _ in range(3):
                await client.fetch_repository_details(OWNER, NAME)
            return time.monotonic() - began

    clock = SkewedClock(offset)
    manager = TokenManager() if whose == "ours" else TokenManager(clock=clock.time)
    manager.add_token(forge.token, provider)
    more = {} if whose == "the pool's" else {"clock": clock}
    forge.limit(forge.token, remaining=2, reset_in=0.9)
    client = _client(engine, provider, make_client, forge, token_manager=manager, max_rate_limit_wait=10, **more)
    assert 0.5 < run(main()) < 6
    assert [request.status for request in forge.requests] == [200] * 3


@pytest.mark.parametrize("offset", [-HOUR, HOUR])
def test_a_retry_after_that_is_a_date_is_by_the_servers_clock(
    make_client: MakeClient, forge: Forge, offset: float
) -> None:
    async def main() -> SecondaryRateLimitError:
        async with make_client(forge.url, forge.token, timeout=PATIENT) as client:
            with pytest.raises(SecondaryRateLimitError) as caught:
                await client.fetch_repository_details(OWNER, NAME)
            return caught.value

    forge.clock.offset = offset
    until = datetime.fromtimestamp(time.time() + offset + 90, UTC)
    forge.secondary_limit(retry_after=until)
    error = run(main())
    assert error.retry_after == pytest.approx(90, abs=3)
    assert error.reset_time is not None
    assert (error.reset_time - datetime.now(UTC)).total_seconds() == pytest.approx(90, abs=3)


def _limits(reset: float, remaining: int = 0) -> dict[str, str]:
    return {"X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(int(reset))}


DATES = {
    "none": None,
    "garbage": "soon",
    "a year ago": lambda: formatdate(time.time() - 365 * 86_400, usegmt=True),
    "in a year": lambda: formatdate(time.time() + 365 * 86_400, usegmt=True),
    "another format": lambda: time.asctime(time.gmtime(time.time() - HOUR)),
    "impossible": "Sun, 31 Feb 2021 08:49:37 GMT",
    "huge": "9" * 5000,
}


@pytest.mark.parametrize("date", DATES.values(), ids=DATES.keys())
def test_without_a_plausible_date_the_clocks_are_taken_for_equal(make_client: MakeClient, date: Any) -> None:
    headers = _limits(time.time() + 300)
    if date is not None:
        headers["Date"] = date() if callable(date) else date
    assert _seconds_to_reset(make_client, [headers]) == pytest.approx(300, abs=3)


def _seconds_to_reset(make_client: MakeClient, replies: list[dict[str, str]], **settings: Any) -> float:
    """Let a client receive these headers in turn, and return how long it then believes to have no calls."""

    def choose(_: RawRequest) -> bytes:
        return http_response(REPO, headers=replies[len(server.requests) - 1])

    async def main() -> float:
        async with make_client(server.url, "t0", timeout=PATIENT, **settings) as client:
            for _ in replies:
                await details(client)
            with pytest.raises(RateLimitError) as caught:
                await details(client)
        return float(caught.value.retry_after or 0.0)

    with RawServer(route(choose)) as server:
        return run(main())


def _at(offset: float, remaining: int = 9, **more: str) -> dict[str, str]:
    now = time.time() + offset
    return {**_limits(now + 300, remaining), "Date": formatdate(now, usegmt=True), **more}


def test_a_response_from_a_cache_does_not_set_the_clock(make_client: MakeClient) -> None:
    aged = {**_at(-HOUR, Age="3600"), **_limits(time.time() + 300, 9)}
    assert _seconds_to_reset(make_client, [aged, {**aged, **_limits(time.time() + 300)}]) == pytest.approx(300, abs=4)


def test_an_old_date_among_others_does_not_set_the_clock(make_client: MakeClient) -> None:
    """A cache that sends no Age, or one slow machine among many."""
    old = {**_at(-HOUR), **_limits(time.time() + 300, 9)}
    older = {**_at(-2 * HOUR), **_limits(time.time() + 300, 9)}
    assert _seconds_to_reset(make_client, [_at(0), old, old, older, _at(0, 0)]) == pytest.approx(300, abs=4)


def test_an_old_date_at_first_is_corrected_by_the_next_one(make_client: MakeClient) -> None:
    old = {**_at(-HOUR), **_limits(time.time() + 300, 9)}
    assert _seconds_to_reset(make_client, [old, _at(1, 0)]) == pytest.approx(300, abs=4)


def test_a_server_whose_clock_is_put_back_is_believed_after_some_responses(make_client: MakeClient) -> None:
    replies = [_at(0), *(_at(-HOUR + second) for second in range(3)), _at(-HOUR + 4, 0)]
    assert _seconds_to_reset(make_client, replies) == pytest.approx(300, abs=8)


def test_a_server_whose_clock_is_put_forward_is_believed_at_once(make_client: MakeClient) -> None:
    assert _seconds_to_reset(make_client, [_at(0), _at(HOUR, 0)]) == pytest.approx(300, abs=4)


@pytest.mark.parametrize("offset", [-HOUR, HOUR])
def test_a_confirmed_response_sets_the_clock_too(engine: str, forge: Forge, offset: float) -> None:
    """A 304 carries the limits and the date of now, and the cached response those of then."""

    async def main() -> None:
        async with gitlab(
            engine, forge.gitlab_url, forge.token, timeout=PATIENT, cache=MemoryCache(), max_rate_limit_wait=5
        ) as client:
            await client.fetch_repository_details(OWNER, NAME)
            await client.fetch_repository_details(OWNER, NAME)
            with pytest.raises(RateLimitError) as caught:
                await client.fetch_repository_details(OWNER, NAME)
            assert caught.value.retry_after == pytest.approx(300, abs=4)

    forge.clock.offset = offset
    forge.limit(forge.token, remaining=2, reset_in=300)
    run(main())
    assert [request.status for request in forge.requests] == [200, 304]


def test_a_step_of_the_systems_clock_makes_no_wait_longer(
    engine: str, provider: str, make_client: MakeClient, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time

    async def main() -> float:
        async with client:
            await client.fetch_repository_details(OWNER, NAME)
            # As NTP does; the forge in this process does not notice, because it reads its clock before.
            began = time.monotonic()
            waiting = asyncio.ensure_future(client.fetch_repository_details(OWNER, NAME))
            await asyncio.sleep(0.2)
            monkeypatch.setattr(time, "time", lambda: real() - HOUR)
            try:
                await asyncio.sleep(1.5)
            finally:
                monkeypatch.setattr(time, "time", real)
            await waiting
            return time.monotonic() - began

    forge.limit(forge.token, remaining=1, reset_in=0.9)
    client = _client(engine, provider, make_client, forge, token=forge.token, max_rate_limit_wait=10)
    assert run(main()) < 6
