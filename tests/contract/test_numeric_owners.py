"""Owners of GitLab whose names are numbers: GitLab takes such a path for an id, which may be that of a stranger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import GitLabClient, NotFoundError
from gitfleet_testing import Fleet, Forge
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

CALLS: dict[str, Callable[[GitLabClient, str], Any]] = {
    "repositories": lambda client, name: client.fetch_repositories(name).all(),
    "repositories of a group": lambda client, name: client.fetch_repositories(name, kind="organization").all(),
    "organization": lambda client, name: client.fetch_organization(name),
    "members": lambda client, name: client.fetch_members(name).all(),
}


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("reader")
    fleet.add_organization("stranger", members=("reader",))
    fleet.add_repository("stranger", "theirs")
    with Forge(fleet) as running:
        yield running


def _ask(engine: str, forge: Forge, call: Callable[[GitLabClient, str], Any], name: str) -> Any:
    async def main() -> Any:
        async with gitlab(engine, forge.gitlab_url, forge.token) as client:
            return await asyncio.wait_for(call(client, name), 30)

    return run(main())


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_number_never_means_the_group_with_that_id(
    engine: str, forge: Forge, call: Callable[[GitLabClient, str], Any]
) -> None:
    stranger = forge.fleet.account("stranger")
    assert stranger is not None
    with pytest.raises(NotFoundError, match=f"'{stranger.id}'"):
        _ask(engine, forge, call, str(stranger.id))


def test_a_user_whose_name_is_the_id_of_a_group_is_found(engine: str, forge: Forge) -> None:
    stranger = forge.fleet.account("stranger")
    assert stranger is not None
    name = str(stranger.id)
    forge.fleet.add_user(name)
    forge.fleet.add_repository(name, "own")
    rows = _ask(engine, forge, CALLS["repositories"], name)
    assert [row.full_name for row in rows] == [f"{name}/own"]
    assert _ask(engine, forge, lambda client, name: client.fetch_user(name), name).login == name
    details = _ask(engine, forge, lambda client, name: client.fetch_repository_details(name, "own"), name)
    assert details.full_name == f"{name}/own"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_group_whose_path_is_its_id_is_found(engine: str, call: Callable[[GitLabClient, str], Any]) -> None:
    def choose(request: RawRequest) -> bytes:
        path = request.target.partition("?")[0]
        if path == "/groups/7":
            return http_response({"id": 7, "full_path": "7"})
        if path == "/groups/7/projects":
            return http_response([{"id": 1, "path": "p", "path_with_namespace": "7/p"}])
        if path == "/groups/7/members/all":
            return http_response([{"id": 3, "username": "ann"}])
        return http_response({"message": "404 Not found"}, status=404)

    async def main() -> Any:
        async with gitlab(engine, server.url) as client:
            return await call(client, "7")

    with RawServer(route(choose)) as server:
        found = run(main())
    assert found.login == "7" if not isinstance(found, list) else len(found) == 1
