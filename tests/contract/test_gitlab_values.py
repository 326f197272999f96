"""What GitLab's objects mean, in cases that no recorded response has."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import ReleaseAsset
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

PROJECT = {"id": 1, "path": "p", "path_with_namespace": "g/p"}


def _ask(engine: str, body: Any, method: str) -> Any:
    async def main(server: RawServer) -> Any:
        async with gitlab(engine, server.url) as client:
            return await getattr(client, method)("g", "p")

    with RawServer(always(http_response(body))) as server:
        return run(main(server))


@pytest.mark.parametrize(
    ("told", "fork"),
    [
        ({"archived": False, "forked_from_project": {"id": 2, "path_with_namespace": "g/o"}}, True),
        ({"archived": False, "mr_default_target_self": False}, True),
        ({"archived": False, "mr_default_target_self": True}, True),
        ({"archived": False}, False),
        ({}, None),
    ],
    ids=["parent", "hidden parent", "hidden parent that is no target", "none", "not told"],
)
def test_a_project_is_a_fork_when_only_forks_have_what_it_has(engine: str, told: Any, fork: bool | None) -> None:
    assert _ask(engine, PROJECT | told, "fetch_repository_details").fork is fork


def test_a_file_of_a_release_is_where_gitlab_leads_to_it(engine: str) -> None:
    links = [
        {"name": "a", "url": "https://elsewhere.invalid/a", "direct_asset_url": "https://gitlab.invalid/a"},
        {"name": "b", "url": "https://elsewhere.invalid/b", "direct_asset_url": None},
        {"name": "c", "url": "https://elsewhere.invalid/c"},
    ]
    (release,) = _ask(engine, [{"tag_name": "v1", "assets": {"links": links}}], "fetch_releases")
    assert release.assets == (
        ReleaseAsset("a", "https://gitlab.invalid/a"),
        ReleaseAsset("b", "https://elsewhere.invalid/b"),
        ReleaseAsset("c", "https://elsewhere.invalid/c"),
    )
