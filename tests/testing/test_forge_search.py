"""The searches, and the organizations and groups of users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Call = Callable[..., Any]


@pytest.fixture
def shop() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_user("eve")
    fleet.add_repository("acme", "red-tool", stars=5, language="Rust", topics=("cli",), description="For Paint")
    fleet.add_repository("acme", "blue-tool", stars=50, language="Python", archived=True)
    fleet.add_repository("eve", "paint", stars=500, language="Jupyter Notebook", forks=3)
    fleet.add_repository("eve", "hidden-tool", stars=1, private=True)
    fleet.add_repository("eve", "tool-fork", stars=2, fork=True, parent="acme/red-tool")
    with Forge(fleet) as running:
        running.add_token("eve", login="eve")
        yield running


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tool", ["blue-tool", "red-tool"]),
        ("TOOL", ["blue-tool", "red-tool"]),
        ("paint", ["paint", "red-tool"]),
        ("paint+tool", ["red-tool"]),
        ("%22for+paint%22", ["red-tool"]),
        ("org:ACME", ["blue-tool", "red-tool"]),
        ("user:eve", ["paint"]),
        ("repo:eve/paint", ["paint"]),
        ("user:eve+fork:true", ["paint", "tool-fork"]),
        ("fork:only", ["tool-fork"]),
        ("language:rust", ["red-tool"]),
        ("language:%22jupyter+notebook%22", ["paint"]),
        ("topic:cli", ["red-tool"]),
        ("archived:false", ["paint", "red-tool"]),
        ("is:archived", ["blue-tool"]),
        ("is:private", []),
        ("is:public+in:name", ["paint", "blue-tool", "red-tool"]),
        ("stars:50", ["blue-tool"]),
        ("stars:%3E50", ["paint"]),
        ("stars:%3E=50", ["paint", "blue-tool"]),
        ("stars:%3C50", ["red-tool"]),
        ("stars:%3C=50", ["blue-tool", "red-tool"]),
        ("stars:5..50", ["blue-tool", "red-tool"]),
        ("stars:50..*", ["paint", "blue-tool"]),
        ("stars:*..50", ["blue-tool", "red-tool"]),
        ("stars:many", []),
        ("forks:3", ["paint"]),
        ("nonsense:tool", []),
    ],
)
def test_words_and_qualifiers_find_repositories(shop: Forge, ask: Call, query: str, found: list[str]) -> None:
    reply = ask(f"{shop.url}/search/repositories?q={query}")
    assert reply.status == 200
    shown = reply.json()
    assert [row["name"] for row in shown["items"]] == found
    assert (shown["total_count"], shown["incomplete_results"]) == (len(found), False)


def test_results_are_repositories_with_a_score(shop: Forge, ask: Call) -> None:
    row = ask(f"{shop.url}/search/repositories?q=red-tool").json()["items"][0]
    assert row["full_name"] == "acme/red-tool"
    assert (row["score"], row["permissions"]["admin"]) == (1.0, True)
    assert len(row) > 75


def test_private_results_need_access(shop: Forge, ask: Call) -> None:
    assert ask(f"{shop.url}/search/repositories?q=hidden", token="eve").json()["total_count"] == 1
    assert ask(f"{shop.url}/search/repositories?q=hidden", token=None).json()["total_count"] == 0


@pytest.mark.parametrize(
    ("order", "first"),
    [("sort=stars&order=asc", "red-tool"), ("sort=forks", "paint"), ("sort=updated", "blue-tool"), ("", "paint")],
)
def test_results_are_sorted(shop: Forge, ask: Call, order: str, first: str) -> None:
    shop.fleet.update("acme/blue-tool", updated_at="2026-01-01T00:00:00Z")
    assert ask(f"{shop.url}/search/repositories?q=o..5+OR&{order}").json()["items"] == []
    assert ask(f"{shop.url}/search/repositories?q=is:public&{order}").json()["items"][0]["name"] == first


def test_a_search_without_a_query_is_422(shop: Forge, ask: Call) -> None:
    for query in ("", "?q=", "?q=+"):
        reply = ask(f"{shop.url}/search/repositories{query}")
        assert (reply.status, reply.json()["errors"][0]["code"]) == (422, "missing")


def test_a_search_returns_the_first_thousand_results(ask: Call) -> None:
    fleet = Fleet.generate(organizations=1, repositories=1150, users=2, seed=3, private_share=0, branches=1)
    with Forge(fleet) as big:
        url = f"{big.url}/search/repositories?q=is:public+fork:true&per_page=100"
        first = ask(url)
        assert first.json()["total_count"] == 1150
        assert first.links["last"] == f"{url}&page=10"
        last = ask(f"{url}&page=10")
        assert len(last.json()["items"]) == 100
        assert "next" not in last.links
        beyond = ask(f"{url}&page=11")
        assert beyond.status == 422
        assert beyond.json()["message"] == "Only the first 1000 search results are available"
        assert len(ask(f"{url}&page=34".replace("per_page=100", "per_page=30")).json()["items"]) == 10


def test_searches_have_a_separate_rate_limit(shop: Forge, ask: Call) -> None:
    shop.limit(shop.token, resource="search", remaining=1)
    reply = ask(f"{shop.url}/search/repositories?q=tool")
    limits = {name: reply.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "resource")}
    assert limits == {"limit": "30", "remaining": "0", "resource": "search"}
    refused = ask(f"{shop.url}/search/repositories?q=tool")
    assert (refused.status, refused.headers["x-ratelimit-resource"]) == (403, "search")
    own = ask(f"{shop.url}/user")
    assert (own.status, own.headers["x-ratelimit-remaining"]) == (200, "4999")
    shown = ask(f"{shop.url}/rate_limit").json()["resources"]
    assert (shown["search"]["used"], shown["core"]["used"]) == (30, 1)


def test_searches_without_a_token_have_a_lower_limit(shop: Forge, ask: Call) -> None:
    assert ask(f"{shop.url}/search/repositories?q=tool", token=None).headers["x-ratelimit-limit"] == "10"


@pytest.mark.parametrize(
    ("qualifier", "names"),
    [
        ("2020-01-02", ["b"]),
        (">2020-01-01", ["b", "c"]),
        (">=2020-01-01", ["a", "b", "c"]),
        ("<2020-01-02", ["a"]),
        ("<=2020-01-02", ["a", "b"]),
        ("2020-01-01..2020-01-02", ["a", "b"]),
        ("2020-01-01T12:00:01Z..*", ["b", "c"]),
        ("*..2020-01-01T12:00:00%2B00:00", ["a"]),
        ("soon", []),
    ],
)
def test_the_time_of_creation_is_a_range(ask: Call, qualifier: str, names: list[str]) -> None:
    fleet = Fleet()
    fleet.add_organization("o")
    for day, name in enumerate("abc", 1):
        fleet.add_repository("o", name, created_at=f"2020-01-0{day}T12:00:00Z")
    with Forge(fleet) as forge:
        found = ask(f"{forge.url}/search/repositories?q=user:o+created:{qualifier}").json()["items"]
    assert sorted(row["name"] for row in found) == names


@pytest.fixture
def library() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("eve")
    fleet.add_organization("acme", members=["eve"])
    fleet.add_group("acme/inner")
    fleet.add_organization("other")
    for name, private in (("acme/one", False), ("acme/two", True), ("acme/inner/three", False)):
        owner, _, bare = name.rpartition("/")
        fleet.add_repository(owner, bare, private=private, language="Rust", branches=1, contributors=1)
        fleet.add_commit(name, message="Hide the Haystack", path="src/hay.rs")
        fleet.add_issue(name, title="Lost needle")
    with Forge(fleet) as running:
        running.add_token("eve", login="eve")
        running.add_token("bob", login=fleet.add_user("bob").login)
        running.limit("eve", resource="code_search", limit=100, remaining=100)
        yield running


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("haystack", ["one", "two"]),
        ("hide+haystack+repo:acme/two", ["two"]),
        ("haystack+org:other", []),
        ("haystack+path:src+extension:rs+language:rust", ["one", "two"]),
        ("haystack+filename:hay.py", []),
        ("hay.rs", []),
        ("hay.rs+in:path+repo:acme/one", ["one"]),
    ],
)
def test_words_and_qualifiers_find_code(library: Forge, ask: Call, query: str, found: list[str]) -> None:
    shown = ask(f"{library.url}/search/code?q={query}", token="eve").json()
    assert sorted(row["repository"]["name"] for row in shown["items"]) == found
    assert shown["total_count"] == len(found)


def test_code_is_shown_with_text_if_it_is_requested_and_to_those_who_see_it(library: Forge, ask: Call) -> None:
    url = f"{library.url}/search/code?q=haystack+repo:acme/one"
    (row,) = ask(url, token="eve").json()["items"]
    assert (row["path"], "text_matches" in row) == ("src/hay.rs", False)
    (row,) = ask(url, token="eve", headers={"Accept": "application/vnd.github.text-match+json"}).json()["items"]
    assert [match["fragment"] for match in row["text_matches"]] == ["Hide the Haystack"]
    assert ask(f"{library.url}/search/code?q=haystack+repo:acme/two", token="bob").json()["items"] == []
    assert ask(url, token=None).status == 401


def test_gitlab_searches_code_in_everything_in_a_group_and_in_a_project(library: Forge, ask: Call) -> None:
    number = library.fleet.find("acme", "one").id
    for path, count in (("", 3), ("/groups/acme", 3), ("/groups/acme%2Finner", 1), (f"/projects/{number}", 1)):
        reply = ask(f"{library.gitlab_url}{path}/search?scope=blobs&search=HAYSTACK", token="eve")
        assert [(row["path"], row["data"]) for row in reply.json()] == [("src/hay.rs", "Hide the Haystack\n")] * count
    assert ask(f"{library.gitlab_url}/search?scope=blobs&search=x", token=None).status == 401
    assert ask(f"{library.gitlab_url}/search?scope=users&search=x", token="eve").status == 400
    assert ask(f"{library.gitlab_url}/search?scope=blobs", token="eve").status == 400


def test_gitlab_searches_issues_in_everything_and_in_a_group(library: Forge, ask: Call) -> None:
    for path, count in (("", 3), ("/groups/acme", 3), ("/groups/acme%2Finner", 1), ("/groups/other", 0)):
        rows = ask(f"{library.gitlab_url}{path}/issues?search=lost+NEEDLE&scope=all", token="eve").json()
        assert [row["title"] for row in rows] == ["Lost needle"] * count
    assert ask(f"{library.gitlab_url}/issues", token=None).status == 401
    assert len(ask(f"{library.gitlab_url}/issues?search=needle", token="bob").json()) == 2


def test_groups_are_those_of_a_member_unless_all_are_requested(library: Forge, ask: Call) -> None:
    for query, token, found in (
        ("", "eve", ["acme", "acme/inner"]),
        ("all_available=true", "eve", ["acme", "acme/inner", "other"]),
        ("all_available=false", None, ["acme", "acme/inner", "other"]),
        ("", "bob", []),
    ):
        rows = ask(f"{library.gitlab_url}/groups?order_by=id&sort=asc&{query}", token=token).json()
        assert [row["full_path"] for row in rows] == found
    below = ask(f"{library.gitlab_url}/groups/acme/descendant_groups", token="eve").json()
    assert [row["full_path"] for row in below] == ["acme/inner"]


def test_the_organizations_of_a_user(library: Forge, ask: Call) -> None:
    assert [row["login"] for row in ask(f"{library.url}/user/orgs", token="eve").json()] == ["acme"]
    assert ask(f"{library.url}/user/orgs", token="bob").json() == []
    assert ask(f"{library.url}/user/orgs", token=None).status == 401
