"""Listings as GitHub gave them, page by page: every item, once, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import ContributorInfo, GitHubClient, RepoInfo, UserInfo
from gitfleet_api.providers import github_shapes as shapes
from gitfleet_api.shapes import Shape
from gitfleet_testing import Forge
from support import expected
from support.clients import MakeClient
from support.recorded import Entry, entries, parameters
from support.running import run


@dataclass(frozen=True)
class Numbered:
    """An issue or a pull request, as far as this test goes."""

    number: int
    title: str


@dataclass(frozen=True)
class Named:
    """A tag."""

    name: str


@dataclass(frozen=True)
class Commit:
    """A commit; its author may be nobody GitHub knows."""

    sha: str
    author: str | None


@dataclass(frozen=True)
class Star:
    """A star, in the form that tells when it was given."""

    user: str


_OWNER = (UserInfo, shapes.ACCOUNT, expected.owner)
KINDS: dict[str, tuple[type[Any], Shape, Any]] = {
    "repo_list": (RepoInfo, shapes.REPO, expected.repo),
    "forks": (RepoInfo, shapes.REPO, expected.repo),
    "contributors": (ContributorInfo, shapes.CONTRIBUTOR, expected.contributor),
    "collaborators": _OWNER,
    "stargazers": _OWNER,
    "issues": (Numbered, Shape(Numbered), lambda raw: Numbered(raw["number"], raw["title"])),
    "search": (Numbered, Shape(Numbered), lambda raw: Numbered(raw["number"], raw["title"])),
    "tags": (Named, Shape(Named), lambda raw: Named(raw["name"])),
    "commits": (
        Commit,
        Shape(Commit, {"author": "author.login"}),
        lambda raw: Commit(raw["sha"], (raw["author"] or {}).get("login")),
    ),
}


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


def _rows(entry: Entry) -> list[list[Any]]:
    bodies = [exchange["response"]["body"] for exchange in entry.exchanges]
    return [body["items"] if isinstance(body, dict) else body for body in bodies]


def _kind(entry: Entry) -> tuple[type[Any], Shape, Any]:
    if entry.kind == "stargazers" and "user" in _rows(entry)[0][0]:
        return Star, Shape(Star, {"user": "user.login"}), lambda raw: Star(raw["user"]["login"])
    return KINDS[entry.kind]


@pytest.mark.parametrize("entry", parameters(entries("github", "chains")))
def test_a_recorded_listing_gives_every_item_once_and_in_order(
    make_client: MakeClient, forge: Forge, entry: Entry
) -> None:
    model, shape, make = _kind(entry)
    at = ("items",) if entry.kind == "search" else ()

    async def main() -> list[list[Any]]:
        async with make_client(forge.replay(entry.exchanges)) as client:
            url = client._session.url(re.sub(r"^https://[^/]+", "", entry.url))
            return [page async for page in client._session.get_pages(url, client._reader(model, shape), at, ahead=4)]

    pages = run(main())
    assert pages == [[make(raw) for raw in rows] for rows in _rows(entry)]
    assert sum(map(len, pages)) == entry.items


async def _by_method(client: GitHubClient, url: str) -> list[Any]:
    if owner := re.search(r"/users/([^/]+)/repos", url):
        return await client.fetch_repositories(owner[1], kind="user")
    names = re.search(r"/repos/([^/]+)/([^/]+)/contributors", url)
    assert names
    return await client.fetch_contributors(names[1], names[2])


@pytest.mark.parametrize(
    "entry",
    parameters([entry for entry in entries("github", "chains") if entry.kind in ("repo_list", "contributors")]),
)
def test_the_clients_own_methods_give_recorded_listings_whole(
    make_client: MakeClient, forge: Forge, entry: Entry
) -> None:
    _, _, make = _kind(entry)

    async def main() -> list[Any]:
        async with make_client(forge.replay(entry.exchanges)) as client:
            return await _by_method(client, entry.url)

    found = run(main())
    assert found == [make(raw) for rows in _rows(entry) for raw in rows]
    assert len(found) == entry.items
