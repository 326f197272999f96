"""Pages and the Link header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Forge, Organization

Ask = Callable[..., Any]


def organization(forge: Forge) -> Organization:
    return forge.fleet.organizations[0]


def visible_rows(forge: Forge) -> int:
    return len(forge.fleet.owned_by(organization(forge).login))


def test_all_pages_together_are_the_whole_list_without_duplicates(forge: Forge, ask: Ask) -> None:
    url: str | None = f"{forge.url}/orgs/{organization(forge).login}/repos?per_page=37"
    names: list[str] = []
    while url:
        reply = ask(url)
        names += [row["full_name"] for row in reply.json()]
        url = reply.links.get("next")
    assert len(names) == len(set(names))
    assert set(names) == {item.full_name for item in forge.fleet.owned_by(organization(forge).login)}


def test_the_first_page_links_to_next_and_last_by_number(forge: Forge, ask: Ask) -> None:
    number, last = organization(forge).id, -(-visible_rows(forge) // 50)
    reply = ask(f"{forge.url}/orgs/{organization(forge).login}/repos?type=all&per_page=50")
    base = f"{forge.url}/organizations/{number}/repos?type=all&per_page=50"
    assert reply.headers["link"] == f'<{base}&page=2>; rel="next", <{base}&page={last}>; rel="last"'


def test_a_middle_page_links_to_prev_next_last_first(forge: Forge, ask: Ask) -> None:
    reply = ask(f"{forge.url}/orgs/{organization(forge).login}/repos?page=2&per_page=50")
    last = -(-visible_rows(forge) // 50)
    assert list(reply.links) == ["prev", "next", "last", "first"]
    assert [url.split("?")[1] for url in reply.links.values()] == [
        f"page={page}&per_page=50" for page in (1, 3, last, 1)
    ]


def test_the_last_page_links_to_earlier_pages_only(forge: Forge, ask: Ask) -> None:
    last = -(-visible_rows(forge) // 50)
    reply = ask(f"{forge.url}/orgs/{organization(forge).login}/repos?per_page=50&page={last}")
    assert list(reply.links) == ["prev", "first"]
    assert len(reply.json()) == visible_rows(forge) - 50 * (last - 1)


def test_a_page_after_the_last_is_empty_and_links_to_earlier_pages(forge: Forge, ask: Ask) -> None:
    reply = ask(f"{forge.url}/orgs/{organization(forge).login}/repos?per_page=100&page=99")
    last = -(-visible_rows(forge) // 100)
    assert (reply.status, reply.json(), list(reply.links)) == (200, [], ["prev", "first"])
    assert reply.links["prev"].endswith(f"?per_page=100&page={last}")


def test_a_list_of_one_page_has_no_link_header(forge: Forge, ask: Ask) -> None:
    quiet = next(item for item in forge.fleet.repositories if len(item.branches) < 30)
    assert "link" not in ask(f"{forge.url}/repos/{quiet.full_name}/branches").headers


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 30),
        ("?per_page=7", 7),
        ("?per_page=100", 100),
        ("?per_page=1000", 100),
        ("?per_page=0", 30),
        ("?per_page=-5", 30),
        ("?per_page=lots", 30),
        ("?per_page=", 30),
        ("?per_page=" + "9" * 5000, 30),
        ("?per_page=%D9%A3", 30),
        ("?page=0", 30),
        ("?page=nonsense", 30),
    ],
)
def test_invalid_page_parameters_are_ignored(forge: Forge, ask: Ask, query: str, rows: int) -> None:
    assert len(ask(f"{forge.url}/orgs/{organization(forge).login}/repos{query}").json()) == rows


def test_links_below_a_repository_contain_its_number(forge: Forge, ask: Ask) -> None:
    busy = next(item for item in forge.fleet.repositories if len(item.branches) == 100)
    reply = ask(f"{forge.url}/repos/{busy.full_name}/branches?per_page=60")
    assert reply.links["next"] == f"{forge.url}/repositories/{busy.id}/branches?per_page=60&page=2"
    second = ask(reply.links["next"])
    names = [row["name"] for row in reply.json() + second.json()]
    assert names == sorted(branch.name for branch in busy.branches)


def test_contributors_have_pages_and_include_anonymous_ones_on_request(forge: Forge, ask: Ask) -> None:
    busy = next(item for item in forge.fleet.repositories if len(item.contributors) > 130)
    url = f"{forge.url}/repos/{busy.full_name}/contributors?per_page=100"
    rows = [row for page in (1, 2) for row in ask(f"{url}&page={page}").json()]
    assert len(rows) == 130
    assert all(row["login"] for row in rows)
    everybody = [row for page in (1, 2) for row in ask(f"{url}&anon=1&page={page}").json()]
    anonymous = [row for row in everybody if row["type"] == "Anonymous"]
    assert len(everybody) == len(busy.contributors) == 130 + len(anonymous)
    assert anonymous[0].keys() == {"email", "name", "type", "contributions"}
    counts = [row["contributions"] for row in everybody]
    assert counts == sorted(counts, reverse=True)


def test_links_of_a_users_repositories_contain_the_users_number(forge: Forge, ask: Ask) -> None:
    admin = forge.fleet.account("fleet-admin")
    assert admin is not None
    reply = ask(f"{forge.url}/users/fleet-admin/repos?per_page=2")
    assert reply.links["next"] == f"{forge.url}/user/{admin.id}/repos?per_page=2&page=2"
    assert ask(reply.links["next"]).json()


def test_sort_applies_to_the_whole_list(forge: Forge, ask: Ask) -> None:
    url = f"{forge.url}/orgs/{organization(forge).login}/repos?per_page=100"
    by_name = [row["full_name"].lower() for row in ask(f"{url}&sort=full_name").json()]
    assert by_name == sorted(by_name)
    pushed = [row["pushed_at"] for row in ask(f"{url}&sort=pushed").json()]
    assert pushed == sorted(pushed, reverse=True)
    oldest = ask(f"{url}&sort=created&direction=asc").json()[0]["created_at"]
    assert oldest == min(item.created_at for item in forge.fleet.owned_by(organization(forge).login))
