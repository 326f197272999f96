"""The state of updates, targets and units."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gitfleet_api import RepoInfo
from gitfleet_mirror.cursors import Cursors, TargetState, UnitState, UpdateState
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.writer import Writer
from support.mirror_rows import least

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
T1, T2 = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"


@pytest.fixture
def cursors(mirror: MirrorFile) -> Cursors:
    return Cursors(mirror.connection)


def test_an_update_has_a_number_and_an_end(cursors: Cursors) -> None:
    assert cursors.last_update() is None
    begun = cursors.begin_update(["github:aurora", "gitlab:é"], NOW, "0.0.1")
    assert begun == UpdateState(1, "2026-01-01T12:00:00.000Z", None, 0, ("github:aurora", "gitlab:é"), "0.0.1")
    assert cursors.last_update() == begun
    cursors.finish_update(1, T2, 17)
    assert cursors.last_update() == replace(begun, finished=T2, calls=17)


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=300), timedelta(days=-3)])
def test_each_update_begins_later_than_all_others_whatever_the_clock_does(cursors: Cursors, step: timedelta) -> None:
    started = [cursors.begin_update([], NOW + step * count, "1").started for count in range(3)]
    assert started == sorted(set(started))


def test_the_state_of_a_target_is_replaced(cursors: Cursors) -> None:
    assert cursors.target("github:aurora") is None
    first = TargetState("github:aurora", "github", "ok", None, None, 12, T1, "user:ada")
    for state in (first, replace(first, status="failed", code="server_error", message="503")):
        cursors.set_target(state)
        assert cursors.target("github:aurora") == state


def test_the_state_of_a_unit_is_replaced(cursors: Cursors) -> None:
    assert cursors.unit("github", 7, "issues") is None
    first = UnitState("github", 7, "issues", "", "ok", None, None, 1, T1, "user:ada", 12, T1)
    other = replace(first, arguments='{"state":"open"}', mark=None)
    text = replace(first, repository_id="7")
    for state in (first, other, text, replace(first, status="forbidden", tried_by=2)):
        cursors.set_unit(state)
        assert cursors.unit("github", state.repository_id, "issues", state.arguments) == state
    cursors.set_unit(replace(first, kind="branches"))
    assert len(cursors.units("issues")) == 3
    assert len(cursors.units()) == 4
    cursors.set_unit(replace(other, arguments='{"state":"all"}'))  # in place of the state with other arguments
    assert cursors.unit("github", 7, "issues", other.arguments) is None
    assert len(cursors.units()) == 4


def test_repositories_that_a_listing_lacks_are_found(mirror: MirrorFile, cursors: Cursors) -> None:
    writer = Writer(mirror.connection)
    repos = [least(RepoInfo, id=number, full_name=f"aurora/{number}") for number in (1, 2, 3, 4)]
    with writer.transaction():
        writer.upsert("repository", "github", None, repos, T1)
        cursors.set_listed("github:aurora", "github", [1, 2, 3, 4], T1)
        cursors.set_listed("github:other", "github", [2], T1)
    with writer.transaction():
        cursors.set_listed("github:aurora", "github", [1], T2)
        writer.delete_repository("github", 4, T2)
    assert cursors.missing("github:aurora", T1) == []
    assert cursors.missing("github:aurora", T2) == [("github", 2, "aurora/2"), ("github", 3, "aurora/3")]
    cursors.unlist("github:aurora", "github", 2)
    assert cursors.missing("github:aurora", T2) == [("github", 3, "aurora/3")]
