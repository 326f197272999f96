"""An error names the scopes or permissions that the token lacks, if the provider says which."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gitfleet_api import GitHubClient, GitLabClient, ProviderError
from support.clients import Engine
from support.raw_server import RawServer, http_response, route
from support.running import run

OWN = "scope_of_this_test"
GITHUB: dict[str, tuple[int, dict[str, str], str | None]] = {
    "other scopes": (
        403,
        {"x-accepted-oauth-scopes": f"admin, {OWN}", "x-oauth-scopes": "gist, user"},
        "admin, " + OWN,
    ),
    "no scopes": (404, {"x-accepted-oauth-scopes": OWN, "x-oauth-scopes": ""}, "no scope"),
    "permissions": (403, {"x-accepted-github-permissions": f"{OWN}=read"}, f"{OWN}=read"),
    "one of the scopes": (403, {"x-accepted-oauth-scopes": f"admin, {OWN}", "x-oauth-scopes": OWN}, None),
    "an endpoint without scopes": (403, {"x-accepted-oauth-scopes": "", "x-oauth-scopes": "gist"}, None),
    "a token without scopes": (404, {"x-accepted-oauth-scopes": OWN}, None),
}
_INSUFFICIENT = {"error": "insufficient_scope", "error_description": "The request requires higher privileges."}
GITLAB: dict[str, tuple[int, dict[str, str], dict[str, Any], str | None]] = {
    "text": (403, {}, {**_INSUFFICIENT, "scope": f"api {OWN}"}, f"api, {OWN}"),
    "a list": (403, {}, {**_INSUFFICIENT, "scope": ["api", OWN]}, f"api, {OWN}"),
    "a challenge": (
        403,
        {"www-authenticate": f'Bearer realm="x", scope="api {OWN}"'},
        {"message": "no"},
        f"api, {OWN}",
    ),
    "a challenge to an unknown token": (401, {"www-authenticate": f'Bearer scope="{OWN}"'}, {"message": "no"}, OWN),
    "a number": (403, {}, {**_INSUFFICIENT, "scope": 7}, None),
    "another error": (403, {}, {"error": "forbidden", "scope": OWN}, None),
    "controls": (403, {}, {**_INSUFFICIENT, "scope": f"a\x1b[2J\u061c {OWN}"}, OWN),
}


async def _message(client: GitHubClient | GitLabClient) -> str:
    async with client:
        with pytest.raises(ProviderError) as caught:
            await client.request("GET", "/x")
    return str(caught.value)


@pytest.mark.parametrize(("status", "headers", "expected"), GITHUB.values(), ids=GITHUB.keys())
def test_github_scopes_are_in_the_message(
    engine: Engine, status: int, headers: dict[str, str], expected: str | None
) -> None:
    with RawServer(route(lambda _: http_response({"message": "No"}, status=status, headers=headers))) as server:
        message = run(_message(GitHubClient("t" * 20, server.url, backend=engine, retry=None)))
    assert (OWN in message or "no scope" in message) == (expected is not None)
    assert (expected or "") in message


@pytest.mark.parametrize(("status", "headers", "body", "expected"), GITLAB.values(), ids=GITLAB.keys())
def test_gitlab_scopes_are_in_the_message(
    engine: Engine, status: int, headers: dict[str, str], body: dict[str, Any], expected: str | None
) -> None:
    with RawServer(route(lambda _: http_response(body, status=status, headers=headers))) as server:
        message = run(_message(GitLabClient("t" * 20, server.url, backend=engine, retry=None)))
    assert (OWN in message) == (expected is not None)
    assert (expected or "") in message
    assert message.isprintable()


def test_a_long_list_of_scopes_is_shortened(engine: Engine) -> None:
    async def main() -> str:
        return await asyncio.wait_for(_message(GitLabClient("t" * 20, server.url, backend=engine, retry=None)), 20)

    body = {**_INSUFFICIENT, "scope": "scope " * 10_000}
    with RawServer(route(lambda _: http_response(body, status=403))) as server:
        assert len(run(main())) < 1000
