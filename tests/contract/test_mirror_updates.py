"""Updates of a mirror: unchanged data costs nothing, and each change of a row is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, RepoInfo
from gitfleet_fleet import TargetListed, UnitDone
from gitfleet_mirror import Changes, Mirror
from gitfleet_mirror.update import changes
from gitfleet_testing import Fleet, Forge
from support.ledgers import PROVIDERS
from support.mirroring import NAME, OWNER, Mirrored, small_fleet
from support.running import run


@pytest.fixture(params=PROVIDERS)
def mirrored(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Mirrored]:
    with Forge(small_fleet()) as forge:
        yield Mirrored(forge, engine, request.param, tmp_path / "fleet.sqlite")


@pytest.fixture
def on_github(engine: str, tmp_path: Path) -> Iterator[Mirrored]:
    with Forge(small_fleet(1, issues=250, pulls=120)) as forge:
        yield Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")


def test_an_update_of_an_unchanged_fleet_costs_no_call_and_changes_no_row(mirrored: Mirrored) -> None:
    first = mirrored.update()
    assert (first.repositories, first.calls, first.is_complete) == (3, mirrored.counted, True)
    assert first.changes["issue"].inserted == 24
    mirrored.check()
    for _ in range(2):
        again = mirrored.update()
        assert (again.changes, again.calls, again.is_complete) == ({}, mirrored.counted, True)
        assert all(request.status == 304 for request in mirrored.forge.requests)
        assert not any("commits" in request.path for request in mirrored.forge.requests)
    assert f"no changes, {again.calls} calls" in str(again)
    assert (again.calls == 0) is (mirrored.provider == "github")  # GitLab counts a 304


_CHANGES: dict[str, Callable[[Fleet], object]] = {
    "repository": lambda fleet: fleet.update(NAME, description="another"),
    "topic": lambda fleet: fleet.update(NAME, topics=("web", "new")),
    "branch": lambda fleet: fleet.set_branch(NAME, "feature"),
    "tag": lambda fleet: (fleet.add_tag(NAME, "v99"), fleet.change_tag(NAME, _tag(fleet), sha="a" * 40)),
    "commit": lambda fleet: fleet.add_commit(NAME, "Fix paging"),
    "release": lambda fleet: fleet.change_release(NAME, _release(fleet), name="Another name"),
    "issue": lambda fleet: (fleet.add_issue(NAME, "It breaks"), fleet.change_issue(NAME, _issue(fleet), title="Other")),
    "pull_request": lambda fleet: fleet.add_pull_request(NAME, "Fix it"),
    "language": lambda fleet: fleet.set_languages(NAME, {"Rust": 9000, "C": 100}),
}


def _issue(fleet: Fleet) -> int:
    return fleet.history(fleet.repository(NAME)).issues[0].number


def _release(fleet: Fleet) -> str:
    return next(found.tag for found in fleet.history(fleet.repository(NAME)).releases if not found.draft)


def _tag(fleet: Fleet) -> str:
    return fleet.history(fleet.repository(NAME)).tags[0].name


@pytest.mark.parametrize("table", _CHANGES)
def test_a_change_is_found_and_the_mirror_equals_a_fresh_one(mirrored: Mirrored, table: str) -> None:
    mirrored.update()
    _CHANGES[table](mirrored.forge.fleet)
    summary = mirrored.update()
    assert summary.changes.get(table), summary.changes
    assert summary.is_complete
    mirrored.check()


def test_rows_that_are_removed_are_marked_and_restored_when_they_are_back(mirrored: Mirrored) -> None:
    fleet = mirrored.forge.fleet
    mirrored.update()
    branch = fleet.repository(NAME).branches[-1]
    fleet.remove_branch(NAME, branch.name)
    fleet.remove_issue(NAME, _issue(fleet))
    fleet.remove_release(NAME, _release(fleet))
    summary = mirrored.update()
    found = {table: change.deleted for table, change in summary.changes.items() if change.deleted}
    assert found == {"branch": 1, "issue": 1, "release": 1}
    ((seen, gone),) = mirrored.query("SELECT last_seen, deleted_at FROM branch WHERE deleted_at IS NOT NULL")
    assert seen < gone
    mirrored.check()
    fleet.set_branch(NAME, branch.name, branch.sha)
    assert mirrored.update().changes["branch"] == Changes(restored=1)
    mirrored.check()


def test_a_force_push_marks_the_commits_that_the_branch_lost(mirrored: Mirrored) -> None:
    mirrored.update()
    mirrored.forge.fleet.force_push(NAME, drop=2, add=3)
    commits = mirrored.update().changes["commit"]
    assert (commits.inserted, commits.deleted) == (3, 2)
    mirrored.check()
    mirrored.forge.fleet.force_push(NAME, drop=4, add=0)  # back to a commit that is known
    assert mirrored.update().changes["commit"].deleted == 4
    mirrored.check()


def test_new_commits_cost_one_page_of_a_long_history(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet(1, commits=250)) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        for kinds in (("branches", "commits"), ("commits",)):
            mirrored.update(kinds=kinds)
            forge.fleet.add_commit(NAME, "One more")
            assert mirrored.update(kinds=kinds).changes["commit"] == Changes(inserted=1)
            assert sum(request.path.endswith("/commits") for request in forge.requests) == 1
        mirrored.update(kinds=["branches"])
        mirrored.check(kinds=("branches", "commits"))
        assert mirrored.query('SELECT count(*) FROM "commit"') == [(252,)]


# -- long lists


def test_of_a_long_list_only_what_changed_is_read(on_github: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LONG", 1)
    fleet, kinds = on_github.forge.fleet, ("issues", "pull_requests")
    on_github.update(kinds=kinds)
    again = on_github.update(kinds=kinds)
    assert (again.calls, again.changes) == (0, {})
    assert len(on_github.forge.requests) == 3  # the repositories, and a page of each kind
    fleet.change_issue(NAME, _issue(fleet), title="Other", updated_at="2030-01-01T00:00:00Z")
    fleet.add_issue(NAME, "New", updated_at="2030-01-01T00:00:00Z")
    summary = on_github.update(kinds=kinds)
    assert summary.changes["issue"] == Changes(inserted=1, changed=1)
    assert len(on_github.forge.requests) <= 4
    on_github.check(kinds=kinds, complete=True)


def test_a_complete_walk_finds_what_is_missing_in_a_long_list(
    on_github: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LONG", 1)
    fleet = on_github.forge.fleet
    on_github.update(kinds=["issues"])
    fleet.remove_issue(NAME, _issue(fleet))
    assert "issue" not in on_github.update(kinds=["issues"]).changes
    assert on_github.update(kinds=["issues"], complete_every=timedelta(0)).changes["issue"].deleted == 1
    fleet.remove_issue(NAME, _issue(fleet))
    assert "issue" not in on_github.update(kinds=["issues"], complete=False, complete_every=timedelta(0)).changes
    assert on_github.update(kinds=["issues"], complete=True).changes["issue"].deleted == 1


def test_what_changes_during_the_first_walk_is_found(on_github: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LONG", 1)
    fleet = on_github.forge.fleet
    first = _issue(fleet)

    def change() -> None:
        fleet.change_issue(NAME, first, title="During", updated_at="2030-01-01T00:00:00Z")

    on_github.forge.on_page("*/issues", 3, change)
    on_github.update(kinds=["issues"])
    assert on_github.query("SELECT title FROM issue WHERE number = ?", first) == [("During",)]


def test_a_list_that_moves_while_it_is_read_loses_no_row(on_github: Mirrored) -> None:
    fleet = on_github.forge.fleet
    on_github.update(kinds=["issues"])
    number = _issue(fleet)
    fault = on_github.forge.on_page("*/issues", 3, lambda: fleet.remove_issue(NAME, number))
    for issue in fleet.history(fleet.repository(NAME)).issues[:1]:
        fleet.change_issue(NAME, issue.number, title="Other")
    summary = on_github.update(kinds=["issues"])
    assert fault.hits
    assert summary.changes["issue"].deleted <= 1
    fault.cancel()
    on_github.update(kinds=["issues"])
    on_github.check(kinds=["issues"])


def test_an_incomplete_list_deletes_nothing(on_github: Mirrored) -> None:
    fleet = on_github.forge.fleet
    on_github.update(kinds=["issues"])
    fleet.remove_issue(NAME, _issue(fleet))
    fault = on_github.forge.fail("*/issues", 502)
    summary = on_github.update(kinds=["issues"])
    assert fault.hits
    assert [(problem.kind, problem.status) for problem in summary.problems] == [("issues", "failed")]
    assert on_github.deleted("issue") == 0
    fault.cancel()
    assert on_github.update(kinds=["issues"]).changes["issue"].deleted == 1


# -- kinds, times, arguments


def test_another_kind_can_be_added_later(mirrored: Mirrored) -> None:
    mirrored.update(kinds=["branches"])
    assert mirrored.query("SELECT count(*) FROM tag") == [(0,)]
    assert mirrored.update(kinds=["tags", "branches"]).changes["tag"].inserted == 9
    assert mirrored.query("SELECT count(*) FROM branch WHERE deleted_at IS NULL") == [(12,)]


def test_since_reads_what_was_changed_later_and_deletes_nothing(mirrored: Mirrored) -> None:
    kinds = ("issues", "pull_requests", "commits")
    mirrored.update(kinds=kinds)
    before = [mirrored.query("SELECT count(*) FROM issue"), mirrored.query('SELECT count(*) FROM "commit"')]
    since = datetime(2100, 1, 1, tzinfo=UTC)
    assert not mirrored.update(kinds=kinds, since=since).changes
    after = [mirrored.query("SELECT count(*) FROM issue"), mirrored.query('SELECT count(*) FROM "commit"')]
    assert after == before
    fresh = mirrored.path.with_name("later.sqlite")
    times = sorted(time for (time,) in mirrored.query("SELECT updated_at FROM pull_request"))
    middle = datetime.fromisoformat(times[len(times) // 2])
    mirrored.update(kinds=kinds, since=middle, path=fresh)
    mirrored.path = fresh
    assert mirrored.query("SELECT min(updated_at) >= ? FROM pull_request", times[len(times) // 2]) == [(1,)]


def test_without_targets_those_of_the_last_update_are_updated(mirrored: Mirrored) -> None:
    mirrored.update(kinds=["tags"])

    async def main() -> Any:
        async with mirrored.client() as client:
            return await Mirror(mirrored.path).update(clients=client, kinds=["tags"])

    mirrored.forge.fleet.add_tag(NAME, "v99")
    assert run(main()).changes == {"tag": Changes(inserted=1)}


def test_members_of_owners_are_a_kind(mirrored: Mirrored) -> None:
    mirrored.update(kinds=["members"])
    assert ("ada",) in mirrored.query("SELECT login FROM member WHERE owner = ?", OWNER)
    mirrored.forge.fleet.set_members(OWNER, [])
    assert mirrored.update(kinds=["members"]).changes["member"].deleted == 1


def test_events_show_the_progress(mirrored: Mirrored) -> None:
    events: list[object] = []
    mirrored.update(kinds=["branches", "tags"], on_event=events.append)
    assert [event for event in events if isinstance(event, TargetListed)] == [
        TargetListed(f"{mirrored.provider}:{OWNER}", 3, 3)
    ]
    units = [event for event in events if isinstance(event, UnitDone)]
    assert sum(event.rows for event in units) == 3 * 4 + 3 * 3
    assert (units[-1].done, units[-1].total) == (6, 6)


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        ((), {}, "there is no mirror"),
        ((f"github:{OWNER}",), {"kinds": ["brnches"]}, "did you mean"),
        ((f"github:{OWNER}",), {"kinds": ["commit"]}, "a mirror has no"),
        ((f"github:{OWNER}",), {"since": "yesterday"}, "since"),
        ((f"github:{OWNER}",), {"max_deleted": 20}, "max_deleted"),
        ((f"github:{OWNER}",), {"complete_every": 3}, "complete_every"),
        ((f"github:{OWNER}",), {"clients": None}, "needs a client"),
        ((3,), {}, "a target is"),
    ],
)
def test_invalid_arguments_are_errors_and_nothing_is_created(
    on_github: Mirrored, targets: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    async def main() -> None:
        async with on_github.client() as client:
            await Mirror(on_github.path).update(*targets, **{"clients": client, **options})

    with pytest.raises(ConfigurationError, match=message):
        run(main())
    assert not on_github.path.exists()
    assert not on_github.forge.requests


def test_a_listing_is_no_target_because_the_next_update_cannot_read_it_again(on_github: Mirrored) -> None:
    async def main() -> None:
        async with on_github.client() as client:
            listing: Any = client.fetch_repositories(OWNER)
            await Mirror(on_github.path).update(listing, clients=client)

    with pytest.raises(ConfigurationError, match="not a Listing"):
        run(main())


def test_a_repository_object_is_a_target(on_github: Mirrored) -> None:
    async def main() -> None:
        async with on_github.client() as client:
            info: list[RepoInfo] = await client.fetch_repositories(OWNER)
            for _ in range(2):
                await Mirror(on_github.path).update(info[0], clients=client, kinds=["tags"])

    run(main())
    assert on_github.query("SELECT count(*) FROM tag") == [(3,)]
