"""The contents and the order of GitLab's lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Contributor, Fleet, Forge

Ask = Callable[..., Any]
PROJECT = "/projects/acme%2Ftool"


@pytest.fixture(scope="module")
def told() -> Iterator[Forge]:
    """A forge with a project whose history has known dates."""
    fleet = Fleet()
    fleet.add_user("ann")
    fleet.add_organization("acme", members=["ann"])
    fleet.add_repository("acme", "tool", contributors=["ann", "fleet-admin"])
    fleet.add_repository("acme", "old", archived=True, created_at="2019-01-01T00:00:00Z")
    days = ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")
    for number, day in enumerate(days, 1):
        author, labels = ("ann", ("bug",)) if number == 2 else ("fleet-admin", ())
        state = "closed" if number == 3 else "open"
        over: dict[str, Any] = {"author": author, "labels": labels, "state": state, "created_at": day}
        fleet.add_issue("acme/tool", f"Issue {number}", updated_at=days[3 - number], **over)
        fleet.add_commit("acme/tool", f"Commit {number}", authored_at=day, path=f"src/{number}.py")
    fleet.add_pull_request("acme/tool", "Open", created_at=days[0])
    fleet.add_pull_request("acme/tool", "Closed", state="closed", created_at=days[1])
    fleet.add_pull_request("acme/tool", "Merged", state="closed", merged_at=days[2], created_at=days[2])
    with Forge(fleet) as running:
        yield running


def titles(forge: Forge, ask: Ask, below: str) -> list[str]:
    reply = ask(f"{forge.gitlab_url}{PROJECT}/{below}")
    assert reply.status == 200
    return [row["title"] for row in reply.json()]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [3, 2, 1]),
        ("?sort=asc", [1, 2, 3]),
        ("?order_by=updated_at", [1, 2, 3]),
        ("?state=opened&scope=all", [2, 1]),
        ("?state=closed", [3]),
        ("?state=all&order_by=created_at&sort=asc", [1, 2, 3]),
        ("?updated_after=2024-02-01T00:00:00Z", [2, 1]),
        ("?updated_after=2024-02-01T01:00:00%2B01:00", [2, 1]),
        ("?updated_after=2024-02-01T00:00:01Z", [1]),
        ("?updated_before=2024-01-15", [3]),
        ("?created_after=2024-02-15", [3]),
        ("?labels=bug", [2]),
        ("?author_username=ANN", [2]),
    ],
)
def test_lists_of_issues_apply_their_parameters(told: Forge, ask: Ask, query: str, numbers: list[int]) -> None:
    assert titles(told, ask, f"issues{query}") == [f"Issue {number}" for number in numbers]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Merged", "Closed", "Open"]),
        ("?state=all&order_by=created_at&sort=asc", ["Open", "Closed", "Merged"]),
        ("?state=opened", ["Open"]),
        ("?state=closed", ["Closed"]),
        ("?state=merged", ["Merged"]),
        ("?state=locked", []),
    ],
)
def test_lists_of_merge_requests_apply_their_parameters(told: Forge, ask: Ask, query: str, expected: list[str]) -> None:
    assert titles(told, ask, f"merge_requests{query}") == expected


@pytest.mark.parametrize("query", ["issues?state=open", "issues?updated_after=x", "merge_requests?state=open"])
def test_an_invalid_filter_is_400(told: Forge, ask: Ask, query: str) -> None:
    assert ask(f"{told.gitlab_url}{PROJECT}/{query}").status == 400


def test_lists_of_issues_omit_merge_requests_and_keep_their_numbers(told: Forge, ask: Ask) -> None:
    issues = ask(f"{told.gitlab_url}{PROJECT}/issues").json()
    pulls = ask(f"{told.gitlab_url}{PROJECT}/merge_requests").json()
    github = ask(f"{told.url}/repos/acme/tool/issues?state=all").json()
    assert sorted(row["iid"] for row in issues + pulls) == sorted(row["number"] for row in github)
    assert not {row["iid"] for row in issues} & {row["iid"] for row in pulls}


def test_a_project_without_issues_lists_none(ask: Ask) -> None:
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "quiet", has_issues=False, issues=2)
    with Forge(fleet) as forge:
        url = f"{forge.gitlab_url}/projects/fleet-admin%2Fquiet"
        assert ask(f"{url}/issues").json() == []
        assert "open_issues_count" not in ask(url).json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Commit 3", "Commit 2", "Commit 1"]),
        ("?since=2024-02-01T00:00:00Z", ["Commit 3", "Commit 2"]),
        ("?until=2024-02-01T00:00:00Z", ["Commit 2", "Commit 1"]),
        ("?path=src/2.py", ["Commit 2"]),
        ("?path=src", ["Commit 3", "Commit 2", "Commit 1"]),
        ("?ref_name=none", []),
    ],
)
def test_lists_of_commits_apply_their_parameters(told: Forge, ask: Ask, query: str, expected: list[str]) -> None:
    found = titles(told, ask, f"repository/commits{query}")
    assert [title for title in found if title.startswith("Commit")] == expected
    assert expected or not found


def test_commits_of_another_branch_include_its_head(told: Forge, ask: Ask) -> None:
    assert titles(told, ask, "repository/commits?ref_name=develop")[0] == "Work on develop"


def test_the_head_of_a_branch_is_its_first_commit(told: Forge, ask: Ask) -> None:
    branches = ask(f"{told.gitlab_url}{PROJECT}/repository/branches").json()
    for branch in branches:
        commits = ask(f"{told.gitlab_url}{PROJECT}/repository/commits?ref_name={branch['name']}").json()
        assert branch["commit"]["id"] == commits[0]["id"]
        # Lists of branches omit the parents.
        assert (branch["commit"]["parent_ids"], bool(commits[0]["parent_ids"])) == ([], True)
    assert [branch["name"] for branch in branches if branch["default"]] == ["main"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["fleet-admin", "ann"]), ("?order_by=name", ["ann", "fleet-admin"]), ("?sort=desc", ["ann", "fleet-admin"])],
)
def test_contributors_have_no_account(ask: Ask, query: str, names: list[str]) -> None:
    fleet = Fleet()
    fleet.add_user("ann")
    people = [Contributor("ann", 9), Contributor("fleet-admin", 2)]
    fleet.add_repository("fleet-admin", "tool", contributors=people)
    with Forge(fleet) as forge:
        rows = ask(f"{forge.gitlab_url}/projects/fleet-admin%2Ftool/repository/contributors{query}").json()
    assert [row["name"] for row in rows] == names
    assert {row["email"] for row in rows} == {"ann@mail.invalid", "fleet-admin@mail.invalid"}
    assert {tuple(row) for row in rows} == {("name", "email", "commits", "additions", "deletions")}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?archived=true", ["old"]),
        ("?archived=false", ["tool"]),
        ("?search=OO", ["tool"]),
        ("?visibility=private", []),
        ("?order_by=created_at&sort=asc", ["old", "tool"]),
        ("?order_by=id&sort=asc", ["tool", "old"]),
    ],
)
def test_lists_of_projects_apply_their_parameters(told: Forge, ask: Ask, query: str, names: list[str]) -> None:
    assert [row["name"] for row in ask(f"{told.gitlab_url}/groups/acme/projects{query}").json()] == names


def test_owned_and_membership_select_the_users_projects(small: Forge, ask: Ask) -> None:
    def names(query: str, token: str) -> set[str]:
        return {row["name"] for row in ask(f"{small.gitlab_url}/projects?{query}", token=token).json()}

    assert names("", "octo") == {"Tool", "secret", "notes"}
    assert names("owned=true", "octo") == {"notes"}
    assert names("membership=true", "octo") == {"Tool", "secret", "notes"}
    assert names("membership=true", "eve") == set()


def test_pipelines_are_listed_newest_first(ask: Ask) -> None:
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "tool", runs=3)
    with Forge(fleet) as forge:
        rows = ask(f"{forge.gitlab_url}/projects/fleet-admin%2Ftool/pipelines").json()
    assert [row["iid"] for row in rows] == [3, 2, 1]
    assert {row["ref"] for row in rows} == {"main"}
