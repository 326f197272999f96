"""A cache that processes share: each asks with the tokens for which there are responses, so that all cost nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from gitfleet_api import Cache, CacheEntry, CacheWarning, MemoryCache, TokenManager
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.redis_server import RedisServer, find_redis
from support.running import run
from support.sending import OWNER, many_repositories

TOKENS = ("one", "two", "three", "four", "five")
PATIENCE = 60.0


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where processes share a cache: a file, or the URL of a server."""
    if request.param == "sqlite":
        yield str(tmp_path / "cache.sqlite")
        return
    pytest.importorskip("redis", reason="needs Redis's client")
    if find_redis() is None:
        pytest.skip("needs redis-server")
    with RedisServer(tmp_path) as server:
        yield server.url


@contextmanager
def _forge(repositories: int = 700) -> Iterator[Forge]:
    with Forge(many_repositories(repositories)) as forge:
        for token in TOKENS:
            forge.add_token(token, login=f"user-{token}")
        yield forge


def _child(forge: Forge, engine: str, place: str, tokens: Sequence[str]) -> str:
    """What a process prints that uses the cache."""
    settings = {"url": forge.url, "owner": OWNER, "tokens": [*tokens], "engine": engine, "cache": place}
    command = [sys.executable, "-W", "error", "-m", "support.cache_child"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        command, input=json.dumps(settings), env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_a_second_process_with_the_tokens_in_another_order_costs_nothing(engine: str, place: str) -> None:
    with _forge() as forge:
        first = _child(forge, engine, place, TOKENS)
        assert {request.status for request in forge.requests} == {200}
        used = {request.token for request in forge.requests}
        sent = len(forge.requests)
        assert len(used) > 1
        forge.clear_log()
        forge.add_token("six", login="user-six")
        for token in used:  # few calls, when the new token has 5,000
            assert token is not None
            forge.limit(token, remaining=3)
        assert _child(forge, engine, place, ("six", *TOKENS[::-1])) == first
        assert [request.status for request in forge.requests] == [304] * sent


def _pool(*tokens: str) -> TokenManager:
    pool = TokenManager()
    for token in tokens:
        pool.add_token(token, "github")
    return pool


class _Counting(MemoryCache):
    """Counts the look-ups of keys."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_up: list[int] = []

    async def stored(self, keys: Collection[str]) -> set[str]:
        self.looked_up.append(len(keys))
        return await super().stored(keys)


def test_a_token_without_calls_is_not_waited_for(make_client: MakeClient) -> None:
    async def main() -> None:
        for tokens in (TOKENS[:1], TOKENS[1::-1]):
            async with make_client(forge.url, token_manager=_pool(*tokens), cache=cache) as client:
                if len(tokens) == 2:
                    forge.limit(TOKENS[0], remaining=0)
                await client.fetch_repository_details(OWNER, "r0")
                await client.fetch_repository_details(OWNER, "r0")

    cache = MemoryCache()
    with _forge(3) as forge:
        run(main())
        answers = [(request.token, request.status) for request in forge.requests]
        # The token with a response finds out that it has no calls left; then the response of the other one is used.
        assert answers == [("one", 200), ("one", 304), ("one", 403), ("two", 200), ("two", 304)]


def test_keys_are_looked_up_once_for_each_url_and_only_with_several_tokens(make_client: MakeClient) -> None:
    async def main() -> None:
        for tokens in (TOKENS[:1], TOKENS[:3]):
            async with make_client(forge.url, token_manager=_pool(*tokens), cache=cache) as client:
                await client.fetch_repository_details(OWNER, "r0")
                await client.fetch_branches(f"{OWNER}/r0")

    cache = _Counting()
    with _forge(3) as forge:
        run(main())
        assert [request.status for request in forge.requests] == [200, 200, 304, 304]
    assert cache.looked_up == [3, 3]


class _Plain(Cache):
    """A cache of a user who knows nothing of look-ups, or gets them wrong."""

    def __init__(self) -> None:
        self._entries: dict[str, CacheEntry] = {}

    async def get(self, key: str) -> CacheEntry | None:
        return self._entries.get(key)

    async def put(self, key: str, entry: CacheEntry) -> None:
        self._entries[key] = entry

    async def aclose(self) -> None:
        pass


class _Failing(_Plain):
    async def stored(self, keys: Collection[str]) -> set[str]:
        raise OSError("the disk is on fire")


async def _listed_twice(forge: Forge, make_client: MakeClient, cache: Cache) -> list[int | None]:
    for tokens in (TOKENS, TOKENS[::-1]):
        async with make_client(forge.url, token_manager=_pool(*tokens), cache=cache) as client:
            assert len(await client.fetch_repositories(OWNER, kind="organization")) == 300
    return [request.status for request in forge.requests]


def test_a_cache_without_look_ups_serves_too(make_client: MakeClient) -> None:
    with _forge(300) as forge:
        assert run(_listed_twice(forge, make_client, _Plain())) == [200] * 3 + [304] * 3


def test_a_look_up_that_fails_fails_no_call(make_client: MakeClient) -> None:
    with _forge(300) as forge, pytest.warns(CacheWarning, match=r"stored\(\) raised OSError"):
        assert run(_listed_twice(forge, make_client, _Failing()))[:3] == [200] * 3
