"""Updates that are killed while responses are broken and a token loses access: nothing is lost or wrongly deleted."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitfleet_testing import Fleet, Forge
from gitfleet_testing.faults import Corrupt, Drop, Fail, Reset, Truncate
from support.killing import PATIENCE, kill_when
from support.mirror_comparison import differences, unequal, wrongly_deleted
from support.mirror_kill_child import COMPLETE, INCOMPLETE, ChildUpdate, start
from support.mirror_scale_fleet import KINDS, OWNERS, TARGETS, Changed, change

KILLS, FIRST_KILLS = 50, 25
LOSS = 37
"""Number of the update in whose middle a token loses access."""
MEMBER = "member-token"
STEP = Changed(rows=12, renames=1, transfers=1, deletions=2, force_pushes=1)


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge with 18 repositories, of which three are private, and two tokens that see all of them."""
    fleet = Fleet()
    fleet.add_user("ann")
    for owner in OWNERS:
        fleet.add_organization(owner, members=["ann"])
    for number in range(18):
        fleet.add_repository(
            OWNERS[number % 2],
            f"repository-{number:02d}",
            private=number % 6 == 5,
            branches=40,
            contributors=12,
            commits=120 if number == 3 else 30,
            tags=40,
            releases=30,
            issues=240 if number == 0 else 30,
            pulls=30,
            topics=("http",),
        )
    with Forge(fleet) as running:
        running.add_token(running.token, limit=10**7)
        running.add_token(MEMBER, login="ann", limit=10**7)
        yield running


def _broken(forge: Forge, seed: int) -> None:
    """Break one in ten responses."""
    forge.faults_every(10, [Fail(502), Reset(), Truncate(), Corrupt(), Drop()], seed=seed)


def test_after_fifty_kills_a_mirror_equals_the_forge_and_nothing_was_wrongly_deleted(
    forge: Forge, engine: str, tmp_path: Path
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  it repeats the moments of a failure
    dice = random.Random(seed)  # noqa: S311
    path, fleet = tmp_path / "fleet.sqlite", forge.fleet
    kinds = (*KINDS, "languages")
    task = ChildUpdate(engine, forge.url, [MEMBER, forge.token], TARGETS, kinds, path, {})
    _broken(forge, seed)
    kills = 0
    for number in range(KILLS):
        if number > FIRST_KILLS:
            change(fleet, STEP, seed=dice.getrandbits(32))
        forge.clear_log()
        # In the first run each process gets some way; an incremental one has more pages than most processes request.
        goal = dice.randrange(1, 30 if number <= FIRST_KILLS else 150)

        def is_time(goal: int = goal, loses: bool = number == LOSS) -> bool:
            if loses and len(forge.requests) >= goal // 2:
                _lose_access(fleet)
            return len(forge.requests) >= goal

        process = start(task)
        kills += kill_when(process, is_time)
        if number == LOSS:
            _lose_access(fleet)  # if the process had next to nothing to do
        assert process.exitcode in (COMPLETE, INCOMPLETE, -9), f"update {number} failed"
        if path.exists():
            assert wrongly_deleted(path, fleet) == [], f"after update {number}"
        if number == FIRST_KILLS:
            forge.clear_faults()
            _finish(task)
            _broken(forge, seed + 1)
        elif number > FIRST_KILLS and number % 5 == 0:
            _finish(task, COMPLETE, INCOMPLETE)  # the next process begins a new update
            assert wrongly_deleted(path, fleet) == [], f"after the end of update {number}"
    assert kills >= KILLS * 3 // 4, "most of them were killed at work"
    forge.clear_faults()
    _finish(task)  # it continues, and does not repeat what was read before the last changes
    _finish(task)
    assert unequal(path, fleet) == []
    fresh = tmp_path / "fresh.sqlite"
    _finish(task._replace(path=fresh, tokens=[forge.token]))
    # Compared above: repositories that were looked up have more columns, and drafts are hidden from one of the users.
    assert differences(path, fresh, omit=["repository", "release"]) == []


def _lose_access(fleet: Fleet) -> None:
    """Remove the user of one of the two tokens from the owners: the token does not see private repositories now."""
    for organization in fleet.organizations:
        if len(organization.members) > 1:
            fleet.set_members(organization.login, [])


def _finish(task: ChildUpdate, *codes: int) -> None:
    process = start(task)
    process.join(PATIENCE)
    assert process.exitcode in (codes or (COMPLETE,))
