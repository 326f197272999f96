"""Plans: what calls for a fleet will cost, and what will fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitLabClient,
    GitProviderClient,
    MemoryCache,
    TokenManager,
)
from gitfleet_api.client import Provider
from gitfleet_fleet import Fleet, Plan, PlannedCall, Repository
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.running import run

OWNER = "acme"


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge(_data()) as running:
        yield running


def _data() -> Data:
    """One repository with many rows of everything, one with a full page, one without anything, one that is missing."""
    data = Data()
    for number in range(130):
        data.add_user(f"user-{number}")
    data.add_organization(OWNER)
    amounts: dict[str, Any] = {"tags": 230, "releases": 120, "commits": 310, "issues": 140, "pulls": 150}
    data.add_repository(OWNER, "large", branches=430, contributors=120, **amounts)
    data.add_repository(OWNER, "page", branches=100, commits=100, tags=100, issues=50, pulls=50, contributors=1)
    data.add_repository(OWNER, "quiet", has_issues=False, branches=2)
    data.add_repository(OWNER, "bare", empty=True)
    data.add_repository(OWNER, "gone", branches=1)
    data.add_repository(OWNER, "old", archived=True, branches=250)
    data.remove(f"{OWNER}/gone", listed=True)
    return data


def _call(plan: Plan, name: str) -> PlannedCall:
    return next(call for call in plan.calls if call.name == name)


def _spent(fleet: Fleet, kind: str, **arguments: Any) -> Any:
    async def main() -> int:
        return sum([outcome.calls async for outcome in fleet.each(kind, **arguments)])

    return main()


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("branches", {}),
        ("tags", {}),
        ("releases", {}),
        ("commits", {}),
        ("commits", {"path": "README.md"}),
        ("pull_requests", {}),
        ("pull_requests", {"state": "open"}),
        ("pull_requests", {"state": "closed"}),
        ("issues", {}),
        ("issues", {"state": "open"}),
        ("issues", {"state": "closed", "pull_requests": True}),
        ("contributors", {}),
        ("contributors", {"anonymous": True}),
        ("languages", {}),
        ("branch_protection", {}),
    ],
)
def test_the_calls_of_a_small_fleet_are_exact(
    make_client: MakeClient, forge: Forge, kind: str, arguments: dict[str, Any]
) -> None:
    async def main() -> tuple[Plan, int]:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet(f"github:{OWNER}", clients=client)
            return await fleet.plan(kind, **arguments), await _spent(fleet, kind, **arguments)

    plan, spent = run(main())
    call = _call(plan, kind)
    assert (call.calls.expected, call.calls.is_exact) == (spent, True)
    assert (plan.repositories.expected, plan.repositories.is_exact) == (6, True)
    assert plan.total.expected == spent + _call(plan, "repositories").calls.expected


@pytest.mark.parametrize("kind", ["details", "branches", "contributors", "pull_requests", "commits", "languages"])
def test_the_calls_of_a_small_fleet_on_gitlab_are_exact(engine: str, forge: Forge, kind: str) -> None:
    async def main() -> tuple[Plan, int]:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            fleet = Fleet(f"gitlab:{OWNER}", clients=client)
            return await fleet.plan(kind), await _spent(fleet, kind)

    plan, spent = run(main())
    assert _call(plan, kind).calls.expected == spent
    assert _call(plan, kind).calls.is_exact
    assert plan.repositories.expected == 6
    (token,) = plan.tokens
    assert (token.is_valid, token.login, token.server) == (True, "fleet-admin", "gitlab")


def test_what_will_fail_is_in_the_plan(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> Plan:
        async with make_client(forge.url, forge.token) as client:
            return await Fleet(f"github:{OWNER}", "github:nobody-here", clients=client).plan("issues", "branches")

    plan = run(main())
    found = {(problem.what, problem.status): problem.repositories for problem in plan.problems}
    assert found == {
        ("github:nobody-here", "gone"): None,
        ("issues", "unsupported"): 1,
        ("issues", "gone"): 1,
        ("branches", "gone"): 1,
    }


def test_a_call_that_a_provider_lacks_costs_nothing(
    engine: str, make_client: MakeClient, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GitLabClient, "fetch_tags", Provider.fetch_tags)

    async def main() -> Plan:
        async with (
            make_client(forge.url, forge.token) as github,
            gitlab(engine, forge.gitlab_url, forge.token) as other,
        ):
            fleet = Fleet(f"github:{OWNER}/large", f"gitlab:{OWNER}/large", clients=[github, other])
            return await fleet.plan("tags")

    plan = run(main())
    lacking = [problem for problem in plan.problems if problem.status == "unsupported"]
    assert [(problem.what, problem.repositories) for problem in lacking] == [("tags", 1)]
    assert (_call(plan, "tags").repositories.expected, _call(plan, "tags").calls.expected) == (1, 3)


def test_the_cost_of_a_plan_is_what_the_server_counted(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> Plan:
        async with make_client(forge.url, forge.token) as client:
            return await Fleet(f"github:{OWNER}", clients=client).plan("details", "branches", "contributors")

    plan = run(main())
    assert plan.cost == sum(request.path != "/rate_limit" for request in forge.requests)
    assert plan.saved_by_batches == 5
    assert {budget.resource: budget.calls for budget in plan.budgets} == {
        "core": plan.total.expected - 1,
        "graphql": 1,
    }


def test_a_plan_without_a_token_takes_few_of_the_calls_that_are_left(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> Plan:
        async with make_client(forge.url) as client:
            return await Fleet(f"github:{OWNER}", clients=client).plan("branches")

    plan = run(main())
    assert plan.cost <= 60 // 20 + 3
    assert not plan.tokens
    (budget,) = plan.budgets
    assert (budget.principal, budget.limit) == (None, 60)
    assert all(request.path != "/graphql" for request in forge.requests)


def test_tokens_are_checked_before_anything_else(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> None:
        async with make_client(forge.url, "ghp_refused0000000000") as client:
            await Fleet(f"github:{OWNER}", clients=client).plan("branches")

    with pytest.raises(AuthError, match="refuses every token") as caught:
        run(main())
    assert "ghp_refused" not in str(caught.value)
    assert {request.path for request in forge.requests} == {"/rate_limit"}


def test_a_refused_token_beside_a_valid_one_is_a_problem(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> Plan:
        tokens = TokenManager()
        tokens.add_token("ghp_refused0000000000", "github")
        tokens.add_token(forge.token, "github")
        async with make_client(forge.url, token_manager=tokens) as client:
            return await Fleet(f"github:{OWNER}", clients=client).plan("branches")

    plan = run(main())
    assert [token.is_valid for token in plan.tokens] == [False, True]
    assert plan.tokens[1].login == "fleet-admin"
    assert plan.tokens[1].scopes == ("read:org", "repo")
    assert "github token 1" in {problem.what for problem in plan.problems}
    assert {budget.principal for budget in plan.budgets} == {"fleet-admin"}
    for text in (str(plan), repr(plan), json.dumps(plan.to_dict())):
        assert "ghp_refused" not in text
        assert forge.token not in text


def test_a_plan_says_that_the_calls_left_are_too_few(make_client: MakeClient) -> None:
    data = Data()
    data.add_organization(OWNER)
    data.add_repositories(OWNER, 150, branches=1)

    async def main() -> tuple[Plan, list[str]]:
        async with make_client(forge.url, forge.token, max_rate_limit_wait=100) as client:
            fleet = Fleet(f"github:{OWNER}", clients=client)
            plan = await fleet.plan("languages")
            return plan, [outcome.status async for outcome in fleet.each("languages")]

    with Forge(data) as forge:
        forge.limit(forge.token, remaining=110, reset_in=900)
        plan, statuses = run(main())
    assert plan.stops_after is not None
    listing = _call(plan, "repositories").calls.expected
    assert abs(plan.stops_after - listing - statuses.count("ok")) <= 2
    assert plan.longest_wait == pytest.approx(900, abs=5)
    (problem,) = plan.problems
    assert problem.status == "failed"
    assert "max_rate_limit_wait=100" in problem.message


def test_a_large_fleet_is_counted_from_some_pages(make_client: MakeClient) -> None:
    data = Data()
    data.add_organization(OWNER)
    data.add_repositories(OWNER, 2537, branches=1, archived=lambda number: number % 4 == 0)

    async def main() -> tuple[Plan, Plan]:
        async with make_client(forge.url, forge.token) as client:
            whole, some = Fleet(OWNER, clients=client), Fleet(OWNER, clients=client, archived=False)
            return await whole.plan("branches"), await some.plan("branches")

    with Forge(data) as forge:
        forge.limit(forge.token, remaining=200)
        whole, some = run(main())
        pages = sum(request.path.endswith("/repos") for request in forge.requests)
    assert pages < 30
    assert (whole.repositories.expected, whole.repositories.is_exact) == (2537, True)
    assert _call(whole, "repositories").calls.expected == 26
    assert _call(whole, "branches").calls.expected == 2537
    archived = sum(item.archived for item in data.repositories)
    assert some.repositories.expected == pytest.approx(2537 - archived, rel=0.05)


def test_small_owners_leave_their_pages_to_large_ones(make_client: MakeClient) -> None:
    data = Data()
    for number in range(8):
        data.add_organization(f"owner-{number}")
        data.add_repositories(f"owner-{number}", 1250 if number == 3 else 12, branches=1)

    async def main() -> Plan:
        async with make_client(forge.url, forge.token) as client:
            fleet = Fleet(*(f"github:owner-{number}" for number in range(8)), clients=client)
            return await fleet.plan("branches")

    with Forge(data) as forge:
        forge.limit(forge.token, remaining=20 * 20)
        plan = run(main())
        pages = sum(request.path.endswith("/repos") for request in forge.requests)
    assert pages == 7 + 13, "all pages"
    assert plan.repositories.expected == 7 * 12 + 1250


def test_a_cache_saves_what_it_has(make_client: MakeClient) -> None:
    data = Data()
    data.add_organization(OWNER)
    data.add_repositories(OWNER, 60, branches=1)

    async def main() -> tuple[Plan, Plan, int]:
        async with make_client(forge.url, forge.token, cache=MemoryCache()) as client:
            fleet = Fleet(f"github:{OWNER}", clients=client)
            before = await fleet.plan("languages")
            await _spent(fleet, "languages")
            return before, await fleet.plan("languages"), await _spent(fleet, "languages")

    with Forge(data) as forge:
        before, after, spent = run(main())
    assert (before.saved_by_cache, _call(before, "languages").calls.expected) == (0, 60)
    assert (after.saved_by_cache, _call(after, "languages").calls.expected) == (60, 0)
    assert spent == 0


def test_a_function_is_not_called(make_client: MakeClient, forge: Forge) -> None:
    called = []

    async def write(_client: GitProviderClient, repo: Repository) -> None:
        called.append(repo)

    async def main() -> Plan:
        async with make_client(forge.url, forge.token) as client:
            return await Fleet(f"github:{OWNER}", clients=client).plan(write)

    plan = run(main())
    assert not called
    assert (_call(plan, "write").calls.expected, _call(plan, "write").method) == (6, "assumed")


def test_an_invalid_call_sends_nothing(make_client: MakeClient, forge: Forge) -> None:
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((), {}),
        (("branch",), {}),
        (("branches",), {"state": "open"}),
        (("branches", "issues"), {"state": "open"}),
        ((("issues", {"state": "opened"}),), {}),
        (((1, {}),), {}),
    ]

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            for given, arguments in calls:
                with pytest.raises(ConfigurationError):
                    await Fleet(f"github:{OWNER}", clients=client).plan(*given, **arguments)

    run(main())
    assert not forge.requests


def test_the_text_of_a_plan_is_a_table(make_client: MakeClient, forge: Forge) -> None:
    async def main() -> Plan:
        async with make_client(forge.url, forge.token) as client:
            return await Fleet(f"github:{OWNER}", clients=client).plan("details", ("pull_requests", {"state": "open"}))

    plan = run(main())
    lines = str(plan).splitlines()
    assert lines[0] == f"Plan for github:{OWNER}: 6 repositories"
    assert [line.split() for line in lines[2:7]] == [
        ["call", "repositories", "calls", "how", "it", "is", "known"],
        ["repositories", "1", "counted"],
        ["details", "6", "1", "one", "request", "for", "100", "repositories"],
        ["pull_requests", "6", "6", "counted", "by", "GraphQL"],
        ["total", "8"],
    ]
    assert max(map(len, lines[:12])) <= 80
    assert json.loads(json.dumps(plan.to_dict()))["total"] == {"expected": 8, "low": 8, "high": 8}
