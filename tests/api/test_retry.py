"""The default retry policy: which failures are retried, and after which time."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    DecodeError,
    Failure,
    GitFleetError,
    InternalError,
    InvalidRequestError,
    ProviderType,
    Retry,
    ServerError,
)
from gitfleet_api.backend import error_for_code
from gitfleet_api.retry import never_retry

URL = "https://api.example/x"
READS = ("GET", "HEAD")
WRITES = ("POST", "PATCH", "PUT", "DELETE")


def _network(code: str, method: str = "GET") -> GitFleetError:
    return error_for_code(code, "broken", method=method, url=URL)


def _server(status: int) -> GitFleetError:
    return ServerError("failed", ProviderType.GITHUB, status=status)


def _failure(error: GitFleetError, *, method: str = "GET", attempt: int = 1, after: float | None = None) -> Failure:
    return Failure(method, URL, attempt, error, after)


LARGEST = Retry(random=lambda: 1.0)


def test_waits_double_up_to_the_longest() -> None:
    policy = Retry(attempts=12, base=0.5, longest=30, random=lambda: 1.0)
    waits = [policy(_failure(_server(502), attempt=attempt)) for attempt in range(1, 13)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30, None]


def test_jitter_is_between_zero_and_the_bound() -> None:
    policy = Retry(attempts=100)
    for attempt, bound in ((1, 0.5), (2, 1.0), (4, 4.0), (20, 30.0)):
        waits = [policy(_failure(_server(503), attempt=attempt)) for _ in range(2000)]
        found = [wait for wait in waits if wait is not None]
        assert len(found) == 2000
        assert 0 <= min(found) < bound * 0.05
        assert bound * 0.95 < max(found) <= bound
        assert sum(found) / 2000 == pytest.approx(bound / 2, rel=0.1)


def test_many_attempts_cause_no_overflow() -> None:
    wait = Retry(attempts=10**9, random=lambda: 1.0)(_failure(_server(502), attempt=10**6))
    assert wait == 30.0


@pytest.mark.parametrize(("after", "expected"), [(None, 0.5), (0.0, 0.5), (0.2, 0.5), (7.0, 7.0), (30.0, 30.0)])
def test_a_wait_is_not_shorter_than_the_server_asks(after: float | None, expected: float) -> None:
    assert LARGEST(_failure(_server(503), after=after)) == expected


@pytest.mark.parametrize("after", [30.1, 3600.0, math.inf])
def test_no_retry_if_the_server_asks_for_a_wait_above_the_longest(after: float) -> None:
    assert LARGEST(_failure(_server(503), after=after)) is None


@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("status", range(500, 512))
def test_reads_are_retried_after_transient_statuses(method: str, status: int) -> None:
    wait = LARGEST(_failure(_server(status), method=method))
    assert (wait is not None) == (status in (500, 502, 503, 504))


CODES = {
    "connection_failed": "both",
    "timeout_connect": "both",
    "connection_lost": "reads",
    "timeout_read": "reads",
    "protocol_error": "reads",
    "tls_failed": "none",
    "timeout_total": "none",
    "body_too_large": "none",
}


@pytest.mark.parametrize("method", [*READS, *WRITES])
@pytest.mark.parametrize(("code", "retried"), CODES.items())
def test_network_errors_before_sending_are_retried_always_and_others_only_for_reads(
    method: str, code: str, retried: str
) -> None:
    expected = retried == "both" or (retried == "reads" and method in READS)
    assert (LARGEST(_failure(_network(code, method), method=method)) is not None) == expected


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_is_not_retried_after_a_response(method: str, status: int) -> None:
    failure = _failure(_server(status), method=method, after=1.0)
    assert failure.may_have_acted
    assert LARGEST(failure) is None


OTHERS: list[GitFleetError] = [
    DecodeError("no JSON", ProviderType.GITHUB),
    InvalidRequestError("no", ProviderType.GITHUB, status=422),
    InternalError("a bug"),
    ConfigurationError("closed", code="closed"),
]


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: error.code)
def test_permanent_errors_are_not_retried(error: GitFleetError) -> None:
    assert LARGEST(_failure(error)) is None


def test_a_single_attempt_means_no_retry() -> None:
    assert Retry(attempts=1)(_failure(_server(502))) is None
    assert never_retry(_failure(_network("connection_failed"))) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"attempts": 0},
        {"attempts": -1},
        {"attempts": True},
        {"attempts": 2.0},
        {"base": -1},
        {"base": math.nan},
        {"base": "1"},
        {"longest": -0.1},
        {"longest": True},
        {"longest": None},
    ],
    ids=str,
)
def test_invalid_settings_are_rejected(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(settings))):
        Retry(**settings)
