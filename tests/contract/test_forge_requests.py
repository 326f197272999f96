"""How many requests a call takes, and with which token each of them goes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gitfleet_api import GitHubClient, NotFoundError, TokenManager
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.running import run


def _largest(forge: Forge) -> tuple[str, int]:
    """An organization and how many repositories it has."""
    counts = {item.login: len(forge.fleet.owned_by(item.login)) for item in forge.fleet.organizations}
    return max(counts.items(), key=lambda item: item[1])


def _pages(count: int) -> int:
    return -(-count // 100)


def test_a_listing_of_an_organization_takes_one_request_a_hundred(make_client: MakeClient, forge: Forge) -> None:
    owner, count = _largest(forge)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            assert len(await client.fetch_repositories(owner)) == count

    run(main())
    pages = forge.requests
    assert pages[0].path == f"/orgs/{owner}/repos"  # what follows is under the number that its links name
    assert len(pages) == _pages(count) > 1
    # Sorted: those after the first are under way at once, and may arrive in any order.
    assert sorted(int(page.query.get("page", "1")) for page in pages) == list(range(1, len(pages) + 1))
    for page in pages:
        assert page.query["per_page"] == "100"
        assert (page.query["sort"], page.query["direction"]) == ("created", "asc")
        assert page.token == forge.token


def test_a_second_listing_of_the_same_owner_looks_nothing_up(make_client: MakeClient, forge: Forge) -> None:
    owner, count = _largest(forge)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            await client.fetch_repositories(owner)
            forge.clear_log()
            await client.fetch_repositories(owner.upper())

    run(main())
    assert len(forge.requests) == _pages(count)


def test_a_listing_of_a_named_kind_looks_nothing_up(make_client: MakeClient, forge: Forge) -> None:
    owner, count = _largest(forge)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            await client.fetch_repositories(owner, kind="organization")

    run(main())
    assert len(forge.requests) == _pages(count)


def test_nothing_is_sent_before_a_listing_is_awaited(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            listing = client.fetch_repositories(_largest(forge)[0])
            assert "Listing" in repr(listing)
            await asyncio.sleep(0.05)

    run(main())
    assert forge.requests == []


def test_the_own_user_is_found_by_asking_who_one_is_once(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            for _ in range(2):
                found = await client.fetch_repositories("fleet-admin")
                assert {item.id for item in found} == {item.id for item in forge.fleet.owned_by("fleet-admin")}

    run(main())
    assert [request.path for request in forge.requests] == [
        "/orgs/fleet-admin/repos",
        "/user",
        "/user/repos",
        "/user/repos",
    ]


def test_a_token_whose_user_is_known_is_not_asked(make_client: MakeClient, forge: Forge) -> None:
    manager = TokenManager()
    manager.add_token(forge.token, "github", username="Fleet-Admin")

    async def main() -> None:
        async with make_client(forge.url, token_manager=manager) as client:
            await client.fetch_repositories("fleet-admin")

    run(main())
    assert [request.path for request in forge.requests] == ["/orgs/fleet-admin/repos", "/user/repos"]


@pytest.fixture
def crowd() -> Fleet:
    fleet = Fleet()
    for login in ("ann", "bob", "cyd"):
        fleet.add_user(login)
        for number in range(230):
            fleet.add_repository(login, f"{login}-{number}", private=number % 2 == 0, branches=1, contributors=1)
    return fleet


def test_every_page_of_ones_own_repositories_goes_with_the_token_of_their_owner(
    make_client: MakeClient, crowd: Fleet
) -> None:
    async def main(manager: TokenManager, url: str) -> dict[str, list[Any]]:
        async with make_client(url, token_manager=manager) as client:
            return {login: await client.fetch_repositories(login) for login in ("bob", "cyd", "ann")}

    manager = TokenManager()
    with Forge(crowd) as forge:
        for login in ("ann", "bob", "cyd"):
            # The owner's own token is never the one with most calls left.
            forge.add_token(f"token-of-{login}", login=login, remaining=50)
            manager.add_token(f"token-of-{login}", "github")
        forge.add_token("rich", login="fleet-admin")
        manager.add_token("rich", "github")
        found = run(main(manager, forge.url))
        asked = [request for request in forge.requests if request.path == "/user/repos"]
    assert [request.token for request in asked] == [
        f"token-of-{login}" for login in ("bob", "cyd", "ann") for _ in range(3)
    ]
    for login, items in found.items():
        assert [item.name for item in items] == [f"{login}-{number}" for number in range(230)]


def test_listings_at_the_same_time_do_not_disturb_each_other(make_client: MakeClient, crowd: Fleet) -> None:
    async def main(url: str, token: str) -> list[list[Any]]:
        async with make_client(url, token) as client:
            owners = ["ann", "bob", "cyd"] * 3
            return await asyncio.gather(*(client.fetch_repositories(owner) for owner in owners))

    with Forge(crowd) as forge:
        found = run(main(forge.url, forge.token))
    for owner, items in zip(["ann", "bob", "cyd"] * 3, found, strict=True):
        assert [item.name for item in items] == [f"{owner}-{number}" for number in range(1, 230, 2)]


def test_no_more_requests_are_under_way_than_allowed(make_client: MakeClient, crowd: Fleet) -> None:
    async def main(url: str, token: str) -> None:
        async with make_client(url, token, max_concurrency=4) as client:
            await asyncio.gather(*(client.fetch_repository_details("ann", f"ann-{n}") for n in range(1, 81, 2)))

    with Forge(crowd, delay=0.02) as forge:
        run(main(forge.url, forge.token))
        done = forge.requests
    assert len(done) == 40
    starts = sorted((request.started, 1) for request in done)
    ends = sorted((request.finished or 0.0, -1) for request in done)
    running = highest = 0
    for _, step in sorted(starts + ends):
        running += step
        highest = max(highest, running)
    assert 2 <= highest <= 4


def test_a_listing_that_is_left_early_has_asked_for_few_pages(make_client: MakeClient, forge: Forge) -> None:
    owner, count = _largest(forge)
    assert count > 100

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            async for _ in client.fetch_repositories(owner, kind="organization"):
                break
            async for page in client.fetch_repositories(owner, kind="organization").pages():
                assert len(page) == 100
                break

    run(main())
    # The first page of each, and at most 3 that were fetched ahead; test_prefetch has the rest.
    assert len(forge.requests) <= 2 * (1 + 3)


def test_a_listing_streams_in_the_order_of_the_list(make_client: MakeClient, forge: Forge) -> None:
    owner, count = _largest(forge)

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            listing = client.fetch_repositories(owner)
            whole = await listing
            assert [item async for item in listing] == whole
            pages = [page async for page in listing.pages()]
            assert [item for page in pages for item in page] == whole
            assert [len(page) for page in pages[:-1]] == [100] * (len(pages) - 1)
            assert len(whole) == count

    run(main())


def test_a_prefix_of_the_api_stays_in_every_request(make_client: MakeClient) -> None:
    fleet = Fleet()
    fleet.add_organization("org")
    for number in range(120):
        fleet.add_repository("org", f"r{number}", branches=1, contributors=1)
    fleet.rename("org/r0", "org/moved")

    async def main(url: str, token: str) -> None:
        async with make_client(url, token) as client:
            assert len(await client.fetch_repositories("org")) == 120
            assert (await client.fetch_repository_details("org", "r0")).name == "moved"
            with pytest.raises(NotFoundError):
                await client.fetch_repository_details("org", "none")

    with Forge(fleet, prefix="/api/v3") as forge:
        for url in (forge.url, f"{forge.url}/"):
            run(main(url, forge.token))
        assert all(request.path.startswith("/api/v3/") for request in forge.requests)


async def _count(client: GitHubClient, owner: str) -> int:
    return len(await client.fetch_repositories(owner))


@pytest.mark.parametrize("compress", [True, False])
def test_compression_changes_nothing(make_client: MakeClient, crowd: Fleet, compress: bool) -> None:
    async def main(url: str, token: str) -> int:
        async with make_client(url, token) as client:
            return await _count(client, "ann")

    with Forge(crowd, gzip=compress) as forge:
        assert run(main(forge.url, forge.token)) == 115
