"""Responses that GitLab gave: every one of them decodes, to the values that are in it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import GitFleetError, GitLabClient, InvalidRequestError, NotFoundError
from support import gitlab_expected as expected
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.recorded import FOLDER, Entry, entries, parameters
from support.running import run

PROJECT = ("group/sub", "project")
ALL = entries("gitlab", "index")
# Headers of a whole exchange but for those of its transport, and the links, which lead to other places.
DROPPED = ("content-length", "content-encoding", "transfer-encoding", "connection", "link", "x-next-page", "date")


@dataclass(frozen=True)
class Kind:
    """How to ask for a kind of answer; ``listed``: the client sees such an object only as a row."""

    read: Callable[[GitLabClient], Awaitable[Any]]
    make: Callable[[Any], Any]
    listed: bool = True


async def _languages(client: GitLabClient) -> object:
    return await client.fetch_languages(*PROJECT)


KINDS = {
    "repo": Kind(lambda client: client.fetch_repository_details(*PROJECT), expected.details, listed=False),
    "repo_list": Kind(lambda client: _all(client.fetch_repositories("g", kind="organization")), expected.repo),
    "branches": Kind(lambda client: _all(client.fetch_branches(*PROJECT)), expected.branch),
    "tags": Kind(lambda client: _all(client.fetch_tags(*PROJECT)), expected.tag),
    "commits": Kind(lambda client: _all(client.fetch_commits(*PROJECT)), expected.commit),
    "contributors": Kind(lambda client: _all(client.fetch_contributors(*PROJECT)), expected.contributor),
    "issues": Kind(lambda client: _all(client.fetch_issues(*PROJECT)), expected.issue),
    "pulls": Kind(lambda client: _all(client.fetch_pull_requests(*PROJECT)), expected.merge_request),
    "releases": Kind(lambda client: _all(client.fetch_releases(*PROJECT)), expected.release),
    "members": Kind(lambda client: _all(client.fetch_members("g/s")), expected.account),
    "languages": Kind(_languages, dict, listed=False),
    "org": Kind(lambda client: client.fetch_organization("g/s"), expected.group, listed=False),
    "user_self": Kind(lambda client: client.fetch_user_info(), expected.user, listed=False),
}
KINDS |= {"commit": KINDS["commits"], "issue": KINDS["issues"], "pull": KINDS["pulls"], "branch": KINDS["branches"]}
# Not as GitLab sent it: an edit for another purpose has left nothing of its merge requests but number and hash.
EDITED = "danger/pulls/001.json"


async def _all(listing: Any) -> Any:
    return await listing


def _chosen() -> list[Entry]:
    return [item for item in ALL if item.kind in KINDS and item.status == 200 and not str(item.file).endswith(EDITED)]


def _serve(body: Any, headers: dict[str, str] | None = None, status: int = 200) -> RawServer:
    return RawServer(route(lambda _: http_response(body, status=status, headers=headers)))


def _headers(entry: Entry) -> dict[str, str]:
    found = entry.exchanges[0]["response"]["headers"]
    return {name.lower(): value for name, value in found if name.lower() not in DROPPED}


def _read(engine: str, server: RawServer, kind: Kind, **settings: Any) -> Any:
    async def main() -> Any:
        # Some recorded pages are the first one of several, whose total they name.
        async with gitlab(engine, f"{server.url}/api/v4", on_incomplete="ignore", **settings) as client:
            return await kind.read(client)

    return run(main())


def _check(engine: str, kind: Kind, body: Any, headers: dict[str, str] | None = None) -> None:
    rows = body if isinstance(body, list) or not kind.listed else [body]
    with _serve(rows, headers) as server:
        found = _read(engine, server, kind)
        kept = _read(engine, server, kind, include_raw=True)
    assert found == kept == ([kind.make(row) for row in rows] if kind.listed else kind.make(rows))
    if kind.listed:
        assert [item.raw_data for item in kept] == rows
    elif not isinstance(kept, dict):
        assert kept.raw_data == rows


@pytest.mark.parametrize("entry", parameters(_chosen()))
def test_a_recorded_response_gives_the_values_in_it(engine: str, entry: Entry) -> None:
    _check(engine, KINDS[entry.kind], entry.body, _headers(entry))


def _read_user(engine: str, row: Any) -> Any:
    def choose(request: RawRequest) -> bytes:
        return http_response([row] if request.target.startswith("/users?username=") else row)

    async def main(server: RawServer) -> Any:
        async with gitlab(engine, server.url, "t") as client:
            return await client.fetch_user(row["username"])

    with RawServer(route(choose)) as server:
        found = run(main(server))
    assert [item.target for item in server.requests] == [f"/users?username={row['username']}", f"/users/{row['id']}"]
    return found


@pytest.mark.parametrize("entry", parameters([item for item in ALL if item.kind == "users_list"]))
def test_a_recorded_user_gives_the_values_that_are_in_him(engine: str, entry: Entry) -> None:
    (row,) = entry.body
    assert _read_user(engine, row) == expected.user(row)


STATUSES: dict[int, type[GitFleetError]] = {400: InvalidRequestError, 404: NotFoundError}


@pytest.mark.parametrize("entry", parameters([item for item in ALL if item.status >= 400]))
def test_a_recorded_failure_is_the_error_of_its_status_and_quotes_gitlab(engine: str, entry: Entry) -> None:
    with _serve(entry.body, _headers(entry), entry.status) as server, pytest.raises(GitFleetError) as caught:
        _read(engine, server, KINDS["repo"])
    assert type(caught.value) is STATUSES[entry.status]
    assert entry.body["message"] in caught.value.message
    assert caught.value.request_id == _headers(entry)["x-request-id"]  # type: ignore[attr-defined]


@pytest.mark.skipif(not ALL, reason="no recorded answers here")
def test_every_kind_of_recorded_response_is_tested() -> None:
    assert {item.kind for item in _chosen()} == set(KINDS) - {"contributors", "branch"}
    assert len(_chosen()) == len([item for item in ALL if item.kind in KINDS]) - 1 > 70


BODIES = {
    "repo": ["gitar-contracts/project", "dependabot/bump_repo", "gitlab4j-docs-examples/models-project"],
    "repo_list": ["gitar-contracts/stars"],
    "branches": ["dependabot/branch", "dependabot/master_branch", "gitlab4j-docs-examples/models-branch"],
    "branch": ["go-gitlab/get_branch", "go-gitlab/list_branches"],
    "tags": ["dependabot/business_tags", "gitar-contracts/list_tags", "gitlab4j-docs-examples/models-tag"],
    "commits": ["dependabot/commits", "dependabot/commits_with_existing", "dependabot/create_commit"],
    "commit": [f"{name}-commit" for name in ("gitlab4j-docs-examples/api", "gitlab4j-docs-examples/models")]
    + ["go-gitlab/get_commit"],
    "contributors": ["gitlab4j-docs-examples/models-contributors"],
    "issues": ["gitlab4j-docs-examples/models-issue"],
    "pulls": [
        *("dependabot/merge_request", "dependabot/merge_requests", "gitar-contracts/merge_request"),
        *("gitar-contracts/approve_merge_request", "gitlab4j-docs-examples/api-merge-request"),
        *("gitlab4j-docs-examples/models-merge-request", "go-gitlab/get_merge_request", "go-gitlab/get_merge_requests"),
        *(f"go-gitlab/get_merge_requests_{which}_username" for which in ("author", "not_author")),
    ],
    "releases": [f"gitar-contracts/list_release{which}" for which in ("s", "_assets")]
    + ["gitlab4j-docs-examples/models-releases"],
    "members": ["gitar-contracts/project_members"]
    + [f"gitlab4j-docs-examples/models-{which}" for which in ("members", "project-users", "user-list")],
    "languages": ["gitlab4j-docs-examples/models-project-languages"],
    "org": ["gitlab4j-docs-examples/models-group"],
    "user_self": ["gitar-contracts/get_user_info", "gitlab4j-docs-examples/models-user", "go-gitlab/get_user_admin"],
}
PLACE = FOLDER / "gitlab" / "bodies"
FOUND = [(kind, PLACE / f"{name}.json") for kind, names in BODIES.items() for name in names]


@pytest.mark.skipif(not PLACE.is_dir(), reason="no recorded answers here")
@pytest.mark.parametrize(("kind", "file"), FOUND, ids=[f"{kind}-{file.stem}" for kind, file in FOUND])
def test_an_example_gives_the_values_that_are_in_it(engine: str, kind: str, file: Path) -> None:
    body = json.loads(file.read_text("utf-8"))
    if file.stem == "models-members":
        del body[2:]  # whose third member was given the number of the second one
    _check(engine, KINDS[kind], body)


@pytest.mark.skipif(not PLACE.is_dir(), reason="no recorded answers here")
@pytest.mark.parametrize(
    "name", ["go-gitlab/get_user", "go-gitlab/search_users", "gitar-contracts/get_user_by_username"]
)
def test_an_example_of_a_user_gives_the_values_that_are_in_him(engine: str, name: str) -> None:
    body = json.loads((PLACE / f"{name}.json").read_text("utf-8"))
    row = body[0] if isinstance(body, list) else body
    assert _read_user(engine, row) == expected.user(row)
