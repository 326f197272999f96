"""Answers that GitHub gave: every one of them decodes, to the values that are in it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest

from gitfleet_api import (
    BranchInfo,
    ContributorInfo,
    GitHubClient,
    RepoDetails,
    RepoInfo,
    UserInfo,
)
from gitfleet_api.providers import github_shapes as shapes
from gitfleet_testing import Forge
from gitfleet_testing.replay import first_target
from support import expected
from support.clients import MakeClient
from support.recorded import Entry, entries, parameters
from support.running import run

ALL = entries("github", "index")
ADDRESSES = {
    "user": r"/users?/[^/]+",
    "user_self": r"/user",
    "org": r"/orgs/[^/]+",
    "repo": r"/repos/[^/]+/[^/]+|/repositories/\d+",
    "repo_list": r"/(user|orgs/[^/]+|users/[^/]+|installation)/(repos|repositories)",
    "branch": r"/repos/[^/]+/[^/]+/branches/(?!.*/protection)[^?]+",
    "branches": r"/repos/[^/]+/[^/]+/branches",
    "contributors": r"/(repos/[^/]+/[^/]+|repositories/\d+)/contributors",
    "rate_limit": r"/rate_limit",
}


def _chosen() -> list[Entry]:
    return [
        entry
        for entry in ALL
        if entry.kind in ADDRESSES
        and entry.status in (200, 204)
        and re.fullmatch(ADDRESSES[entry.kind], re.sub(r"^https://[^/]+|\?.*$", "", entry.url))
    ]


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


def _client(make_client: MakeClient, forge: Forge, entry: Entry, **settings: Any) -> GitHubClient:
    return make_client(forge.replay(entry.exchanges), **settings)


async def _one(client: GitHubClient, entry: Entry, model: type[Any], shape: Any) -> object:
    url = re.sub(r"^https://[^/]+", "", entry.url)
    return await client._session.get_one(client._session.url(url), client._reader(model, shape))


async def _first_page(client: GitHubClient, entry: Entry, model: type[Any], shape: Any) -> list[object]:
    url = client._session.url(re.sub(r"^https://[^/]+", "", entry.url))
    at = ("repositories",) if isinstance(entry.body, dict) else ()
    async for page in client._session.get_pages(url, client._reader(model, shape), at, ahead=4):
        return page
    raise AssertionError("no page")


def _names(entry: Entry) -> tuple[str, str]:
    _, _, owner, name, *_ = first_target(entry.exchanges)[0].split("/")
    return owner, name


async def _page_of_method(listing: Any) -> list[object]:
    pages = listing.pages()
    try:
        return [item async for item in _items(pages)]
    finally:
        await pages.aclose()


async def _items(pages: Any) -> Any:
    async for page in pages:
        for item in page:
            yield item
        return


Read = Callable[[GitHubClient, Entry], Awaitable[object]]


async def _read_repo_list(client: GitHubClient, entry: Entry) -> object:
    if owner := re.search(r"/(users|orgs)/([^/]+)/repos", entry.url):
        kind = "user" if owner[1] == "users" else "organization"
        return await _page_of_method(client.fetch_repositories(owner[2], kind=kind))  # type: ignore[arg-type]
    return await _first_page(client, entry, RepoInfo, shapes.REPO)


async def _read_contributors(client: GitHubClient, entry: Entry) -> object:
    if "/repos/" in entry.url:
        return await _page_of_method(client.fetch_contributors(*_names(entry)))
    return await _first_page(client, entry, ContributorInfo, shapes.CONTRIBUTOR)


async def _read_branches(client: GitHubClient, entry: Entry) -> object:
    if "protected=" in entry.url:
        return await _first_page(client, entry, BranchInfo, shapes.BRANCH)
    return await client.fetch_branches(*_names(entry))


async def _read_repo(client: GitHubClient, entry: Entry) -> object:
    if "/repositories/" in entry.url:
        return await _one(client, entry, RepoDetails, shapes.DETAILS)
    return await client.fetch_repository_details(*_names(entry))


READ: dict[str, Read] = {
    "user_self": lambda client, _: client.fetch_user_info(),
    "user": lambda client, entry: _one(client, entry, UserInfo, shapes.USER),
    "org": lambda client, entry: _one(client, entry, UserInfo, shapes.USER),
    "repo": _read_repo,
    "repo_list": _read_repo_list,
    "branch": lambda client, entry: _one(client, entry, BranchInfo, shapes.BRANCH),
    "branches": _read_branches,
    "contributors": _read_contributors,
    "rate_limit": lambda client, _: client.get_rate_limit(),
}


def _many(make: Callable[[dict[str, Any]], object]) -> Callable[[Any], object]:
    def each(body: Any) -> object:
        rows = body["repositories"] if isinstance(body, dict) else body or []
        return [make(row) for row in rows]

    return each


EXPECTED: dict[str, Callable[[Any], object]] = {
    "user_self": expected.user,
    "user": expected.user,
    "org": expected.user,
    "repo": expected.details,
    "repo_list": _many(expected.repo),
    "branch": expected.branch,
    "branches": _many(expected.branch),
    "contributors": _many(expected.contributor),
    "rate_limit": expected.rate_limit,
}


@pytest.mark.parametrize("entry", parameters(_chosen()))
def test_a_recorded_answer_gives_the_values_that_are_in_it(make_client: MakeClient, forge: Forge, entry: Entry) -> None:
    async def main() -> object:
        async with _client(make_client, forge, entry) as client:
            return await READ[entry.kind](client, entry)

    found = run(main())
    assert found == EXPECTED[entry.kind](entry.body)
    if isinstance(found, UserInfo | RepoInfo):
        _assert_types(found)


@pytest.mark.parametrize("entry", parameters(_chosen()))
def test_a_recorded_answer_is_kept_whole_with_include_raw(make_client: MakeClient, forge: Forge, entry: Entry) -> None:
    async def main() -> Any:
        async with _client(make_client, forge, entry, include_raw=True) as client:
            return await READ[entry.kind](client, entry)

    found = run(main())
    body = entry.body
    assert found == EXPECTED[entry.kind](body)
    if entry.kind == "rate_limit":
        assert found.raw_data == body["resources"]["core"]
    elif isinstance(found, list):
        rows = body["repositories"] if isinstance(body, dict) else body or []
        assert [item.raw_data for item in found] == rows
    else:
        assert found.raw_data == body


def _assert_types(model: UserInfo | RepoInfo) -> None:
    """Counts are ints and flags are bools, which compare equal but are not the same."""
    for item in fields(model):
        value = getattr(model, item.name)
        if "int" in str(item.type) and value is not None:
            assert type(value) is int, item.name
        if "bool" in str(item.type) and value is not None:
            assert type(value) is bool, item.name


@pytest.mark.skipif(not ALL, reason="no recorded answers here")
def test_no_kind_of_recorded_answer_is_left_out() -> None:
    tested = {entry.kind for entry in _chosen()}
    assert tested == set(ADDRESSES)
    assert len(_chosen()) > 130
