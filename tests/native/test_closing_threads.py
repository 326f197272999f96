"""One native engine that all threads close at the same time."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import ConfigurationError, GitHubClient, RepoDetails
from gitfleet_native import NativeBackend, handle
from gitfleet_native.backend import _config
from gitfleet_native.engine import Engine
from gitfleet_native.handle import EngineHandle
from support.failing import REPO
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run


def _respond(request: RawRequest) -> bytes:
    owner, name = request.target.split("/")[-2:]
    return http_response({**REPO, "name": name, "full_name": f"{owner}/{name}"})


def test_a_second_thread_leaves_the_socket_to_the_one_that_frees_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        """The library. While it closes an engine, another thread frees the same one."""

        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def gf_engine_close(self, pointer: object) -> None:
            other = Thread(target=engine.free)
            other.start()
            other.join(10)
            library.gf_engine_close(pointer)

    async def main() -> None:
        nonlocal engine
        engine = EngineHandle(_config(False, True), lambda: None)  # type: ignore[arg-type]
        ours = engine._socket
        assert ours is not None
        descriptor = ours.fileno()
        engine.free()
        assert not asyncio.get_running_loop().remove_reader(descriptor), "the loop still watches it"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)

    engine: EngineHandle
    library = handle.lib
    monkeypatch.setattr(handle, "lib", Library())
    asyncio.run(main())


@pytest.mark.parametrize("closed_before", [False, True])
def test_an_engine_of_a_loop_that_its_thread_closes_meanwhile_is_closed(
    closed_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = NativeBackend()
    loop = asyncio.new_event_loop()

    async def start() -> Engine:
        return backend._engine()

    engine = loop.run_until_complete(start())
    loop.close()
    if not closed_before:
        monkeypatch.setattr(loop, "is_closed", lambda: False)  # when it was checked
        monkeypatch.setattr(engine._loop, "call_soon_threadsafe", _refuse)
    asyncio.run(backend.aclose())
    assert engine.stale


def _refuse(*_: object) -> None:
    raise RuntimeError("Event loop is closed")


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
