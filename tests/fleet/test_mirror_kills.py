"""Processes that are killed while they update a mirror: nothing is lost, and nothing is deleted wrongly."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

from gitfleet_mirror import Mirror
from gitfleet_testing import Forge
from support.fleets import break_one_in_ten
from support.killing import PATIENCE, kill_when
from support.mirror_child import ChildUpdate, start_update
from support.mirror_comparison import unequal, wrongly_deleted
from support.mirror_scale_fleet import Changed, change
from support.mirroring import Mirrored, small_fleet

KILLS = 50
OTHER = "token-of-ben"


def _finish(task: ChildUpdate) -> None:
    process = start_update(task)
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_after_fifty_kills_with_broken_responses_the_mirror_equals_the_forge(engine: str, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  it repeats the moments of a failure
    dice = random.Random(seed)  # noqa: S311
    fleet, path = small_fleet(12), tmp_path / "fleet.sqlite"
    fleet.set_members("aurora", ["ada", "ben"])
    fleet.set_members("basalt", ["ada", "ben"])
    for number in (1, 2, 3, 4):
        fleet.update(f"aurora/repository-{number}", private=True)
    with Forge(fleet) as forge:
        for token, login in ((forge.token, "ada"), (OTHER, "ben")):
            forge.add_token(token, login=login, limit=1_000_000)
        targets = ("github:aurora", "github:basalt")
        task = ChildUpdate(engine, forge.url, (forge.token, OTHER), targets, None, path)
        break_one_in_ten(forge, seed)
        killed = 0
        for number in range(KILLS):
            if number == KILLS // 2:
                fleet.set_members("aurora", ["ada"])
                fleet.set_members("basalt", ["ada"])
            if number % 10 == 9:
                _finish(task)
                change(fleet, Changed(rows=20, renames=1, transfers=1, deletions=3, force_pushes=2), seed=number)
            forge.clear_log()
            requests = dice.randint(1, 60)
            killed += kill_when(start_update(task), lambda wanted=requests: len(forge.requests) >= wanted)  # type: ignore[misc]
            assert wrongly_deleted(path, fleet) == []
        assert killed > KILLS // 2
        forge.clear_faults()
        _finish(task._replace(tokens=(forge.token,)))
        assert wrongly_deleted(path, fleet) == []
        # The last draft of a repository is marked if the user confirms it: a token without access sees none, either.
        _finish(task._replace(tokens=(forge.token,), allow_deletions=True))
        assert unequal(path, fleet) == []


def test_the_next_update_continues_an_interrupted_one(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet(12)) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        task = ChildUpdate(engine, forge.url, (forge.token,), ("github:aurora",), None, mirrored.path)
        assert kill_when(start_update(task), lambda: len(forge.requests) >= 60)
        sent = len(forge.requests)
        summary = mirrored.update()
        assert summary.resumed
        assert summary.skipped >= sent - 30  # those whose rows were not committed, and the list of repositories
        # Commits need a further call if the branches of their repository were done before.
        assert summary.calls <= 12 * 9 + 1 - summary.skipped + 12
        assert Mirror(mirrored.path).query("SELECT count(*) AS n FROM _update WHERE finished IS NULL") == [{"n": 1}]
        mirrored.check()
        again = mirrored.update()
        assert (again.resumed, again.skipped, again.calls) == (False, 0, 0)
