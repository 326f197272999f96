"""The same fleet through both clients: equal models, but for what the providers really tell differently."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gitfleet_api import GitHubClient, GitLabClient
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.running import run
from support.two_providers import DIFFERENCES, Pair, differing, merge

ALL = "everything"


@pytest.fixture(scope="module")
def served() -> Iterator[Forge]:
    """A fleet with all that is awkward, most of it in one repository."""
    fleet = Fleet.generate(organizations=1, repositories=60, users=5, seed=6)
    owner = fleet.organizations[0].login
    rich: dict[str, Any] = {"commits": 30, "tags": 7, "releases": 5, "issues": 40, "pulls": 25, "branches": 12}
    texts: dict[str, Any] = {"description": "Ünïcödé 🚀", "homepage": "https://all.invalid", "topics": ("a", "b")}
    fleet.add_repository(owner, ALL, license="mit", language="C", contributors=40, **rich, **texts)
    fleet.add_repository(owner, "void", empty=True)
    fleet.add_repository(owner, "inner", internal=True, license="other")
    fleet.add_repository(owner, "copy", fork=True, parent=f"{owner}/{ALL}", has_issues=False, has_wiki=False)
    fleet.add_repository("fleet-admin", ALL, fork=True, parent=f"{owner}/{ALL}", private=True)
    bot: dict[str, Any] = {"author": "fleet-bot[bot]", "assignees": ("fleet-bot[bot]",)}
    fleet.add_issue(f"{owner}/{ALL}", "A bot's", **bot)
    fleet.add_pull_request(f"{owner}/{ALL}", "A bot's", reviewers=("fleet-bot[bot]",), **bot)
    fleet.add_issue(f"{owner}/{ALL}", "Nobody's", author=None)
    fleet.add_issue(f"{owner}/{ALL}", "Locked", locked=True, labels=("bug",), assignees=("fleet-admin",))
    fleet.add_pull_request(f"{owner}/{ALL}", "Nobody's", author=None, reviewers=("fleet-admin",))
    fleet.add_pull_request(f"{owner}/{ALL}", "From afar", head_repository=f"fleet-admin/{ALL}")
    fleet.add_pull_request(f"{owner}/{ALL}", "From nowhere", head_repository=None, draft=True)
    fleet.add_pull_request(
        f"{owner}/{ALL}",
        "Merged",
        state="closed",
        closed_at="2024-05-06T07:08:09Z",
        merged_at="2024-05-06T07:08:09Z",
        merge_sha="a" * 40,
    )
    with Forge(fleet) as running:
        running.add_token(running.token, limit=1_000_000)
        yield running


class Both:
    """A client of each provider, over the same data."""

    def __init__(self, forge: Forge, github: GitHubClient, gitlab: GitLabClient) -> None:
        self.fleet = forge.fleet
        self.owner = forge.fleet.organizations[0].login
        self._clients = (github, gitlab)

    async def each(self, method: str, *arguments: Any, **options: Any) -> list[Any]:
        """What a method gives, GitHub's first."""
        return [await getattr(client, method)(*arguments, **options) for client in self._clients]

    async def one(self, method: str, *arguments: Any) -> Pair:
        """What a coroutine gives from both."""
        github, other = await self.each(method, *arguments)
        return github, other

    async def rows(
        self, method: str, key: Callable[[Any], object], *arguments: Any, ordered: bool = True, **options: Any
    ) -> list[Pair]:
        """The rows of a listing from both, in pairs; the same ones, in the same order if that is promised."""
        ours, theirs = await self.each(method, *arguments, **options)
        if not ordered:
            ours, theirs = (sorted(rows, key=lambda row: str(key(row))) for rows in (ours, theirs))
        assert [key(row) for row in ours] == [key(row) for row in theirs]
        return list(zip(ours, theirs, strict=True))


@asynccontextmanager
async def both(forge: Forge, engine: str, make_client: MakeClient) -> AsyncIterator[Both]:
    """Clients of both providers on one engine."""
    async with (
        make_client(forge.url, forge.token) as github,
        gitlab(engine, forge.gitlab_url, forge.token) as other,
    ):
        yield Both(forge, github, other)


def check(kind: str, pairs: Iterable[Pair]) -> None:
    """The pairs differ in the fields that are written down for the kind, in all of them and as it is written."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        merge(found, differing(*pair))
    known = DIFFERENCES[kind]
    assert {name: pairs[0] for name, pairs in found.items() if name not in known} == {}
    assert known.keys() - found.keys() == set()
    for name, different in found.items():
        wrong = [pair for pair in different if not known[name].holds(*pair)]
        assert (name, wrong) == (name, [])


@pytest.mark.parametrize(
    ("kind", "method", "ordered", "key", "options"),
    [
        ("branches", "fetch_branches", True, "name", {}),
        ("tags", "fetch_tags", False, "name", {}),
        ("commits", "fetch_commits", True, "sha", {}),
        ("contributors", "fetch_contributors", True, "contributions", {"anonymous": True}),
        ("issues", "fetch_issues", True, "number", {}),
        ("pull requests", "fetch_pull_requests", True, "number", {}),
    ],
)
def test_what_is_in_a_repository_is_the_same(
    served: Forge, engine: str, make_client: MakeClient, kind: str, method: str, ordered: bool, key: str, options: Any
) -> None:
    async def scenario() -> list[Pair]:
        async with both(served, engine, make_client) as clients:
            return await clients.rows(
                method, lambda row: getattr(row, key), clients.owner, ALL, ordered=ordered, **options
            )

    pairs = run(scenario())
    assert len(pairs) > 5
    check(kind, pairs)


@pytest.mark.parametrize("state", ["open", "closed"])
@pytest.mark.parametrize("method", ["fetch_issues", "fetch_pull_requests"])
def test_states_mean_the_same(served: Forge, engine: str, make_client: MakeClient, method: str, state: str) -> None:
    async def scenario() -> list[Pair]:
        async with both(served, engine, make_client) as clients:
            return await clients.rows(method, lambda row: row.number, clients.owner, ALL, state=state)

    pairs = run(scenario())
    assert {row.state for pair in pairs for row in pair} == {state}


def test_times_and_paths_choose_the_same_commits(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> list[list[Pair]]:
        async with both(served, engine, make_client) as clients:
            known = clients.fleet.history(clients.fleet.repository(f"{clients.owner}/{ALL}")).commits
            every = await clients.rows("fetch_commits", lambda row: row.sha, clients.owner, ALL)
            middle = every[len(every) // 2][0].committed_at
            choices: list[dict[str, Any]] = [
                {"since": middle},
                {"until": middle},
                {"path": known[0].path},
                {"ref": "develop"},
            ]
            return [
                await clients.rows("fetch_commits", lambda row: row.sha, clients.owner, ALL, **choice)
                for choice in choices
            ]

    since, until, path, ref = (len(pairs) for pairs in run(scenario()))
    assert since + until == 31
    assert 0 < path < 30
    assert ref > 30


def test_releases_are_the_same_but_for_drafts(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> list[Any]:
        async with both(served, engine, make_client) as clients:
            return await clients.each("fetch_releases", clients.owner, ALL)

    github, other = run(scenario())
    published = [release for release in github if not release.draft]
    assert len(github) - len(published) == 1
    assert [release.tag_name for release in published] == [release.tag_name for release in other]
    check("releases", zip(published, other, strict=True))


def test_repositories_of_an_organization_are_the_same(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> list[Pair]:
        async with both(served, engine, make_client) as clients:
            # By the time of creation on GitHub, by number on GitLab: on the services that is the same.
            return await clients.rows("fetch_repositories", lambda row: row.id, clients.owner, ordered=False)

    pairs = run(scenario())
    assert {row.visibility for pair in pairs for row in pair} == {"public", "private", "internal"}
    check("repositories", pairs)


def test_repositories_of_a_user_are_the_same(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> list[Pair]:
        async with both(served, engine, make_client) as clients:
            return await clients.rows("fetch_repositories", lambda row: row.id, "fleet-admin", ordered=False)

    check("a user's repositories", run(scenario()))


def test_details_of_a_repository_are_the_same(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> list[Pair]:
        async with both(served, engine, make_client) as clients:
            names = (ALL, "void", "inner", "copy")
            return [await clients.one("fetch_repository_details", clients.owner, name) for name in names]

    pairs = run(scenario())
    assert [github.license for github, _ in pairs] == ["MIT", None, "NOASSERTION", None]
    assert [other.parent is None for _, other in pairs] == [True, True, True, False]
    check("details", pairs)


def test_people_are_the_same(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> tuple[list[Pair], list[Pair], list[Pair], list[Pair]]:
        async with both(served, engine, make_client) as clients:
            logins = [user.login for user in clients.fleet.users[:8]]
            users = [await clients.one("fetch_user", login) for login in logins]
            members = await clients.rows("fetch_members", lambda row: row.id, clients.owner)
            organization = await clients.one("fetch_organization", clients.owner)
            return [await clients.one("fetch_user_info")], users, members, [organization]

    myself, users, members, organization = run(scenario())
    assert "Bot" in {github.type for github, _ in users}
    check("myself", myself)
    check("user", users)
    check("members", members)
    check("organization", organization)


def test_languages_are_bytes_there_and_percents_here(served: Forge, engine: str, make_client: MakeClient) -> None:
    async def scenario() -> Pair:
        async with both(served, engine, make_client) as clients:
            return await clients.one("fetch_languages", clients.owner, ALL)

    github, other = run(scenario())
    assert list(github) == list(other)
    total = sum(github.values())
    assert other == {name: pytest.approx(100 * size / total, abs=0.01) for name, size in github.items()}


def test_an_empty_repository_is_empty_on_both(served: Forge, engine: str, make_client: MakeClient) -> None:
    methods = ("branches", "tags", "commits", "contributors", "releases", "issues", "pull_requests")

    async def scenario() -> list[list[Any]]:
        async with both(served, engine, make_client) as clients:
            return [await clients.each(f"fetch_{name}", clients.owner, "void") for name in methods]

    assert run(scenario()) == [[[], []]] * len(methods)
