"""The examples of docs/any-endpoint.md do what they say, on both engines."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gitfleet_api import GitHubClient, RepoInfo
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.documented import DOCS, blocks, module_of
from support.gitlab_clients import gitlab
from support.plain import fetch, fetch_all
from support.running import run

EXAMPLES: Any = module_of("any-endpoint.md")
ORG, BUSY, TOKEN = "org-one", "busy", "admin-token"


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    people = [fleet.add_user(f"user-{number:03}").login for number in range(130)]
    fleet.add_organization(ORG, members=people[:3], teams=("Core", "Docs"))
    fleet.add_repository(
        ORG, BUSY, license="mit", stars=230, branches=3, contributors=5, commits=30, issues=40, runs=230
    )
    for number in range(1100):
        created = f"2020-01-01T{number // 60:02}:{number % 60:02}:00Z"
        fleet.add_repository(ORG, f"r{number:04}", stars=number, created_at=created)
    with Forge(fleet) as running:
        running.add_token(TOKEN)
        yield running


Ask = Callable[[GitHubClient], Awaitable[Any]]


def _ask(make_client: MakeClient, forge: Forge, call: Ask) -> Any:
    async def main() -> Any:
        async with make_client(forge.url, TOKEN) as client:
            return await call(client)

    return run(main())


def _rows(forge: Forge, path: str, at: str | None = None) -> list[Any]:
    forge.clear_log()
    if at is None:
        return fetch_all(forge, path, TOKEN)
    rows: list[Any] = []
    for page in range(1, 100):
        forge.clear_log()
        found = fetch(forge, f"{path}?per_page=100&page={page}", TOKEN)[at]
        if not found:
            return rows
        rows += found
    raise AssertionError("a listing without end")


REPO = f"/repos/{ORG}/{BUSY}"


def test_license(make_client: MakeClient, forge: Forge) -> None:
    found = _ask(make_client, forge, lambda client: EXAMPLES.license_of(client, ORG, BUSY))
    assert (found.path, found.spdx_id) == ("LICENSE", "MIT")


def test_runs(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"{REPO}/actions/runs", "workflow_runs")
    found = _ask(make_client, forge, lambda client: EXAMPLES.runs(client, ORG, BUSY))
    assert raw
    assert [(one.id, one.status, one.actor) for one in found] == [
        (row["id"], row["status"], (row["actor"] or {}).get("login")) for row in raw
    ]
    assert all(one.created_at == datetime.fromisoformat(row["created_at"]) for one, row in zip(found, raw, strict=True))


def test_artifacts(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"{REPO}/actions/artifacts", "artifacts")

    async def collect(client: GitHubClient) -> list[Any]:
        return [one async for one in EXAMPLES.artifacts(client, ORG, BUSY)]

    found = _ask(make_client, forge, collect)
    assert raw
    assert [(one.name, one.size_in_bytes) for one in found] == [(row["name"], row["size_in_bytes"]) for row in raw]


def test_checks(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"{REPO}/commits/main/check-runs", "check_runs")
    found = _ask(make_client, forge, lambda client: EXAMPLES.checks(client, ORG, BUSY, "main"))
    assert raw
    assert [(one.name, one.conclusion) for one in found] == [(row["name"], row["conclusion"]) for row in raw]


def test_search_gives_every_result_although_there_are_more_than_1000(make_client: MakeClient, forge: Forge) -> None:
    forge.limit(TOKEN, resource="search", limit=100, remaining=100)
    found = _ask(make_client, forge, lambda client: EXAMPLES.search(client, f"org:{ORG} stars:<1100"))
    names = [one.full_name for one in found]
    assert sorted(names) == [f"{ORG}/busy", *(f"{ORG}/r{number:04}" for number in range(1100))]


def test_comments(make_client: MakeClient, forge: Forge) -> None:
    row = {"user": {"login": "ann"}, "created_at": "2024-01-02T03:04:05Z", "body_html": "<p>yes</p>"}
    forge.fail(f"{REPO}/issues/comments", status=200, body=[row, {**row, "user": None}])
    found = _ask(make_client, forge, lambda client: EXAMPLES.comments(client, ORG, BUSY))
    assert [(one.author, one.body_html) for one in found] == [("ann", "<p>yes</p>"), (None, "<p>yes</p>")]
    assert all(one.created_at.tzinfo is not None for one in found)


def test_installations(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, "/user/installations", "installations")
    found = _ask(make_client, forge, EXAMPLES.installations)
    assert raw
    assert [(one.app_slug, one.permissions) for one in found] == [(row["app_slug"], row["permissions"]) for row in raw]


def test_teams(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"/orgs/{ORG}/teams")
    found = _ask(make_client, forge, lambda client: EXAMPLES.teams(client, ORG))
    assert raw
    assert [(one.name, one.slug) for one in found] == [(row["name"], row["slug"]) for row in raw]


def test_milestones(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"{REPO}/milestones?state=all")
    found = _ask(make_client, forge, lambda client: EXAMPLES.milestones(client, ORG, BUSY))
    assert raw
    assert [(one.title, one.open_issues) for one in found] == [(row["title"], row["open_issues"]) for row in raw]


def test_open_issue(make_client: MakeClient, forge: Forge) -> None:
    number = _ask(make_client, forge, lambda client: EXAMPLES.open_issue(client, ORG, "r0001", "It works"))
    again = _ask(make_client, forge, lambda client: EXAMPLES.open_issue(client, ORG, "r0001", "It works"))
    assert again == number + 1


def test_pipelines(engine: str, forge: Forge) -> None:
    async def main() -> list[Any]:
        async with gitlab(engine, forge.gitlab_url, TOKEN) as client:
            return await EXAMPLES.pipelines(client, f"{ORG}/{BUSY}")  # type: ignore[no-any-return]

    found = run(main())
    assert found
    assert {one.ref for one in found} == {"main"}


def test_workflows(make_client: MakeClient, forge: Forge) -> None:
    raw = _rows(forge, f"{REPO}/actions/workflows", "workflows")
    found = _ask(make_client, forge, lambda client: EXAMPLES.workflows(client, ORG, BUSY))
    assert [(one.id, one.name, one.path, one.state) for one in found] == [
        (row["id"], row["name"], row["path"], row["state"]) for row in raw
    ]


def test_a_model_of_the_library_can_be_read_as_well(make_client: MakeClient, forge: Forge) -> None:
    async def both(client: GitHubClient) -> tuple[Any, Any]:
        listed = client.fetch_all(
            "/orgs/{org}/repos", RepoInfo, org=ORG, params={"sort": "created", "direction": "asc"}
        )
        return await listed, await client.fetch_repositories(ORG, kind="organization")

    found, expected = _ask(make_client, forge, both)
    assert len(found) == 1101
    assert [replace(one, owner=None) for one in found] == [replace(one, owner=None) for one in expected]
    assert {one.owner.login for one in found} == {ORG}


def test_every_example_is_tested_and_short() -> None:
    functions = {
        name
        for name, value in vars(EXAMPLES).items()
        if inspect.isfunction(value) and value.__module__ == EXAMPLES.__name__
    }
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {
        name for name in functions if not any(test.startswith(name.partition("_of")[0]) for test in tested)
    } == set()
    assert len(functions) >= 11
    for block in blocks(DOCS / "any-endpoint.md"):
        assert len([line for line in block.splitlines() if line.strip()]) <= 10, block
