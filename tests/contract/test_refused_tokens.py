"""Tokens that a provider refuses: for a moment, for one owner or altogether. Another one is used meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    GitFleetError,
    GitProviderClient,
    PermissionDeniedError,
    RateLimitError,
    TokenManager,
    TokenSwitched,
)
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.pools import MEMBER, OUTSIDER, OWNER, PROVIDERS, PUBLIC, client_of, pool_of_two, shared_forge
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import METHODS, many_repositories, one_repository, send

HOUR = 3600
CHECKS = {"github": "/rate_limit", "gitlab": "/api/v4/user"}


def _forge(count: int = 20) -> Forge:
    return Forge(many_repositories(count))


async def _details(client: GitProviderClient, number: int = 0) -> object:
    try:
        return (await client.fetch_repository_details(OWNER, f"r{number}")).name
    except GitFleetError as error:
        return error


def _refuse_once(forge: Forge, *tokens: str, skip: int = 0) -> None:
    for token in tokens:
        forge.fail(
            status=401,
            body={"message": "Bad credentials"},
            skip=skip,
            when=lambda request, token=token: request.token == token,  # type: ignore[misc]
        )


# -- a 401 that passes


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_401_that_passes_costs_a_check_and_no_call(engine: str, provider: str) -> None:
    async def main() -> list[object]:
        async with client_of(provider, engine, forge, forge.token) as client:
            return [await _details(client, number) for number in range(6)]

    with _forge() as forge:
        _refuse_once(forge, forge.token, skip=1)
        assert run(main()) == [f"r{number}" for number in range(6)]
        paths = [request.path for request in forge.requests]
    assert len(paths) == 8  # the refused call is repeated after the check
    assert paths.count(CHECKS[provider]) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_401_that_passes_makes_no_token_invalid_that_is_validated(engine: str, provider: str) -> None:
    async def main() -> bool:
        async with client_of(provider, engine, forge, forge.token) as client:
            return await client.validate_credentials()

    with _forge() as forge:
        _refuse_once(forge, forge.token)
        assert run(main())
        assert {request.path for request in forge.requests} == {CHECKS[provider]}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_401_that_passes_hides_no_private_repository_of_the_own_user(engine: str, provider: str) -> None:
    async def main() -> list[str]:
        manager = pool_of_two(provider, "t1", "t2")
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            return [repo.name for repo in await client.fetch_repositories("ann")]

    fleet = Fleet()
    fleet.add_user("ann")
    fleet.add_user("bob")
    fleet.add_repository("ann", "diary", private=True)
    with Forge(fleet) as forge:
        forge.add_token("t1", login="ann")
        forge.add_token("t2", login="bob")
        user = "/user" if provider == "github" else "/api/v4/user"
        forge.fail(user, status=401, body={"message": "Bad credentials"}, when=lambda request: request.token == "t1")
        assert run(main()) == ["diary"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_pool_whose_tokens_all_meet_a_401_that_passes_goes_on(engine: str, provider: str) -> None:
    async def main() -> list[object]:
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            return [await _details(client, number) for number in range(4)]

    with _forge() as forge:
        forge.add_token("other")
        manager = pool_of_two(provider, forge.token, "other")
        _refuse_once(forge, forge.token, "other")
        assert run(main()) == [f"r{number}" for number in range(4)]
    assert manager.count_available_tokens(provider) >= 1


def test_many_calls_share_one_check(engine: str) -> None:
    async def main() -> list[object]:
        async with client_of("github", engine, forge, forge.token, max_concurrency=8) as client:
            return await asyncio.gather(*(_details(client, number) for number in range(8)))

    with _forge() as forge:
        # All that are in flight meet it: the server forgets the token for a moment.
        forge.fail("/repos/*", status=401, body={"message": "Bad credentials"}, times=8)
        assert run(main()) == [f"r{number}" for number in range(8)]
        assert Counter(request.path for request in forge.requests)["/rate_limit"] <= 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_request_that_is_refused_with_any_token_leaves_the_token_valid(engine: str, provider: str) -> None:
    async def main() -> None:
        manager = TokenManager()
        async with client_of(provider, engine, forge, forge.token, token_manager=manager) as client:
            error = await _details(client)
            assert isinstance(error, AuthError)
            assert await _details(client, 1) == "r1"
        assert [info.is_valid for info in manager.get_all_tokens(provider)] == [True]

    with _forge() as forge:
        forge.fail(f"/repos/{OWNER}/r0", status=401, times=None)
        forge.fail(f"/projects/{OWNER}%2Fr0", status=401, times=None)
        run(main())
        assert len(forge.requests) == 4  # the call, the check, the call again; and the next call


def test_a_refused_token_is_checked_again_after_a_minute_and_less_often_each_time(engine: str) -> None:
    async def main() -> None:
        clock = ManualClock()
        manager = TokenManager(clock=clock.time)
        manager.add_token("refused", "github")
        manager.add_token("healthy", "github")
        async with client_of("github", engine, forge, token_manager=manager, clock=clock) as client:
            checks = []
            for _ in range(40):
                await _details(client)
                checks.append(sum(request.path == "/rate_limit" for request in forge.requests))
                clock.now += 15
            assert [checks.index(number) * 15 for number in (1, 2, 3)] == [60, 120, 240]
            forge.add_token("refused")
            clock.now += HOUR
            await _details(client)
            assert [info.is_valid for info in manager.get_all_tokens("github")] == [True, True]

    with _forge() as forge:
        forge.add_token("healthy")
        run(main())


def test_a_token_that_is_added_again_is_used_again(engine: str) -> None:
    async def main() -> None:
        manager = TokenManager()
        async with client_of("github", engine, forge, "late", token_manager=manager) as client:
            assert isinstance(await _details(client), AuthError)
            forge.add_token("late")
            assert isinstance(await _details(client), AuthError)  # not checked again before a minute has passed
            manager.add_token("late", "github")
            assert await _details(client) == "r0"

    with _forge() as forge:
        run(main())


# -- budgets that cannot be true


@pytest.mark.parametrize("left", [0, 7])
def test_a_window_that_ends_in_a_distant_year_is_not_believed(make_client: MakeClient, left: int) -> None:
    def choose(_: RawRequest) -> bytes:
        headers = {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": "253402300799"}
        return http_response({"id": 1, "name": "r", "full_name": "o/r"}, headers=headers)

    async def main() -> None:
        clock = ManualClock()
        async with make_client(server.url, "t0", max_rate_limit_wait=90, clock=clock) as client:
            for _ in range(3):
                await client.fetch_repository_details("o", "r")
        assert sum(clock.sleeps) <= 120

    with RawServer(route(choose)) as server:
        run(main())
        assert len(server.requests) == 3


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "999999999999"}, {"X-RateLimit-Reset": "4102444800", "RateLimit-Reset": "4102444800"}],
    ids=["wait", "window"],
)
def test_a_refusal_until_a_distant_year_pauses_for_a_minute(
    engine: str, provider: str, headers: dict[str, str]
) -> None:
    async def main() -> None:
        clock = ManualClock()
        settings = {"token_manager": TokenManager(clock=clock.time), "clock": clock, "max_rate_limit_wait": 90}
        async with client_of(provider, engine, forge, forge.token, **settings) as client:
            assert await _details(client) == "r0"
        assert 59 <= sum(clock.sleeps) <= 61

    with _forge() as forge:
        forge.fail(status=429, headers=headers, body={"message": "API rate limit exceeded"})
        run(main())


# -- refusals of the requester

REASONS = [
    ("suspended", "account_suspended"),
    ("sso", "sso_required"),
    ("lifetime", "token_lifetime"),
    ("ip", "ip_not_allowed"),
    ("scope", "missing_scope"),
    ("forbidden", None),
]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", [kind for kind, _ in REASONS])
def test_a_refused_token_gives_way_and_is_not_chosen_again(engine: str, provider: str, kind: Any) -> None:
    async def main() -> list[object]:
        manager = pool_of_two(provider, "refused", forge.token)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            return [await _details(client, number) for number in range(20)]

    with _forge() as forge:
        forge.add_token("refused")
        fault = forge.refuse("refused", kind, owner=None if kind == "suspended" else OWNER)
        assert run(main()) == [f"r{number}" for number in range(20)]
        assert fault.hits == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("kind", "reason"), REASONS, ids=[kind for kind, _ in REASONS])
def test_the_error_of_a_call_that_all_tokens_are_refused_lists_each_with_its_reason(
    engine: str, provider: str, kind: Any, reason: str | None
) -> None:
    async def main() -> GitFleetError:
        manager = TokenManager()
        manager.add_token("first", provider, username="ann")
        manager.add_token("second", provider)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            with pytest.raises(PermissionDeniedError) as caught:
                await client.fetch_repository_details(OWNER, "r0")
        return caught.value

    if provider == "gitlab" and kind == "lifetime":
        reason = None  # GitLab has no such policy
    with _forge() as forge:
        for token, refusal in (("first", kind), ("second", "forbidden")):
            forge.add_token(token)
            forge.refuse(token, refusal)
        error = run(main())
    assert isinstance(error, PermissionDeniedError)
    assert f"ann: 403 {reason}" in str(error) if reason else "ann: 403" in str(error)
    assert f"{provider} token 2: 403" in str(error)
    assert "first" not in str(error)


def test_the_error_of_an_organization_with_single_sign_on_has_the_url_to_authorize_the_token(engine: str) -> None:
    async def main() -> GitFleetError:
        async with client_of("github", engine, forge, forge.token) as client:
            error = await _details(client)
        assert isinstance(error, PermissionDeniedError)
        return error

    with _forge() as forge:
        forge.refuse(forge.token, "sso", owner=OWNER)
        error = run(main())
        assert len(forge.requests) == 1
    assert f"https://github.com/orgs/{OWNER}/sso?authorization_request=" in str(error)


def test_a_token_that_one_organization_refuses_is_used_for_others(engine: str) -> None:
    async def main() -> None:
        async with client_of("github", engine, forge, token_manager=pool_of_two("github", "sso", "other")) as client:
            await _details(client)
            forge.limit("other", remaining=0, reset_in=HOUR)
            await client.fetch_repository_details("elsewhere", "tool")

    with _forge() as forge:
        forge.fleet.add_repository(forge.fleet.add_organization("elsewhere").login, "tool")
        for token in ("sso", "other"):
            forge.add_token(token)
        forge.refuse("sso", "sso", owner=OWNER)
        run(main())
        assert forge.requests[-1].token == "sso"


def test_a_blocked_repository_is_not_requested_with_every_token(engine: str) -> None:
    async def main() -> None:
        async with client_of("github", engine, forge, token_manager=pool_of_two("github", "one", "two")) as client:
            error = await _details(client)
        assert isinstance(error, PermissionDeniedError)
        assert error.reason == "object_blocked"

    with _forge() as forge:
        for token in ("one", "two"):
            forge.add_token(token)
        forge.fleet.block(f"{OWNER}/r0", reason="tos")
        run(main())
        assert len(forge.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_token_that_is_refused_for_every_request_is_never_the_favourite(engine: str, provider: str) -> None:
    async def main() -> list[object]:
        manager = pool_of_two(provider, "broken", "sound")
        async with client_of(provider, engine, forge, token_manager=manager, max_concurrency=16) as client:
            return [await _details(client, number % 20) for number in range(1200)]

    with _forge() as forge:
        forge.add_token("broken", limit=100_000)
        forge.add_token("sound", limit=5_000)
        fault = forge.refuse("broken", "forbidden")
        outcomes = run(main())
        assert outcomes == [f"r{number % 20}" for number in range(1200)]
        assert fault.hits <= 16


def test_a_token_that_is_refused_by_every_owner_is_never_the_favourite(engine: str) -> None:
    async def main() -> None:
        manager = pool_of_two("github", "broken", "sound")
        async with client_of("github", engine, forge, token_manager=manager) as client:
            for number in range(40):
                await client.fetch_repository_details(f"owner-{number}", "tool")

    with Forge(one_repository()) as forge:
        for number in range(40):
            forge.fleet.add_repository(forge.fleet.add_organization(f"owner-{number}").login, "tool")
        for token in ("broken", "sound"):
            forge.add_token(token)
        fault = forge.refuse("broken", "forbidden")
        run(main())
        assert fault.hits == 3


# -- listings


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["suspended", "revoked"])
def test_an_awaited_listing_starts_again_and_a_streamed_one_fails(engine: str, provider: str, kind: str) -> None:
    def break_it() -> None:
        forge.revoke(MEMBER) if kind == "revoked" else forge.refuse(MEMBER)

    async def main(read: str) -> list[str]:
        manager = pool_of_two(provider, MEMBER, OUTSIDER)
        settings: dict[str, Any] = {"token_manager": manager, "on_event": events.append}
        async with client_of(provider, engine, forge, MEMBER, **settings) as client:
            listing = client.fetch_repositories(OWNER, kind="organization")
            found = await listing if read == "awaited" else [repo async for repo in listing]
            assert listing.principal == f"{provider} token 2"
        return [repo.name for repo in found]

    for read in ("awaited", "streamed"):
        events: list[object] = []
        with shared_forge() as forge:
            path = f"/orgs/{OWNER}/repos" if provider == "github" else f"/groups/{OWNER}/projects"
            # A revoked token is refused from the page on that is served next, a suspended one from the next request on.
            forge.on_page(path, 2 if kind == "revoked" else 1, break_it)
            if read == "awaited":
                assert sorted(run(main(read))) == sorted(PUBLIC)
                assert any(isinstance(event, TokenSwitched) for event in events)
            else:
                with pytest.raises((AuthError, PermissionDeniedError)):
                    run(main(read))


# -- writes


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["sso", "forbidden"])
def test_a_refused_request_is_sent_with_another_token_whatever_its_method(
    make_client: MakeClient, method: str, kind: Any
) -> None:
    async def main() -> None:
        async with make_client(forge.url, token_manager=pool_of_two("github", "refused", forge.token)) as client:
            await send(client, method)

    with Forge(one_repository()) as forge:
        forge.add_token("refused")
        forge.refuse("refused", kind)
        run(main())
        assert [request.token for request in forge.requests] == ["refused", forge.token]
        assert len(forge.writes) == (method not in ("GET", "HEAD"))


# -- one budget per principal


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("calls", [30, 31])
def test_two_tokens_of_one_user_share_a_budget(engine: str, provider: str, calls: int) -> None:
    async def main() -> list[object]:
        manager = TokenManager()
        for token, login in (("t1", "Ann"), ("t2", "ann")):
            manager.add_token(token, provider, username=login)
        async with client_of(provider, engine, forge, token_manager=manager) as client:
            return await asyncio.gather(*(_details(client) for _ in range(calls)))

    with _forge() as forge:
        forge.add_token("t1", limit=5000, remaining=30)
        forge.add_token("t2", shares="t1")
        outcomes = run(main())
        assert {request.status for request in forge.requests} == {200}
    assert Counter(map(type, outcomes)) == ({str: 30} if calls == 30 else {str: 30, RateLimitError: 1})


def test_tokens_that_the_server_names_as_one_user_share_a_budget_from_then_on(engine: str) -> None:
    async def main(look_up: Callable[[GitProviderClient], Any]) -> tuple[object, ...]:
        manager = pool_of_two("github", "t1", "t2")
        async with client_of("github", engine, forge, token_manager=manager) as client:
            await look_up(client)
            first, second = manager.get_all_tokens("github")
            assert (first.label, second.label) == ("github token 1", "github token 2")
            return first.principal, second.principal

    async def of_a_user(client: GitProviderClient) -> None:
        assert await client.fetch_repositories("nobody-of-these", kind=None).all() == []

    with _forge() as forge:
        forge.fleet.add_user("nobody-of-these")
        forge.fleet.add_user("ann")
        forge.add_token("t1", login="ann")
        forge.add_token("t2", login="ann", shares="t1")
        first, second = run(main(of_a_user))
    assert first is second


def test_a_budget_that_ends_before_the_next_call_is_an_error_with_its_end(engine: str) -> None:
    async def main() -> object:
        async with client_of("github", engine, forge, forge.token) as client:
            return await _details(client)

    with _forge() as forge:
        forge.limit(forge.token, remaining=0, reset_in=600)
        error = run(main())
    assert isinstance(error, RateLimitError)
    assert error.reset_time is not None
    assert error.reset_time.timestamp() == pytest.approx(time.time() + 600, abs=60)
