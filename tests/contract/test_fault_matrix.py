"""The fault matrix (support/fault_table.py), on a forge: every fault, every method."""

from __future__ import annotations

import socket

import pytest

from gitfleet_api import Event, GitFleetError, GitHubClient, RequestDone, Retry, Timeout
from gitfleet_testing import Forge
from gitfleet_testing.http.log import LoggedRequest
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.fault_rows import ATTEMPTS, LONGEST_WAIT, LOST, PATIENCE, Outcome, Row
from support.fault_table import ROWS
from support.running import run
from support.sending import METHODS, READS, WRITES, one_repository, pool, send

NOTHING_DONE = (307, 308, 401, 403, 429)
"""Statuses that say that the server has not acted."""


def _retry() -> Retry:
    return Retry(attempts=ATTEMPTS, base=0.5, longest=30.0, random=lambda: 1.0)


async def _outcome(client: GitHubClient, method: str, *, decode: bool = False) -> Outcome:
    async with client:
        try:
            await send(client, method, decode=decode)
        except GitFleetError as error:
            return type(error), error.code
    return None


def _check_once(requests: list[LoggedRequest], writes: int, method: str) -> None:
    """No write is sent again after one that the server may have acted on."""
    if method in WRITES:
        assert all(request.status in NOTHING_DONE for request in requests[:-1])
        assert writes <= 1


def test_the_matrix_is_as_large_as_it_should_be() -> None:
    assert len(ROWS) >= 60
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_call_that_meets_a_fault(make_client: MakeClient, row: Row) -> None:
    with Forge(one_repository()) as forge:
        clock = ManualClock(on_sleep=lambda _: forge.reset_limits())
        tokens = [forge.token, *(f"token-{number}" for number in range(1, row.tokens))]
        for token in tokens[1:]:
            forge.add_token(token)
        row.arm(forge)
        client = make_client(
            forge.url,
            token_manager=pool(*tokens, clock=clock),
            retry=_retry(),
            max_rate_limit_wait=LONGEST_WAIT,
            timeout=Timeout(connect=5, read=PATIENCE, total=20) if row.impatient else PATIENT,
            clock=clock,
        )
        outcome = run(_outcome(client, row.method, decode=row.decode))
        # A refused token is checked before it counts as invalid, which costs no call.
        requests = [request for request in forge.requests if request.path != "/rate_limit"]
        writes = forge.writes
    assert outcome == row.end.outcome
    assert len(requests) == row.end.sent
    assert {request.method for request in requests} == {row.method}
    assert len(writes) == row.acted
    _check_once(requests, len(writes), row.method)
    if row.end.waits is not None:
        assert clock.sleeps == pytest.approx(row.end.waits, abs=1.2)


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("method", METHODS)
def test_a_refused_connection_is_tried_again_whatever_the_method(
    make_client: MakeClient, method: str, free_port: int
) -> None:
    forge = Forge(one_repository(), port=free_port)
    clock = ManualClock(on_sleep=lambda _: forge.__enter__())
    client = make_client(f"http://127.0.0.1:{free_port}", forge.token, retry=_retry(), timeout=PATIENT, clock=clock)
    try:
        assert run(_outcome(client, method)) is None
        assert [request.method for request in forge.requests] == [method]
        assert len(forge.writes) == int(method in WRITES)
    finally:
        forge.__exit__(None, None, None)
    assert clock.sleeps == [0.5]


@pytest.mark.parametrize("method", METHODS)
def test_connections_that_are_always_refused_end_in_an_error(
    make_client: MakeClient, method: str, free_port: int
) -> None:
    events: list[Event] = []
    clock = ManualClock()
    client = make_client(
        f"http://127.0.0.1:{free_port}", "t", retry=_retry(), timeout=PATIENT, clock=clock, on_event=events.append
    )
    outcome = run(_outcome(client, method))
    assert outcome is not None
    assert outcome[1] == "connection_failed"
    assert sum(isinstance(event, RequestDone) for event in events) == ATTEMPTS
    assert clock.sleeps == [0.5, 1.0]


@pytest.mark.parametrize("fault", ["drop", "reset"])
@pytest.mark.parametrize("method", METHODS)
def test_a_connection_that_was_kept_and_breaks_is_a_fault_like_others(
    make_client: MakeClient, method: str, fault: str
) -> None:
    async def main(forge: Forge) -> Outcome:
        client = make_client(forge.url, forge.token, retry=_retry(), timeout=PATIENT, clock=ManualClock())
        await send(client, "GET")
        getattr(forge, fault)(after=method in WRITES)
        return await _outcome(client, method)

    for _ in range(20):  # an engine may take a moment to put a connection back
        with Forge(one_repository()) as forge:
            outcome = run(main(forge))
            first, *requests = forge.requests
            writes = len(forge.writes)
        if first.client_port == requests[0].client_port:
            break
    else:
        pytest.fail("no connection was ever kept")
    assert outcome == (None if method in READS else LOST)
    assert len(requests) == (2 if method in READS else 1)
    assert writes == int(method in WRITES)
    _check_once(requests, writes, method)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
@pytest.mark.parametrize("method", METHODS)
def test_without_retries_and_waits_everything_is_sent_once(make_client: MakeClient, method: str, status: int) -> None:
    with Forge(one_repository()) as forge:
        forge.fail(status=status)
        outcome = run(_outcome(make_client(forge.url, forge.token, timeout=PATIENT), method))
        assert len(forge.requests) == 1
    assert outcome is not None
    assert outcome[1] == ("rate_limited" if status == 429 else "server_error")
