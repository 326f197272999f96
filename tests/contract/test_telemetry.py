"""Telemetry: spans and metrics of calls, by their names and values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry's SDK is not installed")

from opentelemetry.trace import SpanKind, StatusCode

from gitfleet_api import (
    GitHubClient,
    GitLabClient,
    MemoryCache,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    Retry,
    ServerError,
    Timeout,
)
from gitfleet_api.sync import GitHubClient as SyncGitHubClient
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.gitlab_clients import gitlab
from support.running import run
from support.sending import NAME, OWNER, many_repositories, one_repository, pool
from support.telemetry import Recorded, recording

TEMPLATE = "/repos/{owner}/{repo}"


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with recording() as recorded:
        yield recorded


async def _details(client: GitHubClient | GitLabClient, times: int = 1) -> None:
    async with client:
        for _ in range(times):
            await client.fetch_repository_details(OWNER, NAME)


def _endpoint(forge: Forge, template: str = TEMPLATE, **more: object) -> dict[str, object]:
    return {
        "http.request.method": "GET",
        "url.template": template,
        "server.address": "127.0.0.1",
        "server.port": int(forge.url.rpartition(":")[2]),
        "gitfleet.provider": "github",
        **more,
    }


def test_a_call_is_a_span_with_its_endpoint_and_its_result(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url, forge.token)))
        expected = _endpoint(forge, **{"http.response.status_code": 200, "gitfleet.principal": "github token 1"})
    (span,) = recorded.spans
    assert (span.name, span.kind) == (f"GET {TEMPLATE}", SpanKind.CLIENT)
    assert span.attributes == expected
    assert span.status.status_code is StatusCode.UNSET
    assert span.events == ()
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "gitfleet"


def test_a_call_without_a_token_has_no_principal(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url)))
    (span,) = recorded.spans
    assert span.attributes is not None
    assert "gitfleet.principal" not in span.attributes


def test_a_span_belongs_to_the_span_around_the_call(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            with recorded.tracers.get_tracer("program").start_as_current_span("around"):
                await client.fetch_repository_details(OWNER, NAME)

    with Forge(one_repository()) as forge:
        run(main(make_client(forge.url, forge.token)))
        headers = {name for request in forge.requests for name in request.headers}
    inner, around = recorded.spans
    assert around.context is not None
    assert inner.parent == around.context
    assert not {"traceparent", "tracestate", "baggage"} & headers


def test_a_synchronous_call_belongs_to_the_span_of_its_thread(engine: Any, recorded: Recorded) -> None:
    around_the_call = recorded.tracers.get_tracer("program").start_as_current_span("around")
    with Forge(one_repository()) as forge, around_the_call:
        client = SyncGitHubClient(forge.token, forge.url, backend=engine)
        client.fetch_repository_details(OWNER, NAME)
        client.close()
    inner, around = recorded.spans
    assert inner.parent == around.context


def test_retries_are_events_and_a_count(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository()) as forge:
        forge.fail(status=502)
        forge.drop()
        settings: dict[str, Any] = {"retry": Retry(random=lambda: 1.0), "clock": ManualClock(), "timeout": PATIENT}
        run(_details(make_client(forge.url, forge.token, **settings)))
    (span,) = recorded.spans
    assert span.attributes is not None
    assert span.attributes["http.request.resend_count"] == 2
    assert span.attributes["http.response.status_code"] == 200
    assert "error.type" not in span.attributes
    assert [event.name for event in span.events] == ["gitfleet.retry"] * 2
    assert [dict(event.attributes or {})["error.type"] for event in span.events] == ["server_error", "connection_lost"]
    assert all(dict(event.attributes or {})["gitfleet.retry.delay"] > 0 for event in span.events)


def test_an_error_is_the_status_of_the_span_and_its_code(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            with pytest.raises(NotFoundError):
                await client.fetch_repository_details(OWNER, "missing")

    with Forge(one_repository()) as forge:
        run(main(make_client(forge.url, forge.token)))
    (span,) = recorded.spans
    assert span.attributes is not None
    assert (span.attributes["http.response.status_code"], span.attributes["error.type"]) == (404, "not_found")
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert span.events == ()


def test_a_timeout_of_the_whole_call_is_an_error(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            with pytest.raises(RequestTimeoutError):
                await client.fetch_repository_details(OWNER, NAME)

    with Forge(one_repository(), delay=5) as forge:
        run(main(make_client(forge.url, forge.token, timeout=Timeout(total=0.05))))
    (span,) = recorded.spans
    assert span.attributes is not None
    assert span.attributes["error.type"] == "timeout_total"
    assert "http.response.status_code" not in span.attributes


def test_a_cancelled_call_ends_its_span(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient, forge: Forge) -> None:
        async with client:
            task = asyncio.ensure_future(client.fetch_repository_details(OWNER, NAME))
            while not forge.requests:  # noqa: ASYNC110  its thread sets no event of this loop
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with Forge(one_repository(), delay=5) as forge:
        run(main(make_client(forge.url, forge.token), forge))
    (span,) = recorded.spans
    assert span.attributes is not None
    assert span.attributes["error.type"] == "CancelledError"


def test_a_confirmed_response_has_the_status_304(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url, forge.token, cache=MemoryCache()), 2))
    statuses = [dict(span.attributes or {})["http.response.status_code"] for span in recorded.spans]
    assert statuses == [200, 304]
    assert all("error.type" not in dict(span.attributes or {}) for span in recorded.spans)


def test_each_page_of_a_listing_is_a_span_with_the_same_template(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient) -> int:
        async with client:
            return len(await client.fetch_repositories(OWNER))

    with Forge(many_repositories(250)) as forge:
        assert run(main(make_client(forge.url, forge.token))) == 250
        paths = {request.path for request in forge.requests}
    assert len(paths) > 1  # links name the organization by its number
    assert [span.name for span in recorded.spans] == ["GET /orgs/{org}/repos"] * 3


def test_a_wait_is_an_event_and_a_measurement(make_client: MakeClient, recorded: Recorded) -> None:
    clock = ManualClock()
    with Forge(one_repository()) as forge:
        forge.secondary_limit(retry_after=20)
        manager = pool(forge.token, clock=clock)
        run(_details(make_client(forge.url, token_manager=manager, clock=clock, max_rate_limit_wait=60)))
    (span,) = recorded.spans
    (event,) = span.events
    values = dict(event.attributes or {})
    assert event.name == "gitfleet.wait"
    assert values["gitfleet.wait.reason"] == "secondary_rate_limit"
    assert values["gitfleet.principal"] == "github token 1"
    assert values["gitfleet.wait.duration"] == pytest.approx(20, abs=1)
    (point,) = recorded.points("gitfleet.wait.duration")
    assert (point.count, point.sum) == (1, pytest.approx(20, abs=1))
    assert point.attributes["gitfleet.wait.reason"] == "secondary_rate_limit"
    assert point.attributes["gitfleet.principal"] == "github token 1"


def test_of_several_principals_a_wait_names_the_one_whose_limit_ends_first(
    make_client: MakeClient, recorded: Recorded
) -> None:
    clock = ManualClock(on_sleep=lambda seconds: forge.clock.advance(seconds))  # noqa: PLW0108  set later
    with Forge(one_repository()) as forge:
        for name, seconds in (("late", 900), ("early", 300)):
            forge.add_token(name)
            forge.limit(name, remaining=0, reset_in=seconds)
        manager = pool("late", "early", clock=clock)
        run(_details(make_client(forge.url, token_manager=manager, clock=clock, max_rate_limit_wait=1000)))
    (point,) = recorded.points("gitfleet.wait.duration")
    assert point.attributes["gitfleet.wait.reason"] == "rate_limit"
    assert point.attributes["gitfleet.principal"] == "github token 2"


def test_a_wait_for_a_call_in_flight_is_measured(make_client: MakeClient, recorded: Recorded) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            await client.fetch_repository_details(OWNER, NAME)
            two = [client.fetch_repository_details(OWNER, NAME) for _ in range(2)]
            results = await asyncio.gather(*two, return_exceptions=True)
            assert [type(result) for result in results if isinstance(result, Exception)] == [RateLimitError]

    with Forge(one_repository(), delay=0.05) as forge:
        forge.limit(forge.token, remaining=2, reset_in=600)
        run(main(make_client(forge.url, forge.token)))
    (point,) = recorded.points("gitfleet.wait.duration")
    assert point.attributes["gitfleet.wait.reason"] == "in_flight"
    assert point.attributes["gitfleet.principal"] == "github token 1"
    assert point.sum > 0


def test_budgets_are_reported_by_principal_server_and_resource(make_client: MakeClient, recorded: Recorded) -> None:
    clock = ManualClock()
    with Forge(one_repository()) as forge:
        manager = pool(forge.token, clock=clock)
        manager.add_token("other", "github", username="ann")
        client = make_client(forge.url, token_manager=manager, clock=clock)
        run(_details(client, 2))
        port = int(forge.url.rpartition(":")[2])
    (point,) = recorded.points("gitfleet.budget.remaining")
    assert point.attributes == {
        "gitfleet.provider": "github",
        "gitfleet.principal": "github token 1",
        "gitfleet.resource": "core",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    assert point.value == 4998
    clock.now += 4000
    assert recorded.points("gitfleet.budget.remaining") == []  # its window has ended


def test_two_tokens_of_one_user_are_one_budget(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository()) as forge:
        forge.add_token("second")
        manager = pool()
        for token in (forge.token, "second"):
            manager.add_token(token, "github", username="ann")
        run(_details(make_client(forge.url, token_manager=manager)))
    (point,) = recorded.points("gitfleet.budget.remaining")
    assert point.attributes["gitfleet.principal"] == "ann"


def test_the_duration_of_each_request_is_measured(make_client: MakeClient, recorded: Recorded) -> None:
    with Forge(one_repository(), delay=0.05) as forge:
        forge.fail(status=502)
        run(_details(make_client(forge.url, forge.token, retry=Retry(random=lambda: 0.0), timeout=PATIENT)))
        failed = _endpoint(forge, **{"http.response.status_code": 502, "error.type": "server_error"})
        succeeded = _endpoint(forge, **{"http.response.status_code": 200})
    points = recorded.points("http.client.request.duration")
    assert [dict(point.attributes) for point in points] == [failed, succeeded]
    assert all(point.count == 1 and point.sum >= 0.04 for point in points)


async def _fetch_license(client: GitHubClient) -> None:
    await client.request("GET", "/repos/{owner}/{repo}/license", owner=OWNER, repo=NAME)


async def _fetch_unknown(client: GitHubClient) -> None:
    await client.request("GET", "/repos/{owner}/{repo}/traffic/{what}", owner=OWNER, repo=NAME, what="views")


async def _fetch_formatted(client: GitHubClient) -> None:
    await client.request("GET", f"/repos/{OWNER}/{NAME}/traffic/{{what}}", what="views")


async def _fetch_literal(client: GitHubClient) -> None:
    await client.request("GET", f"/repos/{OWNER}/{NAME}/branches")


async def _fetch_elsewhere(client: GitHubClient) -> None:
    await client.request("GET", f"/gists/{OWNER}")


async def _odd_method(client: GitHubClient) -> None:
    await client.request("PURGE", "/repos/{owner}/{repo}/issues", owner=OWNER, repo=NAME)


async def _graphql(client: GitHubClient) -> None:
    await client.graphql("query { viewer { login } }")


NAMES: dict[str, tuple[Callable[[GitHubClient], Any], str]] = {
    "known": (_fetch_license, "GET /repos/{owner}/{repo}/license"),
    "of the user": (_fetch_unknown, "GET /repos/{owner}/{repo}/traffic/{what}"),
    "with names in a template": (_fetch_formatted, "GET"),
    "with names": (_fetch_literal, "GET /repos/{owner}/{repo}/branches"),
    "unknown": (_fetch_elsewhere, "GET"),
    "odd method": (_odd_method, "HTTP /repos/{owner}/{repo}/issues"),
    "graphql": (_graphql, "POST /graphql"),
}


@pytest.mark.parametrize(("call", "name"), NAMES.values(), ids=NAMES)
def test_a_path_of_the_user_is_recorded_by_its_template_or_not_at_all(
    make_client: MakeClient, recorded: Recorded, call: Callable[[GitHubClient], Any], name: str
) -> None:
    async def main(client: GitHubClient) -> None:
        async with client:
            await asyncio.gather(call(client), return_exceptions=True)

    with Forge(one_repository()) as forge:
        run(main(make_client(forge.url, forge.token)))
    (span,) = recorded.spans
    assert span.name == name
    assert dict(span.attributes or {}).get("url.template", "") == name.partition(" ")[2]
    assert dict(span.attributes or {})["http.request.method"] == (
        "_OTHER" if "HTTP" in name else name.partition(" ")[0]
    )


GITLAB: list[tuple[Callable[[GitLabClient], Any], str]] = [
    (lambda client: client.fetch_repository_details(OWNER, NAME), "/projects/{id}"),
    (lambda client: client.fetch_languages(OWNER, NAME), "/projects/{id}/languages"),
    (lambda client: client.fetch_branches(OWNER, NAME).all(), "/projects/{id}/repository/branches"),
    (lambda client: client.fetch_tags(OWNER, NAME).all(), "/projects/{id}/repository/tags"),
    (lambda client: client.fetch_commits(OWNER, NAME).all(), "/projects/{id}/repository/commits"),
    (lambda client: client.fetch_contributors(OWNER, NAME).all(), "/projects/{id}/repository/contributors"),
    (lambda client: client.fetch_releases(OWNER, NAME).all(), "/projects/{id}/releases"),
    (lambda client: client.fetch_issues(OWNER, NAME).all(), "/projects/{id}/issues"),
    (lambda client: client.fetch_pull_requests(OWNER, NAME).all(), "/projects/{id}/merge_requests"),
    (lambda client: client.fetch_members(OWNER).all(), "/groups/{id}/members/all"),
    (lambda client: client.fetch_organization(OWNER), "/groups/{id}"),
    (lambda client: client.fetch_organizations().all(), "/groups"),
    (lambda client: client.fetch_user_info(), "/user"),
    (lambda client: client.fetch_user("fleet-admin"), "/users/{id}"),
    (lambda client: client.search_repositories("tool").all(), "/projects"),
    (lambda client: client.search_issues("tool", repository=f"{OWNER}/{NAME}").all(), "/projects/{id}/issues"),
    (lambda client: client.search_code("tool", repository=f"{OWNER}/{NAME}").all(), "/projects/{id}/search"),
    (lambda client: client.fetch_collaborators(OWNER, NAME).all(), "/projects/{id}/members/all"),
    (lambda client: client.fetch_deploy_keys(OWNER, NAME).all(), "/projects/{id}/deploy_keys"),
    (lambda client: client.fetch_environments(OWNER, NAME).all(), "/projects/{id}/environments"),
    (lambda client: client.fetch_workflow_runs(OWNER, NAME).all(), "/projects/{id}/pipelines"),
    (lambda client: client.fetch_teams(OWNER, NAME).all(), "/projects/{id}"),
    (lambda client: client.fetch_commit(OWNER, NAME), "/projects/{id}/repository/commits/{sha}"),
    (lambda client: client.fetch_commit_files(OWNER, NAME).all(), "/projects/{id}/repository/commits/{sha}/diff"),
    (lambda client: client.fetch_code_owners(OWNER, NAME).all(), "/projects/{id}/repository/files/{file_path}/raw"),
    (
        lambda client: client.fetch_branch_protection(OWNER, NAME, branch="main"),
        "/projects/{id}/repository/branches/{branch}",
    ),
    (lambda client: client.fetch_repositories(OWNER).all(), "/groups/{id}/projects"),
]


@pytest.mark.parametrize(("call", "template"), GITLAB, ids=[template for _, template in GITLAB])
def test_calls_of_gitlab_have_templates(
    engine: str, recorded: Recorded, call: Callable[[GitLabClient], Any], template: str
) -> None:
    async def main(url: str, token: str) -> None:
        async with gitlab(engine, url, token) as client:
            await asyncio.gather(call(client), return_exceptions=True)

    with Forge(one_repository()) as forge:
        run(main(forge.gitlab_url, forge.token))
    names = {span.name for span in recorded.spans}
    assert f"GET {template}" in names
    assert not {name for name in names if "/" not in name}
    assert {dict(span.attributes or {})["gitfleet.provider"] for span in recorded.spans} == {"gitlab"}


def test_nothing_recorded_has_a_secret_a_name_or_a_query(make_client: MakeClient, recorded: Recorded) -> None:
    token = "ghp_secretsecretsecretsecretsecretsecret"

    async def main(client: GitHubClient) -> None:
        async with client:
            await client.fetch_repository_details(OWNER, NAME)
            with pytest.raises(ServerError):
                await client.request("GET", "/repos/{o}/{r}/x", o=OWNER, r=token, params={"access_token": token})

    with Forge(one_repository()) as forge:
        forge.add_token(token)
        forge.fail(f"/repos/{OWNER}/{token}/x", 500, headers={"x-secret": token}, body={"message": token})
        run(main(make_client(forge.url, token)))
        assert [request.status for request in forge.requests] == [200, 500]
    text = recorded.text()
    assert len(recorded.spans) == 2
    assert "gitfleet.principal" in text
    for forbidden in (token, "secretsecret", OWNER, NAME, "access_token", "authorization"):
        assert forbidden not in text


def test_nothing_is_recorded_before_and_after(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        run(_details(make_client(forge.url, forge.token)))
        with recording() as recorded:
            pass
        run(_details(make_client(forge.url, forge.token)))
    assert recorded.spans == ()


def test_a_client_that_exists_already_is_recorded(make_client: MakeClient) -> None:
    with Forge(one_repository()) as forge:
        client = make_client(forge.url, forge.token)
        with recording() as recorded:
            run(_details(client))
    assert len(recorded.spans) == 1
