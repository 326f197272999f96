"""Faults of listings: rows that move, endless pages, changed links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Call = Callable[..., Any]


@pytest.fixture
def ten(small: Forge) -> Forge:
    """The small forge with ten repositories in the organization "ten"."""
    small.fleet.add_organization("ten")
    for number in range(10):
        small.fleet.add_repository("ten", f"r{number}", created_at=f"2020-01-{20 - number:02d}T00:00:00Z")
    return small


def walk(ask: Call, url: str, most: int = 50) -> list[str]:
    """Names of all rows on the pages that ``next`` links to, at most ``most`` pages."""
    names: list[str] = []
    onward: str | None = url
    for _ in range(most):
        if onward is None:
            break
        reply = ask(onward)
        names += [row["name"] for row in reply.json()]
        onward = reply.links.get("next")
    return names


def test_on_page_calls_its_function_just_before_the_page(ten: Forge, ask: Call) -> None:
    seen: list[int] = []
    fault = ten.on_page("/orgs/ten/repos", 3, lambda: seen.append(len(ten.requests)))
    assert len(walk(ask, f"{ten.url}/orgs/ten/repos?per_page=3")) == 10
    assert (seen, fault.hits) == ([3], 1)
    walk(ask, f"{ten.url}/orgs/ten/repos?per_page=3")
    assert seen == [3]


def test_an_added_repository_shifts_the_rows_down(ten: Forge, ask: Call) -> None:
    ten.shift_pages("/orgs/ten/repos", 2, add="ten/new")
    names = walk(ask, f"{ten.url}/orgs/ten/repos?per_page=5")
    assert names == ["r0", "r1", "r2", "r3", "r4", "r4", "r5", "r6", "r7", "r8", "r9"]
    assert walk(ask, f"{ten.url}/orgs/ten/repos?per_page=5")[0] == "new"


def test_a_removed_repository_shifts_the_rows_up(ten: Forge, ask: Call) -> None:
    ten.shift_pages("/orgs/ten/repos", remove="ten/r1")
    assert walk(ask, f"{ten.url}/orgs/ten/repos?per_page=5") == ["r0", "r1", "r2", "r3", "r4", "r6", "r7", "r8", "r9"]


def test_an_exception_in_on_page_is_a_500(ten: Forge, ask: Call, caplog: pytest.LogCaptureFixture) -> None:
    ten.shift_pages("/orgs/ten/repos", page=1, remove="ten/nothing")
    assert ask(f"{ten.url}/orgs/ten/repos").status == 500
    assert "no repository 'ten/nothing'" in caplog.text
    assert ask(f"{ten.url}/orgs/ten/repos").status == 200


def test_a_repeated_page_always_links_to_a_next_page(ten: Forge, ask: Call) -> None:
    fault = ten.repeat_page("/orgs/ten/repos", page=3)
    assert walk(ask, f"{ten.url}/orgs/ten/repos?per_page=2", most=6) == [
        *("r0", "r1", "r2", "r3", "r4", "r5"),
        *(["r4", "r5"] * 3),
    ]
    links = ask(f"{ten.url}/orgs/ten/repos?per_page=2&page=40").links
    number = ten.fleet.account("ten").id  # type: ignore[union-attr]
    assert links == {
        rel: f"{ten.url}/organizations/{number}/repos?per_page=2&page={page}"
        for rel, page in (("prev", 39), ("next", 41), ("first", 1))
    }
    assert "last" not in ask(f"{ten.url}/orgs/ten/repos?per_page=2").links
    assert fault.hits == 8
    fault.cancel()
    assert len(walk(ask, f"{ten.url}/orgs/ten/repos?per_page=2")) == 10


def test_the_last_page_and_an_only_page_can_be_repeated(ten: Forge, ask: Call) -> None:
    ten.repeat_page("/orgs/ten/repos", page=1)
    assert walk(ask, f"{ten.url}/orgs/ten/repos", most=3) == [f"r{number}" for number in range(10)] * 3


@pytest.mark.parametrize("with_last", [False, True])
def test_an_endless_listing_has_full_pages_of_rising_ids(ten: Forge, ask: Call, with_last: bool) -> None:
    ten.endless("/orgs/ten/repos", with_last=with_last)
    ids: list[int] = []
    for page in (1, 2, 500):
        reply = ask(f"{ten.url}/orgs/ten/repos?per_page=7&page={page}")
        rows = reply.json()
        ids += [row["id"] for row in rows]
        assert len(rows) == 7
        assert reply.links["next"].endswith(f"per_page=7&page={page + 1}")
        assert ("last" in reply.links) == with_last
        if with_last:
            assert reply.links["last"].endswith(f"page={page + 10}")
        assert rows[0]["full_name"] == f"ten/r0-{(page - 1) * 7}"
        assert rows[0]["name"] == f"r0-{(page - 1) * 7}"
        assert rows[0]["url"].endswith(rows[0]["full_name"])
        assert rows[0]["branches_url"].endswith(rows[0]["full_name"] + "/branches{/branch}")
        assert rows[0]["owner"]["login"] == "ten"
    assert ids == sorted(set(ids))


def test_endless_pages_are_never_304(ten: Forge, ask: Call) -> None:
    url = f"{ten.url}/orgs/ten/repos?per_page=1"
    tag = ask(url).headers["etag"]
    ten.endless("/orgs/ten/repos")
    reply = ask(url, headers={"If-None-Match": tag})
    assert reply.status == 200
    assert "etag" not in reply.headers


def test_every_listing_can_be_endless_and_errors_are_not_changed(ten: Forge, ask: Call) -> None:
    ten.endless("*")
    names = walk(ask, f"{ten.url}/repos/Acme/Tool/branches?per_page=2", most=2)
    assert names == ["develop-0", "develop-1", "develop-2", "develop-3"]
    logins = [row["login"] for row in ask(f"{ten.url}/repos/Acme/Tool/contributors?per_page=2").json()]
    assert len(set(logins)) == 2
    assert ask(f"{ten.url}/orgs/nobody/repos").status == 404
    assert ask(f"{ten.url}/user").json()["login"] == "fleet-admin"
    ten.fleet.add_organization("hollow")
    assert ask(f"{ten.url}/orgs/hollow/repos").json() == []


def test_an_endless_page_counts_as_one_call(ten: Forge, ask: Call) -> None:
    ten.endless("/orgs/ten/repos")
    reply = ask(f"{ten.url}/orgs/ten/repos?per_page=100")
    assert reply.headers["x-ratelimit-used"] == "1"
    assert len(reply.json()) == 100


def test_totals_can_be_hidden(ten: Forge, ask: Call) -> None:
    ten.hide_totals("/orgs/*")
    first = ask(f"{ten.url}/orgs/ten/repos?per_page=4")
    assert list(first.links) == ["next"]
    assert list(ask(first.links["next"]).links) == ["prev", "next", "first"]
    again = ask(f"{ten.url}/orgs/ten/repos?per_page=4", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, list(again.links)) == (304, ["next"])
    assert len(walk(ask, f"{ten.url}/orgs/ten/repos?per_page=4")) == 10
    assert "link" not in ask(f"{ten.url}/orgs/ten/repos").headers


def test_totals_of_replays_can_be_hidden(small: Forge, ask: Call) -> None:
    headers = [["X-Total", "7"], ["X-Next-Page", "2"], ["Link", '<https://x.invalid/a?page=2>; rel="next"']]
    small.hide_totals()
    url = small.replay(
        {
            "request": {"method": "GET", "url": "https://x.invalid/a"},
            "response": {"status": 200, "headers": headers, "body": []},
        }
    )
    reply = ask(f"{url}/a")
    assert "x-total" not in reply.headers
    assert reply.headers["x-next-page"] == "2"
    assert reply.links == {"next": f"{url}/a?page=2"}


def test_relink_changes_the_origin_of_links(ten: Forge, ask: Call) -> None:
    fault = ten.relink("/orgs/ten/repos", origin="http://other.invalid:81", rels="next")
    links = ask(f"{ten.url}/orgs/ten/repos?per_page=4").links
    number = ten.fleet.account("ten").id  # type: ignore[union-attr]
    assert links["next"] == f"http://other.invalid:81/organizations/{number}/repos?per_page=4&page=2"
    assert links["last"].startswith(ten.url)
    assert fault.hits == 1


def test_relink_changes_the_path_of_links_and_redirects(ten: Forge, ask: Call) -> None:
    ten.relink(target="/user/repos")
    assert ask(f"{ten.url}/orgs/ten/repos?per_page=4").links["last"] == f"{ten.url}/user/repos?per_page=4&page=3"
    ten.clear_faults()
    ten.fleet.rename("ten/r1", "ten/renamed")
    ten.relink("/repos/ten/r1", origin="https://other.invalid")
    reply = ask(f"{ten.url}/repos/ten/r1")
    number = ten.fleet.repository("ten/renamed").id
    assert (reply.status, reply.headers["location"]) == (301, f"https://other.invalid/repositories/{number}")


def test_page_rules_combine_with_each_other_and_with_other_faults(ten: Forge, raw: Call, ask: Call) -> None:
    ten.endless("/orgs/ten/repos", with_last=True)
    ten.relink(origin="http://other.invalid")
    ten.truncate("/orgs/ten/repos", keep=10, skip=1)
    reply = ask(f"{ten.url}/orgs/ten/repos?per_page=3")
    assert len(reply.json()) == 3
    assert reply.links["last"].startswith("http://other.invalid/")
    cut = raw(f"{ten.url}/orgs/ten/repos?per_page=3")
    assert cut.body == reply.raw[:10]
    assert cut.content_length == len(reply.raw) > 10_000


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("on_page", {"page": 0, "do": print}),
        ("repeat_page", {"page": 0}),
        ("shift_pages", {}),
        ("shift_pages", {"add": "a/b", "remove": "a/c"}),
        ("relink", {}),
        ("relink", {"origin": "other.invalid"}),
        ("relink", {"origin": "http://other.invalid/path"}),
        ("relink", {"target": "relative"}),
        ("relink", {"target": "/a?b=c"}),
        ("relink", {"origin": "http://a\r\nX: y"}),
    ],
)
def test_page_rules_reject_invalid_arguments(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"page|either|relink|origin|target"):
        getattr(Forge(Fleet()), name)("/orgs/ten/repos", **arguments)
