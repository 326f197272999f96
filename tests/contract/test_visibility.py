"""Tokens that see different things in one pool: one listing has one visibility, and no object is missed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gitfleet_api import GitFleetError, Listing, NotFoundError, RateLimitError, RepoInfo, TokenManager, TokenSwitched
from gitfleet_testing import Forge
from support.pools import (
    MEMBER,
    OUTSIDER,
    OWNER,
    PRIVATE,
    PROVIDERS,
    PUBLIC,
    client_of,
    pool_of_two,
    shared_forge,
)
from support.running import run

HOUR = 3600
ALL = {*PUBLIC, *PRIVATE}
ORDERS = ((MEMBER, OUTSIDER), (OUTSIDER, MEMBER))


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with shared_forge() as running:
        yield running


@pytest.fixture(autouse=True)
def _full_budgets(forge: Forge) -> None:
    forge.add_token(MEMBER, login="ann")
    forge.add_token(OUTSIDER, login="bob")
    forge.clear_faults()
    forge.clear_log()


async def _names(forge: Forge, provider: str, engine: str, manager: TokenManager, own: str | None, read: str) -> object:
    """The names that a listing returns, or its error."""
    async with client_of(provider, engine, forge, own, token_manager=manager) as client:
        listing = client.fetch_repositories(OWNER, kind="organization")
        try:
            found = await _read(listing, read)
        except GitFleetError as error:
            return error
        assert listing.principal is not None
        assert not any(token in listing.principal for token in (MEMBER, OUTSIDER))
    names = [repo.name for repo in found]
    assert len(names) == len(set(names))
    return set(names)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("read", ["awaited", "streamed"])
@pytest.mark.parametrize("order", ORDERS, ids=["member first", "outsider first"])
def test_a_listing_has_all_that_one_token_sees_or_is_an_error(
    engine: str, forge: Forge, provider: str, read: str, order: tuple[str, str]
) -> None:
    outcomes: list[object] = []
    for own in (None, MEMBER, OUTSIDER):
        for poor in (None, MEMBER, OUTSIDER):
            for left in (1, 2) if poor else (0,):
                _set_budgets(forge, poor, left)
                outcomes.append(run(_names(forge, provider, engine, pool_of_two(provider, *order), own, read)))
    assert all(isinstance(outcome, RateLimitError) or outcome in (ALL, set(PUBLIC)) for outcome in outcomes)
    assert ALL in outcomes
    assert set(PUBLIC) in outcomes
    assert any(isinstance(outcome, RateLimitError) for outcome in outcomes)
    assert len(outcomes) == 15  # and 16 combinations of the parameters


def _set_budgets(forge: Forge, poor: str | None, left: int) -> None:
    forge.add_token(MEMBER, login="ann")
    forge.add_token(OUTSIDER, login="bob")
    if poor is not None:
        forge.limit(poor, remaining=left, reset_in=HOUR)


_QUERY = """query($login: String!, $after: String) {
  organization(login: $login) {
    repositories(first: 50, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } }
  }
}"""


@dataclass(frozen=True)
class Named:
    """A row of the query."""

    name: str


@pytest.mark.parametrize("order", ORDERS, ids=["member first", "outsider first"])
@pytest.mark.parametrize("own", [None, MEMBER, OUTSIDER])
@pytest.mark.parametrize("left", [None, 3])
def test_the_pages_of_a_query_show_what_one_token_sees(
    engine: str, forge: Forge, order: tuple[str, str], own: str | None, left: int | None
) -> None:
    async def main() -> object:
        manager = pool_of_two("github", *order)
        async with client_of("github", engine, forge, own, token_manager=manager) as client:
            try:
                rows = await client.graphql(_QUERY, {"login": OWNER}, Named, at="organization.repositories.nodes")
            except RateLimitError as error:
                return error
            return {row.name for row in rows}

    first = own or order[0]
    if left is not None:
        forge.limit(first, remaining=left, resource="graphql", reset_in=HOUR)
    outcome = run(main())
    assert (
        isinstance(outcome, RateLimitError) if left and (own or order[0]) == MEMBER else outcome in (ALL, set(PUBLIC))
    )


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("order", ORDERS, ids=["member first", "outsider first"])
def test_details_of_private_repositories_are_found_with_any_order_of_tokens(
    engine: str, forge: Forge, provider: str, order: tuple[str, str]
) -> None:
    async def main() -> None:
        async with client_of(provider, engine, forge, token_manager=pool_of_two(provider, *order)) as client:
            for names in (PRIVATE[:100], PRIVATE[100:]):
                forge.clear_log()
                found = await asyncio.gather(*(client.fetch_repository_details(OWNER, name) for name in names))
                assert [repo.name for repo in found] == names

    run(main())
    # Who sees the owner is known by then, so that no call is sent in vain.
    assert {(request.token, request.status) for request in forge.requests} == {(MEMBER, 200)}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_saw_an_owner_is_asked_first_the_next_time(engine: str, forge: Forge, provider: str) -> None:
    async def main() -> None:
        manager = pool_of_two(provider, OUTSIDER, MEMBER)
        async with client_of(provider, engine, forge, OUTSIDER, token_manager=manager) as client:
            await client.fetch_repository_details(OWNER, PRIVATE[0])
            listing = client.fetch_repositories(OWNER, kind="organization")
            assert len(await listing) == 300
            assert listing.principal == f"{provider} token 2"
            for name in PRIVATE[1:20]:
                await client.fetch_repository_details(OWNER, name)

    run(main())
    assert sum(request.status == 404 for request in forge.requests) <= 1
    assert {request.token for request in forge.requests[2:]} == {MEMBER}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("read", ["awaited", "streamed"])
def test_a_listing_waits_for_who_sees_the_owner_rather_than_to_omit_rows(
    engine: str, forge: Forge, provider: str, read: str
) -> None:
    async def main() -> None:
        manager = pool_of_two(provider, OUTSIDER, MEMBER)
        async with client_of(provider, engine, forge, OUTSIDER, token_manager=manager) as client:
            forge.limit(MEMBER, remaining=1, reset_in=HOUR)
            await client.fetch_repository_details(OWNER, PRIVATE[0])
            with pytest.raises(RateLimitError):
                await _read(client.fetch_repositories(OWNER, kind="organization"), read)

    run(main())


async def _read(listing: Listing[RepoInfo], read: str) -> list[RepoInfo]:
    return await listing if read == "awaited" else [repo async for repo in listing]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_object_that_none_sees_is_not_found_and_the_error_lists_each_result(
    engine: str, forge: Forge, provider: str
) -> None:
    async def main() -> NotFoundError:
        manager = TokenManager()
        manager.add_token(MEMBER, provider, username="ann")
        manager.add_token(OUTSIDER, provider)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            with pytest.raises(NotFoundError) as caught:
                await client.fetch_repository_details(OWNER, "missing")
        return caught.value

    error = run(main())
    assert "ann: 404" in str(error)
    assert f"{provider} token 2: 404" in str(error)
    assert str(error) == error.args[0]
    assert [request.status for request in forge.requests] == [404, 404]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_object_is_not_called_missing_while_one_token_could_not_be_asked(
    engine: str, forge: Forge, provider: str
) -> None:
    async def main() -> None:
        async with client_of(provider, engine, forge, token_manager=pool_of_two(provider)) as client:
            with pytest.raises(RateLimitError, match="token 2: 404"):
                await client.fetch_repository_details(OWNER, PRIVATE[0])

    forge.limit(MEMBER, remaining=0, reset_in=HOUR)
    run(main())


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("visibility", [None, "public"])
def test_a_404_is_sent_once_for_tokens_that_are_declared_to_see_the_same(
    engine: str, forge: Forge, provider: str, visibility: str | None
) -> None:
    async def main() -> None:
        manager = TokenManager()
        for number in range(9):
            forge.add_token(f"t{number}", login="bob")
            manager.add_token(f"t{number}", provider, visibility=visibility)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            with pytest.raises(NotFoundError):
                await client.fetch_repository_details(OWNER, "missing")

    run(main())
    assert len(forge.requests) == (6 if visibility is None else 1)  # at most five others are asked


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("count", [6, 7])
def test_the_error_says_that_tokens_were_not_used(engine: str, forge: Forge, provider: str, count: int) -> None:
    async def main() -> str:
        manager = TokenManager()
        for number in range(count):
            forge.add_token(f"t{number}", login="bob")
            manager.add_token(f"t{number}", provider)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            with pytest.raises(NotFoundError) as caught:
                await client.fetch_repository_details(OWNER, "missing")
        return str(caught.value)

    assert ("; other tokens were not used)" in run(main())) == (count == 7)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("read", ["awaited", "streamed"])
def test_tokens_that_are_declared_to_see_the_same_share_the_pages_of_a_listing(
    engine: str, forge: Forge, provider: str, read: str
) -> None:
    manager = TokenManager()
    for token, login in (("m1", "ann"), ("m2", "ann")):
        forge.add_token(token, login=login)
        forge.limit(token, remaining=2, reset_in=HOUR)
        manager.add_token(token, provider, visibility="members")
    manager.add_token(OUTSIDER, provider)
    assert run(_names(forge, provider, engine, manager, "m1", read)) == ALL
    assert {request.token for request in forge.requests if "page=1" not in request.target} <= {"m1", "m2"}
    forge.clear_log()


def test_a_switch_to_another_token_is_an_event(engine: str, forge: Forge) -> None:
    async def main() -> None:
        manager = TokenManager()
        manager.add_token(OUTSIDER, "github", username="bob")
        manager.add_token(MEMBER, "github", username="ann")
        async with client_of("github", engine, forge, token_manager=manager, on_event=events.append) as client:
            await client.fetch_repository_details(OWNER, PRIVATE[0])

    events: list[object] = []
    run(main())
    (switch,) = [event for event in events if isinstance(event, TokenSwitched)]
    assert (switch.old, switch.new, switch.code) == ("bob", "ann", "not_found")


def test_with_one_token_a_404_costs_one_request(engine: str, forge: Forge) -> None:
    async def main() -> None:
        async with client_of("github", engine, forge, OUTSIDER) as client:
            with pytest.raises(NotFoundError) as caught:
                await client.fetch_repository_details(OWNER, PRIVATE[0])
        assert "requested with" not in str(caught.value)

    run(main())
    assert len(forge.requests) == 1


def test_a_user_costs_no_request_with_other_tokens(engine: str, forge: Forge) -> None:
    async def main() -> None:
        manager = pool_of_two("github")
        for number in range(3):
            forge.add_token(f"t{number}", login="bob")
            manager.add_token(f"t{number}", "github")
        async with client_of("github", engine, forge, token_manager=manager) as client:
            assert await client.fetch_repositories("carl") == []

    if forge.fleet.account("carl") is None:
        forge.fleet.add_user("carl")
    run(main())
    assert [request.path for request in forge.requests].count("/orgs/carl/repos") == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("tokens", [(MEMBER, OUTSIDER), (OUTSIDER, MEMBER)])
def test_a_suspended_token_does_not_hide_that_an_owner_is_a_user(
    engine: str, forge: Forge, provider: str, tokens: tuple[str, str]
) -> None:
    async def main() -> None:
        async with client_of(provider, engine, forge, token_manager=pool_of_two(provider, *tokens)) as client:
            for _ in range(2):  # at first the reason is new; then the token is known to be suspended
                assert await client.fetch_repositories("ann") == []

    forge.refuse(OUTSIDER, "suspended")
    run(main())


def test_tokens_of_one_user_with_unknown_permissions_are_all_tried(engine: str, forge: Forge) -> None:
    async def main() -> None:
        manager = TokenManager()
        manager.add_token("for-another-organization", "github", username="ann")
        manager.add_token(MEMBER, "github", username="ann")
        async with client_of("github", engine, forge, token_manager=manager) as client:
            assert (await client.fetch_repository_details(OWNER, PRIVATE[0])).name == PRIVATE[0]

    # A fine-grained token: no scopes are stated, and it sees nothing of the organization.
    forge.fail(status=404, when=lambda request: request.token == "for-another-organization")
    run(main())
