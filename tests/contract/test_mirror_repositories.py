"""Repositories of a mirror: renamed, moved, deleted, created again, hidden, blocked; tokens that see different ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitfleet_mirror import Changes
from gitfleet_testing import Forge
from support.ledgers import PROVIDERS
from support.mirror_comparison import wrongly_deleted
from support.mirroring import NAME, OWNER, Mirrored, small_fleet

KINDS = ("branches", "issues")
_LIVE = "SELECT full_name FROM repository WHERE deleted_at IS NULL ORDER BY full_name"


@pytest.fixture(params=PROVIDERS)
def mirrored(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Mirrored]:
    with Forge(small_fleet()) as forge:
        yield Mirrored(forge, engine, request.param, tmp_path / "fleet.sqlite")


def _names(mirrored: Mirrored, number: int) -> list[str]:
    query = "SELECT full_name FROM repository_name WHERE repository_id = ? ORDER BY first_seen"
    return [name for (name,) in mirrored.query(query, number)]


def test_a_renamed_repository_keeps_its_rows_and_its_names(mirrored: Mirrored) -> None:
    number = mirrored.forge.fleet.repository(NAME).id
    mirrored.update(kinds=KINDS)
    mirrored.forge.fleet.rename(NAME, f"{OWNER}/web")
    summary = mirrored.update(kinds=KINDS)
    assert summary.is_complete
    assert not any(change.deleted or change.inserted for change in summary.changes.values())
    assert _names(mirrored, number) == [NAME, f"{OWNER}/web"]
    assert mirrored.query(_LIVE)[2] == (f"{OWNER}/web",)
    mirrored.check(kinds=KINDS)


@pytest.mark.parametrize("targets", [(OWNER,), (OWNER, "basalt")])
def test_a_repository_that_moves_to_another_owner_keeps_its_rows(mirrored: Mirrored, targets: tuple[str, ...]) -> None:
    number = mirrored.forge.fleet.repository(NAME).id
    mirrored.update(*targets, kinds=KINDS)
    mirrored.forge.fleet.transfer(NAME, "basalt")
    for expected in (len(targets) < 2, False):  # it is looked up once
        summary = mirrored.update(*targets, kinds=KINDS)
        assert any(request.path.endswith(f"/{number}") for request in mirrored.forge.requests) is expected
        assert summary.is_complete
        assert summary.repositories == (2 if len(targets) == 1 else 3)
    assert _names(mirrored, number) == [NAME, "basalt/http"]
    assert ("basalt/http",) in mirrored.query(_LIVE)
    assert mirrored.deleted("branch") == mirrored.deleted("repository") == 0


def test_a_moved_repository_that_no_listing_has_belongs_to_its_new_owner_and_stays_up_to_date(
    mirrored: Mirrored,
) -> None:
    mirrored.update(OWNER, "basalt", kinds=KINDS)
    fleet = mirrored.forge.fleet
    number = fleet.repository(NAME).id
    fleet.transfer(NAME, "basalt")
    # The token that lists an owner does not always see all repositories that the pool sees.
    listing = "/orgs/basalt/repos" if mirrored.provider == "github" else "/groups/basalt/projects"
    fault = mirrored.forge.fail(listing, 200, body=[], times=None)
    for count in (1, 2):
        fleet.set_branch("basalt/http", f"new-{count}", f"{count:040x}")
        summary = mirrored.update(OWNER, "basalt", kinds=KINDS)
        assert fault.hits == count
        assert (summary.is_complete, summary.repositories) == (True, 3)
        assert mirrored.query("SELECT target FROM _listed WHERE repository_id = ?", number) == [
            (f"{mirrored.provider}:basalt",)
        ]
        branches = "SELECT name FROM branch WHERE repository_id = ? AND name LIKE 'new-%' AND deleted_at IS NULL"
        assert len(mirrored.query(branches, number)) == count
    assert mirrored.deleted("branch") == mirrored.deleted("repository") == 0
    fault.cancel()
    mirrored.update(OWNER, "basalt", kinds=KINDS)
    mirrored.check(OWNER, "basalt", kinds=KINDS)


def test_a_deleted_repository_is_marked_with_its_rows(mirrored: Mirrored) -> None:
    mirrored.update(kinds=KINDS)
    mirrored.forge.fleet.remove(NAME)
    changes = mirrored.update(kinds=KINDS).changes
    assert changes["repository"] == Changes(deleted=1)
    assert (changes["branch"].deleted, changes["issue"].deleted, changes["topic"].deleted) == (4, 8, 2)
    mirrored.check(kinds=KINDS)
    assert mirrored.update(kinds=KINDS).changes == {}
    assert not any("100000001" in request.path for request in mirrored.forge.requests)


def test_a_new_repository_with_the_name_of_a_deleted_one_is_another_one(mirrored: Mirrored) -> None:
    fleet = mirrored.forge.fleet
    number = fleet.repository(NAME).id
    mirrored.update(kinds=KINDS)
    fleet.remove(NAME)
    fleet.add_repository(OWNER, "http", branches=2)
    assert fleet.repository(NAME).id != number
    changes = mirrored.update(kinds=KINDS).changes
    assert (changes["repository"].inserted, changes["repository"].deleted) == (1, 1)
    mirrored.check(kinds=KINDS)


def test_a_named_repository_is_followed_and_marked_when_it_is_deleted(mirrored: Mirrored) -> None:
    mirrored.update(NAME, kinds=KINDS)
    assert mirrored.update(NAME, kinds=KINDS).calls == mirrored.counted == (0 if mirrored.provider == "github" else 3)
    mirrored.forge.fleet.rename(NAME, f"{OWNER}/web")
    summary = mirrored.update(NAME, kinds=KINDS)
    assert summary.repositories == 1
    assert mirrored.query(_LIVE) == [(f"{OWNER}/web",)]
    mirrored.forge.fleet.remove(f"{OWNER}/web")
    assert mirrored.update(NAME, kinds=KINDS).changes["repository"].deleted == 1


def test_a_blocked_repository_keeps_its_rows(mirrored: Mirrored) -> None:
    mirrored.update(kinds=KINDS)
    mirrored.forge.fleet.block(NAME)
    summary = mirrored.update(kinds=KINDS)
    assert {problem.status for problem in summary.problems} <= {"blocked", "forbidden"}
    assert summary.problems
    assert mirrored.deleted("branch") == mirrored.deleted("repository") == 0
    mirrored.forge.fleet.update(NAME, description="new")
    assert mirrored.query("SELECT count(*) FROM _unit WHERE status IN ('blocked', 'forbidden')") == [(2,)]


# -- visibility


@pytest.fixture
def private(engine: str, tmp_path: Path) -> Iterator[Mirrored]:
    fleet = small_fleet(4)
    fleet.set_members(OWNER, ["ada"])
    for number in (1, 2, 3):
        fleet.update(f"{OWNER}/repository-{number}", private=True)
    with Forge(fleet) as forge:
        forge.add_token("token-of-ada", login="ada")
        forge.add_token("token-of-ben", login="ben")
        yield Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")


def test_tokens_that_see_different_things_delete_nothing(private: Mirrored) -> None:
    for token in ("token-of-ada", "token-of-ben", "token-of-ben", "token-of-ada", "token-of-ben"):
        private.update(kinds=KINDS, token=token)
        assert private.deleted("repository") == private.deleted("branch") == private.deleted("issue") == 0
    assert wrongly_deleted(private.path, private.forge.fleet) == []


def test_two_tokens_in_one_pool_delete_nothing(private: Mirrored) -> None:
    for _ in range(3):
        private.update(kinds=KINDS, tokens=("token-of-ben", "token-of-ada"))
        assert wrongly_deleted(private.path, private.forge.fleet) == []


def test_a_token_that_loses_access_deletes_nothing_until_the_user_confirms_it(private: Mirrored) -> None:
    private.update(kinds=KINDS, token="token-of-ada")
    private.forge.fleet.set_members(OWNER, [])
    for _ in range(2):
        summary = private.update(kinds=KINDS, token="token-of-ada")
        assert [(problem.status, problem.count) for problem in summary.problems] == [("gone", 3)]
        assert private.deleted("repository") == private.deleted("branch") == 0
    assert private.update(kinds=KINDS, token="token-of-ada", allow_deletions=True).changes["repository"].deleted == 3
    private.forge.fleet.set_members(OWNER, ["ada"])
    assert private.update(kinds=KINDS, token="token-of-ada").changes["repository"].restored == 3
    private.check(kinds=KINDS, token="token-of-ada")


def test_a_private_repository_is_deleted_if_its_principal_still_sees_others(private: Mirrored) -> None:
    private.update(kinds=KINDS, token="token-of-ada")
    private.forge.fleet.remove(f"{OWNER}/repository-1")
    private.forge.fleet.remove_branch(
        f"{OWNER}/repository-2", private.forge.fleet.repository(f"{OWNER}/repository-2").branches[-1].name
    )
    changes = private.update(kinds=KINDS, token="token-of-ada").changes
    assert changes["repository"].deleted == 1
    assert changes["branch"].deleted == 4 + 1
    private.check(kinds=KINDS, token="token-of-ada")


def test_many_deletions_need_a_confirmation(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet(1, branches=40)) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        mirrored.update(kinds=["branches"])
        fleet = forge.fleet
        for branch in fleet.repository(NAME).branches[-12:]:
            fleet.remove_branch(NAME, branch.name)
        for _ in range(2):
            summary = mirrored.update(kinds=["branches"])
            assert [(problem.code, problem.kind) for problem in summary.problems] == [("deletions_withheld", "branch")]
            assert "12 rows of the table branch are missing, more than 20%" in summary.problems[0].message
            assert mirrored.deleted("branch") == 0
        assert mirrored.update(kinds=["branches"], max_deleted=0.5).changes["branch"].deleted == 12
        mirrored.check(kinds=["branches"])


def test_a_repository_that_moved_to_another_page_while_the_list_was_read_is_found(engine: str, tmp_path: Path) -> None:
    fleet = small_fleet(1)
    fleet.add_repositories(OWNER, 150, "many")
    with Forge(fleet) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        mirrored.update(kinds=["tags"])
        fault = forge.on_page("/orgs/*/repos", 2, lambda: fleet.remove(NAME))
        fleet.update(fleet.repositories[-1].full_name, description="another")
        mirrored.update(kinds=["tags"])
        assert fault.hits
        assert wrongly_deleted(mirrored.path, fleet) == []
        fault.cancel()
        mirrored.update(kinds=["tags"])
        assert len(mirrored.query(_LIVE)) == 150
