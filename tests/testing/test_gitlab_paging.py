"""GitLab's pagination: offset with and without totals, and keyset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import Contributor, Fleet, Forge

Ask = Callable[..., Any]
NUMBERS = ("x-page", "x-per-page", "x-prev-page", "x-next-page", "x-total", "x-total-pages")


@pytest.fixture(scope="module")
def many() -> Iterator[Forge]:
    """A forge with 45 projects in Acme; one has 30 branches and 25 commits."""
    fleet = Fleet()
    fleet.add_organization("Acme")
    fleet.add_repository("Acme", "big", branches=30, commits=25)
    for number in range(44):
        fleet.add_repository("Acme", f"tool-{number:02d}", stars=number % 3)
    with Forge(fleet) as running:
        yield running


def numbers(reply: Any) -> list[str | None]:
    return [reply.headers.get(name) for name in NUMBERS]


def chain(ask: Ask, url: str | None) -> list[Any]:
    """The responses from ``url`` on, following the links."""
    found = []
    while url is not None:
        found.append(ask(url))
        url = found[-1].links.get("next")
    return found


def test_headers_contain_pages_and_totals(many: Forge, ask: Ask) -> None:
    url = f"{many.gitlab_url}/groups/Acme/projects"
    assert numbers(ask(url)) == ["1", "20", "", "2", "45", "3"]
    assert numbers(ask(f"{url}?page=2")) == ["2", "20", "1", "3", "45", "3"]
    last = ask(f"{url}?page=3")
    assert numbers(last) == ["3", "20", "2", "", "45", "3"]
    assert set(last.links) == {"prev", "first", "last"}
    assert len(last.json()) == 5
    assert numbers(ask(f"{url}?page=9")) == ["9", "20", "8", "", "45", "3"]
    assert numbers(ask(f"{url}?per_page=500")) == ["1", "100", "", "", "45", "1"]


def test_links_repeat_all_parameters_and_the_id(many: Forge, ask: Ask) -> None:
    url = f"{many.gitlab_url}/projects/Acme%2Fbig/repository/branches"
    reply = ask(f"{url}?search=topic&per_page=10")
    query = "id=Acme%2Fbig&page=2&per_page=10&search=topic"
    assert reply.links["next"] == f"{url}?{query}"
    assert list(reply.links) == ["next", "first", "last"]


@pytest.mark.parametrize(
    ("path", "rows"),
    [("/groups/Acme/projects", 45), ("/projects/Acme%2Fbig/repository/branches", 30), ("/projects", 45)],
)
def test_following_links_returns_every_row_once(many: Forge, ask: Ask, path: str, rows: int) -> None:
    replies = chain(ask, f"{many.gitlab_url}{path}?per_page=7")
    names = [row["name"] for reply in replies for row in reply.json()]
    assert (len(names), len(set(names))) == (rows, rows)
    assert len(replies) == -(-rows // 7)


def test_commits_have_no_totals(many: Forge, ask: Ask) -> None:
    first, second = chain(ask, f"{many.gitlab_url}/projects/Acme%2Fbig/repository/commits")
    assert numbers(first) == ["1", "20", "", "2", None, None]
    assert numbers(second) == ["2", "20", "1", "", None, None]
    assert [set(first.links), set(second.links)] == [{"next", "first"}, {"prev", "first"}]
    assert len(first.json()) + len(second.json()) == 25


@pytest.mark.parametrize(("rows", "totals"), [(10_000, ["10000", "100"]), (10_001, [None, None])])
def test_lists_above_ten_thousand_rows_have_no_totals(ask: Ask, rows: int, totals: list[str | None]) -> None:
    fleet = Fleet()
    people = [Contributor(None, 1, name=f"Guest {number}") for number in range(rows)]
    fleet.add_repository("fleet-admin", "busy", contributors=people)
    with Forge(fleet) as forge:
        reply = ask(f"{forge.gitlab_url}/projects/fleet-admin%2Fbusy/repository/contributors?per_page=100&page=2")
    assert numbers(reply) == ["2", "100", "1", "3", *totals]
    assert ("last" in reply.links) is (totals[0] is not None)


@pytest.mark.parametrize("path", ["/projects", "/users/1/projects"])
def test_keyset_pages_end_with_an_empty_one_without_a_link(ask: Ask, path: str) -> None:
    fleet = Fleet()
    for number in range(5):
        fleet.add_repository("fleet-admin", f"tool-{number}")
    with Forge(fleet) as forge:
        url = f"{forge.gitlab_url}{path}?pagination=keyset&order_by=id&sort=asc&per_page=2"
        replies = chain(ask, url)
        assert [len(reply.json()) for reply in replies] == [2, 2, 1, 0]
        ids = [row["id"] for reply in replies for row in reply.json()]
        assert ids == sorted(item.id for item in fleet.repositories)
        assert f"id_after={ids[1]}" in replies[0].links["next"]
        assert set(replies[0].links) == {"next"}
        assert numbers(replies[0]) == [None] * 6
        falling = chain(ask, url.replace("asc", "desc"))
        assert [row["id"] for reply in falling for row in reply.json()] == ids[::-1]
        assert f"id_before={ids[-2]}" in falling[0].links["next"]


@pytest.mark.parametrize("order", ["&order_by=name", "", "&order_by=created_at"])
def test_keyset_pages_need_the_order_of_ids(many: Forge, ask: Ask, order: str) -> None:
    reply = ask(f"{many.gitlab_url}/projects?pagination=keyset{order}")
    assert reply.status == 405
    assert reply.json() == {"error": "Keyset pagination is not yet available for this type of request"}


def test_projects_of_groups_have_no_keyset_pages(many: Forge, ask: Ask) -> None:
    reply = ask(f"{many.gitlab_url}/groups/Acme/projects?pagination=keyset&order_by=id&sort=asc")
    assert numbers(reply) == ["1", "20", "", "2", "45", "3"]


def test_users_have_keyset_pages_with_a_cursor(ask: Ask) -> None:
    fleet = Fleet()
    for number in range(4):
        fleet.add_user(f"user-{number}")
    with Forge(fleet) as forge:
        replies = chain(ask, f"{forge.gitlab_url}/users?pagination=keyset&order_by=id&sort=asc&per_page=2")
        assert [[row["id"] for row in reply.json()] for reply in replies] == [[1, 2], [3, 4], [5]]
        assert "cursor=" in replies[0].links["next"]
        assert ask(f"{forge.gitlab_url}/users?pagination=keyset&cursor=%25%25").json() == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("per_page=x", "per_page is invalid"),
        ("per_page=-1", "per_page is invalid"),
        ("per_page=0", "per_page has a value not allowed"),
        ("page=x", "page is invalid"),
        ("order_by=color", "order_by does not have a valid value"),
        ("sort=up", "sort does not have a valid value"),
    ],
)
def test_invalid_page_parameters_are_400(many: Forge, ask: Ask, query: str, error: str) -> None:
    reply = ask(f"{many.gitlab_url}/projects?{query}")
    assert (reply.status, reply.json()) == (400, {"error": error})


def test_offset_pagination_ends_at_a_maximum_offset(many: Forge, ask: Ask) -> None:
    reply = ask(f"{many.gitlab_url}/projects?per_page=100&page=502")
    assert reply.status == 405
    assert "maximum allowed offset of 50000" in reply.json()["error"]
    assert ask(f"{many.gitlab_url}/projects?per_page=100&page=501").json() == []


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order", ["id", "name", "created_at", "star_count"])
def test_equal_rows_have_a_stable_order_across_pages(many: Forge, ask: Ask, order: str, sort: str) -> None:
    url = f"{many.gitlab_url}/groups/Acme/projects?order_by={order}&sort={sort}"
    whole = [row["id"] for row in ask(f"{url}&per_page=100").json()]
    parts = [row["id"] for reply in chain(ask, f"{url}&per_page=4") for row in reply.json()]
    assert parts == whole
    values = [row[order] for row in ask(f"{url}&per_page=100").json()]
    assert values == sorted(values, reverse=sort == "desc")


def test_page_faults_change_gitlabs_headers(ask: Ask) -> None:
    fleet = Fleet()
    for number in range(5):
        fleet.add_repository("fleet-admin", f"tool-{number}")
    with Forge(fleet) as forge:
        url = f"{forge.gitlab_url}/projects?per_page=2"
        forge.endless("/projects")
        assert numbers(ask(f"{url}&page=7")) == ["7", "2", "6", "8", None, None]
        assert len(ask(f"{url}&page=7").json()) == 2
        forge.clear_faults()
        forge.repeat_page("/api/v4/projects", page=2)
        second, fifth = ask(f"{url}&page=2"), ask(f"{url}&page=5")
        assert second.json() == fifth.json()
        assert numbers(fifth) == ["5", "2", "4", "6", None, None]
        forge.clear_faults()
        forge.hide_totals("/projects")
        reply = ask(url)
        assert (numbers(reply)[4:], set(reply.links)) == ([None, None], {"next", "first"})
