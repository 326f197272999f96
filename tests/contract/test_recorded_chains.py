"""Listings as GitHub gave them, page by page: every item, once, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import GitHubClient, RepoInfo, UserInfo
from gitfleet_api.client import ListingRun
from gitfleet_api.decoding.shapes import Shape
from gitfleet_api.providers.github import shapes
from gitfleet_testing import Forge
from gitfleet_testing.replay import first_target
from support import expected, expected_discussions, expected_history
from support.clients import MakeClient
from support.recorded import Entry, entries, parameters
from support.recorded_github import FILTERS
from support.running import run

ALL = entries("github", "chains")


@dataclass(frozen=True)
class Star:
    """A star, in the form that says when it was given."""

    user: str


_ACCOUNT = (UserInfo, shapes.ACCOUNT, expected.owner)
KINDS: dict[str, tuple[type[Any], Shape, Any]] = {
    "repo_list": (RepoInfo, shapes.REPO, expected.repo),
    "forks": (RepoInfo, shapes.REPO, expected.repo),
    "contributors": (shapes.CONTRIBUTOR.model, shapes.CONTRIBUTOR, expected.contributor),
    "collaborators": _ACCOUNT,
    "stargazers": _ACCOUNT,
    "issues": (shapes.ISSUE.model, shapes.ISSUE, expected_discussions.issue),
    "search": (shapes.ISSUE.model, shapes.ISSUE, expected_discussions.issue),
    "tags": (shapes.TAG.model, shapes.TAG, expected_history.tag),
    "commits": (shapes.COMMIT.model, shapes.COMMIT, expected_history.commit),
}
METHODS = {
    "repo_list": lambda client, owner, _: client.fetch_repositories(owner, kind="user"),
    "contributors": GitHubClient.fetch_contributors,
    "commits": GitHubClient.fetch_commits,
    "tags": GitHubClient.fetch_tags,
    "issues": lambda client, owner, repo: client.fetch_issues(owner, repo, pull_requests=True),
}
"""How the client itself asks for a kind; the others have no method of their own."""
MOVED = {"ogr__issues__2p__91d818": 1}
"""Rows that went to the next page while a listing was recorded, so that they are on both."""


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


def _rows(entry: Entry) -> list[list[Any]]:
    """The rows of each page, without those that were on an earlier one."""
    bodies = [exchange["response"]["body"] for exchange in entry.exchanges]
    pages = [body["items"] if isinstance(body, dict) else body for body in bodies]
    texts: set[str] = set()
    fresh: list[list[Any]] = []
    for page in pages:
        fresh.append([raw for raw in page if json.dumps(raw) not in texts])
        texts.update(map(json.dumps, page))
    return fresh


def _count(entry: Entry) -> int:
    assert entry.items is not None
    return entry.items - MOVED.get(entry.file.stem, 0)


def _kind(entry: Entry) -> tuple[type[Any], Shape, Any]:
    if entry.kind == "stargazers" and "user" in _rows(entry)[0][0]:
        return Star, Shape(Star, {"user": "user.login"}), lambda raw: Star(raw["user"]["login"])
    return KINDS[entry.kind]


@pytest.mark.parametrize("entry", parameters(ALL))
def test_a_recorded_listing_gives_every_item_once_and_in_order(
    make_client: MakeClient, forge: Forge, entry: Entry
) -> None:
    model, shape, make = _kind(entry)
    at = ("items",) if entry.kind == "search" else ()

    async def main() -> list[list[Any]]:
        async with make_client(forge.replay(entry.exchanges)) as client:
            url = client.session.url(re.sub(r"^https://[^/]+", "", entry.url))
            return [
                page
                async for page in client.session.get_pages(
                    url, client.session.decoder(model, shape), at, run=ListingRun(4)
                )
            ]

    pages = run(main())
    assert pages == [[make(raw) for raw in rows] for rows in _rows(entry)]
    assert sum(map(len, pages)) == _count(entry)


OWN = [entry for entry in ALL if entry.kind in METHODS]


def _by_method(client: GitHubClient, entry: Entry) -> Any:
    _, _, owner, repo, *_ = first_target(entry.exchanges)[0].split("/")
    return METHODS[entry.kind](client, owner, repo)


@pytest.mark.parametrize("entry", parameters(OWN))
def test_the_clients_own_methods_give_recorded_listings_whole(
    make_client: MakeClient, forge: Forge, entry: Entry
) -> None:
    _, _, make = _kind(entry)

    async def main() -> list[Any]:
        async with make_client(forge.replay(entry.exchanges, ignore=FILTERS)) as client:
            return await _by_method(client, entry)  # type: ignore[no-any-return]

    found = run(main())
    assert found == [make(raw) for rows in _rows(entry) for raw in rows]
    assert len(found) == _count(entry)


@pytest.mark.parametrize("entry", parameters([entry for entry in OWN if entry.kind == "issues"]))
def test_recorded_pull_requests_are_left_out_of_issues(make_client: MakeClient, forge: Forge, entry: Entry) -> None:
    _, _, owner, repo, *_ = first_target(entry.exchanges)[0].split("/")

    async def main() -> list[Any]:
        async with make_client(forge.replay(entry.exchanges, ignore=FILTERS)) as client:
            return await client.fetch_issues(owner, repo)

    numbers = [raw["number"] for rows in _rows(entry) for raw in rows if "pull_request" not in raw]
    assert [issue.number for issue in run(main())] == numbers


@pytest.mark.skipif(not ALL, reason="no recorded answers here")
def test_every_kind_of_recorded_listing_is_read_by_a_method_where_there_is_one() -> None:
    assert {entry.kind for entry in OWN} == set(METHODS)
    assert {entry.kind for entry in ALL} == set(KINDS)
