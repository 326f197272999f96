"""Updates that are killed while responses are broken and a token loses access: nothing is lost or wrongly deleted."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gitfleet_mirror import Mirror
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.faults import Corrupt, Drop, Fail, Reset, Truncate
from support import engines
from support.killing import PATIENCE, kill_when
from support.mirror_comparison import damages, differences, unequal, wrongly_deleted
from support.mirror_kill_child import COMPLETE, INCOMPLETE, ChildUpdate, start
from support.mirror_scale_fleet import KINDS, OWNERS, TARGETS, Changed, change
from support.mirroring import Mirrored, small_fleet

FIRST_KILLS, KILLS = 12, 50
LOSS = 30
"""Number of the kill before which a token loses access in the middle of an update."""
DELETIONS = (15, 40)
"""Numbers of the kills before which a repository is deleted. Its principal may delete it, because it is public."""
MEMBER = "member-token"
STEP = Changed(rows=12, renames=1, transfers=1, deletions=2, force_pushes=1)


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge with 12 repositories, of which two are private, and two tokens that see all of them."""
    fleet = Fleet()
    fleet.add_user("ann")
    for owner in OWNERS:
        fleet.add_organization(owner, members=["ann"])
    for number in range(12):
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


class _Killer:
    """Processes that update one mirror, of which most are killed.

    Args:
        forge: The server.
        task: What each process does.
        engines: Their engines, by turns.
    """

    def __init__(self, forge: Forge, task: ChildUpdate, engines: Sequence[str]) -> None:
        self._forge = forge
        self._task = task
        self._engines = engines
        self.kills = 0
        """Processes that a signal ended."""
        self.ends = 0
        """Processes that ended before."""

    def run(self, goal: int, *, loses: bool) -> None:
        """Start a process, and kill it when it has sent a number of requests. It may end before."""
        forge = self._forge
        forge.clear_log()

        def is_time() -> bool:
            if loses and len(forge.requests) >= goal // 2:
                _lose_access(forge.fleet)
            return len(forge.requests) >= goal

        process = start(self._task._replace(engine=self._engines[(self.kills + self.ends) % len(self._engines)]))
        was_killed = kill_when(process, is_time)
        self.kills += was_killed
        self.ends += not was_killed
        assert process.exitcode in (COMPLETE, INCOMPLETE, -9)
        if self._task.path.exists():
            assert damages(self._task.path) == [], f"after kill {self.kills}"
            assert wrongly_deleted(self._task.path, forge.fleet) == [], f"after kill {self.kills}"


def test_after_fifty_kills_a_mirror_equals_the_forge_and_nothing_was_wrongly_deleted(
    forge: Forge, tmp_path: Path
) -> None:
    names = engines.usable()  # a mirror continues whatever engine the next process has
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  it repeats the moments of a failure
    dice = random.Random(seed)  # noqa: S311
    path, fleet = tmp_path / "fleet.sqlite", forge.fleet
    task = ChildUpdate(names[0], forge.url, [MEMBER, forge.token], TARGETS, (*KINDS, "languages"), path, {})
    _break_one_in_ten(forge, seed)
    killer = _Killer(forge, task, names)
    while killer.kills < FIRST_KILLS:
        # Few requests: the sum stays below that of a first update, which each process continues.
        killer.run(dice.randrange(1, 9), loses=False)
    assert killer.ends == 0, "all kills were in the first update"
    forge.clear_faults()
    _finish(task)
    _break_one_in_ten(forge, seed + 1)
    deletions = list(DELETIONS)
    while killer.kills < KILLS:
        change(fleet, STEP, seed=dice.getrandbits(32))
        if deletions and killer.kills >= deletions[0]:
            deletions.pop(0)
            fleet.remove(dice.choice([item.full_name for item in fleet.repositories[4:] if not item.private]))
        killer.run(dice.randrange(1, 80), loses=killer.kills == LOSS)
        assert killer.ends <= KILLS, "most processes are killed at work"
    assert (killer.kills, deletions) == (KILLS, [])
    _lose_access(fleet)  # if the process before which it was due had next to nothing to do
    forge.clear_faults()
    present = task._replace(tokens=[forge.token])
    _finish(present)  # it continues, and does not repeat what was read before the last changes
    _finish(present)
    assert wrongly_deleted(path, fleet) == []
    assert unequal(path, fleet) == []
    fresh = tmp_path / "fresh.sqlite"
    _finish(present._replace(path=fresh, engine=names[-1]))
    assert differences(path, fresh) == []


def test_the_next_update_continues_an_interrupted_one(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet(12)) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        task = ChildUpdate(engine, forge.url, [forge.token], ["github:aurora"], KINDS, mirrored.path, {})
        assert kill_when(start(task), lambda: len(forge.requests) >= 60)
        sent = len(forge.requests)
        summary = mirrored.update(kinds=KINDS)
        assert summary.resumed
        assert summary.skipped >= sent - 30  # those whose rows were not committed, and the list of repositories
        assert summary.calls <= 12 * len(KINDS) + 1 - summary.skipped
        assert Mirror(mirrored.path).query("SELECT count(*) AS n FROM _update WHERE finished IS NULL") == [{"n": 1}]
        mirrored.check(kinds=KINDS)
        again = mirrored.update(kinds=KINDS)
        assert (again.resumed, again.skipped, again.calls) == (False, 0, 0)


def _break_one_in_ten(forge: Forge, seed: int) -> None:
    forge.faults_every(10, [Fail(502), Reset(), Truncate(), Corrupt(), Drop()], seed=seed)


def _lose_access(fleet: Fleet) -> None:
    """Remove the user of one of the two tokens from the owners: the token does not see private repositories now."""
    for organization in fleet.organizations:
        if len(organization.members) > 1:
            fleet.set_members(organization.login, [])


def _finish(task: ChildUpdate) -> None:
    process = start(task)
    process.join(PATIENCE)
    assert process.exitcode == COMPLETE
