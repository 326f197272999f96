"""Clients and engines over time: loops, threads, closing, cancelling. Warnings are errors in these tests."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitFleetError, GitHubClient
from gitfleet_api.backend.discovery import find_backend
from support.clients import MakeClient
from support.failing import REPO, branches, details
from support.raw_server import Link, RawServer, always, http_response, once, route
from support.running import run


def _server() -> RawServer:
    return RawServer(always(http_response(REPO)))


def test_a_client_that_is_never_used_opens_nothing(make_client: MakeClient) -> None:
    before = threading.active_count()
    with _server() as server:
        clients = [make_client(server.url, "t0") for _ in range(50)]
        assert len({id(client.backend) for client in clients}) == 50
        assert server.connections == 0
    # The server is gone, and its threads with it.
    assert threading.active_count() <= before + 1
    del clients
    gc.collect()


def test_a_client_works_without_a_context(make_client: MakeClient) -> None:
    async def main() -> None:
        client = make_client(server.url)
        await details(client)
        await client.aclose()

    with _server() as server:
        run(main())
        assert len(server.requests) == 1


def test_a_client_can_be_closed_twice_and_unused(make_client: MakeClient) -> None:
    async def main() -> None:
        client = make_client(server.url)
        await client.aclose()
        await client.aclose()
        async with make_client(server.url) as other:
            await details(other)
            await other.aclose()

    with _server() as server:
        run(main())


def test_a_closed_client_says_so(make_client: MakeClient) -> None:
    async def main() -> None:
        client = make_client(server.url, "t0")
        listing = client.fetch_branches("o", "r")
        await client.aclose()
        for call in (details(client), branches(client), client.validate_credentials(), _items(listing)):
            with pytest.raises(ConfigurationError) as caught:
                await call
            assert caught.value.code == "closed"

    with _server() as server:
        run(main())
        assert server.connections == 0


async def _items(listing: Any) -> list[Any]:
    return [item async for item in listing]


def test_closing_gives_up_what_is_under_way(make_client: MakeClient) -> None:
    async def main() -> None:
        client = make_client(server.url)
        tasks = [asyncio.create_task(details(client)) for _ in range(5)]
        await asyncio.to_thread(asked.wait, 10)
        await client.aclose()
        async with asyncio.timeout(5):
            found = await asyncio.gather(*tasks, return_exceptions=True)
        for error in found:
            assert isinstance(error, GitFleetError)
            assert error.code == "closed"

    def stall(link: Link) -> None:
        if link.read() is not None:
            if len(server.requests) == 5:
                asked.set()
            link.wait_until_gone()

    asked = threading.Event()
    with RawServer(stall) as server:
        run(main())


def test_leaving_the_context_frees_the_connections(make_client: MakeClient) -> None:
    gone = threading.Event()

    def play(link: Link) -> None:
        always(http_response(REPO))(link)
        gone.set()

    async def main() -> None:
        async with make_client(server.url) as client:
            await details(client)
            assert not gone.is_set()
        assert await asyncio.to_thread(gone.wait, 5)

    with RawServer(play) as server:
        run(main())


def test_clients_share_a_backend_and_its_connections(engine: str) -> None:
    async def main() -> None:
        shared = find_backend(engine).create()
        async with GitHubClient("t0", server.url, backend=shared) as one:
            await details(one)
        async with GitHubClient("t1", server.url, backend=shared) as other:
            assert other.backend is shared
            await details(other)
        await shared.aclose()
        with pytest.raises(ConfigurationError) as caught:
            await details(GitHubClient("t2", server.url, backend=shared))
        assert caught.value.code == "closed"

    with _server() as server:
        run(main())
        assert [request.headers["authorization"] for request in server.requests] == ["Bearer t0", "Bearer t1"]
        assert server.connections == 1


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_client_can_be_used_in_one_event_loop_after_another(make_client: MakeClient) -> None:
    with _server() as server:
        client = make_client(server.url)
        for _ in range(5):
            run(details(client))
        run(client.aclose())
        assert len(server.requests) == 5
    gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_client_can_be_used_in_several_threads_at_once(make_client: MakeClient) -> None:
    together = threading.Barrier(4)

    async def many(client: GitHubClient) -> int:
        found = await asyncio.gather(*(details(client) for _ in range(25)))
        return len(found)

    def in_thread(client: GitHubClient) -> int:
        together.wait(10)
        return run(many(client))

    with _server() as server, ThreadPoolExecutor(4) as pool:
        client = make_client(server.url)
        assert list(pool.map(in_thread, [client] * 4)) == [25] * 4
        run(client.aclose())
        assert len(server.requests) == 100
    gc.collect()


def test_many_concurrent_calls_each_get_their_own_response(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, max_concurrency=50) as client:
            calls = [client.fetch_repository_details("o", f"r{number}") for number in range(300)]
            for number, found in enumerate(await asyncio.gather(*calls)):
                assert found.name == f"r{number}"

    def choose(request: Any) -> bytes:
        return http_response({**REPO, "name": request.target.rpartition("/")[2]})

    with RawServer(route(choose)) as server:
        run(main())
        assert len(server.requests) == 300


def test_a_task_that_is_cancelled_is_cancelled_and_the_client_lives_on(make_client: MakeClient) -> None:
    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            if "slow" in request.target:
                link.wait_until_gone()
                return
            link.send(http_response(REPO))

    async def main() -> None:
        async with make_client(server.url) as client:
            for pause in (0, 0.001, 0.02):
                task = asyncio.create_task(client.fetch_repository_details("o", "slow"))
                await asyncio.sleep(pause)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await details(client)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.fetch_repository_details("o", "slow")
            await details(client)

    with RawServer(play) as server:
        run(main())


def test_hundreds_of_cancelled_calls_leave_nothing_behind(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, max_concurrency=100) as client:
            tasks = [asyncio.create_task(details(client)) for _ in range(300)]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(item, asyncio.CancelledError) for item in found)
            async with asyncio.timeout(5):
                for _ in range(100):
                    await client.fetch_repository_details("o", "quick")

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            if "quick" not in request.target:
                link.wait_until_gone()
                return
            link.send(http_response(REPO))

    with RawServer(play) as server:
        run(main())


def test_a_listing_that_is_dropped_half_way_leaves_no_warning(
    make_client: MakeClient, recwarn: pytest.WarningsRecorder
) -> None:
    rows = [{"name": name, "commit": {"sha": "c"}} for name in "abc"]
    page = http_response(rows[:2], headers={"link": '</p/2>; rel="next"'})
    last = http_response(rows[2:])

    async def main() -> None:
        async with make_client(server.url) as client:
            async for item in client.fetch_branches("o", "r"):
                assert item.name == "a"
                break
            pages = client.fetch_branches("o", "r").pages()
            await anext(pages)
            await pages.aclose()
            with contextlib.suppress(ZeroDivisionError):
                async for _ in client.fetch_branches("o", "r"):
                    raise ZeroDivisionError
            gc.collect()

    with RawServer(always(page, page, page, last)) as server:
        run(main())
    gc.collect()
    assert [str(item.message) for item in recwarn.list] == []


def test_an_error_leaves_the_client_usable(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            for _ in range(4):
                with pytest.raises(GitFleetError):
                    await details(client)
            await details(client)

    # Told that the connection ends: a client that is fast would send its next request on it.
    page = http_response("<html>", headers={"connection": "close"})
    plays = iter([once(), once(b"huh\r\n\r\n"), once(page), once(end="reset"), always(http_response(REPO))])

    def play(link: Link) -> None:
        next(plays)(link)

    with RawServer(play) as server:
        run(main())
        assert server.connections == 5


def test_a_client_is_made_outside_of_a_loop_and_closed_in_another(make_client: MakeClient) -> None:
    client = make_client("http://127.0.0.1:9")
    run(client.aclose())
    run(client.aclose())
