"""The cffi side: loops without sockets to watch, closing, dropping."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import ConfigurationError, GitHubClient
from gitfleet_native import NativeBackend
from gitfleet_testing import Fleet, Forge


class LoopWithoutReaders(asyncio.SelectorEventLoop):
    """As Windows' proactor loop: it can't watch a socket for somebody else."""

    def add_reader(self, *_arguments: object) -> None:
        """There is none."""
        raise NotImplementedError


@pytest.fixture
def fleet() -> Fleet:
    return Fleet.generate(organizations=1, repositories=350, seed=2)


def test_a_loop_that_can_not_watch_sockets_is_served_by_a_thread(fleet: Fleet) -> None:
    backend = NativeBackend()

    async def main(url: str, token: str) -> int:
        client = GitHubClient(token, url, backend=backend)
        name = fleet.organizations[0].login
        lists = await asyncio.gather(*(client.fetch_repositories(name) for _ in range(8)))
        await backend.aclose()
        return sum(map(len, lists))

    before = threading.active_count()
    with Forge(fleet) as forge, asyncio.Runner(loop_factory=LoopWithoutReaders) as runner:
        found = runner.run(main(forge.url, forge.token))
    assert found == 8 * len(fleet.owned_by(fleet.organizations[0].login))
    assert threading.active_count() == before


def test_closing_answers_what_is_in_flight_with_closed(fleet: Fleet) -> None:
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


def test_a_client_that_is_dropped_frees_its_engine(fleet: Fleet) -> None:
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


def test_a_request_that_is_cancelled_frees_its_connection_at_once(fleet: Fleet) -> None:
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
