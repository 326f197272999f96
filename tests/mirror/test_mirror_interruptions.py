"""Updates that end early, and clocks that go back: nothing is lost, and the next update finds the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gitfleet_mirror import MirrorError
from gitfleet_mirror.update import changes
from gitfleet_mirror.update.deletions import Deletions
from gitfleet_mirror.update.store import Store
from gitfleet_testing import Forge
from support import engines
from support.mirroring import NAME, Mirrored, small_fleet


@pytest.fixture
def mirrored(tmp_path: Path) -> Iterator[Mirrored]:
    with Forge(small_fleet(2, issues=120)) as forge:
        yield Mirrored(forge, engines.usable()[0], "github", tmp_path / "fleet.sqlite")


def _remove_issue(mirrored: Mirrored) -> None:
    fleet = mirrored.forge.fleet
    fleet.remove_issue(NAME, fleet.history(fleet.repository(NAME)).issues[0].number)


@pytest.mark.parametrize("kind", ["branches", "issues"])
def test_deletions_that_an_interrupted_update_has_not_written_are_written_by_the_next(
    mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mirrored.update(kinds=[kind])
    _remove_issue(mirrored)
    mirrored.forge.fleet.remove_branch(NAME, mirrored.forge.fleet.repository(NAME).branches[-1].name)

    async def apply(_: Deletions) -> Any:
        raise KeyError("interrupted")

    with monkeypatch.context() as context:
        context.setattr(Deletions, "apply", apply)
        with pytest.raises(KeyError):
            mirrored.update(kinds=[kind])
    table = {"branches": "branch", "issues": "issue"}[kind]
    assert mirrored.deleted(table) == 0
    summary = mirrored.update(kinds=[kind])
    assert (summary.resumed, summary.skipped, summary.changes[table].deleted) == (True, 1, 1)
    mirrored.check(kinds=[kind])


def test_a_full_disk_ends_an_update_with_one_error_and_the_next_completes_it(
    mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored.update(kinds=["branches"])
    begin = Store.begin

    async def begin_on_full_disk(self: Store, *arguments: Any) -> None:
        await begin(self, *arguments)
        (pages,) = await self.read(lambda: self.connection.execute("PRAGMA page_count").fetchone())
        await self.read(lambda: self.connection.execute(f"PRAGMA max_page_count = {pages + 1}"))

    with monkeypatch.context() as context:
        context.setattr(Store, "begin", begin_on_full_disk)
        with pytest.raises(MirrorError) as caught:
            mirrored.update(kinds=["branches", "issues"])
    assert caught.value.code == "mirror_full"
    mirrored.update(kinds=["branches", "issues"])
    mirrored.check(kinds=["branches", "issues"])


def test_a_clock_that_was_in_the_future_does_not_prevent_complete_walks(
    mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LONG", 1)
    mirrored.update(kinds=["issues"])
    _remove_issue(mirrored)
    assert mirrored.update(kinds=["issues"]).changes == {}  # the next complete walk is due after a day
    with closing(sqlite3.connect(mirrored.path)) as connection, connection:
        for column in ("_update.started", "_unit.complete_at", "_target.listed_at", "_listed.listed_at"):
            table, _, name = column.partition(".")
            connection.execute(f"UPDATE {table} SET {name} = '2099' || substr({name}, 5)")  # noqa: S608
    assert mirrored.update(kinds=["issues"]).changes["issue"].deleted == 1
    mirrored.check(kinds=["issues"])
