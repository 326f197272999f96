"""An error of a client that talks to a server of another provider says so."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import GitFleetError, GitHubClient, GitLabClient
from support.clients import Engine
from support.raw_server import RawServer, http_response, route
from support.running import run

GITLAB_USER = {"id": 1, "username": "me", "name": "Me"}
RESPONSES: dict[str, tuple[type[Any], dict[str, str], int, object, str]] = {
    "a user of GitLab": (GitHubClient, {"x-gitlab-meta": "{}"}, 200, GITLAB_USER, "GitLab"),
    "gitlab.com": (GitHubClient, {"gitlab-lb": "x"}, 404, {"error": "404 Not Found"}, "GitLab"),
    "a page of GitLab": (GitHubClient, {"x-gitlab-meta": "{}"}, 200, "<html>", "GitLab"),
    "a user of GitHub": (GitLabClient, {"x-github-request-id": "1"}, 200, {"id": 1, "login": "me"}, "GitHub"),
    "an unknown token": (GitLabClient, {"x-github-request-id": "1"}, 401, {"message": "Bad credentials"}, "GitHub"),
    "Gitea": (GitHubClient, {"x-gitea-version": "1"}, 404, {}, "Gitea"),
    "GitHub itself": (GitHubClient, {"x-github-request-id": "1"}, 200, {"id": 1}, ""),
    "GitLab itself": (GitLabClient, {"x-gitlab-meta": "{}"}, 404, {"message": "404"}, ""),
    "an unknown server": (GitHubClient, {"x-request-id": "1"}, 200, GITLAB_USER, ""),
}


@pytest.mark.parametrize(
    ("client_class", "headers", "status", "body", "expected"), RESPONSES.values(), ids=RESPONSES.keys()
)
def test_an_error_names_the_provider_of_the_server(
    engine: Engine, client_class: type[Any], headers: dict[str, str], status: int, body: object, expected: str
) -> None:
    async def main() -> str:
        async with client_class("t" * 20, server.url, backend=engine, retry=None) as client:
            with pytest.raises(GitFleetError) as caught:
                await client.fetch_user_info()
        return str(caught.value)

    with RawServer(route(lambda _: http_response(body, status=status, headers=headers))) as server:
        message = run(main())
    assert ("the server is " in message) == bool(expected)
    assert f"the server is {expected}" in message or not expected
