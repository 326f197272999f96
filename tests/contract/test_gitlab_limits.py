"""GitLab's limits and errors: what its headers and bodies mean."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitFleetError,
    GitLabClient,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    ProviderType,
    RateLimitError,
    RateLimitInfo,
    SecondaryRateLimitError,
    ServerError,
)
from support.clocks import ManualClock
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run

RESET = int(time.time()) + 3600
LIMITS = {
    "RateLimit-Limit": "2000",
    "RateLimit-Observed": "7",
    "RateLimit-Remaining": "1993",
    "RateLimit-Reset": str(RESET),
    "RateLimit-ResetTime": "Thu, 17 Jun 2021 20:53:26 GMT",
}
NONE_LEFT = LIMITS | {"RateLimit-Remaining": "0", "RateLimit-Name": "throttle_authenticated_api"}


def _refused(engine: str, given: bytes, token: str | None = "glpat-0") -> GitFleetError:
    async def main(server: RawServer) -> GitFleetError:
        async with gitlab(engine, server.url, token) as client:
            with pytest.raises(GitFleetError) as caught:
                await client.fetch_user_info()
            return caught.value

    with RawServer(always(given)) as server:
        return run(main(server))


# -- limits


def test_a_throttled_token_has_no_calls_until_the_reset_of_the_response(engine: str) -> None:
    headers = {**NONE_LEFT, "Retry-After": "42", "content-type": "text/plain"}
    error = _refused(engine, http_response("Retry later\n", status=429, headers=headers))
    assert type(error) is RateLimitError
    assert error.reset_time == datetime.fromtimestamp(RESET, UTC)
    assert (error.retry_after, error.resource) == (42.0, "core")
    assert "Retry later" in error.message


def test_a_limit_of_one_endpoint_is_another_one_than_the_budget(engine: str) -> None:
    body = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
    error = _refused(engine, http_response(body, status=429, headers=LIMITS))
    assert type(error) is SecondaryRateLimitError
    assert "error: This endpoint has been requested too many times" in error.message


def test_a_throttle_without_any_header_is_a_limit(engine: str) -> None:
    assert type(_refused(engine, http_response("Retry later", status=429))) is RateLimitError


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("throttle_authenticated_api", "core"),
        ("throttle_unauthenticated_api", "core"),
        ("throttle_unauthenticated", "core"),
        ("throttle_authenticated_files_api", "files"),
        ("throttle_unauthenticated_packages_api", "packages"),
        ("throttle_authenticated_deprecated_api", "throttle_authenticated_deprecated_api"),
    ],
)
def test_a_throttle_is_the_budget_that_its_paths_count_against(engine: str, name: str, resource: str) -> None:
    headers = {**NONE_LEFT, "RateLimit-Name": name, "Retry-After": "42"}
    error = _refused(engine, http_response("Retry later", status=429, headers=headers))
    assert isinstance(error, RateLimitError)
    assert error.resource == resource


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/projects/1/repository/files/a.py", "files"),
        ("/projects/1/repository/files/a.py/raw?ref=main", "files"),
        ("/projects/1/packages", "packages"),
        ("/groups/1/-/packages/pypi", "packages"),
        ("/projects/1/repository/branches", "core"),
        ("/projects/1/issues?search=/packages/", "core"),
    ],
)
def test_files_and_packages_have_budgets_of_their_own(path: str, budget: str) -> None:
    assert GitLabClient().profile.resource_of(path) == budget


def test_no_call_is_sent_with_a_token_that_has_none_left_whatever_the_throttle_is_called(engine: str) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, "glpat-0") as client:
            await client.fetch_user_info()
            with pytest.raises(RateLimitError) as caught:
                await client.fetch_languages("g", "p")
            assert caught.value.resource == "core"

    with RawServer(always(http_response({"id": 1, "username": "u"}, headers=NONE_LEFT))) as server:
        run(main(server))
    assert len(server.requests) == 1


def test_the_calls_left_are_those_of_the_headers(engine: str) -> None:
    assert _limit(engine, http_response({}, headers=LIMITS)) == RateLimitInfo(
        limit=2000,
        remaining=1993,
        reset_time=datetime.fromtimestamp(RESET, UTC),
        used=7,
        resource="core",
        provider_type=ProviderType.GITLAB,
    )


def _limit(engine: str, given: bytes, **settings: Any) -> RateLimitInfo:
    async def main(server: RawServer) -> RateLimitInfo:
        async with gitlab(engine, server.url, "glpat-0", **settings) as client:
            return await client.get_rate_limit()

    with RawServer(always(given)) as server:
        return run(main(server))


def test_the_calls_left_are_kept_raw_with_include_raw(engine: str) -> None:
    found = _limit(engine, http_response({}, headers=LIMITS), include_raw=True)
    assert found.raw_data == {name.lower(): value for name, value in LIMITS.items()}


def test_the_calls_left_of_other_budgets_can_not_be_asked_for(engine: str) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, "glpat-0") as client:
            assert (await client.get_rate_limit("core")).resource == "core"
            with pytest.raises(ConfigurationError, match="resource must be 'core'"):
                await client.get_rate_limit("files")

    with RawServer(always(http_response({}, headers=LIMITS))) as server:
        run(main(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "headers", [{}, {"RateLimit-Limit": "5"}, {"RateLimit-Remaining": "5"}, {**LIMITS, "RateLimit-Limit": "many"}]
)
def test_a_server_that_names_no_limit_is_said_to_name_none(engine: str, headers: dict[str, str]) -> None:
    with pytest.raises(ProviderError, match="names no rate limit") as caught:
        _limit(engine, http_response({}, headers=headers))
    assert (type(caught.value), caught.value.code, caught.value.status) == (ProviderError, "no_rate_limit", 200)


@pytest.mark.parametrize(
    ("token", "target"),
    [
        ("glpat-0", "/version"),
        ("glcbt-1", "/job"),
        (None, "/projects?simple=true&per_page=1&pagination=keyset&order_by=id&sort=asc"),
    ],
)
def test_the_calls_left_are_asked_for_by_what_the_token_may_see(engine: str, token: str | None, target: str) -> None:
    async def main(server: RawServer) -> int:
        async with gitlab(engine, server.url, token) as client:
            return (await client.get_rate_limit()).remaining

    def choose(request: RawRequest) -> bytes:
        return http_response([], headers=LIMITS) if request.target == target else http_response(status=404)

    with RawServer(route(choose)) as server:
        assert run(main(server)) == 1993


# -- errors


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (401, {"message": "401 Unauthorized"}, AuthError, "responded with 401: 401 Unauthorized"),
        (
            401,
            {"error": "invalid_token", "error_description": "Token was revoked."},
            AuthError,
            "invalid_token: Token was revoked.",
        ),
        (403, {"message": "403 Forbidden"}, PermissionDeniedError, "403 Forbidden"),
        (404, {"message": "404 Project Not Found"}, NotFoundError, "404 Project Not Found"),
        (404, {"error": "404 Not Found"}, NotFoundError, "404 Not Found"),
        (400, {"error": "state does not have a valid value"}, InvalidRequestError, "state does not have a valid value"),
        (
            400,
            {"message": {"name": ["has already been taken", "is too long"], "base": ["is bad"]}},
            InvalidRequestError,
            "name: has already been taken, is too long; base: is bad",
        ),
        (422, {"message": ["one", "two"]}, InvalidRequestError, "one, two"),
        (405, {"error": "Keyset pagination is not yet available"}, ProviderError, "Keyset pagination"),
        (500, {"message": "500 Internal Server Error"}, ServerError, "500 Internal Server Error"),
        (502, "<html>GitLab is not responding</html>", ServerError, "GitLab is not responding"),
    ],
)
def test_an_error_says_what_gitlab_says(
    engine: str, status: int, body: object, kind: type[GitFleetError], text: str
) -> None:
    error = _refused(engine, http_response(body, status=status, headers={"X-Request-Id": "01F8DVY6"}))
    assert type(error) is kind
    assert text in error.message
    assert (error.status, error.request_id, error.provider_type) == (status, "01F8DVY6", ProviderType.GITLAB)  # type: ignore[attr-defined]


def test_a_private_project_is_not_there_for_others(engine: str) -> None:
    async def main(server: RawServer) -> None:
        async with gitlab(engine, server.url, "glpat-0") as client:
            for call in (client.fetch_repository_details("g", "p"), client.fetch_languages("g", "p")):
                with pytest.raises(NotFoundError):
                    await call
            with pytest.raises(NotFoundError):
                await client.fetch_branches("g", "p")

    with RawServer(always(http_response({"message": "404 Project Not Found"}, status=404))) as server:
        run(main(server))
    assert len(server.requests) == 3


def test_a_throttled_call_is_made_again_when_the_window_has_ended(engine: str) -> None:
    clock = ManualClock()
    headers = {**NONE_LEFT, "RateLimit-Reset": str(int(clock.time()) + 30), "Retry-After": "30"}
    throttled = http_response("Retry later", status=429, headers=headers)

    async def main(server: RawServer) -> str:
        async with gitlab(engine, server.url, "glpat-0", clock=clock, max_rate_limit_wait=60) as client:
            return (await client.fetch_user_info()).login

    with RawServer(always(throttled, http_response({"id": 1, "username": "u"}, headers=LIMITS))) as server:
        assert run(main(server)) == "u"
    assert len(server.requests) == 2
    assert 29 <= sum(clock.sleeps) <= 31
