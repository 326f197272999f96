"""The Python side of the engine: event loops that cannot watch sockets, closing, garbage collection."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import ConfigurationError, GitHubClient, Request
from gitfleet_native import NativeBackend
from gitfleet_testing import Fleet, Forge
from support.loops import LoopWithoutReaders, waiters_end


@pytest.fixture
def fleet() -> Fleet:
    return Fleet.generate(organizations=1, repositories=350, seed=2)


def test_a_loop_that_cannot_watch_sockets_is_served_by_a_thread(fleet: Fleet) -> None:
    backend = NativeBackend()

    async def main(url: str, token: str) -> int:
        client = GitHubClient(token, url, backend=backend)
        name = fleet.organizations[0].login
        lists = await asyncio.gather(*(client.fetch_repositories(name) for _ in range(8)))
        await backend.aclose()
        return sum(map(len, lists))

    with Forge(fleet) as forge, asyncio.Runner(loop_factory=LoopWithoutReaders) as runner:
        found = runner.run(main(forge.url, forge.token))
    assert found == 8 * len(fleet.owned_by(fleet.organizations[0].login))
    assert waiters_end()


@pytest.mark.parametrize("pause", [0.2, 0.0], ids=["response arrived", "response pending"])
def test_closing_does_not_block_a_loop_that_cannot_watch_sockets(fleet: Fleet, pause: float) -> None:
    async def main(url: str) -> BaseException | None:
        backend = NativeBackend()
        request = Request("GET", f"{url}/rate_limit")
        await backend.send(request)
        task = asyncio.ensure_future(backend.send(request))
        await asyncio.sleep(0)
        assert backend._engine().waiting == 1
        time.sleep(pause)  # noqa: ASYNC251  the loop is busy while the response arrives
        await backend.aclose()
        (found,) = await asyncio.gather(task, return_exceptions=True)
        return found if isinstance(found, BaseException) else None

    found: list[BaseException | None] = []

    def work(url: str) -> None:
        with asyncio.Runner(loop_factory=LoopWithoutReaders) as runner:
            found.append(runner.run(main(url)))

    with Forge(fleet) as forge:
        thread = threading.Thread(target=work, args=(forge.url,), daemon=True)
        thread.start()
        thread.join(10)
    assert [getattr(error, "code", None) for error in found] == ["closed"]
    assert waiters_end()


def test_closing_ends_requests_in_flight_with_the_code_closed(fleet: Fleet) -> None:
    async def main(url: str, token: str) -> list[object]:
        backend = NativeBackend()
        client = GitHubClient(token, url, backend=backend)
        tasks = [asyncio.ensure_future(client.fetch_user_info()) for _ in range(16)]
        await asyncio.sleep(0.1)
        await backend.aclose()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with Forge(fleet, delay=5) as forge:
        results = asyncio.run(main(forge.url, forge.token))
    assert {type(result) for result in results} == {ConfigurationError}
    assert {getattr(result, "code", None) for result in results} == {"closed"}


def test_closing_reports_nothing_after_a_pending_coroutine_was_closed(fleet: Fleet) -> None:
    reports: list[str] = []

    async def main(url: str) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context["message"]))
        backend = NativeBackend()
        coroutine = backend.send(Request("GET", f"{url}/user"))
        coroutine.send(None)
        assert backend._engine().waiting == 1
        coroutine.close()
        await backend.aclose()
        del coroutine
        gc.collect()
        await asyncio.sleep(0.05)

    with Forge(fleet, delay=5) as forge:
        asyncio.run(main(forge.url))
    assert reports == []


def test_the_engine_of_an_unreferenced_client_is_freed(fleet: Fleet) -> None:
    async def main(url: str, token: str) -> None:
        client = GitHubClient(token, url, backend="native")
        await client.fetch_user_info()
        assert isinstance(client.backend, NativeBackend)
        engine = weakref.ref(client.backend._engine())
        del client
        gc.collect()
        assert engine() is None

    with Forge(fleet) as forge:
        asyncio.run(main(forge.url, forge.token))


def test_one_backend_serves_loops_in_several_threads(fleet: Fleet) -> None:
    backend = NativeBackend()
    found: list[int] = []

    def work(url: str, token: str) -> None:
        async def main() -> int:
            return len(await GitHubClient(token, url, backend=backend).fetch_repositories(fleet.organizations[0].login))

        found.append(asyncio.run(main()))

    with Forge(fleet) as forge:
        threads = [threading.Thread(target=work, args=(forge.url, forge.token)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [len(fleet.owned_by(fleet.organizations[0].login))] * 6


def test_a_cancelled_request_completes_immediately(fleet: Fleet) -> None:
    async def main(url: str, token: str) -> float:
        client = GitHubClient(token, url, backend="native")
        task = asyncio.ensure_future(client.fetch_user_info())
        await asyncio.sleep(0.1)
        loop = asyncio.get_running_loop()
        start = loop.time()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert isinstance(client.backend, NativeBackend)
        while client.backend._engine().waiting:  # noqa: ASYNC110  there is nothing else to wait for
            await asyncio.sleep(0.001)
        await client.aclose()
        return loop.time() - start

    with Forge(fleet, delay=20) as forge:
        assert asyncio.run(main(forge.url, forge.token)) < 5
