"""One native engine that all threads close at the same time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import ConfigurationError, GitHubClient, RepoDetails
from gitfleet_native import NativeBackend
from support.failing import REPO
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run


def _respond(request: RawRequest) -> bytes:
    owner, name = request.target.split("/")[-2:]
    return http_response({**REPO, "name": name, "full_name": f"{owner}/{name}"})


def test_an_engine_that_all_threads_close_at_once_ends_every_call() -> None:
    together = Barrier(8)

    async def use_and_close(client: GitHubClient, owner: str) -> set[str]:
        found = await client.fetch_repository_details(owner, "first")
        assert found.full_name == f"{owner}/first"
        tasks = [asyncio.create_task(client.fetch_repository_details(owner, f"r{call}")) for call in range(8)]
        await asyncio.sleep(0)
        together.wait(30)
        await client.backend.aclose()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [item.full_name for item in results if isinstance(item, RepoDetails)] == [
            f"{owner}/r{call}" for call, item in enumerate(results) if isinstance(item, RepoDetails)
        ]
        errors = [item for item in results if not isinstance(item, RepoDetails)]
        assert {type(item) for item in errors} <= {ConfigurationError}
        return {str(getattr(item, "code", item)) for item in errors}

    with RawServer(route(_respond)) as server, ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            client = GitHubClient(None, server.url, backend=NativeBackend(), retry=None)
            futures = [pool.submit(lambda owner: run(use_and_close(client, owner)), f"o{n}") for n in range(8)]  # noqa: B023
            assert set().union(*(item.result(60) for item in futures)) <= {"closed"}
