"""Pages fetched ahead of their reader: no more than there is room for, handed out in order."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, RepoInfo
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.failing import PATIENT
from support.recording import RecordingBackend
from support.running import other_tasks, run, until
from support.sending import OWNER, many_repositories

LISTING = f"/orgs/{OWNER}/repos"
AHEAD = 3
PER_PAGE = 100


def _pages(forge: Forge) -> int:
    return sum(request.query.get("per_page") == str(PER_PAGE) for request in forge.requests)


async def _settled(forge: Forge) -> int:
    """How many pages were asked for when no more are asked for."""
    before, same = -1, 0
    while same < 3:
        count = _pages(forge)
        same = same + 1 if count == before else 0
        before = count
        await asyncio.sleep(0.01)
    return before


@pytest.mark.parametrize("with_last", [True, False], ids=["with a last page", "without"])
@pytest.mark.parametrize("step", ["rows", "pages"])
def test_a_reader_one_at_a_time_is_at_most_three_pages_behind(
    make_client: MakeClient, with_last: bool, step: str
) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, timeout=PATIENT) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            taken = 0
            async with aclosing(listing.pages() if step == "pages" else listing.__aiter__()) as reader:  # type: ignore[type-var]
                async for item in reader:
                    taken += len(item) if isinstance(item, list) else 1
                    begun = -(-taken // PER_PAGE)  # a page is taken with its first row
                    assert _pages(forge) <= begun + AHEAD
                    if taken % PER_PAGE in (0, 1):
                        assert await _settled(forge) <= begun + AHEAD
                    if begun == 8:
                        return

    with Forge(many_repositories(1)) as forge:
        forge.endless(LISTING, with_last=with_last)
        run(main())
        assert _pages(forge) <= 8 + AHEAD
        if with_last:
            assert _pages(forge) > 8, "nothing was fetched ahead"


@pytest.mark.parametrize(("ahead", "most"), [(1, 1), (7, 7), (50, 10)])
def test_pages_are_fetched_as_far_ahead_as_the_reader_wants_and_the_client_allows(
    make_client: MakeClient, ahead: int, most: int
) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, timeout=PATIENT, max_concurrency=10) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            async with aclosing(listing.pages(ahead=ahead)) as pages:
                await anext(pages)
                await until(lambda: _pages(forge) == 1 + most)
                assert await _settled(forge) == 1 + most

    with Forge(many_repositories(1)) as forge:
        forge.endless(LISTING, with_last=True)
        run(main())


def test_a_number_of_pages_that_makes_no_sense_is_refused(make_client: MakeClient) -> None:
    async def main() -> None:
        client = make_client("http://127.0.0.1:9")
        async with client, aclosing(client.fetch_repositories(OWNER).pages(ahead=0)) as pages:
            with pytest.raises(ConfigurationError, match="ahead must be an integer of at least 1"):
                await anext(pages)

    run(main())


def test_an_endless_listing_that_is_awaited_stays_within_its_concurrency(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token, max_concurrency=5) as client:
            task = asyncio.ensure_future(_whole(client))
            await until(lambda: _pages(forge) >= 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert other_tasks() == []

    with Forge(many_repositories(1)) as forge:
        forge.endless(LISTING, with_last=True)
        run(main())


async def _whole(client: GitHubClient) -> list[RepoInfo]:
    return await client.fetch_repositories(OWNER, kind="organization")


@pytest.mark.parametrize("concurrency", [1, 2, 8])
def test_a_list_that_is_awaited_uses_all_of_the_concurrency(
    make_client: MakeClient, engine: str, concurrency: int
) -> None:
    async def main() -> int:
        async with make_client(forge.url, forge.token, max_concurrency=concurrency, backend=backend) as client:
            found = len(await _whole(client))
        await backend.aclose()
        return found

    backend = RecordingBackend(engine)
    with Forge(many_repositories(1500), delay=0.02) as forge:
        assert run(main()) == 1500
        assert _pages(forge) == 15
    assert backend.most == concurrency


def test_a_stream_fetches_three_pages_ahead_at_once(make_client: MakeClient, engine: str) -> None:
    async def main() -> int:
        async with make_client(forge.url, forge.token, backend=backend) as client:
            found = [item async for item in client.fetch_repositories(OWNER, kind="organization")]
        await backend.aclose()
        return len(found)

    backend = RecordingBackend(engine)
    with Forge(many_repositories(2000), delay=0.02) as forge:
        assert run(main()) == 2000
    assert backend.most == AHEAD


@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
def test_pages_that_arrive_out_of_order_are_given_in_order(make_client: MakeClient, streamed: bool) -> None:
    async def main() -> list[RepoInfo]:
        async with make_client(forge.url, forge.token, timeout=PATIENT) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            return [item async for item in listing] if streamed else await listing

    with Forge(many_repositories(1600)) as forge:
        late = [str(page) for page in range(2, 17, 3)]
        forge.stall(seconds=0.15, times=len(late), when=lambda request: request.query.get("page") in late)
        found = run(main())
        answered = sorted(forge.requests, key=lambda request: request.finished or 0.0)
        order = [int(request.query.get("page", "1")) for request in answered]
    assert order != sorted(order), "the answers came in order: nothing was tested"
    assert [item.name for item in found] == [f"r{number}" for number in range(1600)]
