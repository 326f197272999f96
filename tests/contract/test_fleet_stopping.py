"""A call for each repository that is cancelled, left, read slowly or disturbed: nothing keeps running or grows."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from gitfleet_api import BranchInfo, GitFleetError, GitHubClient, NotFoundError, RepoInfo
from gitfleet_fleet import Fleet, Outcome, Repository, TargetListed, UnitDone
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.running import other_tasks, run, until

CONCURRENCY = 5
REPOSITORIES = 1200


@pytest.fixture
def forge() -> Iterator[Forge]:
    data = Data()
    data.add_organization("acme")
    data.add_repositories("acme", REPOSITORIES, "tool", branches=2)
    with Forge(data) as running:
        running.add_token(running.token, limit=1_000_000)
        yield running


def _branches(forge: Forge) -> int:
    return sum(request.path.endswith("/branches") for request in forge.requests)


async def _is_quiet(forge: Forge, before: set[asyncio.Task[object]]) -> None:
    """No task is left, and no further request comes."""
    assert set(other_tasks()) <= before
    await asyncio.sleep(0.1)  # the forge reads what was on its way
    sent = len(forge.requests)
    await asyncio.sleep(0.15)
    assert len(forge.requests) == sent


# -- the end


async def _cancel(fleet: Fleet, forge: Forge) -> None:
    async def read() -> None:
        async for _ in fleet.each("branches"):
            pass

    task = asyncio.create_task(read())
    await until(lambda: _branches(forge) == CONCURRENCY)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 5  # and not when the server responds, which it never does


async def _leave(fleet: Fleet, forge: Forge) -> None:
    forge.clear_faults()
    forge.stall("/repos/*/branches", seconds=None, times=None, skip=1)
    async with aclosing(fleet.each("branches")) as outcomes:
        async for _ in outcomes:
            await until(lambda: _branches(forge) > CONCURRENCY)
            break


async def _forget(fleet: Fleet, forge: Forge) -> None:
    forge.clear_faults()
    forge.stall("/repos/*/branches", seconds=None, times=None, skip=1)
    async for outcome in fleet.each("branches"):
        assert outcome.status == "ok"
        await until(lambda: _branches(forge) > CONCURRENCY)
        break
    gc.collect()  # the loop closes a generator that nothing refers to
    await asyncio.sleep(0.1)


async def _raise(fleet: Fleet, forge: Forge) -> None:
    forge.clear_faults()
    forge.stall("/repos/*/branches", seconds=None, times=None, skip=1)

    async def read() -> None:
        async with aclosing(fleet.each("branches")) as outcomes:
            async for _ in outcomes:
                await until(lambda: _branches(forge) > CONCURRENCY)
                raise LookupError

    with pytest.raises(LookupError):
        await read()


Stop = Callable[[Fleet, Forge], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("stop", [_cancel, _leave, _forget, _raise])
def test_all_requests_end_when_the_iteration_ends(forge: Forge, make_client: MakeClient, stop: Stop) -> None:
    forge.stall("/repos/*/branches", seconds=None, times=None)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            await client.get_rate_limit()
            before = set(other_tasks())
            fleet = Fleet("github:acme", clients=client, concurrency=CONCURRENCY)
            await stop(fleet, forge)
            await _is_quiet(forge, before)
            forge.clear_faults()
            # The client is as usable as before.
            assert len(await client.fetch_branches("acme", "tool-0001")) == 2

    run(main())


def test_the_iteration_can_be_cancelled_while_the_first_page_is_awaited(forge: Forge, make_client: MakeClient) -> None:
    forge.stall("/orgs/acme/repos", seconds=None, times=None)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            before = set(other_tasks())
            fleet = Fleet("github:acme", clients=client)

            async def read() -> None:
                async for _ in fleet.each("branches"):
                    pass

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(read(), 0.3)
            await _is_quiet(forge, before)

    run(main())


# -- a slow reader


def _live_rows() -> int:
    return sum(isinstance(item, BranchInfo | RepoInfo | Outcome) for item in gc.get_objects())


def test_a_slow_reader_slows_the_requests_down_and_memory_stays_flat(forge: Forge, make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet("github:acme", clients=client, concurrency=CONCURRENCY)
            live: list[int] = []
            gc.collect()
            before = _live_rows()

            async def are_sent(number: int) -> None:
                await until(lambda: _branches(forge) >= number)

            async with aclosing(fleet.each("branches")) as outcomes:
                read = 0
                async for _ in outcomes:
                    read += 1
                    if read % 40 != 1 or read > 400:
                        continue
                    await are_sent(read + CONCURRENCY)
                    await asyncio.sleep(0.1)
                    # The reader has one; the queue of outcomes is full, and each worker has one more.
                    assert _branches(forge) <= read + 2 * CONCURRENCY
                    live.append(_live_rows())
            assert read == REPOSITORIES
            # Rows of the listing's page and of some pages that it requests ahead; not of all repositories.
            assert max(live) - before < 700

    run(main())


# -- functions of the user


def _each(forge: Forge, make_client: MakeClient, call: Any, **options: Any) -> list[Outcome[Any]]:
    async def main() -> list[Outcome[Any]]:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet("github:acme", clients=client, concurrency=CONCURRENCY, name="tool-00*", **options)
            return [outcome async for outcome in fleet.each(call)]

    return run(main())


def test_the_result_of_a_function_is_the_rows(forge: Forge, make_client: MakeClient) -> None:
    async def count(client: GitHubClient, repo: Repository) -> object:
        number = int(repo.name[-4:])
        if number % 3 == 0:
            return None
        branches = await client.fetch_branches(repo.owner, repo.name)
        return len(branches) if number % 3 == 1 else branches

    outcomes = _each(forge, make_client, count)
    assert {(outcome.kind, outcome.status) for outcome in outcomes} == {("count", "ok")}
    rows = {outcome.target: outcome.rows for outcome in outcomes}
    assert [rows[f"github:acme/tool-000{number}"] for number in (3, 4)] == [[], [2]]
    assert [row.name for row in rows["github:acme/tool-0005"]] == ["develop", "main"]
    assert len(rows) == 99


def _numbered_failures(number: int) -> BaseException | None:
    return {
        1: ValueError("wrong"),
        2: NotFoundError("not here", None),  # type: ignore[arg-type]
        3: TimeoutError(),
        4: asyncio.CancelledError(),
        5: AssertionError(),
        6: StopAsyncIteration(),
    }.get(number)


def test_what_a_function_raises_is_the_outcome_of_its_repository_alone(forge: Forge, make_client: MakeClient) -> None:
    async def work(_client: GitHubClient, repo: Repository) -> list[str]:
        error = _numbered_failures(int(repo.name[-4:]) % 10)
        if error is not None:
            raise error
        return [repo.name]

    outcomes = _each(forge, make_client, work)
    assert len(outcomes) == 99
    for outcome in outcomes:
        expected = _numbered_failures(int(outcome.target[-4:]) % 10)
        status = "ok" if expected is None else "gone" if isinstance(expected, NotFoundError) else "failed"
        assert (outcome.status, len(outcome.rows)) == (status, int(expected is None)), outcome
        assert expected is None or outcome.error is not None


def test_a_cancelled_task_inside_a_function_ends_no_worker(forge: Forge, make_client: MakeClient) -> None:
    async def work(_client: GitHubClient, repo: Repository) -> list[str]:
        inner = asyncio.ensure_future(asyncio.sleep(60))
        inner.cancel()
        await inner
        return [repo.name]

    outcomes = _each(forge, make_client, work)
    assert [outcome.status for outcome in outcomes] == ["failed"] * 99
    assert all(outcome.error is not None for outcome in outcomes)


def test_a_function_that_cancels_its_own_task_is_an_error_and_no_endless_wait(
    forge: Forge, make_client: MakeClient
) -> None:
    async def work(_client: GitHubClient, _repo: Repository) -> list[str]:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)
        return []

    with pytest.raises(GitFleetError, match="has cancelled its own task"):
        _each(forge, make_client, work)


_UNREAD: list[Callable[[GitHubClient, Repository], object]] = [
    lambda _, repo: (letter for letter in repo.name),
    lambda _, repo: map(str.upper, repo.name),
    lambda client, repo: client.fetch_branches(repo),
]


@pytest.mark.parametrize("unread", _UNREAD, ids=["generator", "iterator", "listing"])
def test_rows_that_nothing_would_read_are_a_failure(
    forge: Forge, make_client: MakeClient, unread: Callable[[GitHubClient, Repository], object]
) -> None:
    async def work(client: GitHubClient, repo: Repository) -> object:
        return unread(client, repo)

    outcomes = _each(forge, make_client, work)
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert "return a list of rows" in str(outcomes[0].error)


def test_an_error_in_the_filter_of_the_user_is_raised_and_ends_all_requests(
    forge: Forge, make_client: MakeClient
) -> None:
    def where(repo: RepoInfo) -> bool:
        if repo.name == "tool-0050":
            raise LookupError("the user's own")
        return True

    with pytest.raises(LookupError, match="the user's own"):
        _each(forge, make_client, "branches", where=where)
    time.sleep(0.2)  # the forge reads what was on its way
    sent = len(forge.requests)
    time.sleep(0.2)
    assert len(forge.requests) == sent


def test_a_listing_that_is_cancelled_by_itself_has_an_outcome(
    forge: Forge, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(_filters: object, _repo: RepoInfo) -> bool:
        raise asyncio.CancelledError

    monkeypatch.setattr("gitfleet_fleet.filters.Filters.accepts", cancelled)
    (outcome,) = _each(forge, make_client, "branches", archived=False)
    assert (outcome.target, outcome.repo, outcome.status) == ("github:acme", None, "failed")


def test_a_batch_that_is_cancelled_by_itself_is_a_failure_of_each_repository(
    forge: Forge, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(GitHubClient, "fetch_many_repository_details", cancelled)
    outcomes = _each(forge, make_client, "details")
    assert [outcome.status for outcome in outcomes] == ["failed"] * 99

    async def look_up() -> list[Outcome[Any]]:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet(*(f"github:acme/tool-000{number}" for number in range(1, 10)), clients=client, archived=False)
            return [outcome async for outcome in fleet.each("branches")]

    assert [(item.repo, item.status) for item in run(look_up())] == [(None, "failed")] * 9


# -- events and several iterations


def test_a_listener_that_raises_a_cancellation_ends_the_iteration(forge: Forge, make_client: MakeClient) -> None:
    def listen(event: object) -> None:
        if isinstance(event, TargetListed):
            raise asyncio.CancelledError

    with pytest.raises(GitFleetError, match="was cancelled"):
        _each(forge, make_client, "branches", on_event=listen)


def test_events_count_every_repository_and_an_error_in_the_listener_disturbs_nothing(
    forge: Forge, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[Any] = []

    def listen(event: Any) -> None:
        events.append(event)
        raise LookupError

    outcomes = _each(forge, make_client, "branches", on_event=listen)
    listed = [event for event in events if isinstance(event, TargetListed)]
    done = [event for event in events if isinstance(event, UnitDone)]
    assert [(event.target, event.repositories, event.total) for event in listed] == [("github:acme", 99, 99)]
    assert [event.done for event in done] == list(range(1, 100))
    assert {event.total for event in done} <= {None, 99}
    assert [event.target for event in done] == [outcome.target for outcome in outcomes]
    assert {event.rows for event in done} == {2}
    assert "on_event failed" in caplog.text


def test_several_iterations_of_one_fleet_run_at_the_same_time(forge: Forge, make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet("github:acme", clients=client, concurrency=CONCURRENCY, name="tool-00*")

            async def targets(outcomes: AsyncGenerator[Outcome[Any], None]) -> set[str]:
                return {outcome.target async for outcome in outcomes if outcome.status in ("ok", "empty")}

            found = await asyncio.gather(*(targets(fleet.each(kind)) for kind in ("branches", "tags", "contributors")))
            assert found[0] == found[1] == found[2]
            assert len(found[0]) == 99

    run(main())
