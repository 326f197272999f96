"""Recorded listings of kinds without a method of their own: read by fetch_all into dataclasses of a user, whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gitfleet_api import GitProviderClient, JsonPath
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.recorded import Entry, entries, parameters
from support.running import run


@dataclass(frozen=True)
class Star:
    """Who gave a star; GitHub says when only if it is asked to."""

    login: str
    id: int


@dataclass(frozen=True)
class StarAt:
    """A star in the form that says when it was given."""

    login: Annotated[str, JsonPath("user.login")]
    starred_at: datetime


@dataclass(frozen=True)
class Collaborator:
    """Somebody who may do something in a repository."""

    login: str
    admin: Annotated[bool, JsonPath("permissions.admin")]


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a fork."""

    login: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork."""

    full_name: str
    owner: Owner
    pushed_at: datetime | None


@dataclass(frozen=True)
class Label:
    """A label of what was found."""

    name: str


@dataclass(frozen=True)
class Found:
    """What a search for issues finds."""

    number: int
    labels: list[Label]
    closed: Annotated[datetime | None, JsonPath("closed_at")] = None


@dataclass(frozen=True)
class Note:
    """A comment on GitLab."""

    id: int
    author: Annotated[str, JsonPath("author.username")]
    system: bool


def _when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


KINDS: dict[str, tuple[type[Any], str, Callable[[Any], object]]] = {
    "stargazers": (Star, "", lambda raw: Star(raw["login"], raw["id"])),
    "collaborators": (Collaborator, "", lambda raw: Collaborator(raw["login"], raw["permissions"]["admin"])),
    "forks": (
        Fork,
        "",
        lambda raw: Fork(raw["full_name"], Owner(raw["owner"]["login"], raw["owner"]["type"]), _when(raw["pushed_at"])),
    ),
    "search": (
        Found,
        "items",
        lambda raw: Found(raw["number"], [Label(label["name"]) for label in raw["labels"]], _when(raw["closed_at"])),
    ),
    "issue_comments": (Note, "", lambda raw: Note(raw["id"], raw["author"]["username"], raw["system"])),
}
TOTALS = {
    "github3.py__forks__3p__9c8189": 276,
    "github3.py__stargazers__5p__f5c9a8": 484,
    "hub4j-github-api__collaborators__2p__aa1a60": 39,
    "hub4j-github-api__search__16p__876868": 457,
    "ogr__issue_comments__2p__13d486": 36,
}
CHAINS = [(service, entry) for service in ("github", "gitlab") for entry in entries(service, "chains")]
GITHUB = [entry for service, entry in CHAINS if service == "github" and entry.kind in KINDS]
GITLAB = [entry for service, entry in CHAINS if service == "gitlab" and entry.kind in KINDS]


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


def _rows(entry: Entry) -> list[Any]:
    bodies = [exchange["response"]["body"] for exchange in entry.exchanges]
    return [raw for body in bodies for raw in (body["items"] if isinstance(body, dict) else body)]


def _check(entry: Entry, client: GitProviderClient) -> None:
    model, at, make = KINDS[entry.kind]
    if entry.kind == "stargazers" and "user" in _rows(entry)[0]:
        model, make = StarAt, lambda raw: StarAt(raw["user"]["login"], datetime.fromisoformat(raw["starred_at"]))
    parts = urlsplit(re.sub("/api/v4", "", entry.url))

    async def main() -> list[Any]:
        async with client:
            return await client.fetch_all(parts.path, model, at=at, params=dict(parse_qsl(parts.query)))

    found = run(main())
    assert found == [make(raw) for raw in _rows(entry)]
    assert len(found) == TOTALS[entry.file.stem] == entry.items


@pytest.mark.parametrize("entry", parameters(GITHUB))
def test_a_recorded_listing_of_github_is_read_whole(make_client: MakeClient, forge: Forge, entry: Entry) -> None:
    _check(entry, make_client(forge.replay(entry.exchanges)))


@pytest.mark.parametrize("entry", parameters(GITLAB))
def test_a_recorded_listing_of_gitlab_is_read_whole(engine: str, forge: Forge, entry: Entry) -> None:
    _check(entry, gitlab(engine, forge.replay(entry.exchanges)))


@pytest.mark.skipif(not CHAINS, reason="no recorded answers here")
def test_no_kind_is_left_out() -> None:
    assert {entry.file.stem for entry in (*GITHUB, *GITLAB)} == set(TOTALS)
