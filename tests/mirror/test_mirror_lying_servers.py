"""Servers whose responses are valid but wrong: a bad row affects nothing else, and nothing is wrongly deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_mirror.update import changes
from gitfleet_testing import Forge
from support import engines
from support.mirroring import NAME, OWNER, Mirrored, small_fleet

_PATH = f"/repos/{NAME}/commits"
KINDS = ("branches", "commits")


@pytest.fixture
def mirrored(tmp_path: Path) -> Iterator[Mirrored]:
    with Forge(small_fleet(2)) as forge:
        yield Mirrored(forge, engines.usable()[0], "github", tmp_path / "fleet.sqlite")


def _commits(mirrored: Mirrored, *, parents: bool) -> list[dict[str, Any]]:
    """The commits as rows of GitHub."""
    fleet = mirrored.forge.fleet
    found = fleet.history(fleet.repository(NAME)).commits
    return [
        {"sha": commit.sha, "commit": {"message": commit.message}}
        | ({"parents": [{"sha": sha} for sha in commit.parents]} if parents else {})
        for commit in found
    ]


def test_a_repository_with_a_number_that_no_file_can_have_does_not_stop_the_others(mirrored: Mirrored) -> None:
    mirrored.forge.fleet.update(NAME, stars=2**70)
    first = mirrored.update(kinds=KINDS)
    assert [(problem.kind, problem.code) for problem in first.problems] == [("repositories", "decode_shape")]
    assert mirrored.query("SELECT full_name FROM repository") == [(f"{OWNER}/repository-1",)]
    assert first.changes["branch"].inserted == 4
    mirrored.forge.fleet.update(NAME, stars=1)
    mirrored.update(kinds=KINDS)
    mirrored.check(kinds=KINDS)


@pytest.mark.parametrize("listed", [0, 1])
def test_a_list_of_commits_that_ends_too_early_deletes_nothing_and_is_read_again(
    mirrored: Mirrored, listed: int
) -> None:
    mirrored.update(kinds=KINDS)
    for message in ("Add paging", "Fix paging"):
        mirrored.forge.fleet.add_commit(NAME, message)
    mirrored.forge.fail(_PATH, 200, body=_commits(mirrored, parents=True)[:listed])
    (problem,) = mirrored.update(kinds=KINDS).problems
    assert (problem.kind, problem.code) == ("commits", "incomplete_listing")
    assert mirrored.deleted("commit") == 0
    mirrored.update(kinds=KINDS)
    mirrored.check(kinds=KINDS)


def test_commits_without_parents_are_reached_if_they_are_listed(mirrored: Mirrored) -> None:
    mirrored.update(kinds=KINDS)
    mirrored.forge.fleet.add_commit(NAME, "Fix paging")
    mirrored.forge.fail(_PATH, 200, body=_commits(mirrored, parents=False))
    assert mirrored.update(kinds=KINDS).is_complete
    assert mirrored.query('SELECT deleted_at, count(*) FROM "commit" WHERE parents IS NULL') == [(None, 10)]


def test_the_mark_of_changes_is_never_in_the_future(mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LONG", 0)
    fleet = mirrored.forge.fleet
    first = fleet.history(fleet.repository(NAME)).issues[0]
    fleet.change_issue(NAME, first.number, updated_at="9999-01-01T00:00:00Z")
    mirrored.update(kinds=("issues",))
    assert mirrored.query("SELECT max(updated_at) FROM issue") > [("9998",)]
    assert mirrored.query("SELECT max(mark) FROM _unit") < [("9998",)]


def test_rows_of_two_servers_are_never_mixed(mirrored: Mirrored) -> None:
    mirrored.update(kinds=())
    with Forge(small_fleet(1)) as other:  # with equal ids
        wrong = Mirrored(other, mirrored.engine, "github", mirrored.path)
        with pytest.raises(ConfigurationError, match=r"^the rows of 'github' in this mirror are of http"):
            wrong.update(kinds=())
        assert not other.requests
    assert mirrored.update(kinds=()).changes == {}


def test_targets_that_differ_in_case_are_one_target(mirrored: Mirrored) -> None:
    mirrored.update(OWNER, kinds=())
    mirrored.forge.fleet.remove(NAME)
    assert mirrored.update(OWNER.upper(), OWNER.title(), kinds=()).is_complete
    assert mirrored.deleted("repository") == 1
    assert mirrored.query("SELECT count(*) FROM _target") == [(1,)]
