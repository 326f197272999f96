"""Events: each one reaches on_event and the logger, in order and with its values."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from gitfleet_api import (
    CacheHit,
    ConfigurationError,
    Event,
    GitHubClient,
    MemoryCache,
    RequestDone,
    Retry,
    Retrying,
    TokenManager,
    TokenSwitched,
    Waiting,
)
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.running import run
from support.sending import NAME, OWNER, REPOSITORY, one_repository, pool


async def _details(client: GitHubClient, times: int = 1) -> None:
    async with client:
        for _ in range(times):
            await client.fetch_repository_details(OWNER, NAME)


def test_a_successful_call_emits_one_event_with_its_values(make_client: MakeClient) -> None:
    events: list[Event] = []
    with Forge(one_repository()) as forge:
        forge.delay = 0.05
        run(_details(make_client(forge.url, forge.token, on_event=events.append)))
        url = forge.url + REPOSITORY
    (event,) = events
    assert isinstance(event, RequestDone)
    assert (event.method, event.url, event.status, event.code) == ("GET", url, 200, None)
    assert (event.token, event.remaining) == ("github token 1", 4999)
    assert 0.04 <= event.seconds < 5


def test_a_call_without_a_token_has_no_label(make_client: MakeClient) -> None:
    events: list[Event] = []
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url, on_event=events.append)))
    (event,) = events
    assert isinstance(event, RequestDone)
    assert (event.token, event.remaining) == (None, 59)


def test_the_events_of_a_call_are_emitted_in_order(make_client: MakeClient) -> None:
    events: list[Event] = []
    clock = ManualClock()
    manager = TokenManager(clock=clock.time)
    manager.add_token("bad", "github")
    manager.add_token("good", "github", username="ann")
    with Forge(one_repository()) as forge:
        forge.add_token("good")
        forge.fail(status=401)
        forge.fail(status=502)
        forge.drop()
        forge.secondary_limit(retry_after=20)
        client = make_client(
            forge.url,
            token_manager=manager,
            cache=MemoryCache(),
            retry=Retry(random=lambda: 1.0),
            max_rate_limit_wait=60,
            timeout=PATIENT,
            clock=clock,
            on_event=events.append,
        )
        run(_details(client, 2))
    logged = [
        (event.status, event.code, event.token) if isinstance(event, RequestDone) else type(event) for event in events
    ]
    assert logged == [
        (401, "unauthorized", "github token 1"),
        TokenSwitched,
        (502, "server_error", "ann"),
        Retrying,
        (None, "connection_lost", "ann"),
        Retrying,
        (403, "secondary_rate_limited", "ann"),
        Waiting,
        (200, None, "ann"),
        CacheHit,
        (304, None, "ann"),
    ]
    (switch,) = [event for event in events if isinstance(event, TokenSwitched)]
    assert (switch.old, switch.new, switch.code) == ("github token 1", "ann", "unauthorized")


def test_an_exception_of_the_callback_is_logged_and_the_call_succeeds(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(event: Event) -> None:
        seen.append(event)
        raise LookupError("a bug of the listener")

    seen: list[Event] = []
    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        settings: dict[str, Any] = {"retry": Retry(), "clock": ManualClock(), "timeout": PATIENT}
        run(_details(make_client(forge.url, forge.token, on_event=listener, **settings)))
        assert [request.status for request in forge.requests] == [502, 200]
    assert [type(event) for event in seen] == [RequestDone, Retrying, RequestDone]
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in failures] == ["gitfleet"] * 3
    assert "a bug of the listener" in caplog.text


def test_the_logger_receives_the_same_events(make_client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    events: list[Event] = []
    caplog.set_level(logging.DEBUG, "gitfleet")
    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        settings: dict[str, Any] = {"retry": Retry(), "clock": ManualClock(), "timeout": PATIENT}
        run(_details(make_client(forge.url, forge.token, on_event=events.append, **settings)))
    records = [record for record in caplog.records if record.name == "gitfleet"]
    assert [record.getMessage() for record in records] == [str(event) for event in events]
    assert [record.levelno for record in records] == [logging.DEBUG, logging.WARNING, logging.DEBUG]


def test_successful_requests_are_logged_at_debug_only(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gitfleet")
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url, forge.token)))
    assert [record for record in caplog.records if record.name == "gitfleet"] == []


@pytest.mark.parametrize("listener", ["print", 5, [print]])
def test_a_callback_that_is_not_callable_is_rejected(make_client: MakeClient, listener: object) -> None:
    with pytest.raises(ConfigurationError, match="on_event"):
        make_client("https://example.org", on_event=listener)


def test_a_switch_is_reported_when_a_budget_is_exhausted(make_client: MakeClient) -> None:
    events: list[Event] = []
    with Forge(one_repository()) as forge:
        for name in ("a", "b"):
            forge.add_token(name)
        forge.limit("a", remaining=0, reset_in=600)
        run(_details(make_client(forge.url, token_manager=pool("a", "b"), on_event=events.append)))
    (switch,) = [event for event in events if isinstance(event, TokenSwitched)]
    assert (switch.old, switch.new, switch.code) == ("github token 1", "github token 2", "rate_limited")


def test_each_concurrent_call_emits_its_events(make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            await asyncio.gather(*(client.fetch_repository_details(OWNER, NAME) for _ in range(30)))

    events: list[Event] = []
    with Forge(one_repository()) as forge:
        run(main(make_client(forge.url, forge.token, on_event=events.append)))
    assert sorted(event.remaining or 0 for event in events if isinstance(event, RequestDone)) == list(range(4970, 5000))
