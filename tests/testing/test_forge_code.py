"""Branches, commits, tags, releases, languages, license, stargazers and forks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Asset, Fleet, Forge

Ask = Callable[..., Any]
BIG = "/repos/acme/big"


@pytest.fixture(scope="module")
def code() -> Iterator[Forge]:
    """A forge that no test changes."""
    fleet = Fleet()
    for login in ("octo-user", "eve"):
        fleet.add_user(login)
    fleet.add_organization("acme", ["octo-user"])
    amounts = {"commits": 120, "tags": 130, "releases": 35}
    fleet.add_repository("acme", "big", created_at="2020-01-01T00:00:00Z", stars=2, license="mit", **amounts)
    fleet.add_repository("acme", "void", empty=True)
    fleet.add_repository("acme", "hidden", private=True, commits=5, tags=1)
    fleet.add_repository("eve", "big", fork=True, parent="acme/big", created_at="2021-01-01T00:00:00Z")
    fleet.add_repository("eve", "secret-big", fork=True, parent="acme/big", private=True)
    with Forge(fleet) as running:
        running.add_token(running.token, limit=100_000)
        running.add_token("octo", login="octo-user")
        running.add_token("eve", login="eve")
        yield running


def everything(forge: Forge, ask: Ask, path: str, **how: Any) -> list[Any]:
    """The rows of all linked pages. All pages except the last must be full."""
    reply = ask(f"{forge.url}{path}", **how)
    rows: list[Any] = reply.json()
    while "next" in reply.links:
        assert f"{forge.url}/repositories/" in reply.links["next"]
        reply = ask(reply.links["next"], **how)
        rows += reply.json()
    return rows


@pytest.mark.parametrize(
    ("path", "key", "total"),
    [("commits", "sha", 120), ("tags", "name", 130), ("releases", "id", 35), ("branches", "name", 3)],
)
@pytest.mark.parametrize("size", [30, 100, 7])
def test_all_pages_together_are_the_whole_list(
    code: Forge, ask: Ask, path: str, key: str, total: int, size: int
) -> None:
    rows = everything(code, ask, f"{BIG}/{path}?per_page={size}")
    assert len({row[key] for row in rows}) == len(rows) == total
    first = ask(f"{code.url}{BIG}/{path}?per_page={size}").links
    pages = -(-total // size)
    assert first.get("last", "page=1").rpartition("page=")[2] == str(pages)


def test_lists_are_equal_below_the_number_of_the_repository(code: Forge, ask: Ask) -> None:
    number = code.fleet.repository("acme/big").id
    for path in ("commits", "tags", "releases", "languages", "license"):
        named, numbered = (ask(f"{code.url}{place}/{path}") for place in (BIG, f"/repositories/{number}"))
        assert named.json() == numbered.json()
        assert named.links == numbered.links


def test_commits_of_a_ref_are_listed_newest_first(code: Forge, ask: Ask) -> None:
    rows = everything(code, ask, f"{BIG}/commits?per_page=100")
    dates = [row["commit"]["committer"]["date"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    assert ask(f"{code.url}{BIG}/commits?sha={rows[50]['sha']}&per_page=1").json() == rows[50:51]
    assert ask(f"{code.url}{BIG}/commits?sha=develop&per_page=2").json()[1] == rows[0]
    assert ask(f"{code.url}{BIG}/commits?sha=release/1.0&per_page=2").json()[1] == rows[0]
    assert ask(f"{code.url}{BIG}/commits?sha=none").status == 404


def test_commits_are_filtered_by_time_path_and_author(code: Forge, ask: Ask) -> None:
    rows = everything(code, ask, f"{BIG}/commits?per_page=100")
    low, high = rows[60]["commit"]["committer"]["date"], rows[40]["commit"]["committer"]["date"]
    assert everything(code, ask, f"{BIG}/commits?since={low}&until={high}") == rows[40:61]
    offset = low.replace("Z", "%2B00:00")
    assert everything(code, ask, f"{BIG}/commits?per_page=100&since={offset}") == rows[:61]
    known = code.fleet.history(code.fleet.repository("acme/big")).commits
    readme = [commit.sha for commit in known if commit.path == "README.md"]
    assert [row["sha"] for row in everything(code, ask, f"{BIG}/commits?path=README.md")] == readme
    inside = [commit.sha for commit in known if commit.path.startswith("src/")]
    assert [row["sha"] for row in everything(code, ask, f"{BIG}/commits?path=src")] == inside
    assert ask(f"{code.url}{BIG}/commits?path=sr").json() == []
    mine = [row["sha"] for row in rows if row["author"] and row["author"]["login"] == "fleet-admin"]
    assert mine
    assert [row["sha"] for row in everything(code, ask, f"{BIG}/commits?author=fleet-admin")] == mine
    assert ask(f"{code.url}{BIG}/commits?since=yesterday").status == 422


def test_a_commit_with_an_unknown_address_has_no_account(code: Forge, ask: Ask) -> None:
    rows = everything(code, ask, f"{BIG}/commits?per_page=100")
    strangers = [row for row in rows if row["author"] is None]
    assert 0 < len(strangers) < len(rows)
    assert all(row["commit"]["author"]["name"].startswith("Stranger") for row in strangers)
    assert rows[-1]["parents"] == []


def test_a_commit_is_found_by_id_branch_and_tag(code: Forge, ask: Ask) -> None:
    row = ask(f"{code.url}{BIG}/commits?per_page=1").json()[0]
    single = ask(f"{code.url}{BIG}/commits/{row['sha']}").json()
    assert {key: single[key] for key in row} == row
    assert single["stats"]["total"] == single["files"][0]["changes"]
    for ref in (row["sha"][:8], "main", "v13.9.0"):
        assert ask(f"{code.url}{BIG}/commits/{ref}").json() == single
    assert ask(f"{code.url}{BIG}/commits/release/1.0").json()["parents"][0]["sha"] == row["sha"]
    wrong = ask(f"{code.url}{BIG}/commits/none")
    assert (wrong.status, wrong.json()["message"]) == (422, "No commit found for SHA: none")


def test_an_empty_repository_has_no_commits_to_list(code: Forge, ask: Ask) -> None:
    for path in ("commits", "commits/main"):
        reply = ask(f"{code.url}/repos/acme/void/{path}")
        assert (reply.status, reply.json()["message"]) == (409, "Git Repository is empty.")
    nothing: dict[str, Any] = {"tags": [], "releases": [], "languages": {}, "issues": []}
    for path, body in nothing.items():
        reply = ask(f"{code.url}/repos/acme/void/{path}")
        assert (reply.status, reply.json()) == (200, body)


def test_drafts_need_push_access(code: Forge, ask: Ask) -> None:
    seen = {token: everything(code, ask, f"{BIG}/releases", token=token) for token in (code.token, "octo", "eve", None)}
    assert {token: len(rows) for token, rows in seen.items()} == {code.token: 35, "octo": 35, "eve": 34, None: 34}
    draft = seen["octo"][0]
    assert (draft["draft"], draft["published_at"]) == (True, None)
    place = f"{code.url}{BIG}/releases/{draft['id']}"
    assert [ask(place, token=token).status for token in ("octo", "eve")] == [200, 404]


def test_single_releases_are_found_by_id_tag_and_latest(code: Forge, ask: Ask) -> None:
    rows = everything(code, ask, f"{BIG}/releases")
    latest = ask(f"{code.url}{BIG}/releases/latest").json()
    assert latest == next(row for row in rows if not row["draft"] and not row["prerelease"])
    assert ask(f"{code.url}{BIG}/releases/tags/{latest['tag_name']}").json() == latest
    assert ask(latest["url"]).json() == latest
    for wrong in ("0", "tags/none", "x", "1/2"):
        assert ask(f"{code.url}{BIG}/releases/{wrong}").status == 404
    assert any(asset["size"] for row in rows for asset in row["assets"])
    assert None in [row["name"] for row in rows]


def test_languages_license_and_topics_are_served(small: Forge, ask: Ask) -> None:
    small.fleet.update("Acme/Tool", license="mit", topics=("cli", "api"))
    small.fleet.set_languages("Acme/Tool", {"Rust": 900, "C++": 100})
    assert list(ask(f"{small.url}/repos/Acme/Tool/languages").json().items()) == [("Rust", 900), ("C++", 100)]
    assert ask(f"{small.url}/repos/Acme/Tool/topics").json() == {"names": ["cli", "api"]}
    assert ask(f"{small.url}/repos/Acme/Tool/license").json()["license"]["spdx_id"] == "MIT"
    assert ask(f"{small.url}/repos/Acme/secret/license").status == 404


def test_added_history_is_served(small: Forge, ask: Ask) -> None:
    where = f"{small.url}/repos/Acme/Tool"
    assert ask(f"{where}/tags").json() == []
    small.fleet.add_tag("Acme/Tool", "größe/1", sha="b" * 40)
    small.fleet.add_commit("Acme/Tool", "Neu", sha="c" * 40)
    small.fleet.add_release("Acme/Tool", "größe/1", assets=(Asset(7, "a.gz", 12),))
    assert [(row["name"], row["commit"]["sha"]) for row in ask(f"{where}/tags").json()] == [("größe/1", "b" * 40)]
    assert ask(f"{where}/branches/main").json()["commit"] == ask(f"{where}/commits").json()[0]
    release = ask(f"{where}/releases/tags/gr%C3%B6%C3%9Fe/1").json()
    assert [(asset["id"], asset["size"]) for asset in release["assets"]] == [(7, 12)]


def test_stargazers_and_forks_are_listed(code: Forge, ask: Ask) -> None:
    assert len(ask(f"{code.url}{BIG}/stargazers").json()) == 2
    seen = {
        token: [row["full_name"] for row in ask(f"{code.url}{BIG}/forks", token=token).json()]
        for token in ("eve", "octo", None)
    }
    assert seen == {"eve": ["eve/big", "eve/secret-big"], "octo": ["eve/big"], None: ["eve/big"]}
    oldest = ask(f"{code.url}{BIG}/forks?sort=oldest", token="eve").json()
    assert [row["full_name"] for row in oldest] == ["eve/secret-big", "eve/big"]


PATHS = [
    "branches", "commits", "commits/main", "tags", "releases", "languages", "contributors", "license", "topics",
    "issues", "pulls", "labels", "milestones", "events", "stargazers", "forks",
    "actions/runs", "actions/workflows", "actions/artifacts", "commits/main/check-runs", "commits/main/statuses",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_subresources_are_hidden_blocked_and_moved_like_their_repository(small: Forge, ask: Ask, path: str) -> None:
    secret = f"{small.url}/repos/Acme/secret/{path}"
    statuses = [ask(secret, token=token).status for token in ("octo", "eve", None, "unknown")]
    assert statuses == [404 if path == "license" else 200, 404, 404, 401]
    small.fleet.block("Acme/secret", reason="dmca")
    blocked = ask(secret)
    assert (blocked.status, blocked.json()["block"]["reason"]) == (451, "dmca")
    moved = small.fleet.rename("Acme/Tool", "Acme/Kit")
    reply = ask(f"{small.url}/repos/Acme/Tool/{path}?page=1")
    assert (reply.status, reply.headers["location"]) == (301, f"{small.url}/repositories/{moved.id}/{path}?page=1")


@pytest.mark.parametrize("path", ["tags", "commits", "issues"])
def test_a_list_counts_is_logged_and_receives_faults(small: Forge, ask: Ask, path: str) -> None:
    where = f"/repos/Acme/Tool/{path}"
    fault = small.fail(where, status=503)
    replies = [ask(small.url + where, token="octo") for _ in range(2)]
    assert [reply.status for reply in replies] == [503, 200]
    assert replies[1].headers["x-ratelimit-used"] == "2"
    assert fault.hits == 1
    assert [(item.path, item.status) for item in small.requests] == [(where, 503), (where, 200)]
    unchanged = ask(small.url + where, token="octo", headers={"If-None-Match": replies[1].headers["etag"]})
    assert unchanged.status == 304
    small.limit("octo", remaining=0)
    assert ask(small.url + where, token="octo").status == 403
