"""Changes and removals while a forge runs: the next response shows them, and only pages that differ get another tag."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]
TOOL = "Acme/Tool"


@pytest.fixture
def grown(small: Forge) -> Forge:
    """A forge whose repository has three of everything."""
    fleet = small.fleet
    fleet.remove(TOOL)
    counts = dict.fromkeys(("commits", "tags", "releases", "issues", "pulls"), 3)
    fleet.add_repository("Acme", "Tool", branches=3, contributors=3, **counts)
    return small


def names(forge: Forge, ask: Ask, path: str, key: str) -> list[Any]:
    return [row[key] for row in ask(f"{forge.url}/repos/{TOOL}/{path}").json()]


def test_branches_are_added_moved_and_removed(grown: Forge, ask: Ask) -> None:
    fleet = grown.fleet
    head = fleet.history(fleet.repository(TOOL)).commits[0].sha
    assert fleet.set_branch(TOOL, "next").sha == head
    moved = fleet.set_branch(TOOL, "develop", "c" * 40, protected=True)
    fleet.remove_branch(TOOL, "release/1.0")
    found = ask(f"{grown.url}/repos/{TOOL}/branches").json()
    assert [(row["name"], row["commit"]["sha"]) for row in found] == [
        ("develop", moved.sha),
        ("main", head),
        ("next", head),
    ]
    with pytest.raises(KeyError, match="nothing"):
        fleet.remove_branch(TOOL, "nothing")
    with pytest.raises(ValueError, match="default branch"):
        fleet.remove_branch(TOOL, "main")


def test_tags_releases_and_issues_are_changed_and_removed(grown: Forge, ask: Ask) -> None:
    fleet = grown.fleet
    known = fleet.history(fleet.repository(TOOL))
    kept, changed, removed = (tag.name for tag in known.tags)
    fleet.change_tag(TOOL, changed, sha="d" * 40)
    fleet.remove_tag(TOOL, removed)
    assert [(row["name"], row["commit"]["sha"]) for row in ask(f"{grown.url}/repos/{TOOL}/tags").json()] == [
        (kept, known.tags[0].sha),
        (changed, "d" * 40),
    ]
    fleet.change_release(TOOL, changed, name="Renamed")
    fleet.remove_release(TOOL, removed)
    assert names(grown, ask, "releases", "name")[1:] == ["Renamed"]
    fleet.change_issue(TOOL, 6, state="open")
    opened = fleet.repository(TOOL).open_issues
    assert fleet.remove_issue(TOOL, 6).number == 6
    assert names(grown, ask, "issues?state=all", "number") == [5, 4, 3, 2, 1]
    assert fleet.repository(TOOL).open_issues == opened - 1
    assert fleet.add_issue(TOOL, "Another").number == 7
    for remove in (
        lambda: fleet.remove_tag(TOOL, "x"),
        lambda: fleet.remove_release(TOOL, "x"),
        lambda: fleet.remove_issue(TOOL, 6),
    ):
        with pytest.raises(KeyError, match="has no"):
            remove()


def test_a_new_release_never_has_the_id_of_another_one(grown: Forge) -> None:
    fleet = grown.fleet
    known = fleet.history(fleet.repository(TOOL)).releases
    fleet.remove_release(TOOL, known[-1].tag)
    fleet.add_release(TOOL, "new")
    assert len({release.id for release in known}) == 3


def test_after_a_force_push_the_branch_lacks_the_old_head_which_remains_available(grown: Forge, ask: Ask) -> None:
    fleet = grown.fleet
    old = names(grown, ask, "commits", "sha")
    develop = names(grown, ask, "commits?sha=develop", "sha")
    new = [commit.sha for commit in fleet.force_push(TOOL, drop=2, add=3)]
    assert names(grown, ask, "commits", "sha") == [*new, old[2]]
    assert names(grown, ask, f"commits?sha={old[0]}", "sha") == old
    assert names(grown, ask, "commits?sha=develop", "sha") == develop
    branches = {row["name"]: row["commit"]["sha"] for row in ask(f"{grown.url}/repos/{TOOL}/branches").json()}
    assert branches["main"] == new[0]
    assert fleet.force_push(TOOL, drop=3, add=0) == []
    assert names(grown, ask, "commits", "sha") == [old[2]]
    assert {len(names(grown, ask, f"commits?sha={sha}", "sha")) for sha in (old[1], new[0])} == {2, 4}
    fleet.force_push(TOOL, drop=1, add=1)
    (only,) = ask(f"{grown.url}/repos/{TOOL}/commits").json()
    assert only["parents"] == []


@pytest.mark.parametrize(("drop", "add"), [(0, 1), (4, 1), (3, 0), (1, -1)])
def test_a_force_push_leaves_a_commit(grown: Forge, drop: int, add: int) -> None:
    with pytest.raises(ValueError, match="drop must be from 1 to 3"):
        grown.fleet.force_push(TOOL, drop=drop, add=add)


def test_another_branch_keeps_its_commits_when_the_default_one_grows(grown: Forge, ask: Ask) -> None:
    before = ask(f"{grown.url}/repos/{TOOL}/commits?sha=develop").json()
    grown.fleet.add_commit(TOOL)
    assert ask(f"{grown.url}/repos/{TOOL}/commits?sha=develop").json() == before


def test_a_transferred_repository_redirects_and_keeps_its_id(small: Forge, ask: Ask) -> None:
    number = small.fleet.repository(TOOL).id
    small.fleet.transfer(TOOL, "octo-user")
    small.fleet.rename("octo-user/Tool", "octo-user/gadget")
    for old in (TOOL, "octo-user/Tool"):
        moved = ask(f"{small.url}/repos/{old}/branches?per_page=2")
        assert moved.status == 301
        assert moved.headers["location"] == f"{small.url}/repositories/{number}/branches?per_page=2"
        assert ask(moved.headers["location"]).status == 200
    assert ask(f"{small.url}/repositories/{number}").json()["full_name"] == "octo-user/gadget"
    gitlab = ask(f"{small.gitlab_url}/projects/{number}").json()
    assert (gitlab["id"], gitlab["path_with_namespace"]) == (number, "octo-user/gadget")
    with pytest.raises(ValueError, match="no user or organization"):
        small.fleet.transfer("octo-user/gadget", "nowhere")
    small.fleet.remove("octo-user/gadget")
    assert {ask(f"{small.url}{path}").status for path in (f"/repositories/{number}", f"/repos/{TOOL}")} == {404}


def test_a_former_member_no_longer_sees_private_repositories(small: Forge, ask: Ask) -> None:
    paths = ("/repos/Acme/secret", f"/repositories/{small.fleet.repository('Acme/secret').id}")
    assert {ask(small.url + path, token="octo").status for path in paths} == {200}
    assert small.fleet.set_members("Acme", ["eve"]).members == ("fleet-admin", "eve")
    assert {ask(small.url + path, token="octo").status for path in paths} == {404}
    assert [row["name"] for row in ask(f"{small.url}/orgs/Acme/repos", token="octo").json()] == ["Tool"]
    assert {ask(small.url + path, token="eve").status for path in paths} == {200}
    for login, members in (("octo-user", []), ("Acme", ["nobody"])):
        with pytest.raises(ValueError, match="add it first"):
            small.fleet.set_members(login, members)


@pytest.mark.parametrize("gitlab", [False, True])
def test_only_pages_with_another_content_get_another_tag(small: Forge, ask: Ask, *, gitlab: bool) -> None:
    fleet, root = small.fleet, small.gitlab_url if gitlab else small.url
    created = fleet.add_repository("Acme", "big", tags=6, commits=6, issues=6)
    path = f"/projects/{created.id}/repository/tags" if gitlab else "/repos/Acme/big/tags"
    pages = [f"{root}{path}?per_page=2&page={number}" for number in (1, 2, 3)]
    first = [ask(page).headers["etag"] for page in pages]
    fleet.change_tag("Acme/big", fleet.history(created).tags[2].name, message="Other", sha="e" * 40)
    fleet.change_issue("Acme/big", 1, title="Not about tags")
    again = [ask(page, headers={"If-None-Match": tag}) for page, tag in zip(pages, first, strict=True)]
    assert [response.status for response in again] == [304, 200, 304]
    left = "ratelimit-remaining" if gitlab else "x-ratelimit-remaining"
    # GitLab counts responses with 304; GitHub does not.
    spent = [int(one.headers[left]) - int(two.headers[left]) for one, two in itertools.pairwise(again)]
    assert spent == ([1, 1] if gitlab else [1, 0])


@pytest.mark.parametrize("gitlab", [False, True])
def test_lists_of_changes_have_the_last_change_first(small: Forge, ask: Ask, *, gitlab: bool) -> None:
    created = small.fleet.add_repository("Acme", "big", issues=6, pulls=6)
    for number, when in ((3, "2030-01-01T00:00:00Z"), (8, "2030-01-02T00:00:00Z")):
        small.fleet.change_issue("Acme/big", number, title="Changed", updated_at=when)
    kinds: dict[str, list[str]] = {kind: [] for kind in ("merge_requests" if gitlab else "pulls", "issues")}
    base = f"{small.gitlab_url}/projects/{created.id}" if gitlab else f"{small.url}/repos/Acme/big"
    order = "order_by=updated_at&sort=desc" if gitlab else "sort=updated&direction=desc"
    for kind in kinds:
        rows = ask(f"{base}/{kind}?state=all&{order}").json()
        kinds[kind] = [row["title"] for row in rows]
        times = [row["updated_at"] for row in rows]
        assert times == sorted(times, reverse=True)
        after = "updated_after" if gitlab else "since"
        recent = ask(f"{base}/issues?state=all&{after}=2030-01-01T00:00:00Z").json()
        assert {row["title"] for row in recent} == {"Changed"}
    # GitHub's list of issues has pull requests, too.
    assert sum(titles.count("Changed") for titles in kinds.values()) == (2 if gitlab else 3)


def test_the_delay_of_one_response_does_not_delay_others(ask: Ask) -> None:
    with Forge(Fleet(), delay=0.1) as forge, ThreadPoolExecutor(20) as pool:
        started = time.monotonic()
        assert {reply.status for reply in pool.map(ask, [f"{forge.url}/user"] * 20)} == {200}
        assert 0.1 <= time.monotonic() - started < 1.0
