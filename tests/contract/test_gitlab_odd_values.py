"""Values that GitLab never sends: a wrong shape is an error, never a model with a field of another type."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import DecodeError, NotFoundError
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, always, http_response, route
from support.running import run

PROJECT = {"id": 1, "path": "p", "path_with_namespace": "g/p"}
NAMESPACE = {"id": 2, "full_path": "g"}
REQUEST = {"id": 1, "iid": 1, "title": "t"}


def _release(assets: object) -> list[dict[str, object]]:
    return [{"tag_name": "v1", "assets": assets}]


BODIES: list[tuple[str, Any]] = [
    *(
        ("fetch_releases", _release(assets))
        for assets in (
            [],
            {"links": [{}]},
            {"links": [None]},
            {"links": {"a": 1}},
            {"links": [{"name": 5, "url": "u"}]},
            {"links": [{"name": "a", "url": 5}]},
            {"links": [{"name": "a", "url": "u", "direct_asset_url": True}]},
            {"sources": [{}]},
            {"sources": [{"url": None}]},
            {"sources": [{"url": 5}]},
            {"sources": "x"},
        )
    ),
    *(
        ("fetch_repository_details", PROJECT | {"namespace": NAMESPACE | {"kind": kind}})
        for kind in (True, 5, ["user"])
    ),
    *(
        ("fetch_repository_details", PROJECT | {"statistics": {"repository_size": size}})
        for size in (1.5, True, "1", [])
    ),
    *(("fetch_issues", [REQUEST | {"state": state}]) for state in (True, 5, {})),
    *(("fetch_pull_requests", [REQUEST | {"draft": draft}]) for draft in (-3, "yes", [])),
]


@pytest.mark.parametrize(("method", "body"), BODIES, ids=str)
def test_a_value_of_another_type_is_a_wrong_shape(engine: str, method: str, body: object) -> None:
    async def main() -> None:
        async with gitlab(engine, server.url) as client:
            with pytest.raises(DecodeError) as caught:
                await getattr(client, method)("g", "p")
        assert caught.value.code == "decode_shape"

    with RawServer(always(http_response(body))) as server:
        run(main())


def test_a_search_for_a_user_that_never_ends_is_ended(engine: str) -> None:
    def endless(_: RawRequest) -> bytes:
        number = len(server.requests)
        rows = [{"id": number * 100 + row, "username": f"u{number}-{row}"} for row in range(100)]
        return http_response(rows, headers={"link": f'</users?page={number + 1}>; rel="next"'})

    async def main() -> None:
        async with gitlab(engine, server.url) as client:
            with pytest.raises(NotFoundError):
                await client.fetch_user("nobody")

    with RawServer(route(endless)) as server:
        run(main())
        assert len(server.requests) <= 2
