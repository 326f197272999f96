"""Listings where asyncio needs a coroutine, and the objects that ``run()`` of the sync clients accepts."""

from __future__ import annotations

import asyncio
import gc
import threading
import types
from collections.abc import Coroutine, Generator, Iterator
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, NotFoundError, RepoInfo
from gitfleet_api import sync as gitfleet_sync
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.raw_server import RawServer, always, http_response
from support.running import run
from support.sending import OWNER, many_repositories
from support.sync_clients import sync_github, tasks_in_background

COUNT = 250
PATIENCE = 30


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge(many_repositories(COUNT)) as running:
        yield running


def _names(rows: list[RepoInfo]) -> list[str]:
    return [row.name for row in rows]


EXPECTED = [f"r{number}" for number in range(COUNT)]


# -- asyncio


def test_all_gives_asyncio_run_the_coroutine_it_needs(make_client: MakeClient, forge: Forge) -> None:
    client = make_client(forge.url, forge.token)
    listing = client.fetch_repositories(OWNER, kind="organization")
    with asyncio.Runner() as runner:  # asyncio.run() for several coroutines in one event loop
        for _ in range(2):
            assert _names(runner.run(listing.all())) == EXPECTED
        runner.run(client.aclose())


def test_all_makes_tasks_of_a_listing_as_often_as_wanted(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            task = asyncio.create_task(listing.all())
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(listing.all()) for _ in range(3)]
            found = [await task, *(task.result() for task in tasks), await listing, await listing.all()]
            found.append([row async for row in listing])
            found += await asyncio.gather(listing, listing.all())
            assert [_names(rows) for rows in found] == [EXPECTED] * len(found)

    run(main())


def test_a_task_of_a_listing_that_is_cancelled_leaves_no_task(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            task = asyncio.create_task(listing.all())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert _names(await listing) == EXPECTED

    run(main())


def test_asyncio_names_all_when_it_refuses_a_listing(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client("http://127.0.0.1:9") as client:
            listing: Any = client.fetch_repositories(OWNER)
            assert not asyncio.iscoroutine(listing)
            with pytest.raises(TypeError, match=r"coroutine was expected.*`\.all\(\)` for a coroutine"):
                asyncio.create_task(listing)  # noqa: RUF006  it is refused

    run(main())


# -- run() of the sync clients


def _bounded(awaitable: Any) -> Any:
    """The result of ``run(awaitable)``; a call that hangs fails."""
    outcome: list[Any] = []

    def call() -> None:
        try:
            outcome.append(gitfleet_sync.run(awaitable))
        except BaseException as error:  # noqa: BLE001  raised below
            outcome.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert outcome, "run() hangs"
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def test_run_gives_the_rows_of_an_asynchronous_listing_each_time(make_client: MakeClient, forge: Forge) -> None:
    client = make_client(forge.url, forge.token)
    listing = client.fetch_repositories(OWNER, kind="organization")
    for _ in range(2):
        assert _names(_bounded(listing)) == EXPECTED
    assert _names(_bounded(listing.all())) == EXPECTED
    _bounded(client.aclose())


def test_run_raises_the_error_of_an_asynchronous_listing(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"message": "Not Found"}, status=404))) as server:
        client = make_client(server.url)
        with pytest.raises(NotFoundError):
            _bounded(client.fetch_branches("o", "r"))
        _bounded(client.aclose())
    assert tasks_in_background() == 0


class _Awaitable:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "awaited"


@types.coroutine
def _generator_based() -> Generator[Any, Any, str]:
    yield from asyncio.sleep(0).__await__()
    return "awaited"


@pytest.mark.parametrize("awaitable", [_Awaitable, _generator_based], ids=["__await__", "types.coroutine"])
def test_run_awaits_every_kind_of_awaitable(awaitable: Any) -> None:
    assert _bounded(awaitable()) == "awaited"


async def _function() -> None: ...


async def _asynchronous_generator() -> Any:
    yield 1


@pytest.mark.parametrize(
    "wrong", [None, 5, _function, _asynchronous_generator(), [1], object()], ids=lambda wrong: type(wrong).__name__
)
def test_run_refuses_at_once_what_cannot_be_awaited(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"needs a coroutine or an asynchronous listing") as caught:
        _bounded(wrong)
    assert caught.value.code == "invalid_argument"


def test_run_refuses_a_sync_listing_and_says_that_it_needs_no_run(engine: str, forge: Forge) -> None:
    with sync_github(engine, forge.url, forge.token) as client:
        before = len(forge.requests)
        with pytest.raises(ConfigurationError, match=r"sync Listing.*sync listings are called without run\(\)"):
            _bounded(client.fetch_repositories(OWNER))
        assert len(forge.requests) == before


def test_run_refuses_a_future_or_task_of_another_event_loop() -> None:
    async def main() -> None:
        pending: list[Any] = [asyncio.get_running_loop().create_future(), asyncio.create_task(asyncio.sleep(0))]
        for future in pending:
            with pytest.raises(ConfigurationError, match="belongs to its own event loop"):
                gitfleet_sync.run(future)
        await pending[1]

    run(main())


def test_run_raises_when_a_coroutine_is_given_a_second_time() -> None:
    coroutine: Coroutine[Any, Any, None] = _function()
    assert _bounded(coroutine) is None
    with pytest.raises(RuntimeError, match="already awaited"):
        _bounded(coroutine)


def test_run_raises_when_the_task_cannot_be_created(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise LookupError("no task")

    gitfleet_sync.run(_function())  # starts the thread
    from gitfleet_api.sync import background

    assert background._current is not None
    coroutine = _function()
    with monkeypatch.context() as patch:
        patch.setattr(background._current.loop, "create_task", refuse)
        with pytest.raises(LookupError, match="no task"):
            _bounded(coroutine)
    coroutine.close()
    gitfleet_sync.run(_function())


def test_run_with_a_listing_in_the_thread_of_the_sync_clients_is_refused(engine: str, make_client: MakeClient) -> None:
    def listen(_: object) -> None:
        try:
            gitfleet_sync.run(other.fetch_branches("o", "r"))
        except ConfigurationError as error:
            codes.append(error.code)

    codes: list[str] = []
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "r")
    with Forge(fleet) as forge, sync_github(engine, forge.url, forge.token, on_event=listen) as client:
        other = make_client(forge.url, forge.token)
        assert client.fetch_repository_details("fleet-admin", "r").name == "r"
        gitfleet_sync.run(other.aclose())
    gc.collect()
    assert codes == ["wrong_thread"]
