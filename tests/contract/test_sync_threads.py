"""One sync client in many threads: each thread gets its own results and its own errors."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitfleet_api import NotFoundError, ProviderType, RepoDetails, TokenManager
from gitfleet_api.ratelimit.buckets import Demand, Lease
from gitfleet_api.ratelimit.tokens import pool_of
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.failing import REPO
from support.raw_server import Link, RawRequest, RawServer, http_response, route
from support.sending import OWNER, many_repositories
from support.sync_clients import sync_github, sync_gitlab, tasks_in_background

THREADS, CALLS = 50, 40


@pytest.fixture
def fast_switching() -> Iterator[None]:
    """A thread switch every microsecond."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _respond(request: RawRequest) -> bytes:
    owner, name = request.target.split("/")[-2:]
    if name.startswith("none"):
        return http_response({"message": f"no {name}"}, status=404)
    return http_response({**REPO, "name": name, "full_name": f"{owner}/{name}"})


@pytest.mark.usefixtures("fast_switching")
def test_50_threads_with_40_calls_each_get_2000_correct_results(engine: str) -> None:
    together = threading.Barrier(THREADS)

    def fetch(thread: int) -> list[RepoDetails]:
        together.wait(30)
        return [client.fetch_repository_details(f"o{thread}", f"r{call}") for call in range(CALLS)]

    with RawServer(route(_respond)) as server, sync_github(engine, server.url) as client:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(fetch, range(THREADS)))
        assert len(server.requests) == THREADS * CALLS
        assert tasks_in_background() == 0
    for thread, results in enumerate(found):
        assert [item.full_name for item in results] == [f"o{thread}/r{call}" for call in range(CALLS)]


@pytest.mark.usefixtures("fast_switching")
def test_errors_are_raised_in_the_thread_that_made_the_call(engine: str) -> None:
    def fetch(thread: int) -> None:
        for call in range(10):
            with pytest.raises(NotFoundError, match=f"no none-{thread}-{call}$"):
                client.fetch_repository_details("o", f"none-{thread}-{call}")
            assert client.fetch_repository_details("o", f"r{thread}").name == f"r{thread}"

    with (
        RawServer(route(_respond)) as server,
        sync_github(engine, server.url) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        list(pool.map(fetch, range(20)))


def test_listings_in_many_threads_are_all_complete(engine: str) -> None:
    def names(_: int) -> list[str]:
        return [item.name for item in client.fetch_repositories(OWNER, kind="organization")]

    with Forge(many_repositories(350)) as forge, sync_github(engine, forge.url, forge.token) as client:
        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(names, range(10))) == [[f"r{number}" for number in range(350)]] * 10
        assert tasks_in_background() == 0


def test_a_shared_look_up_that_fails_raises_a_separate_error_in_each_thread(engine: str) -> None:
    together = threading.Barrier(20)

    def fetch(_: int) -> NotFoundError:
        together.wait(30)
        with pytest.raises(NotFoundError) as caught:
            client.fetch_repositories("no-such-owner").all()
        return caught.value

    def slowly(_: RawRequest) -> bytes:
        time.sleep(0.3)  # so that all threads wait for the same look-up
        return http_response({"message": "Not Found"}, status=404)

    with RawServer(route(slowly)) as server, sync_gitlab(engine, server.url) as client:
        with ThreadPoolExecutor(20) as pool:
            errors = list(pool.map(fetch, range(20)))
        assert len(server.requests) < 20, "no look-up was shared"
    assert len({id(error) for error in errors}) == 20
    for error in errors:
        frames = traceback.extract_tb(error.__traceback__)
        assert [frame.name for frame in frames].count("run") == 1
        assert frames[0].name == "fetch"
        assert error.status == 404


def test_an_interrupted_thread_does_not_affect_the_others(engine: str) -> None:
    class Interruption(BaseException):
        """An exception that a signal handler raises in a waiting thread."""

    def fetch(number: int) -> str:
        return client.fetch_repository_details("o", f"r{number}").name

    def stall(link: Link) -> None:
        while (request := link.read()) is not None:
            if "slow" in request.target:
                received.set()
                link.wait_until_gone()
                gone.set()
                return
            link.send(_respond(request))

    def interrupt(_number: int, _frame: object) -> None:
        raise Interruption

    received, gone = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with RawServer(stall) as server, sync_github(engine, server.url) as client, ThreadPoolExecutor(4) as pool:
            others = pool.map(fetch, range(50))
            main = threading.main_thread().ident
            assert main is not None
            killer = threading.Thread(target=lambda: (received.wait(10), signal.pthread_kill(main, signal.SIGUSR1)))
            killer.start()
            with pytest.raises(Interruption):
                client.fetch_repository_details("o", "slow")
            killer.join()
            assert gone.wait(10)
            assert list(others) == [f"r{number}" for number in range(50)]
            assert fetch(1) == "r1"
    finally:
        signal.signal(signal.SIGUSR1, before)


class _ClosedMeanwhile(asyncio.SelectorEventLoop):
    """A loop that another thread closes just after it was seen open."""

    seems_open = True

    def is_closed(self) -> bool:
        return not self.seems_open and super().is_closed()


def test_the_release_of_a_lease_does_not_fail_when_a_waiting_loop_was_closed(make_client: MakeClient) -> None:
    manager = TokenManager()
    manager.add_token("t0", "github")
    url = "http://127.0.0.1:9"
    tokens = pool_of(manager)
    later = int(time.time()) + 3600
    tokens.observe(ProviderType.GITHUB, manager.get_all_tokens("github")[0], (url, "core"), 1, later)
    lease = tokens.acquire(ProviderType.GITHUB, Demand(url, "core"), None)
    assert isinstance(lease, Lease)

    async def wait_for_the_lease() -> None:
        async with make_client(url, token_manager=manager) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.fetch_repository_details("o", "r"), 0.05)

    loop = _ClosedMeanwhile()
    try:
        loop.run_until_complete(wait_for_the_lease())
    finally:
        loop.close()
    woken: list[str] = []
    tokens.on_change(lambda: woken.append("another loop"))
    try:
        tokens.release(lease)
    finally:
        loop.seems_open = False
    assert woken == ["another loop"]
