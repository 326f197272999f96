"""Waits for limits: who waits, for how long, and who does not."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    Event,
    GitHubClient,
    RateLimitError,
    RequestTimeoutError,
    SecondaryRateLimitError,
    Timeout,
    TokenManager,
    Waiting,
)
from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_api.session.call import Call
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import NAME, OWNER, one_repository, pool

SEARCH = "/search/repositories?q=tool"
CORE = f"/repos/{OWNER}/{NAME}"


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge(one_repository()) as running:
        yield running


class _Asker:
    """A client on a manual clock, and the waits that it told of."""

    def __init__(self, make_client: MakeClient, forge: Forge, manager: TokenManager | None = None, **more: Any) -> None:
        self.clock = ManualClock()
        self.events: list[Event] = []
        tokens = pool(forge.token, clock=self.clock) if manager is None else manager
        settings = {"max_rate_limit_wait": 1000, "timeout": PATIENT, **more}
        self.client = make_client(
            forge.url, token_manager=tokens, clock=self.clock, on_event=self.events.append, **settings
        )

    async def get(self, path: str = CORE) -> None:
        await self.client.session.send(Call("GET", self.client.base_url + path))

    @property
    def waits(self) -> list[Waiting]:
        return [event for event in self.events if isinstance(event, Waiting)]


def test_a_secondary_limit_holds_for_every_call_on_that_bucket(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            with pytest.raises(SecondaryRateLimitError):
                await asker.get()
            assert len(forge.requests) == 1
            with pytest.raises(SecondaryRateLimitError) as caught:
                await asker.get()  # another call, which was never answered so
            assert len(forge.requests) == 1
            assert caught.value.code == "secondary_rate_limited"
            assert caught.value.retry_after == pytest.approx(30, abs=1)
            await asker.get(SEARCH)

    forge.secondary_limit(CORE, retry_after=30)
    asker = _Asker(make_client, forge, max_rate_limit_wait=20)
    run(main())
    assert asker.clock.sleeps == []


def test_all_calls_that_wait_for_a_bucket_wait_once(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            await asker.get(SEARCH)
            await asyncio.gather(*(asker.get() for _ in range(10)))

    forge.secondary_limit(CORE, retry_after=30)
    asker = _Asker(make_client, forge, max_concurrency=1)
    before = asker.clock.now
    run(main())
    assert [request.status for request in forge.requests] == [200, 403] + [200] * 10
    assert asker.clock.now - before == pytest.approx(30, abs=1), "the waits added up"
    assert {wait.reason for wait in asker.waits} == {"secondary_rate_limit"}
    assert {wait.resource for wait in asker.waits} == {"core"}


def test_another_token_is_not_held_up_by_a_secondary_limit(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            for _ in range(20):
                await asker.get()

    forge.add_token("other")
    forge.secondary_limit(CORE, retry_after=30)
    asker = _Asker(make_client, forge, pool(forge.token, "other"))
    run(main())
    assert asker.clock.sleeps == []
    statuses = [(request.token, request.status) for request in forge.requests]
    assert statuses[0] == (forge.token, 403)
    assert set(statuses[1:]) == {("other", 200)}


def test_another_client_with_the_same_pool_waits_too(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with first.client, second.client:
            with pytest.raises(SecondaryRateLimitError):
                await first.get()
            with pytest.raises(SecondaryRateLimitError):
                await second.get()

    forge.secondary_limit(CORE, retry_after=30)
    manager = pool(forge.token)
    first, second = (_Asker(make_client, forge, manager, max_rate_limit_wait=5) for _ in range(2))
    run(main())
    assert len(forge.requests) == 1


def test_search_and_core_count_apart(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            for _ in range(3):
                await asker.get(SEARCH)
            with pytest.raises(RateLimitError) as caught:
                await asker.get(SEARCH)
            assert caught.value.resource == "search"
            for _ in range(5):
                await asker.get()

    forge.limit(forge.token, resource="search", remaining=3, reset_in=50)
    asker = _Asker(make_client, forge, max_rate_limit_wait=10)
    run(main())
    assert [request.status for request in forge.requests] == [200] * 8


def test_a_spent_core_budget_leaves_search_alone(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            with pytest.raises(RateLimitError):
                await asker.get()
            for _ in range(5):
                await asker.get(SEARCH)

    forge.limit(forge.token, remaining=0, reset_in=50)
    asker = _Asker(make_client, forge, max_rate_limit_wait=10)
    run(main())
    assert [request.status for request in forge.requests] == [403] + [200] * 5


def test_a_limit_of_another_resource_than_that_of_the_path_is_waited_for(make_client: MakeClient) -> None:
    """GitHub counts some endpoints apart, and says so in the response only."""
    spent = {
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(time.time()) + 40),
        "X-RateLimit-Resource": "code_scanning_upload",
    }

    def choose(request: RawRequest) -> bytes:
        if request.target != "/scan" or clock.sleeps:
            return http_response({})
        return http_response({"message": "spent"}, status=403, headers=spent)

    async def main() -> None:
        async with make_client(server.url, token_manager=manager, clock=clock, max_rate_limit_wait=100) as client:
            await client.session.send(Call("GET", f"{server.url}/scan"))
            await client.session.send(Call("GET", f"{server.url}/user"))

    clock = ManualClock()
    manager = pool("t", clock=clock)
    with RawServer(route(choose)) as server:
        run(main())
        assert [request.target for request in server.requests] == ["/scan", "/scan", "/user"]
    assert clock.sleeps == pytest.approx([40], abs=2)


def test_every_wait_has_an_event(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            await asker.get()

    forge.limit(forge.token, remaining=0, reset_in=50)
    asker = _Asker(make_client, forge)
    asker.clock.on_sleep = lambda _: forge.reset_limits()
    run(main())
    (wait,) = asker.waits
    assert (wait.url, wait.reason, wait.resource) == (forge.url + CORE, "rate_limit", "core")
    assert wait.seconds == pytest.approx(50, abs=2)
    assert wait.until.timestamp() == pytest.approx(time.time() + 50, abs=2)
    assert asker.clock.sleeps == [wait.seconds]


@pytest.mark.parametrize(("bound", "sent"), [(0, 1), (29, 1), (31, 2), (95, 4), (math.inf, 6)])
def test_all_waits_of_a_call_together_are_bounded(
    make_client: MakeClient, forge: Forge, bound: float, sent: int
) -> None:
    async def main() -> None:
        async with asker.client:
            if bound == math.inf:
                await asker.get()
                return
            with pytest.raises(SecondaryRateLimitError) as caught:
                await asker.get()
            assert caught.value.retry_after == 30

    forge.secondary_limit(retry_after=30, times=5)
    asker = _Asker(make_client, forge, max_rate_limit_wait=bound)
    run(main())
    assert len(forge.requests) == sent
    assert sum(asker.clock.sleeps) <= bound


@pytest.mark.parametrize("value", [-1, math.nan, "60", None, True])
def test_a_bound_that_makes_no_sense_is_refused(make_client: MakeClient, value: object) -> None:
    with pytest.raises(ConfigurationError, match="max_rate_limit_wait"):
        make_client("https://example.org", max_rate_limit_wait=value)


def test_a_real_reset_is_waited_for(make_client: MakeClient, forge: Forge) -> None:
    """In real time, with nothing replaced: the budget is spent, the window ends, the call goes on."""

    async def main() -> None:
        async with make_client(forge.url, forge.token, max_rate_limit_wait=10, timeout=PATIENT) as client:
            await client.fetch_repository_details(OWNER, NAME)

    forge.limit(forge.token, remaining=0, reset_in=0.9)
    began = time.monotonic()
    run(main())
    assert 0.5 <= time.monotonic() - began < 6
    # The reset is told in whole seconds, rounded up: it is not asked too early.
    assert [request.status for request in forge.requests] == [403, 200]


def _one_call_and_a_rest(forge: Forge, rest: int) -> TokenManager:
    """Two tokens: one has a single call left, the other has none for ``rest`` seconds."""
    manager = pool("busy", forge.token)
    forge.add_token("busy", limit=5000, remaining=1, window=3600)
    now = datetime.now(UTC).replace(microsecond=0)
    run(manager.update_rate_limit("busy", "github", 1, now + timedelta(hours=1)))
    run(manager.update_rate_limit(forge.token, "github", 0, now + timedelta(seconds=rest)))
    return manager


def test_a_slow_call_delays_no_call_that_another_token_can_serve(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        settings = {"max_rate_limit_wait": 120, "timeout": PATIENT, "on_event": events.append}
        async with make_client(forge.url, token_manager=manager, **settings) as client:
            slow = asyncio.ensure_future(client.fetch_repository_details(OWNER, NAME))
            await asyncio.sleep(0.2)
            await client.fetch_branches(OWNER, NAME)
            assert not slow.done()
            slow.cancel()

    forge.stall(CORE, seconds=None)
    manager, events = _one_call_and_a_rest(forge, 2), list[Event]()
    run(main())
    assert [event.reason for event in events if isinstance(event, Waiting)] == ["rate_limit"]


def test_a_call_that_ends_without_cost_lets_the_next_one_go(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        settings = {"max_rate_limit_wait": 120, "timeout": Timeout(read=0.5)}
        async with make_client(forge.url, token_manager=manager, **settings) as client:
            slow = asyncio.ensure_future(client.fetch_repository_details(OWNER, NAME))
            await asyncio.sleep(0.1)
            await client.fetch_branches(OWNER, NAME)
            assert isinstance(slow.exception(), RequestTimeoutError)

    forge.stall(CORE, seconds=None)
    manager = _one_call_and_a_rest(forge, 100)
    run(main())
    assert [request.token for request in forge.requests] == ["busy", "busy"]


def test_a_date_to_come_back_at_is_read_with_the_servers_clock(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> SecondaryRateLimitError:
        async with asker.client:
            with pytest.raises(SecondaryRateLimitError) as caught:
                await asker.get()
        return caught.value

    asker = _Asker(make_client, forge, max_rate_limit_wait=20)
    asker.clock.now += 5000
    forge.clock.offset = -3000
    forge.secondary_limit(CORE, retry_after=datetime.fromtimestamp(time.time() - 3000 + 300, UTC))
    assert run(main()).retry_after == pytest.approx(300, abs=2)


def _paced(client: GitHubClient, pace: RateLimitPolicy) -> None:
    client.session._config = dataclasses.replace(client.session._config, rate_limit_policy=pace)


def test_calls_keep_to_the_pace(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            await asyncio.gather(*(asker.get() for _ in range(35)))

    asker = _Asker(make_client, forge, max_rate_limit_wait=0)  # the pace is no rate limit: it is kept in any case
    _paced(asker.client, RateLimitPolicy((RateWindow(10, 60.0),)))
    before = asker.clock.now
    run(main())
    assert len(forge.requests) == 35
    assert {wait.reason for wait in asker.waits} == {"pacing"}
    # 180 s are the least. Requests that are in flight when the clock jumps count later, so that it may take longer.
    assert 179 <= asker.clock.now - before <= 361


def test_not_more_than_the_pace_allows_are_under_way(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with asker.client:
            await asyncio.gather(*(asker.get() for _ in range(30)))

    forge.delay = 0.01
    asker = _Asker(make_client, forge, max_concurrency=16)
    _paced(asker.client, RateLimitPolicy((RateWindow(1000, 60.0),), concurrent=3))
    run(main())
    done = forge.requests
    steps = sorted([(r.started, 1) for r in done] + [(r.finished or 0.0, -1) for r in done])
    running = highest = 0
    for _, step in steps:
        running += step
        highest = max(highest, running)
    assert len(done) == 30
    assert 2 <= highest <= 3
