"""A 202 to a GET means that the provider is still computing the response: it is requested again, with a bound."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import Event, Failure, MemoryCache, ProviderError, RequestDone, Retry, Retrying, Timeout
from support.clients import MakeClient
from support.clocks import ManualClock
from support.raw_server import RawServer, always, http_response
from support.running import run

ROWS = [{"login": "a", "id": 1, "contributions": 3}]
READY = http_response(ROWS)
NO_JITTER = Retry(random=lambda: 0.0)
NO_DEADLINE = Timeout(connect=5, read=5, total=None)
NOT_READY = [b"", b"{}", b" {} \n", b"[]", b'{"message": "Accepted"}', b"not JSON"]


def _contributors(make_client: MakeClient, url: str, **settings: Any) -> Any:
    async def main() -> Any:
        async with make_client(url, **{"timeout": NO_DEADLINE, "retry": NO_JITTER, **settings}) as client:
            return await client.fetch_contributors("o", "r")

    return run(main())


def _details(make_client: MakeClient, url: str, **settings: Any) -> Any:
    async def main() -> Any:
        async with make_client(url, **{"timeout": NO_DEADLINE, "retry": NO_JITTER, **settings}) as client:
            return await client.fetch_repository_details("o", "r")

    return run(main())


@pytest.mark.parametrize("body", NOT_READY)
def test_a_listing_that_is_not_ready_is_asked_for_again(make_client: MakeClient, body: bytes) -> None:
    clock = ManualClock()
    with RawServer(always(http_response(body, status=202), http_response(body, status=202), READY)) as server:
        found = _contributors(make_client, server.url, clock=clock)
        assert len(server.requests) == 3
    assert [item.login for item in found] == ["a"]
    assert clock.sleeps == [1.0, 2.0]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"message": "Accepted"}', b"not JSON"])
def test_an_object_that_is_not_ready_is_asked_for_again(make_client: MakeClient, body: bytes) -> None:
    ready = http_response({"id": 1, "name": "r", "full_name": "o/r"})
    with RawServer(always(http_response(body, status=202), ready)) as server:
        assert _details(make_client, server.url, clock=ManualClock()).full_name == "o/r"
        assert len(server.requests) == 2


def _any(make_client: MakeClient, url: str) -> Any:
    async def main() -> Any:
        async with make_client(url, timeout=NO_DEADLINE, retry=NO_JITTER, clock=ManualClock()) as client:
            return await client.request("GET", "/repos/o/r/stats/participation")

    return run(main())


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_any_endpoint_that_is_not_ready_is_asked_again(make_client: MakeClient, body: bytes) -> None:
    with RawServer(always(http_response(body, status=202), http_response({"all": [1, 2]}))) as server:
        assert _any(make_client, server.url) == {"all": [1, 2]}
        assert len(server.requests) == 2


def test_a_202_with_content_is_a_response_for_any_endpoint(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"state": "queued"}, status=202))) as server:
        assert _any(make_client, server.url) == {"state": "queued"}


def test_a_202_to_a_write_is_a_response(make_client: MakeClient) -> None:
    async def main(url: str) -> Any:
        async with make_client(url, retry=NO_JITTER) as client:
            return await client.request("POST", "/repos/o/r/forks", json={})

    with RawServer(always(http_response({}, status=202))) as server:
        assert run(main(server.url)) == {}
        assert len(server.requests) == 1


@pytest.mark.parametrize("include_raw", [False, True])
def test_a_202_with_the_requested_data_is_a_response(make_client: MakeClient, include_raw: bool) -> None:
    with RawServer(always(http_response(ROWS, status=202))) as server:
        found = _contributors(make_client, server.url, include_raw=include_raw)
        assert len(server.requests) == 1
    assert [item.contributions for item in found] == [3]


def test_what_never_is_ready_ends_in_an_error(make_client: MakeClient) -> None:
    clock = ManualClock()
    with RawServer(always(http_response({}, status=202))) as server:
        with pytest.raises(ProviderError, match="still computing the response") as caught:
            _contributors(make_client, server.url, clock=clock)
        assert len(server.requests) == Retry().attempts == 5
        address = f"{server.url}/repos/o/r/contributors?per_page=100"
    error = caught.value
    assert type(error) is ProviderError
    assert (error.code, error.status, error.url) == ("not_ready", 202, address)
    assert clock.sleeps == [1.0, 2.0, 4.0, 8.0]


def test_the_wait_does_not_grow_beyond_eight_seconds(make_client: MakeClient) -> None:
    clock = ManualClock()
    with RawServer(always(*[http_response({}, status=202)] * 7, READY)) as server:
        _contributors(make_client, server.url, clock=clock, retry=Retry(attempts=9, random=lambda: 0.0))
    assert clock.sleeps == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]


def test_a_wait_that_the_server_names_is_kept(make_client: MakeClient) -> None:
    clock = ManualClock()
    with RawServer(always(http_response({}, status=202, headers={"Retry-After": "17"}), READY)) as server:
        _contributors(make_client, server.url, clock=clock)
    assert clock.sleeps == [17.0]


def test_a_wait_longer_than_the_policy_allows_is_an_error_at_once(make_client: MakeClient) -> None:
    clock = ManualClock()
    late = http_response({}, status=202, headers={"Retry-After": "31"})
    with RawServer(always(late, READY)) as server, pytest.raises(ProviderError) as caught:
        _contributors(make_client, server.url, clock=clock)
    assert (caught.value.code, clock.sleeps) == ("not_ready", [])


def test_a_client_that_sends_everything_once_asks_once(make_client: MakeClient) -> None:
    with RawServer(always(http_response({}, status=202), READY)) as server:
        with pytest.raises(ProviderError) as caught:
            _contributors(make_client, server.url, retry=None)
        assert len(server.requests) == 1
    assert caught.value.code == "not_ready"


def test_an_own_policy_is_asked_about_what_is_not_ready(make_client: MakeClient) -> None:
    asked: list[Failure] = []

    def policy(failure: Failure) -> float:
        asked.append(failure)
        return 60.0

    clock = ManualClock()
    with RawServer(always(http_response({}, status=202), http_response({}, status=202), READY)) as server:
        _contributors(make_client, server.url, clock=clock, retry=policy)
    assert [(failure.error.code, failure.attempt, failure.retry_after) for failure in asked] == [
        ("not_ready", 1, 1.0),
        ("not_ready", 2, 2.0),
    ]
    assert clock.sleeps == [60.0, 60.0]


def test_events_report_that_a_response_was_not_ready(make_client: MakeClient) -> None:
    events: list[Event] = []
    with RawServer(always(http_response({}, status=202), READY)) as server:
        _contributors(make_client, server.url, clock=ManualClock(), on_event=events.append)
    done = [(event.status, event.code) for event in events if isinstance(event, RequestDone)]
    assert done == [(202, "not_ready"), (200, None)]
    assert [event.code for event in events if isinstance(event, Retrying)] == ["not_ready"]


def test_what_is_not_ready_is_not_kept(make_client: MakeClient) -> None:
    tagged = http_response({}, status=202, headers={"ETag": '"a"'})

    async def main(url: str) -> list[Any]:
        async with make_client(url, clock=ManualClock(), retry=NO_JITTER, cache=MemoryCache()) as client:
            return [await client.fetch_contributors("o", "r") for _ in range(2)]

    with RawServer(always(tagged, READY)) as server:
        first, second = run(main(server.url))
        assert not any("if-none-match" in request.headers for request in server.requests)
    assert first == second != []


def test_a_wait_beyond_the_deadline_is_an_error_at_once(make_client: MakeClient) -> None:
    late = http_response({}, status=202, headers={"Retry-After": "100"})
    clock, settings = ManualClock(), {"retry": Retry(longest=1000.0), "timeout": Timeout(connect=5, read=5, total=60)}
    with RawServer(always(late, READY)) as server, pytest.raises(ProviderError) as caught:
        _contributors(make_client, server.url, clock=clock, **settings)
    assert (caught.value.code, clock.sleeps) == ("not_ready", [])
