"""GitLab's objects have the keys of recorded objects and the same data as GitHub's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitfleet_testing import Forge

Ask = Callable[..., Any]
Json = dict[str, Any]

#: What the forge answers for each kind of recorded response; {id} is a project with all of them.
ADDRESSES = {
    "repo": ["/projects/{id}", "/projects/{fork}", "/projects/{own}"],
    "repo_list": ["/groups/{group}/projects?per_page=100"],
    "forks": ["/projects?per_page=100"],
    "user_self": ["/user"],
    "users_list": ["/users?username=fleet-admin"],
    "org": ["/groups/{group}"],
    "members": ["/groups/{group}/members/all"],
    "branches": ["/projects/{id}/repository/branches"],
    "tags": ["/projects/{id}/repository/tags"],
    "commits": ["/projects/{id}/repository/commits"],
    "commit": ["/projects/{id}/repository/commits/main"],
    "releases": ["/projects/{id}/releases"],
    "issues": ["/projects/{id}/issues"],
    "issue": ["/projects/{id}/issues/{issue}"],
    "pulls": ["/projects/{id}/merge_requests"],
    "pull": ["/projects/{id}/merge_requests/{pull}"],
    "version": ["/version"],
}


def keys_of(body: Any) -> set[str]:
    rows = body if isinstance(body, list) else [body]
    return {key for row in rows if isinstance(row, dict) for key in row}


def recorded_keys(folder: Path, kind: str) -> set[str]:
    """All keys of the recorded responses of this kind."""
    lines = (folder / "gitlab" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["kind"] == kind]
    bodies = [
        json.loads((folder / "gitlab" / entry["file"]).read_text("utf-8"))["response"]["body"] for entry in entries
    ]
    assert bodies
    return {key for body in bodies for key in keys_of(json.loads(body) if isinstance(body, str) else body)}


@pytest.fixture(scope="module")
def places(forge: Forge) -> dict[str, str]:
    fleet = forge.fleet
    group = fleet.organizations[0].login
    full = next(
        item
        for item in fleet.repositories
        if item.owner == group and fleet.history(item).releases and fleet.history(item).pulls and item.has_issues
        if fleet.history(item).issues and fleet.history(item).tags
    )
    known = fleet.history(full)
    return {
        "group": group,
        "id": str(full.id),
        "fork": str(next(item.id for item in fleet.repositories if item.fork and item.owner == group)),
        "own": str(fleet.owned_by("fleet-admin")[0].id),
        "issue": str(known.issues[0].number),
        "pull": str(known.pulls[0].number),
    }


@pytest.mark.parametrize("kind", list(ADDRESSES))
def test_objects_have_all_keys_of_recorded_ones(
    forge: Forge, ask: Ask, places: dict[str, str], recorded: Path, kind: str
) -> None:
    found: set[str] = set()
    for address in ADDRESSES[kind]:
        reply = ask(forge.gitlab_url + address.format(**places))
        assert reply.status == 200
        found |= keys_of(reply.json())
    assert recorded_keys(recorded, kind) - found == set()


def test_a_project_is_the_repository_of_the_same_id(forge: Forge, ask: Ask, places: dict[str, str]) -> None:
    project = ask(f"{forge.gitlab_url}/projects/{places['id']}").json()
    repository = ask(f"{forge.url}/repositories/{places['id']}").json()
    assert project["id"] == repository["id"]
    assert project["path_with_namespace"] == repository["full_name"]
    assert project["visibility"] == repository["visibility"]
    assert project["star_count"] == repository["stargazers_count"]
    assert project["topics"] == project["tag_list"] == repository["topics"]
    assert project["http_url_to_repo"] == repository["clone_url"]
    assert project["namespace"]["id"] == repository["owner"]["id"]


def test_a_users_namespace_has_another_id_than_the_user(forge: Forge, ask: Ask, places: dict[str, str]) -> None:
    project = ask(f"{forge.gitlab_url}/projects/{places['own']}").json()
    assert project["namespace"]["kind"] == "user"
    assert project["namespace"]["full_path"] == project["owner"]["username"] == "fleet-admin"
    assert project["namespace"]["id"] != project["owner"]["id"]


def test_the_license_is_optional(small: Forge, ask: Ask) -> None:
    project = small.fleet.add_repository("Acme", "free", license="mit")
    url = f"{small.gitlab_url}/projects/{project.id}"
    assert "license" not in ask(url).json()
    assert ask(f"{url}?license=true").json()["license"]["key"] == "mit"
    bare = small.fleet.repository("Acme/Tool").id
    assert ask(f"{small.gitlab_url}/projects/{bare}?license=true").json()["license"] is None


def test_projects_are_short_without_a_token(small: Forge, ask: Ask) -> None:
    project = small.fleet.repository("Acme/Tool").id
    short = ask(f"{small.gitlab_url}/projects/{project}", token=None).json()
    assert {"path_with_namespace", "visibility", "namespace"} <= short.keys()
    assert not {"archived", "issues_enabled", "permissions"} & short.keys()
    rows = ask(f"{small.gitlab_url}/projects?simple=true").json()
    assert keys_of(rows) == short.keys()


def test_annotated_tags_have_separate_objects(small: Forge, ask: Ask) -> None:
    small.fleet.add_commit("Acme/Tool", "First")
    light = small.fleet.add_tag("Acme/Tool", "light")
    small.fleet.add_tag("Acme/Tool", "heavy", message="Words")
    number = small.fleet.repository("Acme/Tool").id
    rows = {row["name"]: row for row in ask(f"{small.gitlab_url}/projects/{number}/repository/tags").json()}
    assert rows["light"]["target"] == rows["light"]["commit"]["id"] == light.sha
    assert (rows["light"]["message"], rows["heavy"]["message"]) == ("", "Words")
    assert rows["heavy"]["commit"]["id"] == light.sha
    assert rows["heavy"]["target"] != light.sha


def test_merge_requests_are_merged_or_closed_and_have_a_source_project(small: Forge, ask: Ask) -> None:
    fleet = small.fleet
    fork = fleet.add_repository("octo-user", "Tool", fork=True, parent="Acme/Tool")
    when = "2024-02-03T04:05:06Z"
    fleet.add_pull_request("Acme/Tool", "Merged", state="closed", merged_at=when, merge_sha="a" * 40, closed_at=when)
    fleet.add_pull_request("Acme/Tool", "Closed", state="closed", closed_at=when, head_repository="octo-user/Tool")
    fleet.add_pull_request("Acme/Tool", "Draft", draft=True, head_repository=None)
    number = fleet.repository("Acme/Tool").id
    rows = {row["title"]: row for row in ask(f"{small.gitlab_url}/projects/{number}/merge_requests").json()}
    merged, closed, draft = rows["Merged"], rows["Closed"], rows["Draft"]
    assert [row["state"] for row in (merged, closed, draft)] == ["merged", "closed", "opened"]
    assert (merged["merged_at"], merged["closed_at"]) == ("2024-02-03T04:05:06.000Z", None)
    assert (closed["merged_at"], closed["closed_at"]) == (None, "2024-02-03T04:05:06.000Z")
    assert [row["source_project_id"] for row in (merged, closed, draft)] == [number, fork.id, None]
    assert (draft["draft"], draft["work_in_progress"]) == (True, True)


def test_data_of_deleted_accounts_belongs_to_the_ghost_user(small: Forge, ask: Ask) -> None:
    issue = small.fleet.add_issue("Acme/Tool", "Old", author=None)
    number = small.fleet.repository("Acme/Tool").id
    shown = ask(f"{small.gitlab_url}/projects/{number}/issues/{issue.number}").json()
    assert shown["author"]["username"] == "ghost"


def test_drafts_of_releases_are_not_listed(small: Forge, ask: Ask) -> None:
    small.fleet.add_release("Acme/Tool", "v2", draft=True)
    small.fleet.add_release("Acme/Tool", "v1", author="octo-user")
    number = small.fleet.repository("Acme/Tool").id
    rows = ask(f"{small.gitlab_url}/projects/{number}/releases").json()
    assert [(row["tag_name"], row["author"]["username"]) for row in rows] == [("v1", "octo-user")]
    assert rows[0]["assets"]["count"] == 4


def test_languages_are_percentages(small: Forge, ask: Ask) -> None:
    small.fleet.set_languages("Acme/Tool", {"Rust": 2, "C": 1})
    number = small.fleet.repository("Acme/Tool").id
    assert ask(f"{small.gitlab_url}/projects/{number}/languages").json() == {"Rust": 66.67, "C": 33.33}
    small.fleet.add_repository("Acme", "void", empty=True)
    assert ask(f"{small.gitlab_url}/projects/Acme%2Fvoid/languages").json() == {}


def test_an_empty_project_has_no_history(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository("Acme", "void", empty=True)
    url = f"{small.gitlab_url}/projects/Acme%2Fvoid"
    for below in ("branches", "tags", "commits", "contributors"):
        reply = ask(f"{url}/repository/{below}")
        assert (reply.status, reply.json()) == (200, [])
    assert ask(url).json()["default_branch"] is None
