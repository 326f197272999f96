"""Retries: decided by a policy, limited by the deadline of the call, reported as events."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    ConnectionFailedError,
    Event,
    Failure,
    GitFleetError,
    GitHubClient,
    NetworkError,
    ProtocolError,
    RequestTimeoutError,
    Response,
    Retry,
    Retrying,
    ServerError,
    Timeout,
)
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.running import run
from support.sending import METHODS, REPOSITORY, one_repository, send

NO_DEADLINE = Timeout(connect=5, read=5, total=None)


async def _send(client: GitHubClient, method: str = "GET") -> Response | GitFleetError:
    async with client:
        try:
            return await send(client, method)
        except GitFleetError as error:
            return error


def test_a_custom_policy_receives_each_failure(make_client: MakeClient) -> None:
    def policy(failure: Failure) -> float | None:
        failures.append(failure)
        return len(failures) * 10.0

    failures: list[Failure] = []
    clock = ManualClock()
    with Forge(one_repository()) as forge:
        forge.fail(status=503, headers={"Retry-After": "7"})
        forge.drop()
        forge.fail(status=418, body={"message": "short and stout"})
        result = run(_send(make_client(forge.url, forge.token, timeout=NO_DEADLINE, retry=policy, clock=clock)))
        assert [request.status for request in forge.requests] == [503, None, 418, 200]
    assert isinstance(result, Response)
    assert clock.sleeps == [10.0, 20.0, 30.0]
    assert [failure.attempt for failure in failures] == [1, 2, 3]
    assert {(failure.method, failure.url) for failure in failures} == {("GET", forge.url + REPOSITORY)}
    assert [failure.retry_after for failure in failures] == [7.0, None, None]
    assert [type(failure.error) for failure in failures][:2] == [ServerError, ProtocolError]
    assert [failure.error.code for failure in failures] == ["server_error", "connection_lost", "http_error"]


@pytest.mark.parametrize("method", METHODS)
def test_a_custom_policy_can_stop_or_retry_every_method(make_client: MakeClient, method: str) -> None:
    """A user who knows that a write is idempotent can retry it."""
    may_have_acted: list[bool] = []

    def policy(failure: Failure) -> float | None:
        may_have_acted.append(failure.may_have_acted)
        return 1.0 if failure.attempt < 3 else None

    with Forge(one_repository()) as forge:
        forge.fail(status=502, times=None)
        client = make_client(forge.url, forge.token, timeout=PATIENT, retry=policy, clock=ManualClock())
        result = run(_send(client, method))
        assert len(forge.requests) == 3
    assert type(result) is ServerError
    assert may_have_acted == [method not in ("GET", "HEAD")] * 3


def test_the_policy_is_not_called_for_rate_limits_and_rejected_tokens(make_client: MakeClient) -> None:
    failures: list[Failure] = []
    with Forge(one_repository()) as forge:
        forge.secondary_limit(retry_after=7)
        forge.fail(status=401, times=None)
        settings: dict[str, Any] = {"retry": failures.append, "max_rate_limit_wait": 60, "clock": ManualClock()}
        result = run(_send(make_client(forge.url, forge.token, timeout=PATIENT, **settings)))
    assert isinstance(result, GitFleetError)
    assert result.code == "unauthorized"
    assert failures == []


def test_every_retry_emits_an_event(make_client: MakeClient) -> None:
    events: list[Event] = []
    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        forge.reset()
        policy = Retry(base=2.0, random=lambda: 1.0)
        settings: dict[str, Any] = {"retry": policy, "clock": ManualClock(), "on_event": events.append}
        run(_send(make_client(forge.url, forge.token, timeout=PATIENT, **settings)))
        url = forge.url + REPOSITORY
    assert [event for event in events if isinstance(event, Retrying)] == [
        Retrying("GET", url, 2, 2.0, "server_error"),
        Retrying("GET", url, 3, 4.0, "connection_lost"),
    ]


def test_no_wait_is_started_that_ends_after_the_deadline(make_client: MakeClient) -> None:
    """The real error is more useful than a later timeout."""
    clock = ManualClock()
    with Forge(one_repository()) as forge:
        forge.fail(status=502, times=None)
        timeout = Timeout(connect=5, read=5, total=10)
        policy = Retry(attempts=50, base=1.0, longest=30, random=lambda: 1.0)
        began = time.monotonic()
        result = run(_send(make_client(forge.url, forge.token, timeout=timeout, retry=policy, clock=clock)))
        assert time.monotonic() - began < 8
    assert type(result) is ServerError
    assert clock.sleeps == [1.0, 2.0, 4.0, 8.0]  # 16 s would end after the call


def test_the_deadline_limits_all_attempts_together(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        forge.stall(seconds=None, times=None)
        timeout = Timeout(connect=5, read=0.3, total=1.0)
        policy = Retry(attempts=50, base=0.01)
        began = time.monotonic()
        result = run(_send(make_client(forge.url, forge.token, timeout=timeout, retry=policy)))
        took = time.monotonic() - began
        assert 2 <= len(forge.requests) <= 5
    assert isinstance(result, RequestTimeoutError)
    assert took < 3


def test_a_wait_for_a_rate_limit_does_not_count_against_the_deadline(make_client: MakeClient) -> None:
    """``max_rate_limit_wait`` limits this wait. In real time, because deadlines use the loop's clock."""
    with Forge(one_repository()) as forge:
        forge.secondary_limit(retry_after=1)
        timeout = Timeout(connect=5, read=5, total=0.8)
        began = time.monotonic()
        result = run(_send(make_client(forge.url, forge.token, timeout=timeout, max_rate_limit_wait=10)))
        took = time.monotonic() - began
    assert isinstance(result, Response)
    assert 1.0 <= took < 5


def test_a_cancelled_wait_ends_the_call(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            task = asyncio.ensure_future(send(client, "GET"))
            while not forge.requests:  # noqa: ASYNC110  the forge sets no event
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await send(client, "GET")  # the slot is free again

    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        policy = Retry(base=60.0, longest=60.0, random=lambda: 1.0)
        run(main(make_client(forge.url, forge.token, timeout=NO_DEADLINE, retry=policy, max_concurrency=1)))
        assert [request.status for request in forge.requests] == [502, 200]


def test_a_waiting_call_occupies_no_slot(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            waiting = asyncio.ensure_future(send(client, "GET"))
            while not forge.requests:  # noqa: ASYNC110  the forge sets no event
                await asyncio.sleep(0.01)
            await send(client, "GET")
            assert not waiting.done()
            waiting.cancel()
            await asyncio.wait([waiting])

    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        policy = Retry(base=60.0, longest=60.0, random=lambda: 1.0)
        run(main(make_client(forge.url, forge.token, timeout=NO_DEADLINE, retry=policy, max_concurrency=1)), within=20)


def test_the_default_policy_retries(engine: str) -> None:
    """The default of clients: five attempts, with jitter."""
    with Forge(one_repository()) as forge:
        forge.fail(status=502, times=None)
        clock = ManualClock()
        client = GitHubClient(forge.token, forge.url, backend=engine, clock=clock)  # type: ignore[arg-type]
        result = run(_send(client))
        assert type(result) is ServerError
        assert len(forge.requests) == 5
    assert len(clock.sleeps) == 4
    assert all(0 <= wait <= bound for wait, bound in zip(clock.sleeps, (0.5, 1.0, 2.0, 4.0), strict=True))
    assert len(set(clock.sleeps)) == 4


@pytest.mark.parametrize("retry", [5, "yes", True, {"attempts": 3}])
def test_an_invalid_policy_is_rejected(make_client: MakeClient, retry: object) -> None:
    with pytest.raises(ConfigurationError, match="retry"):
        make_client("https://example.org", retry=retry)


def test_the_last_error_is_raised(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        forge.fail(status=503)
        forge.drop()
        client = make_client(forge.url, forge.token, timeout=PATIENT, retry=Retry(attempts=3), clock=ManualClock())
        result = run(_send(client))
    assert isinstance(result, NetworkError)
    assert not isinstance(result, ConnectionFailedError)
    assert result.code == "connection_lost"
