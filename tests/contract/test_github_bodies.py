"""Bodies that GitHub sent, kept without their addresses: each decodes to the values that are in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import GitHubClient
from support import expected, expected_discussions, expected_history
from support.clients import MakeClient
from support.raw_server import RawServer, http_response, route
from support.recorded import FOLDER
from support.running import run

REPO = ("o", "r")
PLACE = FOLDER / "github" / "bodies"


@dataclass(frozen=True)
class Kind:
    """How to tell a kind by what its objects have, and how to ask for it; ``listed``: the client sees it as a row."""

    keys: set[str]
    read: Callable[[GitHubClient], Awaitable[Any]]
    make: Callable[[Any], Any]
    listed: bool = True


async def _all(listing: Any) -> Any:
    return await listing


KINDS = {
    "repo": Kind(
        {"full_name", "fork", "subscribers_count"},
        lambda client: client.fetch_repository_details(*REPO),
        expected.details,
        listed=False,
    ),
    "repo_list": Kind(
        {"full_name", "fork"}, lambda client: _all(client.fetch_repositories("o", kind="user")), expected.repo
    ),
    "pulls": Kind(
        {"number", "head", "base"},
        lambda client: _all(client.fetch_pull_requests(*REPO)),
        expected_discussions.pull_request,
    ),
    "issues": Kind(
        {"number", "title", "comments"},
        lambda client: _all(client.fetch_issues(*REPO, pull_requests=True)),
        expected_discussions.issue,
    ),
    "releases": Kind(
        {"tag_name", "target_commitish"}, lambda client: _all(client.fetch_releases(*REPO)), expected_history.release
    ),
    "commits": Kind(
        {"sha", "commit", "parents"}, lambda client: _all(client.fetch_commits(*REPO)), expected_history.commit
    ),
    "contributors": Kind(
        {"login", "contributions"}, lambda client: _all(client.fetch_contributors(*REPO)), expected.contributor
    ),
    "tags": Kind(
        {"name", "commit", "zipball_url"}, lambda client: _all(client.fetch_tags(*REPO)), expected_history.tag
    ),
    "branches": Kind({"name", "commit"}, lambda client: _all(client.fetch_branches(*REPO)), expected.branch),
    "user": Kind({"login", "public_repos"}, lambda client: client.fetch_user("o"), expected.user, listed=False),
    "members": Kind({"login", "type"}, lambda client: _all(client.fetch_members("o")), expected.owner),
}
"""The first one whose keys an object has is its kind."""


def _kind_of(body: Any) -> str | None:
    row = body[0] if isinstance(body, list) and body else body
    keys = set(row) if isinstance(row, dict) else set()
    return next((name for name, kind in KINDS.items() if kind.keys <= keys), None)


def _found() -> list[tuple[str, Path]]:
    files = sorted(PLACE.glob("*/*.json"))
    kinds = [(_kind_of(json.loads(file.read_text("utf-8"))), file) for file in files]
    return [(kind, file) for kind, file in kinds if kind is not None]


FOUND = _found()


@pytest.mark.skipif(not FOUND, reason="no recorded answers here")
@pytest.mark.parametrize(
    ("kind", "file"), FOUND, ids=[f"{kind}-{file.parent.name}-{file.stem}" for kind, file in FOUND]
)
def test_a_body_gives_the_values_that_are_in_it(make_client: MakeClient, kind: str, file: Path) -> None:
    how, body = KINDS[kind], json.loads(file.read_text("utf-8"))
    if how.listed == isinstance(body, dict):
        body = [body] if how.listed else body[0]

    async def main(url: str) -> Any:
        async with make_client(url) as client:
            return await how.read(client)

    with RawServer(route(lambda _: http_response(body))) as server:
        found = run(main(server.url))
    assert found == ([how.make(row) for row in body] if how.listed else how.make(body))


@pytest.mark.skipif(not FOUND, reason="no recorded answers here")
def test_every_kind_is_among_the_bodies() -> None:
    counts = Counter(kind for kind, _ in FOUND)
    assert counts.keys() == KINDS.keys()
    assert sum(counts.values()) > 60
