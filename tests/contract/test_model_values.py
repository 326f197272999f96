"""Values of the models: the same meaning for both providers, and None for a value that the provider did not send."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import DecodeError, RepoReference
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response, route
from support.running import run

PULL: dict[str, Any] = {"id": 1, "number": 7, "title": "t", "state": "closed"}
MERGE_REQUEST: dict[str, Any] = {"id": 1, "iid": 7, "title": "t", "state": "opened"}
PROJECT: dict[str, Any] = {"id": 1, "path": "p", "path_with_namespace": "ann/p"}
NAMESPACE: dict[str, Any] = {"id": 70, "kind": "user", "full_path": "ann", "web_url": "https://gitlab.invalid/ann"}
LICENSES = {
    "mit": "MIT",
    "apache-2.0": "Apache-2.0",
    "gpl-3.0": "GPL-3.0",  # deprecated: GitLab does not say whether it is GPL-3.0-only or GPL-3.0-or-later
    "bsl-1.0": "BSL-1.0",
    "beerware": "Beerware",
    "isc": "ISC",
    "wtfpl": "WTFPL",
    "0bsd": "0BSD",
    "cern-ohl-p-2.0": "CERN-OHL-P-2.0",
    "ms-pl": "MS-PL",
    "ofl-1.1": "OFL-1.1",
    "unlicense": "Unlicense",
    "vim": "Vim",
    "zlib": "Zlib",
    "ncsa": "NCSA",
    "postgresql": "PostgreSQL",
    "other": "NOASSERTION",
    "a-licence-of-their-own": "a-licence-of-their-own",
}


def _of_gitlab(engine: str, body: Any, method: str, *arguments: str) -> Any:
    async def main(server: RawServer) -> Any:
        async with gitlab(engine, server.url, "token") as client:
            return await getattr(client, method)(*arguments)

    with RawServer(always(http_response(body))) as server:
        return run(main(server))


def _of_github(make_client: MakeClient, body: Any, method: str, *arguments: str) -> Any:
    async def main(server: RawServer) -> Any:
        async with make_client(server.url) as client:
            return await getattr(client, method)(*arguments)

    with RawServer(always(http_response(body))) as server:
        return run(main(server))


# -- pull requests


@pytest.mark.parametrize(
    ("row", "merged"),
    [
        ({"state": "merged", "merged_at": None}, True),
        ({"state": "merged", "merged_at": "2024-01-01T00:00:00Z"}, True),
        ({"state": "closed", "merged_at": None}, False),
        ({"state": "opened"}, False),
        ({"state": "locked"}, False),
    ],
)
def test_a_merge_request_of_gitlab_is_merged_by_its_state(engine: str, row: dict[str, Any], merged: bool) -> None:
    (found,) = _of_gitlab(engine, [MERGE_REQUEST | row], "fetch_pull_requests", "g", "p")
    assert found.merged is merged


@pytest.mark.parametrize(
    ("row", "merged"),
    [
        ({"merged_at": "2024-01-01T00:00:00Z"}, True),
        ({"merged_at": "10000-01-01T00:00:00Z"}, True),
        ({"merged_at": None}, False),
        ({}, False),
    ],
)
def test_a_pull_request_of_github_is_merged_by_its_time(
    make_client: MakeClient, row: dict[str, Any], merged: bool
) -> None:
    (found,) = _of_github(make_client, [PULL | row], "fetch_pull_requests", "o", "r")
    assert found.merged is merged


@pytest.mark.parametrize(
    ("sent", "state"), [("opened", "open"), ("reopened", "open"), ("closed", "closed"), ("locked", "open")]
)
def test_a_state_of_gitlab_is_open_or_closed(engine: str, sent: str, state: str) -> None:
    """Old servers call issues that were closed and opened again ``reopened``."""
    (found,) = _of_gitlab(engine, [MERGE_REQUEST | {"state": sent}], "fetch_issues", "g", "p")
    assert found.state == state


def test_the_source_of_a_merge_request_from_a_fork_has_its_id(engine: str) -> None:
    full = {"references": {"full": "g/p!7"}, "target_project_id": 3}
    rows = [
        MERGE_REQUEST | full | {"source_project_id": 9},
        MERGE_REQUEST | full | {"id": 2, "source_project_id": 3},
        MERGE_REQUEST | full | {"id": 3, "source_project_id": None},
        MERGE_REQUEST | {"id": 4, "project_id": 3},
    ]
    found = _of_gitlab(engine, rows, "fetch_pull_requests", "g", "p")
    assert [item.head_repo for item in found] == [RepoReference(9), RepoReference(3, "g/p"), None, None]
    assert [item.base_repo for item in found] == [RepoReference(3, "g/p")] * 3 + [RepoReference(3)]


def test_the_source_of_a_pull_request_has_its_id_and_name(make_client: MakeClient) -> None:
    head = {"ref": "f", "sha": "a", "repo": {"id": 5, "full_name": "fork/r"}}
    rows = [PULL | {"head": head}, PULL | {"id": 2, "head": head | {"repo": None}}]
    found = _of_github(make_client, rows, "fetch_pull_requests", "o", "r")
    assert [item.head_repo for item in found] == [RepoReference(5, "fork/r"), None]


# -- owners and accounts


@pytest.mark.parametrize(
    ("row", "owner"),
    [
        ({"namespace": NAMESPACE, "owner": {"id": 7, "username": "ann"}}, (7, "ann", "User")),
        ({"namespace": NAMESPACE}, (None, "ann", "User")),
        ({"namespace": NAMESPACE | {"kind": "group"}}, (70, "ann", "Organization")),
        (
            {"namespace": NAMESPACE | {"kind": "group"}, "owner": {"id": 7, "username": "x"}},
            (70, "ann", "Organization"),
        ),
        ({"namespace": NAMESPACE | {"kind": "other"}}, (None, "ann", "other")),
        ({"owner": {"id": 7, "username": "ann"}}, (None, "ann", None)),
    ],
    ids=["user", "user without a token", "group", "group and creator", "unknown kind", "no namespace"],
)
def test_the_owner_of_a_project_never_has_the_id_of_a_namespace_of_a_user(
    engine: str, row: dict[str, Any], owner: tuple[Any, ...]
) -> None:
    found = _of_gitlab(engine, PROJECT | row, "fetch_repository_details", "ann", "p")
    assert (found.owner.id, found.owner.login, found.owner.type) == owner
    assert found.owner_login == "ann"


def test_the_login_of_an_owner_is_the_full_path_of_a_group(engine: str) -> None:
    row = {"id": 1, "path": "p", "path_with_namespace": "g/sub/p"}
    found = _of_gitlab(engine, row, "fetch_repository_details", "g/sub", "p")
    assert (found.owner, found.owner_login) == (None, "g/sub")


@pytest.mark.parametrize(
    ("row", "kind"), [({}, None), ({"bot": None}, None), ({"bot": False}, "User"), ({"bot": True}, "Bot")]
)
def test_an_account_of_gitlab_has_no_type_that_gitlab_did_not_send(
    engine: str, row: dict[str, Any], kind: str | None
) -> None:
    (found,) = _of_gitlab(engine, [{"id": 1, "username": "ann"} | row], "fetch_members", "g")
    assert found.type == kind


@pytest.mark.parametrize(
    ("row", "email"),
    [
        ({"email": "private@x.invalid", "public_email": "public@x.invalid"}, "private@x.invalid"),
        ({"email": "private@x.invalid", "public_email": ""}, "private@x.invalid"),
        ({"public_email": "public@x.invalid"}, "public@x.invalid"),
        ({"public_email": ""}, None),
    ],
)
def test_an_administrator_of_gitlab_gets_the_address_of_a_user(
    engine: str, row: dict[str, Any], email: str | None
) -> None:
    user = {"id": 1, "username": "ann"}

    async def main(server: RawServer) -> Any:
        async with gitlab(engine, server.url, "token") as client:
            return await client.fetch_user("ann")

    with RawServer(route(lambda request: http_response([user] if "?" in request.target else user | row))) as server:
        assert run(main(server)).email == email


# -- repositories


@pytest.mark.parametrize("key", LICENSES)
def test_a_licence_of_gitlab_is_spelled_as_spdx_does(engine: str, key: str) -> None:
    found = _of_gitlab(engine, PROJECT | {"license": {"key": key}}, "fetch_repository_details", "ann", "p")
    assert found.license == LICENSES[key]


@pytest.mark.parametrize(
    ("row", "spelled"),
    [
        ({"key": "mit", "spdx_id": "MIT"}, "MIT"),
        ({"key": "mit"}, "MIT"),
        ({"key": "other", "spdx_id": "NOASSERTION"}, "NOASSERTION"),
        ({"key": "other", "spdx_id": None}, "NOASSERTION"),
        (None, None),
    ],
)
def test_a_licence_of_github_without_an_identifier_is_known_by_its_key(
    make_client: MakeClient, row: Any, spelled: str | None
) -> None:
    body = {"id": 1, "name": "r", "full_name": "o/r", "license": row}
    assert _of_github(make_client, body, "fetch_repository_details", "o", "r").license == spelled


def test_a_branch_of_gitlab_has_the_time_of_its_commit(engine: str) -> None:
    commits = [{"id": "c", "committed_date": "2024-01-02T03:04:05.000+01:00"}, {"id": "d"}]
    rows = [{"name": f"b{number}", "commit": commit} for number, commit in enumerate(commits)]
    first, second = _of_gitlab(engine, rows, "fetch_branches", "g", "p")
    assert first.committed_at.isoformat() == "2024-01-02T03:04:05+01:00"
    assert second.committed_at is None


# -- ids


@pytest.mark.parametrize("value", ["7", True, 7.0, None])
def test_an_id_of_github_and_gitlab_is_an_integer(engine: str, make_client: MakeClient, value: object) -> None:
    with pytest.raises(DecodeError, match="id"):
        _of_github(make_client, [{"id": value, "login": "a"}], "fetch_members", "o")
    with pytest.raises(DecodeError, match="id"):
        _of_gitlab(engine, [{"id": value, "username": "a"}], "fetch_members", "g")
