"""One sync client in many threads: everybody gets his own answer, and his own error."""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitfleet_api import NotFoundError, RepoDetails
from gitfleet_testing import Forge
from support.failing import REPO
from support.raw_server import Link, RawRequest, RawServer, answer, route
from support.sending import OWNER, many_repositories
from support.sync_clients import sync_github, sync_gitlab, tasks_in_background

THREADS, CALLS = 50, 40


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns every microsecond."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _named(request: RawRequest) -> bytes:
    owner, name = request.target.split("/")[-2:]
    if name.startswith("none"):
        return answer({"message": f"no {name}"}, status=404)
    return answer({**REPO, "name": name, "full_name": f"{owner}/{name}"})


@pytest.mark.usefixtures("hasty")
def test_50_threads_with_40_calls_each_get_2000_right_answers(engine: str) -> None:
    together = threading.Barrier(THREADS)

    def ask(thread: int) -> list[RepoDetails]:
        together.wait(30)
        return [client.fetch_repository_details(f"o{thread}", f"r{call}") for call in range(CALLS)]

    with RawServer(route(_named)) as server, sync_github(engine, server.url) as client:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(ask, range(THREADS)))
        assert len(server.requests) == THREADS * CALLS
        assert tasks_in_background() == 0
    for thread, answers in enumerate(found):
        assert [item.full_name for item in answers] == [f"o{thread}/r{call}" for call in range(CALLS)]


@pytest.mark.usefixtures("hasty")
def test_errors_reach_the_thread_that_asked(engine: str) -> None:
    def ask(thread: int) -> None:
        for call in range(10):
            with pytest.raises(NotFoundError, match=f"no none-{thread}-{call}$"):
                client.fetch_repository_details("o", f"none-{thread}-{call}")
            assert client.fetch_repository_details("o", f"r{thread}").name == f"r{thread}"

    with RawServer(route(_named)) as server, sync_github(engine, server.url) as client, ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))


def test_listings_in_many_threads_are_all_complete(engine: str) -> None:
    def names(_: int) -> list[str]:
        return [item.name for item in client.fetch_repositories(OWNER, kind="organization")]

    with Forge(many_repositories(350)) as forge, sync_github(engine, forge.url, forge.token) as client:
        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(names, range(10))) == [[f"r{number}" for number in range(350)]] * 10
        assert tasks_in_background() == 0


def test_one_look_up_that_fails_for_several_threads_gives_each_an_error_of_its_own(engine: str) -> None:
    together = threading.Barrier(20)

    def ask(_: int) -> NotFoundError:
        together.wait(30)
        with pytest.raises(NotFoundError) as caught:
            client.fetch_repositories("nobody").all()
        return caught.value

    def slowly(_: RawRequest) -> bytes:
        time.sleep(0.3)  # so that all are waiting for the one look-up
        return answer({"message": "Not Found"}, status=404)

    with RawServer(route(slowly)) as server, sync_gitlab(engine, server.url) as client:
        with ThreadPoolExecutor(20) as pool:
            errors = list(pool.map(ask, range(20)))
        assert len(server.requests) < 20, "nothing was shared"
    assert len({id(error) for error in errors}) == 20
    for error in errors:
        frames = traceback.extract_tb(error.__traceback__)
        assert [frame.name for frame in frames].count("run") == 1
        assert frames[0].name == "ask"
        assert error.status == 404


def test_an_interrupted_thread_leaves_the_others_alone(engine: str) -> None:
    class Interruption(BaseException):
        """What a debugger or a signal raises in a thread that waits."""

    def ask(number: int) -> str:
        return client.fetch_repository_details("o", f"r{number}").name

    def stall(link: Link) -> None:
        while (request := link.read()) is not None:
            if "slow" in request.target:
                asked.set()
                link.wait_until_gone()
                gone.set()
                return
            link.send(_named(request))

    def interrupt(_number: int, _frame: object) -> None:
        raise Interruption

    asked, gone = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with RawServer(stall) as server, sync_github(engine, server.url) as client, ThreadPoolExecutor(4) as pool:
            others = pool.map(ask, range(50))
            main = threading.main_thread().ident
            assert main is not None
            killer = threading.Thread(target=lambda: (asked.wait(10), signal.pthread_kill(main, signal.SIGUSR1)))
            killer.start()
            with pytest.raises(Interruption):
                client.fetch_repository_details("o", "slow")
            killer.join()
            assert gone.wait(10)
            assert list(others) == [f"r{number}" for number in range(50)]
            assert ask(1) == "r1"
    finally:
        signal.signal(signal.SIGUSR1, before)
