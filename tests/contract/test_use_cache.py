"""A cache for the calls of one block, and listings in the order of the last change."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, MemoryCache, SQLiteCache
from gitfleet_api.client import use_cache
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.ledgers import PROVIDERS
from support.running import run

NAME = "aurora/http"


def _fleet() -> Fleet:
    fleet = Fleet()
    fleet.add_organization("aurora")
    fleet.add_repository("aurora", "http", branches=3, issues=7, pulls=5)
    return fleet


def test_a_block_uses_its_cache_and_calls_outside_use_that_of_the_client(
    make_client: MakeClient, tmp_path: Path
) -> None:
    async def main() -> None:
        own, cache = MemoryCache(), SQLiteCache(tmp_path / "cache.sqlite")
        async with make_client(forge.url, forge.token, cache=own) as client:
            for statuses in ([200], [304]):
                forge.clear_log()
                with use_cache(cache):
                    await client.fetch_branches(NAME)
                assert [request.status for request in forge.requests] == statuses
            forge.clear_log()
            await client.fetch_branches(NAME)
            await client.fetch_branches(NAME)
            assert [request.status for request in forge.requests] == [200, 304]
        await cache.aclose()

    with Forge(_fleet()) as forge:
        run(main())


def test_only_a_cache_is_a_cache() -> None:
    with pytest.raises(ConfigurationError, match="cache must be a Cache, not 'x'"), use_cache("x"):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("provider", PROVIDERS)
def test_issues_and_pull_requests_are_listed_in_the_order_of_the_last_change(engine: str, provider: str) -> None:
    async def main() -> None:
        settings = {"backend": engine, "retry": None}
        url = forge.url if provider == "github" else forge.gitlab_url
        client = (GitHubClient if provider == "github" else GitLabClient)(forge.token, url, **settings)  # type: ignore[arg-type]
        async with client:
            for fetch in (client.fetch_issues, client.fetch_pull_requests):
                rows = await fetch(NAME, sort="updated")
                times = [row.updated_at for row in rows]
                assert times == sorted(times, reverse=True)
                assert {row.id for row in rows} == {row.id for row in await fetch(NAME)}
                with pytest.raises(ConfigurationError, match="sort"):
                    fetch(NAME, sort="newest")  # type: ignore[arg-type]

    with Forge(_fleet()) as forge:
        run(main())
