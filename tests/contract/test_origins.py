"""A token goes to the server it was given for, and to no other."""

from __future__ import annotations

import time

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitFleetError,
    GitHubClient,
    Listing,
    ProviderError,
    RepoInfo,
    Retry,
    TokenManager,
)
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.raw_server import RawServer, always, http_response
from support.recording import RecordingBackend
from support.running import run
from support.sending import METHODS, NAME, OWNER, READS, many_repositories, one_repository, send

LISTING = f"/orgs/{OWNER}/repos"


async def _error(client: GitHubClient, method: str = "GET") -> GitFleetError:
    async with client:
        with pytest.raises(GitFleetError) as caught:
            await send(client, method)
    return caught.value


def test_tokens_of_two_servers_in_one_pool_do_not_mix(make_client: MakeClient) -> None:
    async def main() -> None:
        manager = TokenManager()
        async with (
            make_client(first.url, "first", token_manager=manager) as one,
            make_client(second.url, "second", token_manager=manager) as two,
        ):
            for _ in range(5):
                for client in (one, two):
                    await client.fetch_repository_details(OWNER, NAME)

    with Forge(one_repository()) as first, Forge(one_repository()) as second:
        first.add_token("first")
        second.add_token("second")
        run(main())
        assert {request.token for request in first.requests} == {"first"}
        assert {request.token for request in second.requests} == {"second"}
        assert len(first.requests) == len(second.requests) == 5


def test_a_client_without_a_token_borrows_none_of_another_server(make_client: MakeClient) -> None:
    async def main() -> None:
        manager = TokenManager()
        async with (
            make_client(first.url, "first", token_manager=manager) as one,
            make_client(second.url, token_manager=manager) as two,
        ):
            await one.fetch_repository_details(OWNER, NAME)
            await two.fetch_repository_details(OWNER, NAME)
            assert not await two.validate_credentials()

    with Forge(one_repository()) as first, Forge(one_repository()) as second:
        first.add_token("first")
        run(main())
        assert [request.token for request in second.requests] == [None]


def test_a_refused_token_is_not_replaced_by_one_of_another_server(make_client: MakeClient) -> None:
    async def main() -> None:
        manager = TokenManager()
        async with make_client(first.url, "first", token_manager=manager):
            error = await _error(make_client(second.url, "wrong", token_manager=manager))
        assert type(error) is AuthError

    with Forge(one_repository()) as first, Forge(one_repository()) as second:
        first.add_token("first")
        run(main())
        assert {request.token for request in second.requests} == {"wrong"}
        assert [request.path for request in second.requests][1:] == ["/rate_limit"]  # the check of the refused token


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("late", [False, True], ids=["at first", "added later"])
def test_no_token_goes_over_plain_http_to_another_machine(
    make_client: MakeClient, engine: str, method: str, late: bool
) -> None:
    async def main() -> None:
        manager = TokenManager()
        if late:
            client = make_client("http://forge.example", token_manager=manager, backend=backend)
            manager.add_token("t", "github")
            error = await _error(client, method)
        else:
            with pytest.raises(ConfigurationError) as caught:
                make_client("http://forge.example", "t", token_manager=manager, backend=backend)
            error = caught.value
        assert type(error) is ConfigurationError
        assert "plain http" in str(error)
        await backend.aclose()

    backend = RecordingBackend(engine)
    run(main())
    assert backend.exchanges == []


ANSWERS = {
    "a retry": http_response(status=502),
    "a limit": http_response(status=429, headers={"Retry-After": "5"}),
    "a spent budget": http_response(
        status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time() + 90))}
    ),
}


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS.keys())
def test_no_token_added_while_a_call_waits_goes_over_plain_http(make_client: MakeClient, reply: bytes) -> None:
    """A call that began without a token must not go on with one that it may not send."""

    async def main() -> GitFleetError:
        clock = ManualClock()
        manager = TokenManager(clock=clock.time)
        clock.on_sleep = lambda _: manager.add_token("t", "github")
        return await _error(
            make_client(
                "http://forge.invalid",
                token_manager=manager,
                proxy=proxy.url,  # which answers for the forge
                clock=clock,
                retry=Retry(attempts=3),
                max_rate_limit_wait=600,
                timeout=PATIENT,
            )
        )

    with RawServer(always(reply)) as proxy:
        error = run(main())
        assert [request.headers.get("authorization") for request in proxy.requests] == [None]
    assert type(error) is ConfigurationError


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_elsewhere_takes_no_token_along(
    make_client: MakeClient, method: str, status: int, host: str
) -> None:
    with RawServer(always(http_response({}))) as other, Forge(one_repository()) as forge:
        place = f"http://{host}:{other.port}/repos/{OWNER}/{NAME}"
        forge.fail(status=status, headers={"Location": place})
        error = run(_error(make_client(forge.url, forge.token, timeout=PATIENT), method))
        assert type(error) is ProviderError
        assert error.code == ("foreign_link" if method in READS and status != 303 else "redirected")
        assert len(forge.requests) == 1
        assert other.connections == 0


@pytest.mark.parametrize("rels", [("next",), ("last",), ("next", "last")])
@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("streamed", [False, True], ids=["awaited", "streamed"])
def test_a_link_elsewhere_takes_no_token_along(
    make_client: MakeClient, rels: tuple[str, ...], page: int, streamed: bool
) -> None:
    async def read(listing: Listing[RepoInfo]) -> list[RepoInfo]:
        return [item async for item in listing] if streamed else await listing

    async def main(client: GitHubClient) -> GitFleetError:
        async with client:
            with pytest.raises(GitFleetError) as caught:
                await read(client.fetch_repositories(OWNER, kind="organization"))
            return caught.value

    with RawServer(always(http_response([]))) as other, Forge(many_repositories(450)) as forge:
        forge.relink(
            LISTING, origin=other.url, rels=rels, when=lambda request: int(request.query.get("page", "1")) >= page
        )
        error = run(main(make_client(forge.url, forge.token, timeout=PATIENT)))
        assert other.connections == 0
    assert type(error) is ProviderError
    assert error.code == "foreign_link"
    assert other.url in str(error)


def test_a_renamed_repository_that_leads_elsewhere_takes_no_token_along(make_client: MakeClient) -> None:
    with RawServer(always(http_response({}))) as other, Forge(one_repository()) as forge:
        forge.fleet.rename(f"{OWNER}/{NAME}", f"{OWNER}/renamed")
        forge.relink(origin=other.url)
        error = run(_error(make_client(forge.url, forge.token, timeout=PATIENT)))
        assert error.code == "foreign_link"
        assert other.connections == 0
