"""The kinds of GitHub's recorded responses that the client has models for: how to ask for them, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from gitfleet_api import BranchInfo, GitHubClient, RepoDetails, RepoInfo, UserInfo
from gitfleet_api.providers.github import shapes
from gitfleet_testing.replay import first_target
from support import expected, expected_discussions, expected_history
from support.recorded import Entry

__all__ = ["FILTERS", "KINDS", "Kind", "exchanges", "rows", "whole"]

FILTERS = ["state", "since", "until", "path", "sha", "author", "creator", "assignee", "head", "base"]
"""Parameters by which recordings differ from what the client asks, and which choose nothing else here."""
_REPO = r"/repos/[^/]+/[^/]+"
_ANY_REPO = rf"({_REPO}|/repositories/\d+)"


@dataclass(frozen=True)
class Kind:
    """A kind of recorded response.

    Attributes:
        address: pattern of the path.
        read: asks a client for it; a list of rows or one object comes back.
        make: the object that one row of the body must give.
        single: whether the response is one object, which the client reads only as a row of the listing above it.
    """

    address: str
    read: Callable[[GitHubClient, Entry], Awaitable[Any]]
    make: Callable[[Any], Any]
    single: bool = False

    def matches(self, entry: Entry) -> bool:
        """Whether ``entry`` is a good JSON answer at this address."""
        path = re.sub(r"^https://[^/]+|\?.*$", "", entry.url)
        return entry.status in (200, 204) and re.fullmatch(self.address, path) is not None and _is_json(entry)


def _is_json(entry: Entry) -> bool:
    """Commits can also be asked for as a diff, a patch or a bare hash."""
    headers = {name.lower(): value for name, value in entry.exchanges[0]["response"]["headers"]}
    return entry.status == 204 or "json" in headers["content-type"]


def exchanges(entry: Entry) -> list[Any]:
    """What to replay: the recording, or a listing that holds nothing but the recorded object."""
    if not KINDS[entry.kind].single:
        return entry.exchanges
    (recorded,) = entry.exchanges
    url = re.sub(r"(/repos/[^/]+/[^/]+/[^/]+)/.*", r"\1", recorded["request"]["url"])
    headers = [["Content-Type", "application/json; charset=utf-8"]]
    response = {"status": 200, "headers": headers, "body": [entry.body]}
    return [{"request": {"method": "GET", "url": url}, "response": response}]


def rows(entry: Entry) -> Any:
    """The recorded objects: a list of them, or one."""
    body = entry.body
    if KINDS[entry.kind].single:
        return [body]
    if entry.kind == "repo_list" and isinstance(body, dict):
        return body["repositories"]
    return [] if entry.status == 204 else body


def whole(entry: Entry) -> Any:
    """What a client must give for a recording."""
    kind, found = KINDS[entry.kind], rows(entry)
    return [kind.make(row) for row in found] if isinstance(found, list) else kind.make(found)


async def _first_page(listing: Any) -> list[Any]:
    """The first page of a listing, as the others may not be recorded."""
    pages = listing.pages()
    try:
        async for page in pages:
            return list(page)
    finally:
        await pages.aclose()
    raise AssertionError("no page")


def _url(client: GitHubClient, entry: Entry) -> str:
    return client.session.url(re.sub(r"^https://[^/]+", "", entry.url))


async def _one(client: GitHubClient, entry: Entry, model: type[Any], shape: Any) -> object:
    return await client.session.get_one(_url(client, entry), client.session.decoder(model, shape))


def _at_its_url(client: GitHubClient, entry: Entry, model: type[Any], shape: Any, at: tuple[str, ...] = ()) -> Any:
    return client.session.listing(_url(client, entry), client.session.decoder(model, shape), at)


def _names(entry: Entry) -> tuple[str, str]:
    _, _, owner, name, *_ = first_target(entry.exchanges)[0].split("/")
    return owner, name


def _last(entry: Entry) -> str:
    return first_target(entry.exchanges)[0].rpartition("/")[2]


Method = Callable[[GitHubClient, str, str], Any]


def _listed(method: Method, model: type[Any], shape: Any) -> Callable[[GitHubClient, Entry], Awaitable[Any]]:
    """Reads a listing by a client's own method, or at its very URL where that names no owner."""

    async def read(client: GitHubClient, entry: Entry) -> list[Any]:
        if "/repos/" in entry.url:
            return await _first_page(method(client, *_names(entry)))
        return await _first_page(_at_its_url(client, entry, model, shape))

    return read


async def _read_user(client: GitHubClient, entry: Entry) -> object:
    if "/users/" in entry.url:
        return await client.fetch_user(_last(entry))
    return await _one(client, entry, UserInfo, shapes.USER)


async def _read_members(client: GitHubClient, entry: Entry) -> object:
    if "/members" in entry.url:
        return await client.fetch_members(entry.url.split("/")[4])
    return await _first_page(_at_its_url(client, entry, UserInfo, shapes.ACCOUNT))


async def _read_repo_list(client: GitHubClient, entry: Entry) -> object:
    if owner := re.search(r"/(users|orgs)/([^/]+)/repos", entry.url):
        kind: Any = "user" if owner[1] == "users" else "organization"
        return await _first_page(client.fetch_repositories(owner[2], kind=kind))
    at = ("repositories",) if isinstance(entry.body, dict) else ()
    return await _first_page(_at_its_url(client, entry, RepoInfo, shapes.REPO, at))


async def _read_branches(client: GitHubClient, entry: Entry) -> object:
    if "protected=" in entry.url:
        return await _first_page(_at_its_url(client, entry, BranchInfo, shapes.BRANCH))
    return await client.fetch_branches(*_names(entry))


async def _read_repo(client: GitHubClient, entry: Entry) -> object:
    if "/repositories/" in entry.url:
        return await _one(client, entry, RepoDetails, shapes.DETAILS)
    return await client.fetch_repository_details(*_names(entry))


def _of(kind: Any) -> tuple[type[Any], Any]:
    return kind.model, kind


_read_tags = _listed(GitHubClient.fetch_tags, *_of(shapes.TAG))
_read_commits = _listed(GitHubClient.fetch_commits, *_of(shapes.COMMIT))
_read_releases = _listed(GitHubClient.fetch_releases, *_of(shapes.RELEASE))
_read_pulls = _listed(GitHubClient.fetch_pull_requests, *_of(shapes.PULL_REQUEST))
_read_contributors = _listed(
    lambda client, owner, repo: client.fetch_contributors(owner, repo, anonymous=True), *_of(shapes.CONTRIBUTOR)
)
_read_issues = _listed(
    lambda client, owner, repo: client.fetch_issues(owner, repo, pull_requests=True), *_of(shapes.ISSUE)
)

KINDS = {
    "user_self": Kind(r"/user", lambda client, _: client.fetch_user_info(), expected.user),
    "user": Kind(r"/users?/[^/]+", _read_user, expected.user),
    "org": Kind(r"/orgs/[^/]+", lambda client, entry: client.fetch_organization(_last(entry)), expected.organization),
    "org_members": Kind(r"/orgs/[^/]+/(public_)?members", _read_members, expected.owner),
    "repo": Kind(_ANY_REPO, _read_repo, expected.details),
    "repo_list": Kind(
        r"/(user|orgs/[^/]+|users/[^/]+|installation)/(repos|repositories)", _read_repo_list, expected.repo
    ),
    "languages": Kind(
        rf"{_REPO}/languages", lambda client, entry: client.fetch_languages(*_names(entry)), lambda body: body
    ),
    "branch": Kind(
        rf"{_REPO}/branches/(?!.*/protection)[^?]+",
        lambda client, entry: _one(client, entry, BranchInfo, shapes.BRANCH),
        expected.branch,
    ),
    "branches": Kind(rf"{_REPO}/branches", _read_branches, expected.branch),
    "tags": Kind(rf"{_ANY_REPO}/tags", _read_tags, expected_history.tag),
    "commits": Kind(rf"{_ANY_REPO}/commits", _read_commits, expected_history.commit),
    "commit": Kind(rf"{_REPO}/commits/.+", _read_commits, expected_history.commit, single=True),
    "contributors": Kind(rf"{_ANY_REPO}/contributors", _read_contributors, expected.contributor),
    "releases": Kind(rf"{_REPO}/releases", _read_releases, expected_history.release),
    "release": Kind(rf"{_REPO}/releases/.+", _read_releases, expected_history.release, single=True),
    "issues": Kind(rf"{_ANY_REPO}/issues", _read_issues, expected_discussions.issue),
    "issue": Kind(rf"{_REPO}/issues/\d+", _read_issues, expected_discussions.issue, single=True),
    "pulls": Kind(rf"{_ANY_REPO}/pulls", _read_pulls, expected_discussions.pull_request),
    "pull": Kind(rf"{_REPO}/pulls/\d+", _read_pulls, expected_discussions.pull_request, single=True),
    "rate_limit": Kind(r"/rate_limit", lambda client, _: client.get_rate_limit(), expected.rate_limit),
}
