"""Tags, commits, releases, languages and contributors against the local forge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from gitfleet_api import GitHubClient, NotFoundError, UnavailableForLegalReasonsError
from gitfleet_testing import Forge
from support import expected, expected_history
from support.clients import MakeClient
from support.plain import fetch, fetch_all
from support.storied import EMPTY, FULL, NEW, ORG, USER, storied_fleet
from support.varied import ask

LISTINGS: dict[str, Callable[..., Any]] = {
    "branches": GitHubClient.fetch_branches,
    "tags": GitHubClient.fetch_tags,
    "commits": GitHubClient.fetch_commits,
    "contributors": GitHubClient.fetch_contributors,
    "releases": GitHubClient.fetch_releases,
    "issues": GitHubClient.fetch_issues,
    "pulls": GitHubClient.fetch_pull_requests,
}
REPO = "storied"


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(storied_fleet()) as running:
        running.add_token("octo", login=USER)
        running.add_token("stranger", login="member-000-not")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


def _history(forge: Forge) -> Any:
    return forge.fleet.history(forge.fleet.repository(FULL))


def test_every_tag_is_given_with_its_commit(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/tags", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_tags(ORG, REPO))
    assert found == [expected_history.tag(row) for row in raw]
    assert [(tag.name, tag.commit_sha) for tag in found] == [(tag.name, tag.sha) for tag in _history(forge).tags]
    assert (len(found), len(forge.requests)) == (210, 3)


def test_every_commit_is_given_newest_first(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/commits", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_commits(ORG, REPO))
    assert found == [expected_history.commit(row) for row in raw]
    made = _history(forge).commits
    assert [commit.sha for commit in found] == [commit.sha for commit in made]
    assert (len(found), len(forge.requests)) == (347, 4)
    for commit, origin in zip(found, made, strict=True):
        assert commit.message == origin.message
        assert commit.parents == origin.parents
        assert (None if commit.author is None else commit.author.login) == origin.author
        assert commit.committed_at == expected.time(origin.committed_at)
    assert {commit.author is None for commit in found} == {True, False}


@pytest.mark.parametrize("ref", ["main", "topic/one", "v5.0.0", "sha"])
def test_the_commits_of_a_ref_are_those_that_lead_to_it(make_client: MakeClient, forge: Forge, ref: str) -> None:
    history, repository = _history(forge), forge.fleet.repository(FULL)
    name = history.commits[200].sha if ref == "sha" else ref
    found = ask(make_client, forge, lambda client: client.fetch_commits(ORG, REPO, ref=name))
    assert [commit.sha for commit in found] == [commit.sha for commit in history.commits_from(repository, name)]
    assert {request.query["sha"] for request in forge.requests} == {name}


def test_commits_of_a_ref_that_there_is_not_are_not_found(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_commits(ORG, REPO, ref="no/such"))


def test_since_and_until_bound_commits_and_belong_to_them(make_client: MakeClient, forge: Forge) -> None:
    made = _history(forge).commits
    times = [datetime.fromisoformat(commit.committed_at) for commit in made]
    late, early = times[40], times[250]
    zone = timezone(timedelta(hours=5, minutes=30))
    found = ask(
        make_client,
        forge,
        lambda client: client.fetch_commits(ORG, REPO, since=early.astimezone(zone), until=late.astimezone(zone)),
    )
    wanted = [commit.sha for commit, time in zip(made, times, strict=True) if early <= time <= late]
    assert [commit.sha for commit in found] == wanted
    assert {made[40].sha, made[250].sha} <= set(wanted)
    query = urlencode({"since": early.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})
    assert all(query in request.target for request in forge.requests)


@pytest.mark.parametrize("path", ["src", "src/größe.py", "docs/nested/a b.md", "no/such"])
def test_commits_of_a_path_are_those_that_touched_it(make_client: MakeClient, forge: Forge, path: str) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_commits(ORG, REPO, path=path))
    touched = [commit for commit in _history(forge).commits if f"{commit.path}/".startswith(f"{path}/")]
    assert [commit.sha for commit in found] == [commit.sha for commit in touched]
    assert bool(found) == (path != "no/such")


def test_every_release_is_given_newest_first(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/releases", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_releases(ORG, REPO))
    assert found == [expected_history.release(row) for row in raw]
    made = _history(forge).releases
    assert [(item.id, item.tag_name, item.draft) for item in found] == [
        (item.id, item.tag, item.draft) for item in made
    ]
    assert [len(item.assets) for item in found] == [len(item.assets) for item in made]
    assert (found[0].draft, found[0].author, found[0].published_at, found[0].assets) == (True, None, None, ())


def test_drafts_are_for_those_who_may_push(make_client: MakeClient, forge: Forge) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_releases(ORG, REPO), None)
    assert len(found) == sum(not item.draft for item in _history(forge).releases) == 129
    assert not any(item.draft for item in found)


def test_languages_are_bytes_most_first(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch(forge, f"/repos/{FULL}/languages", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_languages(ORG, REPO))
    assert list(found.items()) == list(raw.items()) == [("Rust", 2**40), ("Python", 7), ("C++", 0)]


def test_anonymous_contributors_come_when_asked_for(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/contributors?anon=1", "octo")
    every = ask(make_client, forge, lambda client: client.fetch_contributors(ORG, REPO, anonymous=True))
    known = ask(make_client, forge, lambda client: client.fetch_contributors(ORG, REPO))
    assert every == [expected.contributor(row) for row in raw]
    assert known == [item for item in every if item.login is not None]
    assert len(every) == len(forge.fleet.repository(FULL).contributors) > 100
    nameless = [item for item in every if item.login is None]
    assert nameless
    assert all(item.email and item.name and item.id is None and item.type == "Anonymous" for item in nameless)


@pytest.mark.parametrize("what", LISTINGS)
def test_an_empty_repository_has_nothing(make_client: MakeClient, forge: Forge, what: str) -> None:
    owner, name = EMPTY.split("/")
    assert ask(make_client, forge, lambda client: LISTINGS[what](client, owner, name)) == []
    assert len(forge.requests) == 1


def test_an_empty_repository_has_no_languages(make_client: MakeClient, forge: Forge) -> None:
    assert ask(make_client, forge, lambda client: client.fetch_languages(*EMPTY.split("/"))) == {}


@pytest.mark.parametrize("what", LISTINGS)
def test_listings_of_a_renamed_repository_are_those_of_the_new_name(
    make_client: MakeClient, forge: Forge, what: str
) -> None:
    async def call(client: GitHubClient) -> Any:
        return await LISTINGS[what](client, ORG, "old"), await LISTINGS[what](client, *NEW.split("/"))

    old, new = ask(make_client, forge, call)
    assert old == new
    assert len(old) > (100 if what in ("tags", "commits", "releases") else 0)
    assert forge.requests[0].status == 301


@pytest.mark.parametrize("what", LISTINGS)
def test_listings_of_what_one_may_not_see_are_not_found(make_client: MakeClient, forge: Forge, what: str) -> None:
    assert isinstance(ask(make_client, forge, lambda client: LISTINGS[what](client, ORG, "secret")), list)
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: LISTINGS[what](client, ORG, "secret"), "stranger")


@pytest.mark.parametrize("what", LISTINGS)
def test_listings_of_what_was_taken_down_tell_the_reason(make_client: MakeClient, forge: Forge, what: str) -> None:
    with pytest.raises(UnavailableForLegalReasonsError, match="dmca") as caught:
        ask(make_client, forge, lambda client: LISTINGS[what](client, ORG, "taken"))
    assert caught.value.reason == "dmca"
