"""Objects have the keys of recorded objects, and only keys that the service documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]

#: Keys of a further media type, which the recorder asked for, and of times before the present version.
_OTHER_FORMS = {"body_html", "body_text"}
#: Keys that the service sends, but the description (or the recorder's time) does not know.
_UNDOCUMENTED = {"user_view_type", "immutable", "digest"}


@pytest.fixture(scope="module")
def full() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("octo-user", name="Octo")
    fleet.add_organization("acme", ["octo-user"], teams=["core"], secrets=["KEY"])
    amounts = {"commits": 9, "tags": 2, "releases": 5, "issues": 8, "pulls": 8, "runs": 4}
    fleet.add_repository("acme", "tool", license="mit", language="Rust", topics=("cli",), stars=3, **amounts)
    fleet.add_repository("octo-user", "tool", fork=True, parent="acme/tool")
    fleet.add_issue("acme/tool", "Full", author="octo-user", labels=("bug",), assignees=("octo-user",), milestone="1.0")
    fleet.add_pull_request("acme/tool", "Full", author="octo-user", reviewers=("octo-user",))
    with Forge(fleet) as running:
        yield running


@cache
def described(folder: Path) -> Any:
    return json.loads((folder / "github/openapi/api.github.com.get-subset.openapi3.json").read_text())


def resolved(api: Any, schema: Any) -> Any:
    while "$ref" in schema:
        found = api
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def documented(api: Any, schema: Any) -> set[str]:
    """All keys that an object (or a row of a list) can have."""
    schema = resolved(api, schema)
    if schema.get("type") == "array":
        return documented(api, schema["items"])
    keys = set(schema.get("properties", ()))
    for many in ("allOf", "anyOf", "oneOf"):
        keys = keys.union(*(documented(api, part) for part in schema.get(many, ())))
    return keys


def row_of(body: Any, wrapper: str | None) -> Any:
    """The row of a list with the most keys, or the object itself."""
    rows = body[wrapper] if wrapper else body
    return max(rows, key=len) if isinstance(rows, list) else rows


def recorded_row(folder: Path, file: str, wrapper: str | None) -> Any:
    body = json.loads((folder / "github" / file).read_text())
    body = body["response"]["body"] if isinstance(body, dict) and "response" in body else body
    return row_of(body, wrapper if wrapper in body else None)


def missing(wanted: Any, row: Any, place: str = "") -> list[str]:
    """The keys that one value has and the other one lacks, including nested objects and lists that both have."""
    if isinstance(wanted, list) and isinstance(row, list) and wanted and row:
        return missing(wanted[0], max(row, key=str), f"{place}[]")
    if not isinstance(wanted, dict) or not isinstance(row, dict):
        return []
    lacking = [f"{place}.{key}" for key in wanted.keys() - row.keys() - _OTHER_FORMS]
    return lacking + [
        key for name in wanted.keys() & row.keys() for key in missing(wanted[name], row[name], f"{place}.{name}")
    ]


REPO = "/repos/acme/tool"
KINDS = [
    ("/users/octo-user", None, "recorded/hub4j-github-api/user/001.json", "/users/{username}"),
    ("/orgs/acme", None, "recorded/github3.py/org/001.json", "/orgs/{org}"),
    ("/orgs/acme/members", None, "recorded/github3.py/org_members/001.json", "/orgs/{org}/members"),
    (f"{REPO}/tags", None, "recorded/hub4j-github-api/tags/001.json", "/repos/{owner}/{repo}/tags"),
    (f"{REPO}/commits", None, "recorded/hub4j-github-api/commits/001.json", "/repos/{owner}/{repo}/commits"),
    (f"{REPO}/commits/main", None, "recorded/github3.py/commit/002.json", "/repos/{owner}/{repo}/commits/{ref}"),
    (f"{REPO}/releases", None, "recorded/ogr/releases/001.json", "/repos/{owner}/{repo}/releases"),
    (f"{REPO}/releases/latest", None, "recorded/github3.py/release/003.json", "/repos/{owner}/{repo}/releases/latest"),
    (
        f"{REPO}/issues/17",
        None,
        "recorded/hub4j-github-api/issue/001.json",
        "/repos/{owner}/{repo}/issues/{issue_number}",
    ),
    (f"{REPO}/issues", None, "recorded/hub4j-github-api/issues/001.json", "/repos/{owner}/{repo}/issues"),
    (f"{REPO}/pulls", None, "recorded/ogr/pulls/001.json", "/repos/{owner}/{repo}/pulls"),
    (f"{REPO}/pulls/18", None, "recorded/github3.py/pull/001.json", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    (f"{REPO}/contributors", None, "recorded/ogr/contributors/001.json", "/repos/{owner}/{repo}/contributors"),
    (f"{REPO}/topics", None, "recorded/hub4j-github-api/topics/001.json", "/repos/{owner}/{repo}/topics"),
    (f"{REPO}/stargazers", None, None, "/repos/{owner}/{repo}/stargazers"),
    (f"{REPO}/forks", None, "recorded/ogr/forks/001.json", "/repos/{owner}/{repo}/forks"),
    (f"{REPO}/license", None, None, "/repos/{owner}/{repo}/license"),
    (f"{REPO}/labels", None, None, "/repos/{owner}/{repo}/labels"),
    (f"{REPO}/milestones", None, None, "/repos/{owner}/{repo}/milestones"),
    ("/orgs/acme/teams", None, None, "/orgs/{org}/teams"),
    (f"{REPO}/commits/main/check-runs", "check_runs", "recorded/ogr/other/001.json", None),
    (f"{REPO}/commits/main/statuses", None, "recorded/octokit-fixtures/other/002.json", None),
    (f"{REPO}/actions/artifacts", "artifacts", "bodies/octocrab/repository_artifacts.json", None),
    ("/search/issues?q=full", "items", "recorded/octokit-fixtures/search/001.json", None),
    ("/search/repositories?q=tool", "items", "recorded/ogr/search/001.json", None),
    ("/user/installations", "installations", "recorded/hub4j-github-api/other/004.json", None),
]


@pytest.mark.parametrize(("path", "wrapper", "file", "place"), KINDS, ids=[kind[0] for kind in KINDS])
def test_objects_have_the_recorded_keys_and_only_documented_ones(
    full: Forge, ask: Ask, recorded: Path, path: str, wrapper: str | None, file: str | None, place: str | None
) -> None:
    reply = ask(full.url + path)
    assert reply.status == 200
    row = row_of(reply.json(), wrapper)
    if file is not None:
        assert missing(recorded_row(recorded, file, wrapper), row) == []
    if place is not None:
        api = described(recorded)
        answer = resolved(api, api["paths"][place]["get"]["responses"]["200"])
        schema = answer["content"]["application/json"]["schema"]
        assert row.keys() - documented(api, schema) - _UNDOCUMENTED == set()


@pytest.mark.parametrize(
    ("path", "wrapper", "key"), [("runs", "workflow_runs", "workflow_run"), ("workflows", "workflows", "workflow")]
)
def test_runs_and_workflows_have_the_keys_of_a_recorded_event(
    full: Forge, ask: Ask, recorded: Path, path: str, wrapper: str, key: str
) -> None:
    event = json.loads((recorded / "github/bodies/octocrab/workflow_run_event_no_organization.json").read_text())
    row = ask(f"{full.url}{REPO}/actions/{path}").json()[wrapper][0]
    assert missing(event["payload"][key], row) == []


def test_a_star_has_its_time_if_the_media_type_requests_it(full: Forge, ask: Ask, recorded: Path) -> None:
    headers = {"Accept": "application/vnd.github.star+json"}
    bare = ask(f"{full.url}{REPO}/stargazers").json()
    timed = ask(f"{full.url}{REPO}/stargazers", headers=headers).json()
    assert [row["user"] for row in timed] == bare
    assert missing(recorded_row(recorded, "recorded/github3.py/stargazers/001.json", None), timed[0]) == []
