"""Rows that a provider gives twice are given once: what says them apart, by kind and provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_api import GitProviderClient
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

CALLS: dict[str, Callable[[Any], Any]] = {
    "branches": lambda client: client.fetch_branches("o", "r"),
    "tags": lambda client: client.fetch_tags("o", "r"),
    "commits": lambda client: client.fetch_commits("o", "r"),
    "contributors": lambda client: client.fetch_contributors("o", "r", anonymous=True),
    "releases": lambda client: client.fetch_releases("o", "r"),
    "issues": lambda client: client.fetch_issues("o", "r"),
    "pull requests": lambda client: client.fetch_pull_requests("o", "r"),
    "members": lambda client: client.fetch_members("o"),
    "repositories": lambda client: client.fetch_repositories("o", kind="organization"),
}
# The key that says rows apart, two of its values, and what else a row must have.
GITHUB: dict[str, tuple[str, tuple[Any, Any], dict[str, Any]]] = {
    "branches": ("name", ("a", "b"), {}),
    "tags": ("name", ("a", "b"), {}),
    "commits": ("sha", ("a", "b"), {}),
    "contributors": ("id", (1, 2), {"contributions": 1}),
    "releases": ("id", (1, 2), {"tag_name": "v"}),
    "issues": ("id", (1, 2), {"number": 1}),
    "pull requests": ("id", (1, 2), {"number": 1}),
    "members": ("id", (1, 2), {"login": "l"}),
    "repositories": ("id", (1, 2), {"name": "n", "full_name": "o/n"}),
}
GITLAB: dict[str, tuple[str, tuple[Any, Any], dict[str, Any]]] = {
    "branches": ("name", ("a", "b"), {}),
    "tags": ("name", ("a", "b"), {}),
    "commits": ("id", ("a", "b"), {}),
    "contributors": ("email", ("a@x.invalid", "b@x.invalid"), {"commits": 1, "name": "Ann"}),
    "releases": ("tag_name", ("a", "b"), {}),
    "issues": ("id", (1, 2), {"iid": 1}),
    "pull requests": ("id", (1, 2), {"iid": 1}),
    "members": ("id", (1, 2), {"username": "l"}),
    "repositories": ("id", (1, 2), {"path": "n", "path_with_namespace": "o/n"}),
}


def _given(make: Callable[[str], GitProviderClient], what: str, rows: list[dict[str, Any]]) -> list[Any]:
    async def main(url: str) -> list[Any]:
        async with make(url) as client:
            return await CALLS[what](client)  # type: ignore[no-any-return]

    with RawServer(always(http_response(rows))) as server:
        return run(main(server.url))


def _twice(key: str, values: tuple[Any, Any], more: dict[str, Any]) -> list[dict[str, Any]]:
    """Two rows, and the first one again."""
    return [{**more, key: value} for value in (*values, values[0])]


@pytest.mark.parametrize("what", CALLS)
def test_a_row_that_is_given_twice_is_given_once(engine: str, make_client: MakeClient, what: str) -> None:
    assert len(_given(make_client, what, _twice(*GITHUB[what]))) == 2
    assert len(_given(lambda url: gitlab(engine, url), what, _twice(*GITLAB[what]))) == 2


def test_people_without_an_account_are_not_taken_for_one_and_the_same(make_client: MakeClient) -> None:
    person = {"contributions": 1, "name": "Ann", "email": "a@x.invalid", "type": "Anonymous"}
    assert len(_given(make_client, "contributors", [person, person])) == 2
