"""Limits: what a refusal means, and tokens that are spared from it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gitfleet_api import (
    AuthError,
    GitHubClient,
    PermissionDeniedError,
    RateLimitError,
    RepoDetails,
    SecondaryRateLimitError,
    TokenManager,
)
from support.clients import MakeClient
from support.failing import REPO, details, error_of, result_of
from support.raw_server import RawRequest, RawServer, always, http_response, once, route
from support.running import run

LIMITS = {"resources": {"core": {"limit": 60, "remaining": 0, "reset": 2_000_000_000, "used": 60}}}
HOUR = 3600


def _spent(reset: float, resource: str = "core") -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(reset)),
        "X-RateLimit-Resource": resource,
    }


def _refused(
    make_client: MakeClient, headers: dict[str, str], *, status: int = 403, message: str = "No"
) -> PermissionDeniedError | RateLimitError:
    with RawServer(once(http_response({"message": message}, status=status, headers=headers))) as server:
        error = error_of(make_client, server.url)
    assert isinstance(error, PermissionDeniedError | RateLimitError)
    assert error.status == status
    return error


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("factor", [1, 1000], ids=["seconds", "milliseconds"])
def test_no_calls_left_is_a_rate_limit_with_its_end(make_client: MakeClient, status: int, factor: int) -> None:
    reset = int(time.time()) + 600
    error = _refused(make_client, _spent(reset * factor), status=status)
    assert type(error) is RateLimitError
    assert error.code == "rate_limited"
    assert error.reset_time == datetime.fromtimestamp(reset, UTC)
    assert error.reset_time.utcoffset() == timedelta(0)
    assert error.retry_after == pytest.approx(600, abs=20)
    assert error.resource == "core"
    assert error.reset_time.isoformat() in str(error)


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_header_names_may_be_written_in_any_case(make_client: MakeClient, case: object) -> None:
    assert callable(case)
    error = _refused(make_client, {case(name): value for name, value in _spent(2_000_000_000).items()})
    assert isinstance(error, RateLimitError)
    assert error.reset_time == datetime.fromtimestamp(2_000_000_000, UTC)


@pytest.mark.parametrize("reset", ["", "soon", "-1", "1e9", "9" * 30, "9" * 5000, "\xb2"])
def test_an_end_that_makes_no_sense_is_none(make_client: MakeClient, reset: str) -> None:
    error = _refused(make_client, {**_spent(0), "X-RateLimit-Reset": reset})
    assert type(error) is RateLimitError
    assert (error.reset_time, error.retry_after) == (None, None)


@pytest.mark.parametrize("remaining", ["", "none", "-1", "0.5", "\xb2", "9" * 5000])
def test_a_count_that_makes_no_sense_is_no_limit(make_client: MakeClient, remaining: str) -> None:
    error = _refused(make_client, {**_spent(2_000_000_000), "X-RateLimit-Remaining": remaining})
    assert type(error) is PermissionDeniedError


def test_too_many_requests_without_a_word_is_a_rate_limit(make_client: MakeClient) -> None:
    error = _refused(make_client, {}, status=429)
    assert type(error) is RateLimitError
    assert (error.reset_time, error.retry_after, error.resource) == (None, None, None)


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_in_seconds_is_a_secondary_limit(make_client: MakeClient, status: int) -> None:
    error = _refused(make_client, {"Retry-After": "60", "X-RateLimit-Remaining": "4000"}, status=status)
    assert type(error) is SecondaryRateLimitError
    assert error.code == "secondary_rate_limited"
    assert error.retry_after == 60.0
    assert error.reset_time is not None
    assert 30 < (error.reset_time - datetime.now(UTC)).total_seconds() <= 60
    assert error.reset_time.isoformat() in str(error)


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_as_a_date_is_a_secondary_limit(make_client: MakeClient, status: int) -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    error = _refused(make_client, {"Retry-After": format_datetime(until, usegmt=True)}, status=status)
    assert type(error) is SecondaryRateLimitError
    assert error.retry_after == pytest.approx(90, abs=20)


def test_retry_after_in_the_past_is_no_wait(make_client: MakeClient) -> None:
    error = _refused(make_client, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert type(error) is SecondaryRateLimitError
    assert error.retry_after == 0.0


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-5",
        "1.5",
        "Wed, 99 Foo 2015",
        "Mon, 01 Jan 99999999 00:00:00 GMT",
        "\xff",
        "," * 50,
        "9" * 400,
    ],
)
def test_a_retry_after_that_makes_no_sense_is_no_limit(make_client: MakeClient, value: str) -> None:
    assert type(_refused(make_client, {"Retry-After": value})) is PermissionDeniedError


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    "message",
    [
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
    ],
)
def test_a_secondary_limit_is_known_by_its_message(make_client: MakeClient, status: int, message: str) -> None:
    error = _refused(make_client, {"X-RateLimit-Remaining": "4000"}, status=status, message=message)
    assert type(error) is SecondaryRateLimitError
    assert error.retry_after is None


@pytest.mark.parametrize(
    "value", ["999999999999", "99999999999999", "9" * 18, "Fri, 31 Dec 9999 23:59:59 -2359", "31 Dec 9999 23:59:59 GMT"]
)
def test_a_retry_after_beyond_the_year_9999_ends_there(make_client: MakeClient, value: str) -> None:
    error = _refused(make_client, {"Retry-After": value}, status=429)
    assert type(error) is SecondaryRateLimitError
    assert error.reset_time is not None
    assert error.reset_time.year == 9999


EXCEEDED = {"message": "API rate limit exceeded for installation ID 1."}
STYLE = f"<style>{'body { margin: 0 } ' * 60}</style>"
PAGE = f"<!DOCTYPE html>{STYLE}<h1>Whoa there!</h1><p>You have exceeded a secondary rate limit."
WORDS: dict[str, tuple[object, dict[str, str], type[RateLimitError]]] = {
    "without headers": (EXCEEDED, {}, RateLimitError),
    "with a call left": (EXCEEDED, {**_spent(2_000_000_000), "X-RateLimit-Remaining": "1"}, RateLimitError),
    "deep in an HTML page": (PAGE, {"content-type": "text/html"}, SecondaryRateLimitError),
}


@pytest.mark.parametrize(("body", "headers", "kind"), WORDS.values(), ids=WORDS.keys())
def test_a_limit_is_known_by_its_words(
    make_client: MakeClient, body: object, headers: dict[str, str], kind: type[RateLimitError]
) -> None:
    with RawServer(once(http_response(body, status=403, headers=headers))) as server:
        assert type(error_of(make_client, server.url)) is kind


@pytest.mark.parametrize(("body", "headers", "kind"), WORDS.values(), ids=WORDS.keys())
def test_another_token_is_used_after_a_limit_known_by_its_words(
    make_client: MakeClient, body: object, headers: dict[str, str], kind: type[RateLimitError]
) -> None:
    def respond(request: RawRequest) -> bytes:
        limited = request.headers["authorization"].endswith("limited")
        return http_response(body, status=403, headers=headers) if limited else http_response(REPO)

    tokens = TokenManager()
    tokens.add_token("limited", "github")
    tokens.add_token("free", "github")
    with RawServer(route(respond)) as server:
        found = result_of(make_client, server.url, token=None, token_manager=tokens, max_rate_limit_wait=0)
        assert len(server.requests) == 2
        assert found == result_of(make_client, server.url, token="free"), kind


def test_a_refusal_with_calls_left_is_a_matter_of_permission(make_client: MakeClient) -> None:
    headers = {**_spent(2_000_000_000), "X-RateLimit-Remaining": "4000"}
    error = _refused(make_client, headers, message="Resource not accessible by personal access token")
    assert type(error) is PermissionDeniedError


async def _twice(client: GitHubClient) -> RepoDetails:
    await details(client)
    return await details(client)


def test_a_token_without_calls_left_is_not_sent_before_its_reset(make_client: MakeClient) -> None:
    reset = int(time.time()) + HOUR
    with RawServer(always(http_response(REPO, headers=_spent(reset)))) as server:
        error = error_of(make_client, server.url, _twice)
        assert len(server.requests) == 1
    assert type(error) is RateLimitError
    assert error.reset_time == datetime.fromtimestamp(reset, UTC)
    assert (error.status, error.url) == (None, f"{server.url}/repos/o/r")


def test_a_refused_token_is_not_sent_before_its_reset(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, token="t0") as client:
            for _ in range(3):
                with pytest.raises(RateLimitError):
                    await details(client)

    with RawServer(always(http_response({"message": "no"}, status=403, headers=_spent(time.time() + HOUR)))) as server:
        run(main())
        assert len(server.requests) == 1


def test_a_token_is_used_again_after_its_reset(make_client: MakeClient) -> None:
    with RawServer(always(http_response(REPO, headers=_spent(time.time() - 5)))) as server:
        assert result_of(make_client, server.url, _twice)
        assert len(server.requests) == 2


def test_asking_for_the_limit_is_possible_without_calls_left(make_client: MakeClient) -> None:
    async def call(client: GitHubClient) -> object:
        await details(client)
        assert await client.validate_credentials()
        return await client.get_rate_limit()

    def choose(request: RawRequest) -> bytes:
        return http_response(LIMITS if request.target == "/rate_limit" else REPO, headers=_spent(time.time() + HOUR))

    with RawServer(route(choose)) as server:
        assert result_of(make_client, server.url, call)
        assert len(server.requests) == 3


def test_another_resource_without_calls_left_stops_nothing(make_client: MakeClient) -> None:
    with RawServer(always(http_response(REPO, headers=_spent(time.time() + HOUR, "search")))) as server:
        assert result_of(make_client, server.url, _twice)
        assert len(server.requests) == 2


def test_without_a_token_the_budget_of_the_address_is_kept(make_client: MakeClient) -> None:
    with RawServer(always(http_response(REPO, headers=_spent(time.time() + HOUR)))) as server:
        error = error_of(make_client, server.url, _twice, token=None)
        assert len(server.requests) == 1
    assert (type(error), error.code) == (RateLimitError, "rate_limited")


def test_a_token_that_was_refused_is_not_sent_again(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, token="t0") as client:
            for _ in range(3):
                with pytest.raises(AuthError) as caught:
                    await details(client)
                assert caught.value.code == "unauthorized"
                assert not await client.validate_credentials()

    with RawServer(always(http_response({"message": "Bad credentials"}, status=401))) as server:
        run(main())
        # A 401 may pass: it is confirmed once, by a request that costs no call.
        assert [request.target for request in server.requests] == ["/repos/o/r", "/rate_limit"]


def _tokens(*names: str) -> TokenManager:
    manager = TokenManager()
    for name in names:
        manager.add_token(name, "github")
    return manager


def _used(server: RawServer) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in server.requests]


def test_of_two_tokens_the_one_with_more_calls_left_is_used(make_client: MakeClient) -> None:
    left = {"small": 10, "large": 20}

    def choose(request: RawRequest) -> bytes:
        token = request.headers["authorization"].removeprefix("Bearer ")
        left[token] -= 1
        return http_response(REPO, headers={**_spent(time.time() + HOUR), "X-RateLimit-Remaining": str(left[token])})

    async def main() -> None:
        async with make_client(server.url, token_manager=_tokens("small", "large")) as client:
            for _ in range(12):
                await details(client)

    with RawServer(route(choose)) as server:
        run(main())
        used = _used(server)
    # Each is tried once, as nothing is known of it before; then the healthier one goes first.
    assert sorted(used[:2]) == ["large", "small"]
    assert used[2:] == ["large"] * 10


def test_a_token_that_is_exhausted_or_refused_gives_way_to_another(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token == "refused":
            return http_response(status=401)
        spent = _spent(time.time() + HOUR)
        return http_response(REPO, headers=spent if token == "empty" else {**spent, "X-RateLimit-Remaining": "9"})

    async def main() -> None:
        async with make_client(server.url, token_manager=_tokens("refused", "empty", "good")) as client:
            for _ in range(6):
                await details(client)

    with RawServer(route(choose)) as server:
        run(main())
        used = _used(server)
    assert used.count("refused") == used.count("empty") == 1
    # One answer with the empty one's budget, and no call fails: a refused token gives way within the call.
    assert used.count("good") == 5


def test_clients_share_what_they_know_of_tokens(make_client: MakeClient) -> None:
    manager = _tokens("t0")

    async def main() -> None:
        async with make_client(server.url, token_manager=manager) as first:
            await details(first)
        async with make_client(server.url, token="t0", token_manager=manager) as second:
            with pytest.raises(RateLimitError):
                await details(second)

    with RawServer(always(http_response(REPO, headers=_spent(time.time() + HOUR)))) as server:
        run(main())
        assert len(server.requests) == 1
    assert len(manager.get_all_tokens("github")) == 1


def test_a_window_that_ends_earlier_than_it_was_said_to_is_believed_when_no_calls_are_left(
    make_client: MakeClient,
) -> None:
    """An administrator changed the limits, or the window was restarted: the refusal is newer than what was known."""

    async def main() -> RateLimitError:
        async with make_client(server.url, token="t0", max_rate_limit_wait=5) as client:
            await details(client)
            with pytest.raises(RateLimitError) as caught:
                await details(client)
            return caught.value

    known = {**_spent(time.time() + HOUR), "X-RateLimit-Remaining": "4000"}
    refusal = http_response({"message": "no"}, status=403, headers=_spent(time.time() + 300))
    with RawServer(always(http_response(REPO, headers=known), refusal)) as server:
        error = run(main())
        assert len(server.requests) == 2
    assert error.retry_after == pytest.approx(300, abs=5)
