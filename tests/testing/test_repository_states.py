"""Repositories in states that a job over many of them meets: gone, blocked, renamed, empty, forbidden, no issues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Forge

Ask = Callable[..., Any]
BELOW = ("", "/branches", "/contributors", "/pulls", "/issues", "/commits", "/languages")
BELOW_PROJECT = ("", "/repository/branches", "/repository/contributors", "/merge_requests", "/issues", "/languages")


def listed(forge: Forge, ask: Ask) -> tuple[list[str], list[str]]:
    """Full names in GitHub's and GitLab's lists of the organization."""
    repositories = ask(f"{forge.url}/orgs/Acme/repos?sort=full_name").json()
    projects = ask(f"{forge.gitlab_url}/groups/Acme/projects?order_by=name&sort=asc").json()
    return [item["full_name"] for item in repositories], [item["path_with_namespace"] for item in projects]


@pytest.fixture(autouse=True)
def _pages_are_full(small: Forge, ask: Ask) -> None:
    assert listed(small, ask) == (["Acme/secret", "Acme/Tool"],) * 2


def test_a_repository_that_is_removed_after_it_was_listed_is_404_everywhere(small: Forge, ask: Ask) -> None:
    number = small.fleet.repository("Acme/Tool").id
    small.fleet.remove("Acme/Tool", listed=True)
    assert listed(small, ask) == (["Acme/secret", "Acme/Tool"],) * 2
    for below in BELOW:
        assert ask(f"{small.url}/repos/Acme/Tool{below}").status == 404
        assert ask(f"{small.url}/repositories/{number}{below}").status == 404
    for below in BELOW_PROJECT:
        assert ask(f"{small.gitlab_url}/projects/Acme%2FTool{below}").status == 404
        assert ask(f"{small.gitlab_url}/projects/{number}{below}").status == 404
    assert [item.name for item in small.fleet.repositories] == ["secret", "notes"]


def test_a_repository_that_is_renamed_after_it_was_listed_redirects(small: Forge, ask: Ask) -> None:
    small.fleet.add_organization("other")
    new = small.fleet.rename("Acme/Tool", "other/Toolbox", listed=True)
    assert listed(small, ask) == (["Acme/secret", "Acme/Tool"],) * 2
    assert ask(f"{small.url}/orgs/other/repos").json() == []
    for below in BELOW:
        moved = ask(f"{small.url}/repos/Acme/Tool{below}")
        assert (moved.status, moved.headers["location"]) == (301, f"{small.url}/repositories/{new.id}{below}")
    assert ask(f"{small.url}/repositories/{new.id}").json()["full_name"] == "other/Toolbox"
    for below in BELOW_PROJECT:
        moved = ask(f"{small.gitlab_url}/projects/Acme%2FTool{below}")
        assert (moved.status, moved.headers["location"]) == (301, f"{small.gitlab_url}/projects/{new.id}{below}")
    assert ask(f"{small.gitlab_url}/projects/{new.id}").json()["path_with_namespace"] == "other/Toolbox"


def test_every_list_has_the_earlier_state(small: Forge, ask: Ask) -> None:
    small.fleet.rename("Acme/Tool", "Acme/Toolbox", listed=True)
    small.fleet.remove("Acme/secret", listed=True)
    names = ["Acme/Tool", "Acme/secret"]
    mine = [item["full_name"] for item in ask(f"{small.url}/user/repos").json()]
    theirs = [item["path_with_namespace"] for item in ask(f"{small.gitlab_url}/projects?order_by=id&sort=asc").json()]
    assert sorted(mine) == names
    assert [name for name in theirs if name.startswith("Acme/")] == names
    query = b'{"query": "{organization(login: \\"Acme\\") {repositories(first: 5) {nodes {nameWithOwner}}}}"}'
    nodes = ask(f"{small.url}/graphql", method="POST", body=query).json()["data"]["organization"]["repositories"]
    assert sorted(node["nameWithOwner"] for node in nodes["nodes"]) == names


def test_a_later_removal_or_rename_updates_the_lists(small: Forge, ask: Ask) -> None:
    small.fleet.rename("Acme/Tool", "Acme/Toolbox", listed=True)
    small.fleet.rename("Acme/Toolbox", "Acme/Tools", listed=True)
    assert listed(small, ask)[0] == ["Acme/secret", "Acme/Tool"]  # the list is as old as before
    small.fleet.rename("Acme/Tools", "Acme/Best")
    assert listed(small, ask)[0] == ["Acme/Best", "Acme/secret"]
    small.fleet.remove("Acme/Best", listed=True)
    small.fleet.add_repository("Acme", "Best")
    assert listed(small, ask) == (["Acme/Best", "Acme/secret"],) * 2
    assert ask(f"{small.url}/repos/Acme/Best").status == 200


def test_a_forbidden_repository_is_listed_and_403_everywhere(small: Forge, ask: Ask) -> None:
    small.fleet.forbid("Acme/Tool")
    assert listed(small, ask) == (["Acme/secret", "Acme/Tool"],) * 2
    for below in BELOW:
        reply = ask(f"{small.url}/repos/Acme/Tool{below}")
        assert (reply.status, reply.json()["message"]) == (403, "Must have push access to repository")
    for below in BELOW_PROJECT:
        reply = ask(f"{small.gitlab_url}/projects/Acme%2FTool{below}")
        assert (reply.status, reply.json()["message"]) == (403, "403 Forbidden")
    body = b'{"title": "It breaks"}'
    assert ask(f"{small.url}/repos/Acme/Tool/issues", method="POST", body=body).status == 403
    query = b'{"query": "{repository(owner: \\"Acme\\", name: \\"Tool\\") {id}}"}'
    (problem,) = ask(f"{small.url}/graphql", method="POST", body=query).json()["errors"]
    assert (problem["type"], problem["message"]) == ("FORBIDDEN", "Must have push access to repository")
    assert ask(f"{small.url}/repos/Acme/secret").status == 200


def test_the_message_of_a_forbidden_repository_can_be_set(small: Forge, ask: Ask) -> None:
    small.fleet.forbid("Acme/Tool", "Resource not accessible by integration")
    assert ask(f"{small.url}/repos/Acme/Tool/branches").json()["message"] == "Resource not accessible by integration"


def test_an_empty_repository_has_no_branches_no_contributors_and_no_commits(small: Forge, ask: Ask) -> None:
    small.fleet.update("Acme/Tool", empty=True)
    replies = {below: ask(f"{small.url}/repos/Acme/Tool{below}") for below in BELOW}
    assert (replies["/branches"].status, replies["/branches"].json()) == (200, [])
    assert (replies["/contributors"].status, replies["/contributors"].raw) == (204, b"")
    assert (replies["/commits"].status, replies["/commits"].json()["message"]) == (409, "Git Repository is empty.")
    for below in ("branches", "contributors", "commits"):
        reply = ask(f"{small.gitlab_url}/projects/Acme%2FTool/repository/{below}")
        assert (reply.status, reply.json()) == (200, [])


def test_a_repository_without_issues_is_410_for_them_only(small: Forge, ask: Ask) -> None:
    small.fleet.update("Acme/Tool", has_issues=False)
    reply = ask(f"{small.url}/repos/Acme/Tool/issues")
    assert (reply.status, reply.json()["message"]) == (410, "Issues are disabled for this repo")
    assert ask(f"{small.url}/repos/Acme/Tool/pulls").status == 200
    assert ask(f"{small.gitlab_url}/projects/Acme%2FTool/issues").json() == []
