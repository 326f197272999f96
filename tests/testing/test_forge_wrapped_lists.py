"""Wrapped lists (runs, checks, searches, installations, secrets) and members of organizations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]
BIG = "/repos/acme/big"


@pytest.fixture(scope="module")
def work() -> Iterator[Forge]:
    """A forge that no test changes."""
    fleet = Fleet()
    for number in range(40):
        fleet.add_user(f"user-{number:02d}", followers=number)
    members = [user.login for user in fleet.users[1:]]
    teams = [f"Team {number}" for number in range(35)]
    fleet.add_organization("acme", members, concealed=["user-03"], teams=teams, secrets=["A", "B"])
    fleet.add_organization("other")
    fleet.add_user("eve")
    fleet.add_repository("acme", "big", runs=75, commits=4)
    fleet.add_repository("acme", "still")
    fleet.add_repository("acme", "void", empty=True)
    fleet.add_repository("acme", "talkative", issues=700, pulls=500, open_issues=600)
    fleet.add_repository("eve", "secret", private=True, issues=3)
    with Forge(fleet) as running:
        running.add_token(running.token, limit=100_000)
        running.limit(running.token, resource="search", limit=10_000, remaining=10_000)
        for login in ("eve", "user-01"):
            running.add_token(login, login=login)
            running.limit(login, resource="search", limit=10_000, remaining=10_000)
        yield running


def pages(forge: Forge, ask: Ask, path: str, **how: Any) -> list[Any]:
    """The bodies of all linked pages."""
    reply = ask(forge.url + path, **how)
    assert reply.status == 200
    found = [reply.json()]
    while "next" in reply.links:
        reply = ask(reply.links["next"], **how)
        found.append(reply.json())
    return found


@pytest.mark.parametrize(
    ("path", "key", "total"),
    [
        (f"{BIG}/actions/runs", "workflow_runs", 75),
        (f"{BIG}/actions/artifacts", "artifacts", 74),
        (f"{BIG}/actions/workflows", "workflows", 2),
        (f"{BIG}/commits/main/check-runs", "check_runs", 75),
        ("/repos/acme/still/actions/runs", "workflow_runs", 0),
        ("/repos/acme/still/actions/workflows", "workflows", 0),
        ("/orgs/acme/actions/secrets", "secrets", 2),
        ("/user/installations", "installations", 2),
    ],
)
@pytest.mark.parametrize("size", [1, 30])
def test_each_page_of_a_wrapped_list_has_the_total(
    work: Forge, ask: Ask, path: str, key: str, total: int, size: int
) -> None:
    bodies = pages(work, ask, f"{path}?per_page={size}")
    assert {body["total_count"] for body in bodies} == {total}
    rows = [row for body in bodies for row in body[key]]
    assert len({row.get("id", row.get("name")) for row in rows}) == len(rows) == total
    assert len(bodies) == max(1, -(-total // size))


def test_runs_are_filtered_by_status_event_and_branch(work: Forge, ask: Ask) -> None:
    def runs(query: str = "") -> list[Any]:
        return [row for body in pages(work, ask, f"{BIG}/actions/runs?{query}") for row in body["workflow_runs"]]

    rows = runs()
    times = [row["created_at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert (rows[0]["status"], rows[0]["conclusion"]) == ("in_progress", None)
    for query, key, value in (
        ("status=failure", "conclusion", "failure"),
        ("status=completed", "status", "completed"),
        ("event=schedule", "event", "schedule"),
    ):
        chosen = [row for row in rows if row[key] == value]
        assert 0 < len(chosen) < len(rows)
        assert runs(query) == chosen
    assert runs("branch=main") == rows
    assert runs("branch=none") == []


def test_checks_and_statuses_belong_to_the_commit_of_the_ref(work: Forge, ask: Ask) -> None:
    head = ask(f"{work.url}{BIG}/commits/release/1.0").json()["sha"]
    for ref in ("release/1.0", "release%2F1.0", head):
        checks = ask(f"{work.url}{BIG}/commits/{ref}/check-runs").json()
        assert {row["head_sha"] for row in checks["check_runs"]} == {head}
    statuses = [row for body in pages(work, ask, f"{BIG}/commits/{head}/statuses") for row in body]
    assert len(statuses) == 75
    assert {row["state"] for row in statuses} == {"success", "failure", "pending"}
    assert [ask(f"{work.url}{BIG}/commits/none/{what}").status for what in ("check-runs", "statuses")] == [422, 422]


def test_only_members_see_concealed_members(work: Forge, ask: Ask) -> None:
    def members(path: str = "/orgs/acme/members", **how: Any) -> list[str]:
        return [row["login"] for body in pages(work, ask, path, **how) for row in body]

    everybody = members()
    assert len(everybody) == len(set(everybody)) == 41
    assert members(token="user-01") == everybody
    public = [login for login in everybody if login != "user-03"]
    assert members(token="eve") == members(token=None) == members("/orgs/acme/public_members") == public
    assert members("/orgs/acme/members?role=admin") == ["fleet-admin"]
    number = work.fleet.account("acme").id  # type: ignore[union-attr]
    assert members(f"/organizations/{number}/members") == everybody
    link = ask(f"{work.url}/orgs/acme/members").links["next"]
    assert link == f"{work.url}/organizations/{number}/members?page=2"
    assert ask(f"{work.url}/orgs/user-01/members").status == 404


def test_teams_hooks_and_secrets_need_permissions(work: Forge, ask: Ask) -> None:
    tokens = (work.token, "user-01", "eve", None)
    statuses = {
        path: [ask(f"{work.url}/orgs/acme/{path}", token=token).status for token in tokens]
        for path in ("teams", "hooks", "actions/secrets")
    }
    assert statuses == {
        "teams": [200, 200, 404, 404],
        "hooks": [200, 403, 404, 404],
        "actions/secrets": [200, 403, 404, 404],
    }
    teams = [row for body in pages(work, ask, "/orgs/acme/teams") for row in body]
    assert [row["slug"] for row in teams] == [f"team-{number}" for number in range(35)]
    assert len(ask(f"{work.url}/orgs/acme/hooks").json()) == 2


def test_installations_are_those_of_the_users_organizations(work: Forge, ask: Ask) -> None:
    assert ask(f"{work.url}/user/installations", token=None).status == 401
    assert ask(f"{work.url}/user/installations", token="eve").json() == {"total_count": 0, "installations": []}
    mine = ask(f"{work.url}/user/installations", token="user-01").json()
    assert [row["account"]["login"] for row in mine["installations"]] == ["acme"]


def test_a_search_counts_all_results_and_returns_a_thousand(work: Forge, ask: Ask) -> None:
    bodies = pages(work, ask, "/search/issues?q=repo:acme/talkative&per_page=100")
    rows = [row for body in bodies for row in body["items"]]
    assert {body["total_count"] for body in bodies} == {1200}
    assert len({row["id"] for row in rows}) == len(rows) == 1000
    first = ask(f"{work.url}/search/issues?q=repo:acme/talkative&per_page=100")
    assert first.links["last"].endswith("page=10")
    for page, size in ((11, 100), (35, 30)):
        beyond = ask(f"{work.url}/search/issues?q=repo:acme/talkative&per_page={size}&page={page}")
        assert (beyond.status, beyond.links) == (422, {})
        assert beyond.json()["message"] == "Only the first 1000 search results are available"
    last = ask(f"{work.url}/search/issues?q=repo:acme/talkative&page=34").json()
    assert len(last["items"]) == 10


@pytest.mark.parametrize(
    ("query", "test"),
    [
        ("is:pr", lambda row: "pull_request" in row),
        ("is:issue", lambda row: "pull_request" not in row),
        ("type:pr+is:open", lambda row: "pull_request" in row and row["state"] == "open"),
        ("state:closed", lambda row: row["state"] == "closed"),
        ("is:merged", lambda row: "pull_request" in row and row["pull_request"]["merged_at"]),
        ("is:draft", lambda row: row.get("draft")),
        ("label:bug", lambda row: "bug" in [label["name"] for label in row["labels"]]),
        ("no:milestone", lambda row: row["milestone"] is None),
        ("author:fleet-admin", lambda row: row["user"] and row["user"]["login"] == "fleet-admin"),
        ("question", lambda row: "question" in row["title"]),
        ("%22a+question%22", lambda row: "a question" in row["title"]),
    ],
)
def test_issue_search_supports_qualifiers(work: Forge, ask: Ask, query: str, test: Callable[[Any], bool]) -> None:
    issues = [row for body in pages(work, ask, "/repos/acme/talkative/issues?state=all&per_page=100") for row in body]
    wanted = [row["number"] for row in issues if test(row)]
    found = ask(f"{work.url}/search/issues?q=repo:acme/talkative+{query}&per_page=100").json()
    assert found["total_count"] == len(wanted)
    assert [row["number"] for row in found["items"]] == wanted[:100]
    assert 0 < len(wanted) < len(issues)


def test_a_search_does_not_find_invisible_issues(work: Forge, ask: Ask) -> None:
    totals = [ask(f"{work.url}/search/issues?q=user:eve", token=token).json()["total_count"] for token in ("eve", None)]
    assert totals == [3, 0]
    both = ask(f"{work.url}/search/issues?q=user:eve+org:acme", token="eve").json()["total_count"]
    assert both == 1203


@pytest.mark.parametrize(
    ("query", "logins"),
    [
        ("user-0+followers:%3E7", ["user-09", "user-08"]),
        ("user-0+followers:%3E7&order=asc", ["user-08", "user-09"]),
        ("acme+type:org", ["acme"]),
        ("acme+type:user", []),
        ("repos:4", ["acme"]),
        ("user:EVE", ["eve"]),
    ],
)
def test_user_search_supports_qualifiers(work: Forge, ask: Ask, query: str, logins: list[str]) -> None:
    found = ask(f"{work.url}/search/users?q={query}").json()
    assert [row["login"] for row in found["items"]] == logins
    assert found["total_count"] == len(logins)


def test_searches_for_issues_and_users_have_the_search_rate_limit(work: Forge, ask: Ask) -> None:
    for kind in ("issues", "users", "repositories"):
        assert ask(f"{work.url}/search/{kind}?q=x").headers["x-ratelimit-resource"] == "search"
        assert ask(f"{work.url}/search/{kind}").status == 422
    assert ask(f"{work.url}/search/nonsense?q=x").status == 404
