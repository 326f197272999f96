"""Many tokens, used as one: no call fails while one of them has calls left."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from gitfleet_api import AuthError, GitHubClient, RateLimitError, TokenManager
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.recording import RecordingBackend
from support.running import run
from support.sending import METHODS, NAME, OWNER, one_repository, pool, send

HOUR = 3600


async def _calls(client: GitHubClient, count: int) -> None:
    async with client:
        await asyncio.gather(*(client.fetch_repository_details(OWNER, NAME) for _ in range(count)))


@pytest.mark.parametrize("left", [0, 1, 7, 40])
@pytest.mark.parametrize("concurrency", [1, 16])
def test_a_token_with_few_calls_left_gives_way_to_a_healthy_one(
    make_client: MakeClient, engine: str, left: int, concurrency: int
) -> None:
    async def main() -> None:
        manager = pool("poor", "healthy")
        await _calls(make_client(forge.url, token_manager=manager, max_concurrency=concurrency, backend=backend), 200)
        await backend.aclose()

    backend = RecordingBackend(engine)
    with Forge(one_repository()) as forge:
        forge.add_token("poor", limit=5000, remaining=left, window=HOUR)
        forge.add_token("healthy")
        run(main())
        served = Counter(request.token for request in forge.requests if request.status == 200)
        assert served.total() == 200
        assert served["poor"] <= left
    poor = backend.of("poor")
    known = min(exchange.ended or 0 for exchange in poor)
    exhausted = min((exchange.ended or 0 for exchange in poor if exchange.remaining == 0), default=None)
    # From its first response on, what is left of it is known, and what is under way reserved.
    assert all(exchange.status == 200 for exchange in poor if exchange.begun > known)
    assert exhausted is None or not [exchange for exchange in poor if exchange.begun > exhausted]
    assert all(exchange.status == 200 for exchange in backend.of("healthy"))


def test_a_token_that_runs_out_meanwhile_is_used_to_its_last_call_and_no_further(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        for token, left in (("small", 30), ("large", 60)):
            forge.add_token(token, limit=5000, remaining=left, window=HOUR)
        run(_calls(make_client(forge.url, token_manager=pool("small", "large")), 90))
        assert Counter(request.token for request in forge.requests) == {"small": 30, "large": 60}
        assert {request.status for request in forge.requests} == {200}


def _ten(forge: Forge, calls: int) -> list[str]:
    names = [f"token-{number}" for number in range(10)]
    for name in names:
        forge.add_token(name, limit=calls, window=HOUR)
    return names


def test_ten_tokens_of_a_hundred_calls_are_a_thousand_calls(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> RateLimitError:
        async with client:
            await asyncio.gather(*(client.fetch_repository_details(OWNER, NAME) for _ in range(1000)))
            with pytest.raises(RateLimitError) as caught:
                await client.fetch_repository_details(OWNER, NAME)
            return caught.value

    with Forge(one_repository()) as forge:
        names = _ten(forge, 100)
        error = run(main(make_client(forge.url, token_manager=pool(*names), max_concurrency=16)))
        statuses = Counter(request.status for request in forge.requests)
        used = Counter(request.token for request in forge.requests)
    assert statuses == {200: 1000}
    assert used == dict.fromkeys(names, 100)
    assert error.code == "rate_limited"
    assert error.status is None
    assert error.resource == "core"
    assert error.reset_time is not None
    assert error.reset_time.timestamp() == pytest.approx(time.time() + HOUR, abs=60)


def test_the_call_after_the_last_one_waits_for_the_first_reset(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        names = _ten(forge, 20)
        forge.limit("token-3", reset_in=1800)  # all others in an hour
        clock = ManualClock(on_sleep=lambda _: forge.limit("token-3", remaining=20, reset_in=HOUR))
        client = make_client(
            forge.url, token_manager=pool(*names, clock=clock), max_rate_limit_wait=2 * HOUR, clock=clock
        )
        run(_calls(client, 201))
        assert Counter(request.status for request in forge.requests) == {200: 201}
        assert Counter(request.token for request in forge.requests)["token-3"] == 21
    assert clock.sleeps
    assert clock.sleeps == pytest.approx([1800] * len(clock.sleeps), abs=30)


def test_one_call_too_many_among_many_at_once_is_one_error(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> list[object]:
        async with client:
            calls = (client.fetch_repository_details(OWNER, NAME) for _ in range(201))
            return list(await asyncio.gather(*calls, return_exceptions=True))

    with Forge(one_repository()) as forge:
        names = _ten(forge, 20)
        results = run(main(make_client(forge.url, token_manager=pool(*names))))
        assert Counter(request.status for request in forge.requests) == {200: 200}
    failed = [result for result in results if isinstance(result, BaseException)]
    assert [type(error) for error in failed] == [RateLimitError]


@pytest.mark.parametrize("method", METHODS)
def test_a_revoked_token_of_the_client_gives_way_within_the_call(make_client: MakeClient, method: str) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            await send(client, method)

    with Forge(one_repository()) as forge:
        forge.add_token("healthy")
        forge.add_token("mine")
        forge.revoke("mine")
        manager = TokenManager()
        client = make_client(forge.url, "mine", token_manager=manager, timeout=PATIENT)
        manager.add_token("healthy", "github")
        run(main(client))
        asked = [(request.token, request.status) for request in forge.requests]
    assert asked[0] == ("mine", 401)
    assert [token for token, _ in asked[1:]] == ["healthy"]
    assert [info.is_valid for info in manager.get_all_tokens("github")] == [False, True]


def test_a_revoked_token_is_not_sent_once_more_after_its_refusal(make_client: MakeClient, engine: str) -> None:
    async def main() -> None:
        await _calls(
            make_client(forge.url, token_manager=pool("revoked", "healthy"), max_concurrency=8, backend=backend), 100
        )
        await backend.aclose()

    backend = RecordingBackend(engine)
    with Forge(one_repository()) as forge:
        forge.add_token("healthy")
        run(main())
    revoked = backend.of("revoked")
    refused = min(exchange.ended or 0 for exchange in revoked)
    assert not [exchange for exchange in revoked if exchange.begun > refused]
    assert sum(exchange.status == 200 for exchange in backend.of("healthy")) == 100


def test_a_token_revoked_half_way_costs_no_row(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            for number in range(40):
                if number == 20:
                    forge.revoke("first")
                await client.fetch_repository_details(OWNER, NAME)

    with Forge(one_repository()) as forge:
        forge.add_token("first", limit=9000)
        forge.add_token("second")
        run(main(make_client(forge.url, token_manager=pool("first", "second"))))
        assert Counter(request.status for request in forge.requests) == {200: 40, 401: 1}


def test_with_every_token_refused_a_call_is_an_error_and_the_next_sends_nothing(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            for _ in range(2):
                with pytest.raises(AuthError) as caught:
                    await client.fetch_repository_details(OWNER, NAME)
                assert caught.value.code == "unauthorized"

    with Forge(one_repository()) as forge:
        run(main(make_client(forge.url, token_manager=pool("a", "b", "c"))))
        asked = [(request.path, request.token, request.status) for request in forge.requests]
    called = [(f"/repos/{OWNER}/{NAME}", token, 401) for token in "abc"]
    # Each refusal is confirmed once, by a request that costs no call.
    assert asked == [*called, *(("/rate_limit", token, 401) for token in "abc")]


def test_a_token_that_is_added_later_is_used(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            with pytest.raises(RateLimitError):
                await client.fetch_repository_details(OWNER, NAME)
            manager.add_token("late", "github")
            await client.fetch_repository_details(OWNER, NAME)

    manager = pool("spent")
    with Forge(one_repository()) as forge:
        forge.add_token("spent", remaining=0)
        forge.add_token("late")
        run(main(make_client(forge.url, token_manager=manager)))
        assert [request.token for request in forge.requests] == ["spent", "late"]
