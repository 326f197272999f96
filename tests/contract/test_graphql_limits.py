"""GraphQL's budget: counted apart from the REST API's, and failed over like any other."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from gitfleet_api import RateLimitError, SecondaryRateLimitError
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import TOKEN
from support.raw_server import RawServer, always, http_response
from support.running import run
from support.sending import NAME, OWNER, one_repository, pool

VIEWER = "{ viewer { login } }"
FINE = http_response({"data": {"viewer": {"login": "x"}}})


def _limited(message: str = "API rate limit exceeded", *, kind: str | None = "RATE_LIMITED", **headers: str) -> bytes:
    error = {"message": message} if kind is None else {"type": kind, "message": message}
    return http_response({"errors": [error]}, headers=headers)


def _reset(seconds: float) -> str:
    return str(int(time.time() + seconds))


def test_an_exhausted_budget_is_a_rate_limit_error_with_its_end(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            await client.graphql(VIEWER)

    with Forge() as forge:
        forge.limit(forge.token, resource="graphql", remaining=0, reset_in=600)
        with pytest.raises(RateLimitError) as caught:
            run(main())
        assert [request.status for request in forge.requests] == [200]
    error = caught.value
    assert error.resource == "graphql"
    assert error.reset_time is not None
    assert 590 < (error.reset_time - datetime.now(UTC)).total_seconds() <= 601
    assert error.status == 200


def test_the_two_budgets_are_apart(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            with pytest.raises(RateLimitError):
                await client.graphql(VIEWER)
            await client.fetch_repository_details(OWNER, NAME)
            with pytest.raises(RateLimitError):
                await client.graphql(VIEWER)
            forge.limit(forge.token, resource="core", remaining=0, reset_in=600)
            with pytest.raises(RateLimitError):
                await client.fetch_repository_details(OWNER, NAME)

    with Forge(one_repository()) as forge:
        forge.limit(forge.token, resource="graphql", remaining=0, reset_in=600)
        run(main())
        # The lane rests: the second query is not sent.
        assert Counter(request.path for request in forge.requests)["/graphql"] == 1


def test_graphql_goes_on_while_the_rest_api_rests(make_client: MakeClient) -> None:
    async def main() -> object:
        async with make_client(forge.url, forge.token) as client:
            with pytest.raises(RateLimitError):
                await client.fetch_repository_details(OWNER, NAME)
            return await client.graphql(VIEWER)

    with Forge(one_repository()) as forge:
        forge.limit(forge.token, resource="core", remaining=0, reset_in=600)
        assert run(main()) == {"viewer": {"login": "fleet-admin"}}


def test_a_query_fails_over_to_another_token_within_one_call(make_client: MakeClient) -> None:
    async def main() -> list[Any]:
        async with make_client(forge.url, token_manager=pool("poor", "rich"), max_concurrency=1) as client:
            return [await client.graphql(VIEWER) for _ in range(6)]

    with Forge() as forge:
        forge.add_token("poor")
        forge.add_token("rich")
        forge.limit("poor", resource="graphql", remaining=0, reset_in=600)
        assert len(run(main())) == 6
        assert Counter(request.token for request in forge.requests)["poor"] <= 1


def test_a_query_waits_for_the_reset_where_it_may(make_client: MakeClient) -> None:
    async def main() -> object:
        async with make_client(forge.url, forge.token, clock=clock, max_rate_limit_wait=900) as client:
            return await client.graphql(VIEWER)

    with Forge() as forge:
        clock = ManualClock(on_sleep=lambda _seconds: forge.reset_limits())
        forge.limit(forge.token, resource="graphql", remaining=0, reset_in=600)
        assert run(main()) == {"viewer": {"login": "fleet-admin"}}
        assert [590 < seconds <= 601 for seconds in clock.sleeps] == [True]
        assert len(forge.requests) == 2


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit"])
def test_a_limit_is_known_by_each_of_its_names(make_client: MakeClient, kind: str) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": _reset(300), "x-ratelimit-resource": "graphql"}
    error = _error(make_client, _limited(kind=kind, **headers))
    assert type(error) is RateLimitError
    assert error.retry_after is not None
    assert 290 < error.retry_after <= 300


@pytest.mark.parametrize("remaining", ["3", None])
def test_a_query_that_costs_more_than_is_left_blocks_the_bucket(make_client: MakeClient, remaining: str | None) -> None:
    headers = {"x-ratelimit-reset": _reset(300), "x-ratelimit-resource": "graphql"}
    if remaining is not None:
        headers["x-ratelimit-remaining"] = remaining

    async def main() -> None:
        async with make_client(server.url, TOKEN) as client:
            for _ in range(3):
                with pytest.raises(RateLimitError):
                    await client.graphql(VIEWER)

    with RawServer(always(_limited(**headers))) as server:
        run(main())
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"retry-after": "30"}, 30.0), ({}, 60.0), ({"x-ratelimit-remaining": "4000"}, 60.0)]
)
def test_a_secondary_limit_with_status_200_pauses_the_bucket(
    make_client: MakeClient, headers: dict[str, str], seconds: float
) -> None:
    clock = ManualClock()
    limited = _limited("You have exceeded a secondary rate limit.", kind=None, **headers)

    async def main() -> object:
        async with make_client(server.url, TOKEN, clock=clock, max_rate_limit_wait=90) as client:
            return await client.graphql(VIEWER)

    with RawServer(always(limited, FINE)) as server:
        assert run(main()) == {"viewer": {"login": "x"}}
    assert clock.sleeps == [seconds]


def test_a_secondary_limit_that_is_waited_for_no_longer_is_an_error(make_client: MakeClient) -> None:
    error = _error(make_client, _limited("You have exceeded a secondary rate limit.", kind=None))
    assert type(error) is SecondaryRateLimitError


def _error(make_client: MakeClient, reply: bytes) -> RateLimitError:
    async def main() -> None:
        async with make_client(server.url, TOKEN) as client:
            await client.graphql(VIEWER)

    with RawServer(always(reply)) as server, pytest.raises(RateLimitError) as caught:
        run(main())
    return caught.value


def test_many_queries_share_the_budget_of_many_tokens(make_client: MakeClient) -> None:
    async def main() -> int:
        async with make_client(forge.url, token_manager=pool("a", "b", "c")) as client:
            return len(await asyncio.gather(*(client.graphql(VIEWER) for _ in range(30))))

    with Forge() as forge:
        for token in ("a", "b", "c"):
            forge.add_token(token)
            forge.limit(token, resource="graphql", remaining=12, limit=12)
        assert run(main()) == 30
        answered = [request for request in forge.requests if "errors" not in json.loads(request.body)]
        assert len({request.token for request in answered}) == 3
