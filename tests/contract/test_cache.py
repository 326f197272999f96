"""Conditional requests: unchanged data costs no call, and no request receives the cached response of another one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import Cache, CacheHit, Event, GitHubClient, MemoryCache, RepoInfo, Response, Retry, SQLiteCache
from gitfleet_api.session.call import Call
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.plain import fetch
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import NAME, OWNER, READS, WRITES, many_repositories, one_repository, send

MANY = 10_000
MakeCache = Callable[[], Cache]


@pytest.fixture(params=["memory", "sqlite"])
def make_cache(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCache:
    """Creates caches of one kind; file caches share one file."""
    return MemoryCache if request.param == "memory" else lambda: SQLiteCache(tmp_path / "answers.db")


def _statuses(forge: Forge) -> list[int | None]:
    return [request.status for request in forge.requests]


def _used(forge: Forge) -> int:
    """The number of calls that the forge has counted; clears its log."""
    forge.clear_log()
    return int(fetch(forge, "/rate_limit", forge.token)["resources"]["core"]["used"])


@pytest.fixture(scope="module")
def large() -> Any:
    return many_repositories(MANY)


def test_a_second_listing_of_ten_thousand_costs_no_call(
    make_client: MakeClient, make_cache: MakeCache, large: Any
) -> None:
    async def listed() -> list[RepoInfo]:
        async with make_client(forge.url, forge.token, cache=cache) as client:
            return await client.fetch_repositories(OWNER, kind="organization")

    with Forge(large) as forge:
        cache = make_cache()
        first = run(listed())
        assert _statuses(forge) == [200] * (MANY // 100)
        used = _used(forge)
        second = run(listed())
        assert _statuses(forge) == [304] * (MANY // 100)
        assert _used(forge) == used == MANY // 100
    assert len(first) == MANY
    assert second == first
    run(cache.aclose())


async def _details(client: GitHubClient) -> Any:
    return await client.fetch_repository_details(OWNER, NAME)


def test_changed_data_is_fetched(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, cache=cache, timeout=PATIENT) as client:
            before = await _details(client)
            assert await _details(client) == before
            forge.fleet.update(f"{OWNER}/{NAME}", description="quite another")
            changed = await _details(client)
            assert changed.description == "quite another"
            assert await _details(client) == changed
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        assert _statuses(forge) == [200, 304, 200, 304]


def test_a_cached_response_has_the_current_rate_limit(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> list[str | None]:
        async with make_client(forge.url, forge.token, cache=cache) as client:
            answers = []
            for remaining in (None, 1234):
                if remaining is not None:
                    forge.limit(forge.token, remaining=remaining)
                answers.append(await send(client, "GET"))
        await cache.aclose()
        assert answers[0].body == answers[1].body != b""
        assert answers[1].status == 200
        return [item.headers.get("x-ratelimit-remaining") for item in answers]

    cache = make_cache()
    with Forge(one_repository()) as forge:
        assert run(main()) == ["4999", "1234"]
        assert _statuses(forge) == [200, 304]


def _conditional(forge: Forge) -> list[bool]:
    return ["if-none-match" in request.headers for request in forge.requests]


def test_two_tokens_share_no_entry(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        for token in (forge.token, "other", None):
            async with make_client(forge.url, token, cache=cache) as client:
                await _details(client)
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        forge.add_token("other")
        run(main())
        assert _conditional(forge) == [False, False, False]


def test_two_projections_share_no_entry(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        for raw in (False, True, False, True):
            async with make_client(forge.url, forge.token, cache=cache, include_raw=raw) as client:
                found.append(await _details(client))
                bodies.append(await send(client, "GET"))
        await cache.aclose()

    found: list[Any] = []
    bodies: list[Response] = []
    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        # A model, a raw body and a model with raw data are three entries.
        assert _conditional(forge) == [False, False, False, True, True, True, True, True]
    assert [item.raw_data is not None for item in found] == [False, True, False, True]
    assert found[0] == found[2]
    assert found[1] == found[3]
    assert found[1].raw_data == found[3].raw_data
    assert {item.body for item in bodies} == {bodies[0].body}


def test_changes_of_raw_data_by_the_user_are_not_stored(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, cache=cache, include_raw=True) as client:
            for _ in range(3):
                found = await _details(client)
                assert found.raw_data["name"] == NAME
                assert found.raw_data["owner"]["login"] == OWNER
                found.raw_data["name"] = found.raw_data["owner"]["login"] = "spoiled"
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        assert _statuses(forge) == [200, 304, 304]


def test_two_accept_headers_share_no_entry(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, cache=cache) as client:
            url = f"{forge.url}/repos/{OWNER}/{NAME}"
            for accept in ("text/html", "application/json", "text/html"):
                await client.session.send(Call("GET", url, headers=(("accept", accept),)))
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        assert _conditional(forge) == [False, False, True]


@pytest.mark.parametrize("method", [*READS, *WRITES])
def test_only_responses_to_get_are_stored(make_client: MakeClient, make_cache: MakeCache, method: str) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, cache=cache) as client:
            await send(client, method)
            if method != "DELETE":
                await send(client, method)
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        assert any(_conditional(forge)) == (method == "GET")


HEADERS: dict[str, tuple[dict[str, str], str | None]] = {
    "an ETag": ({"etag": 'W/"1"'}, "if-none-match"),
    "a date": ({"last-modified": "Sat, 01 Jan 2022 00:00:00 GMT"}, "if-modified-since"),
    "both": ({"etag": '"1"', "last-modified": "Sat, 01 Jan 2022 00:00:00 GMT"}, "if-none-match"),
    "nothing": ({}, None),
    "no leave to keep it": ({"etag": '"1"', "cache-control": "private, no-store"}, None),
}


@pytest.mark.parametrize(("headers", "condition"), HEADERS.values(), ids=HEADERS.keys())
def test_the_etag_or_else_the_date_of_a_response_is_sent(
    make_client: MakeClient, make_cache: MakeCache, headers: dict[str, str], condition: str | None
) -> None:
    def choose(request: RawRequest) -> bytes:
        if any(name in request.headers for name in ("if-none-match", "if-modified-since")):
            return http_response(status=304)
        return http_response({"id": 1}, headers=headers)

    async def main() -> None:
        async with make_client(server.url, "t", cache=cache) as client:
            answers = [await client.session.send(Call("GET", f"{server.url}/x")) for _ in range(2)]
            assert answers[0].body == answers[1].body == b'{"id": 1}'
        await cache.aclose()

    cache = make_cache()
    with RawServer(route(choose)) as server:
        run(main())
        first, second = server.requests
    sent = {name: value for name, value in second.headers.items() if name.startswith("if-")}
    assert not [name for name in first.headers if name.startswith("if-")]
    assert list(sent) == ([] if condition is None else [condition])
    if condition is not None:
        assert sent[condition] == headers["etag" if condition == "if-none-match" else "last-modified"]


@pytest.mark.parametrize("status", [404, 500, 202])
def test_responses_with_other_statuses_are_not_stored(
    make_client: MakeClient, make_cache: MakeCache, status: int
) -> None:
    async def main() -> None:
        async with make_client(server.url, "t", cache=cache) as client:
            calls = (client.session.send(Call("GET", f"{server.url}/x")) for _ in range(2))
            await asyncio.gather(*calls, return_exceptions=True)
            await asyncio.gather(client.session.send(Call("GET", f"{server.url}/x")), return_exceptions=True)
        await cache.aclose()

    cache = make_cache()
    with RawServer(route(lambda _: http_response({"id": 1}, status=status, headers={"etag": '"1"'}))) as server:
        run(main())
        assert len(server.requests) == 3
        assert not [request for request in server.requests if "if-none-match" in request.headers]


def test_a_retry_is_conditional_too(make_client: MakeClient, make_cache: MakeCache) -> None:
    async def main() -> None:
        settings: dict[str, Any] = {"retry": Retry(), "clock": ManualClock(), "on_event": events.append}
        async with make_client(forge.url, forge.token, cache=cache, **settings) as client:
            first = await _details(client)
            forge.fail(status=502)
            assert await _details(client) == first
        await cache.aclose()

    events: list[Event] = []
    cache = make_cache()
    with Forge(one_repository()) as forge:
        run(main())
        assert _statuses(forge) == [200, 502, 304]
        assert _conditional(forge) == [False, True, True]
    assert sum(isinstance(event, CacheHit) for event in events) == 1


def test_one_remaining_call_suffices_for_many_unchanged_responses(
    make_client: MakeClient, make_cache: MakeCache
) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, cache=cache) as client:
            await _details(client)
            await asyncio.gather(*(_details(client) for _ in range(5)))
        await cache.aclose()

    cache = make_cache()
    with Forge(one_repository()) as forge:
        forge.limit(forge.token, remaining=2, reset_in=600)
        run(main())
        assert _statuses(forge) == [200] + [304] * 5
