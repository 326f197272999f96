"""Issues, pull requests, labels, milestones and events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]
BIG = "/repos/acme/big"


@pytest.fixture(scope="module")
def talk() -> Iterator[Forge]:
    """A forge that no test changes."""
    fleet = Fleet()
    for login in ("octo-user", "eve"):
        fleet.add_user(login)
    fleet.add_organization("acme", ["octo-user"])
    fleet.add_repository("acme", "big", issues=150, pulls=90, open_issues=100, commits=200)
    fleet.add_repository("eve", "big", fork=True, parent="acme/big")
    fleet.add_repository("acme", "quiet", has_issues=False)
    with Forge(fleet) as running:
        running.add_token(running.token, limit=100_000)
        yield running


def everything(forge: Forge, ask: Ask, path: str) -> list[Any]:
    reply = ask(forge.url + path)
    assert reply.status == 200
    rows: list[Any] = reply.json()
    while "next" in reply.links:
        reply = ask(reply.links["next"])
        rows += reply.json()
    return rows


@pytest.mark.parametrize("kind", ["issues", "pulls"])
@pytest.mark.parametrize("size", [30, 100])
def test_open_and_closed_together_are_the_whole_list(talk: Forge, ask: Ask, kind: str, size: int) -> None:
    rows = {
        state: [row["number"] for row in everything(talk, ask, f"{BIG}/{kind}?per_page={size}&{state}")]
        for state in ("state=all", "state=open", "state=closed", "")
    }
    assert len(rows["state=all"]) == {"issues": 240, "pulls": 90}[kind]
    assert sorted(rows["state=open"] + rows["state=closed"]) == sorted(rows["state=all"])
    assert rows[""] == rows["state=open"]
    assert len(rows[""]) == 100 if kind == "issues" else 0 < len(rows[""]) < 90
    assert rows["state=all"] == sorted(rows["state=all"], reverse=True)


def test_lists_of_issues_include_pull_requests(talk: Forge, ask: Ask) -> None:
    issues = everything(talk, ask, f"{BIG}/issues?state=all&per_page=100")
    pulls = everything(talk, ask, f"{BIG}/pulls?state=all&per_page=100")
    assert [row["number"] for row in issues if "pull_request" in row] == [row["number"] for row in pulls]
    assert {row["id"] for row in pulls} < {row["id"] for row in issues}
    for row, pull in zip((row for row in issues if "pull_request" in row), pulls, strict=True):
        assert row["pull_request"]["url"] == pull["url"]
        assert row["pull_request"]["merged_at"] == pull["merged_at"]


@pytest.mark.parametrize(
    ("query", "key", "descending"),
    [
        ("issues?", "created_at", True),
        ("issues?direction=asc", "created_at", False),
        ("issues?sort=updated", "updated_at", True),
        ("issues?sort=updated&direction=asc", "updated_at", False),
        ("issues?sort=comments", "comments", True),
        ("pulls?", "created_at", True),
        ("pulls?sort=created&direction=asc", "created_at", False),
        ("pulls?sort=updated", "updated_at", False),
        ("pulls?sort=updated&direction=desc", "updated_at", True),
    ],
)
def test_lists_apply_sort_and_direction(talk: Forge, ask: Ask, query: str, key: str, descending: bool) -> None:
    values = [row[key] for row in everything(talk, ask, f"{BIG}/{query}&state=all")]
    assert values == sorted(values, reverse=descending)
    assert len(set(values)) > 3


def test_issues_are_filtered_by_time_users_and_labels(talk: Forge, ask: Ask) -> None:
    rows = everything(talk, ask, f"{BIG}/issues?state=all&per_page=100")

    def numbers(query: str) -> list[int]:
        return [row["number"] for row in everything(talk, ask, f"{BIG}/issues?state=all&{query}")]

    def those(test: Callable[[Any], bool]) -> list[int]:
        found = [row["number"] for row in rows if test(row)]
        assert 0 < len(found) < len(rows)
        return found

    middle = sorted(row["updated_at"] for row in rows)[120]
    assert numbers(f"since={middle}") == those(lambda row: row["updated_at"] >= middle)
    labels = {row["number"]: {label["name"] for label in row["labels"]} for row in rows}
    assert numbers("labels=bug") == those(lambda row: "bug" in labels[row["number"]])
    assert numbers("labels=Bug,gr%C3%B6%C3%9Fer") == those(lambda row: {"bug", "größer"} <= labels[row["number"]])
    login = rows[0]["user"]["login"]
    assert numbers(f"creator={login}") == those(lambda row: row["user"] is not None and row["user"]["login"] == login)
    assert numbers("assignee=none") == those(lambda row: not row["assignees"])
    assert numbers("assignee=*") == those(lambda row: row["assignees"])
    assert numbers("milestone=1") == those(lambda row: row["milestone"] is not None and row["milestone"]["number"] == 1)
    assert numbers("milestone=none") == those(lambda row: row["milestone"] is None)


def test_pull_requests_are_filtered_by_head_and_base(talk: Forge, ask: Ask) -> None:
    row = next(row for row in everything(talk, ask, f"{BIG}/pulls?state=all") if row["head"]["repo"])
    assert everything(talk, ask, f"{BIG}/pulls?state=all&head={row['head']['label']}") == [row]
    assert everything(talk, ask, f"{BIG}/pulls?state=all&head=acme:none") == []
    assert everything(talk, ask, f"{BIG}/pulls?state=all&base=none") == []
    assert len(everything(talk, ask, f"{BIG}/pulls?state=all&base=main")) == 90


@pytest.mark.parametrize("query", ["state=opened", "sort=stars", "direction=up", "since=yesterday"])
def test_unknown_parameter_values_are_rejected(talk: Forge, ask: Ask, query: str) -> None:
    reply = ask(f"{talk.url}{BIG}/issues?{query}")
    assert (reply.status, reply.json()["errors"][0]["field"]) == (422, query.partition("=")[0])


def test_a_pull_request_survives_its_head_repository(talk: Forge, ask: Ask) -> None:
    rows = everything(talk, ask, f"{BIG}/pulls?state=all&per_page=100")
    gone = [row for row in rows if row["head"]["repo"] is None]
    assert gone
    assert all(row["head"]["user"] is None and row["head"]["sha"] and row["base"]["repo"] for row in gone)
    assert {row["head"]["repo"]["full_name"] for row in rows if row["head"]["repo"]} == {"acme/big", "eve/big"}
    assert None in [row["user"] for row in everything(talk, ask, f"{BIG}/issues?state=all&per_page=100")]


def test_an_invisible_head_repository_is_null(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository("octo-user", "Tool", private=True, fork=True, parent="Acme/Tool")
    small.fleet.add_pull_request("Acme/Tool", "Try", head_repository="octo-user/Tool", author="octo-user")
    heads = [ask(f"{small.url}/repos/Acme/Tool/pulls/1", token=token).json()["head"] for token in ("octo", "eve")]
    assert [head["repo"] and head["repo"]["full_name"] for head in heads] == ["octo-user/Tool", None]


def test_a_single_issue_and_pull_request_have_more_keys(talk: Forge, ask: Ask) -> None:
    row = everything(talk, ask, f"{BIG}/pulls?state=closed")[0]
    single = ask(row["url"]).json()
    assert {key: single[key] for key in row} == row
    assert single["merged"] == (row["merged_at"] is not None)
    issue = ask(f"{talk.url}{BIG}/issues/{row['number']}").json()
    assert (issue["id"], issue["closed_by"] is None) == (row["id"], False)
    plain = next(row for row in everything(talk, ask, f"{BIG}/issues?state=all") if "pull_request" not in row)
    assert ask(f"{talk.url}{BIG}/pulls/{plain['number']}").status == 404
    for wrong in ("0", "241", "x", "-1", "1" * 30, "²"):
        assert ask(f"{talk.url}{BIG}/issues/{wrong.replace('²', '%C2%B2')}").status == 404


def test_issues_can_be_disabled(talk: Forge, ask: Ask) -> None:
    assert [ask(f"{talk.url}/repos/acme/quiet/{path}").status for path in ("issues", "issues/1")] == [410, 410]
    assert ask(f"{talk.url}/repos/acme/quiet/issues", method="POST", body=b'{"title":"x"}').status == 410
    assert ask(f"{talk.url}/repos/acme/quiet/pulls").json() == []


def test_an_opened_issue_is_listed(small: Forge, ask: Ask) -> None:
    url = f"{small.url}/repos/Acme/Tool/issues"
    small.fleet.add_pull_request("Acme/Tool", "First")
    content = {"title": "Broken", "body": "Very.", "labels": ["bug", "new one"], "assignees": ["eve", "nobody"]}
    mine = ask(url, method="POST", body=json.dumps(content).encode(), token="octo")
    theirs = ask(url, method="POST", body=json.dumps(content).encode(), token="eve")
    assert (mine.status, theirs.status) == (201, 201)
    rows = ask(url).json()
    assert [row["number"] for row in rows] == [3, 2, 1]
    assert rows[1] == {key: value for key, value in mine.json().items() if key != "closed_by"}
    assert [label["name"] for label in rows[1]["labels"]] == ["bug", "new one"]
    assert [person["login"] for person in rows[1]["assignees"]] == ["eve"]
    assert (rows[0]["labels"], rows[0]["assignees"]) == ([], [])
    assert [row["author_association"] for row in rows[:2]] == ["CONTRIBUTOR", "MEMBER"]
    assert ask(mine.json()["url"]).json() == mine.json()
    assert len({row["id"] for row in rows}) == 3
    assert "new one" in [row["name"] for row in ask(f"{small.url}/repos/Acme/Tool/labels").json()]


def test_labels_that_are_not_a_list_are_ignored(small: Forge, ask: Ask) -> None:
    content = {"title": "x", "labels": 5, "assignees": {"eve": 1}, "body": [1]}
    opened = ask(f"{small.url}/repos/Acme/Tool/issues", method="POST", body=json.dumps(content).encode())
    assert (opened.status, opened.json()["labels"], opened.json()["body"]) == (201, [], None)


def test_milestones_count_their_issues(talk: Forge, ask: Ask) -> None:
    rows = everything(talk, ask, f"{BIG}/issues?state=all&per_page=100")
    shown = {row["title"]: row for row in everything(talk, ask, f"{BIG}/milestones?state=all")}
    assert [row["title"] for row in everything(talk, ask, f"{BIG}/milestones")] == ["2.0"]
    for title, milestone in shown.items():
        held = [row["state"] for row in rows if row["milestone"] and row["milestone"]["title"] == title]
        assert (milestone["open_issues"], milestone["closed_issues"]) == (held.count("open"), held.count("closed"))


def test_labels_are_listed(talk: Forge, ask: Ask) -> None:
    names = [row["name"] for row in everything(talk, ask, f"{BIG}/labels?per_page=2")]
    assert names == ["bug", "documentation", "enhancement", "good first issue", "größer"]


def test_events_end_after_three_hundred(talk: Forge, ask: Ask) -> None:
    rows = everything(talk, ask, f"{BIG}/events?per_page=100")
    assert len(rows) == 300
    assert len({row["id"] for row in rows}) == 300
    assert {row["type"] for row in rows} == {"PushEvent", "IssuesEvent", "PullRequestEvent"}
    times = [row["created_at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(row["repo"]["name"] == "acme/big" and row["actor"]["login"] for row in rows)
