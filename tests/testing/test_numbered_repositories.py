"""Many numbered repositories: constructed when they are requested, otherwise like all others."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]


@pytest.fixture
def numbered() -> Fleet:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "first", stars=3)
    fleet.add_repositories("acme", 250, "tool", branches=5, pulls=2, archived=lambda number: number % 10 == 0)
    fleet.add_repository("acme", "last")
    return fleet


def names(forge: Forge, ask: Ask, path: str) -> list[str]:
    """Full names in all pages of a list of GitHub."""
    rows: list[str] = []
    url: str | None = forge.url + path
    while url is not None:
        reply = ask(url)
        rows += [row["full_name"] for row in reply.json()]
        url = reply.links.get("next")
    return rows


def test_numbered_repositories_are_listed_and_served_by_both_services(numbered: Fleet, ask: Ask) -> None:
    expected = ["acme/first", *(f"acme/tool-{number:04d}" for number in range(1, 251)), "acme/last"]
    with Forge(numbered) as forge:
        assert names(forge, ask, "/orgs/acme/repos?per_page=100&direction=asc") == expected
        assert names(forge, ask, "/user/repos?per_page=100") == sorted(expected)
        projects: list[str] = []
        for page in range(1, 4):
            url = f"{forge.gitlab_url}/groups/acme/projects?order_by=id&sort=asc&per_page=100&page={page}"
            projects += [row["path_with_namespace"] for row in ask(url).json()]
        assert projects == expected
        ids, url = [], f"{forge.gitlab_url}/projects?pagination=keyset&order_by=id&sort=asc&per_page=100"
        while url is not None:
            reply = ask(url)
            ids += [row["id"] for row in reply.json()]
            url = reply.links.get("next")
        assert ids == [item.id for item in numbered.repositories]
        row = ask(f"{forge.url}/repos/ACME/Tool-0010").json()
        assert (row["name"], row["archived"], ask(f"{forge.url}/repositories/{row['id']}").json()) == (
            "tool-0010",
            True,
            row,
        )
        branches = ask(f"{forge.url}/repos/acme/tool-0010/branches").json()
        same = ask(f"{forge.gitlab_url}/projects/acme%2Ftool-0010/repository/branches").json()
        assert [item["name"] for item in branches] == [item["name"] for item in same]
        assert [item["commit"]["sha"] for item in branches] == [item["commit"]["id"] for item in same]
        assert len(ask(f"{forge.url}/repos/acme/tool-0007/pulls?state=all").json()) == 2
        assert ask(f"{forge.url}/orgs/acme").json()["public_repos"] == 252
        for wrong in ("tool-0251", "tool-0000", "tool-10", "tool-00010", "tools-0010", "tool-001x"):
            assert ask(f"{forge.url}/repos/acme/{wrong}").status == 404


def test_the_same_number_gives_the_same_data_and_another_one_gives_other_commits(numbered: Fleet) -> None:
    one, again, other = (numbered.find("acme", name) for name in ("tool-0001", "TOOL-0001", "tool-0002"))
    assert one is not None
    assert other is not None
    assert one == again
    assert {branch.sha for branch in one.branches}.isdisjoint(branch.sha for branch in other.branches)
    assert [item.title for item in numbered.history(one).pulls] == [item.title for item in numbered.history(one).pulls]


#: A function for each field that others are computed from, and for some that are independent.
VARYING: dict[str, Any] = {
    "internal": lambda number: number % 2 == 0,
    "empty": lambda number: number % 5 == 0,
    "default_branch": lambda number: ("main", "trunk")[number % 2],
    "issues": lambda number: number % 4,
    "pulls": lambda number: number % 3,
    "branches": lambda number: 0 if number % 5 == 0 else 2,
    "contributors": lambda number: ("fleet-admin",) if number % 5 else (),
    "stars": lambda number: number,
    "topics": lambda number: (f"topic-{number}",),
}


def varying() -> Fleet:
    fleet = Fleet()
    fleet.add_organization("acme")
    nothing = {"empty": True, "branches": 0, "contributors": 0}
    fleet.add_repositories("acme", 40, "tool", **VARYING | nothing)
    fleet.add_repositories("acme", 60, "part", **VARYING)
    return fleet


def test_a_repository_in_a_list_is_the_same_one_without_branches_and_contributors() -> None:
    fleet = varying()
    whole = list(fleet.listed_by("acme"))
    expected = [dataclasses.replace(item, branches=(), contributors=()) for item in whole]
    assert list(fleet.listed_by("acme").outlines()) == expected
    assert {item.open_issues for item in whole} == {0, 1, 2, 3}
    assert sum(bool(item.branches) for item in whole) == 48


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_row_of_a_list_has_the_values_of_the_single_repository(provider: str, ask: Ask) -> None:
    with Forge(varying()) as forge:
        if provider == "github":
            listed, single = f"{forge.url}/orgs/acme/repos?per_page=100", f"{forge.url}/repositories"
        else:
            listed, single = f"{forge.gitlab_url}/projects?per_page=100", f"{forge.gitlab_url}/projects"
        rows = ask(listed).json()
        assert len(rows) == 100
        for row in rows[::7]:
            found = ask(f"{single}/{row['id']}").json()
            assert row.keys() <= found.keys()
            assert row == {key: found[key] for key in row}


def test_repositories_of_a_list_share_what_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    build = Fleet._new_fields

    def counted(self: Fleet, full_name: str, values: dict[str, Any]) -> dict[str, Any]:
        built.append(full_name)
        return build(self, full_name, values)

    monkeypatch.setattr(Fleet, "_new_fields", counted)
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repositories("acme", 1_000, private=lambda number: number % 2 == 0, stars=lambda number: number)
    built.clear()  # the arguments were checked once
    rows = list(fleet.listed_by("acme").outlines())
    assert (len(built), len({row.stars for row in rows})) == (2, 1_000)
    assert sum(row.private for row in rows) == 500


def test_numbered_repositories_can_be_changed(numbered: Fleet, ask: Ask) -> None:
    with Forge(numbered) as forge:
        numbered.update("acme/tool-0001", stars=9)
        numbered.rename("acme/tool-0002", "acme/renamed")
        numbered.remove("acme/tool-0003")
        numbered.remove("acme/tool-0004", listed=True)
        numbered.block("acme/tool-0005", "dmca")
        numbered.forbid("acme/tool-0006")
        numbered.add_commit("acme/tool-0007", "Change it")
        listed = names(forge, ask, "/orgs/acme/repos?per_page=100&direction=asc")
        assert ask(f"{forge.url}/repos/acme/tool-0001").json()["stargazers_count"] == 9
        assert ask(f"{forge.url}/repos/acme/tool-0007/commits/main").json()["commit"]["message"] == "Change it"
        statuses = [ask(f"{forge.url}/repos/acme/tool-{number:04d}/branches").status for number in range(1, 9)]
    assert statuses == [200, 301, 404, 404, 451, 403, 200, 200]
    assert listed[:5] == ["acme/first", "acme/tool-0001", "acme/renamed", "acme/tool-0004", "acme/tool-0005"]
    assert len(listed) == 251
    assert numbered.count_of("acme") == len(numbered.owned_by("acme")) == 250
    with pytest.raises(KeyError):
        numbered.repository("acme/tool-0003")


def test_names_of_numbered_repositories_are_taken(numbered: Fleet) -> None:
    for add in (
        lambda: numbered.add_repository("acme", "tool-0010"),
        lambda: numbered.rename("acme/first", "acme/Tool-0010"),
        lambda: numbered.add_repositories("acme", 5, "TOOL"),
    ):
        with pytest.raises(ValueError, match="already"):
            add()
    numbered.add_repository("acme", "thing-0003")
    with pytest.raises(ValueError, match="already"):
        numbered.add_repositories("acme", 5, "thing")
    numbered.remove("acme/tool-0010")
    numbered.add_repository("acme", "tool-0010", stars=8)
    found = numbered.find("acme", "tool-0010")
    assert found is not None
    assert found.stars == 8


@pytest.mark.parametrize(
    ("owner", "count", "fields"),
    [
        ("nobody", 5, {}),
        ("acme", 0, {}),
        ("acme", 5, {"name": "a b"}),
        ("acme", 5, {"branches": -1}),
        ("acme", 5, {"empty": True, "branches": lambda number: number}),
    ],
)
def test_wrong_arguments_are_refused_at_once(numbered: Fleet, owner: str, count: int, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each has another message
        numbered.add_repositories(owner, count, **fields)
    assert len(numbered.repositories) == 252


def test_a_big_fleet_is_generated_in_little_memory() -> None:
    tracemalloc.start()
    try:
        fleet = Fleet.generate(organizations=3, repositories=100_000, users=5, seed=3)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 60_000_000
    assert repr(fleet).endswith("repositories=100000)")
    counts = Counter({item.login: fleet.count_of(item.login) for item in fleet.organizations})
    assert [round(count / 100_000, 2) for count in counts.values()] == [0.6, 0.27, 0.12]
    owner = fleet.organizations[0].login
    sample = [fleet.find(owner, f"repository-{number:05d}") for number in range(1, 1001)]
    found = [item for item in sample if item is not None]
    assert len(found) == 1000
    assert sum(item.private for item in found) == pytest.approx(100, abs=40)
    assert sum(item.archived for item in found) == pytest.approx(70, abs=35)
    again = Fleet.generate(organizations=3, repositories=100_000, users=5, seed=3)
    assert again.find(owner, "repository-00777") == fleet.find(owner, "repository-00777")


def test_the_log_can_be_limited(ask: Ask) -> None:
    with Forge(log_size=2) as forge:
        for path in ("/user", "/users/fleet-admin", "/rate_limit"):
            ask(forge.url + path)
        assert [(request.path, request.status) for request in forge.requests] == [
            ("/users/fleet-admin", 200),
            ("/rate_limit", 200),
        ]
    with Forge(log_size=0) as forge:
        assert ask(f"{forge.url}/user").status == 200
        assert forge.requests == []
    with pytest.raises(ValueError, match="log_size"):
        Forge(log_size=-1)
