"""Processes that are killed while they run a fleet with a ledger: nothing is lost, and next to nothing repeated."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gitfleet_testing import Fleet, Forge
from support import engines
from support.fleets import KINDS, ServedFleet
from support.killing import PATIENCE, kill_when
from support.ledger_child import ChildRun, start
from support.ledgers import identity, names_by_repository, query

OWNERS = ("aurora-labs", "basalt-works")
REPOSITORIES = 2_000
KILLS = 50
WORKERS = 8


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    """A forge with 2,000 repositories whose lists have one page each, so that a unit is one call."""
    fleet = Fleet()
    for number in range(20):
        fleet.add_user(f"user-{number}")
    for owner, count in zip(OWNERS, (REPOSITORIES * 3 // 4, REPOSITORIES // 4), strict=True):
        fleet.add_organization(owner)
        fleet.add_repositories(
            owner,
            count,
            branches=lambda number: 1 + number % 4,
            contributors=lambda number: 1 + number % 9,
            pulls=lambda number: number % 6,
        )
    with Forge(fleet) as forge:
        forge.add_token(forge.token, limit=10_000_000)
        yield ServedFleet(forge, names={item.full_name: item.full_name for item in fleet.repositories})


@dataclass
class _Segment:
    """The requests of one process, which has a token of its own."""

    units: Counter[str] = field(default_factory=Counter)
    listings: int = 0


def _segments(forge: Forge, tokens: list[str]) -> list[_Segment]:
    found = {token: _Segment() for token in tokens}
    for request in forge.requests:
        segment = found[str(request.token)]
        if request.path.startswith("/repos/"):
            segment.units[request.path] += 1
        else:
            segment.listings += request.path.endswith("/repos")
    return list(found.values())


def _kill_when(task: ChildRun, is_time: Callable[[], bool]) -> bool:
    """Start a process and kill it. Returns False if it has ended before."""
    process = start(task)
    was_alive = kill_when(process, is_time)
    assert was_alive or process.exitcode == 0
    return was_alive


def _finish(task: ChildRun) -> None:
    process = start(task)
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_after_fifty_kills_no_row_is_lost_or_duplicated_and_a_worker_repeats_at_most_one_call(
    served: ServedFleet, tmp_path: Path
) -> None:
    names = engines.usable()  # by turns: a ledger continues whatever engine the next process has
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  it repeats the moments of a failure
    dice = random.Random(seed)  # noqa: S311
    forge = served.forge
    forge.clear_log()
    targets = [f"github:{owner}" for owner in OWNERS]
    task = ChildRun(names[0], forge.url, forge.token, targets, KINDS, tmp_path / "night.sqlite", workers=WORKERS)
    tokens = [f"token-{number}" for number in range(KILLS + 1)]
    for token in tokens:
        forge.add_token(token, limit=10_000_000)
    total = REPOSITORIES * (len(KINDS) + 1 / 100)
    # Some of them while the file is created, and while the repositories are listed.
    moments = sorted(dice.choices(range(1, 20), k=5) + [dice.randrange(int(total)) for _ in range(KILLS - 10)])
    kills = 0
    for number, token in enumerate(tokens[:5]):
        end = time.monotonic() + dice.random() / 10
        kills += _kill_when(
            task._replace(token=token, engine=names[number % len(names)]),
            lambda end=end: time.monotonic() > end,  # type: ignore[misc]
        )
    for number, (token, moment) in enumerate(zip(tokens[5:], moments, strict=False)):
        pause = dice.random() / 100
        goal = max(moment, len(forge.requests) + 1)  # more than the process before: each one gets ahead

        def is_time(goal: int = goal, pause: float = pause) -> bool:
            if len(forge.requests) < goal:
                return False
            time.sleep(pause)
            return True

        kills += _kill_when(task._replace(token=token, engine=names[number % len(names)]), is_time)
    _finish(task._replace(token=tokens[-1]))
    segments = _segments(forge, tokens)
    assert kills >= KILLS * 9 // 10, "most of them were killed at work"
    _assert_complete(served, task.ledger)
    later: Counter[str] = Counter()
    repeated = []
    for segment in reversed(segments):
        assert not segment.units or max(segment.units.values()) == 1
        repeated.append(sum(path in later for path in segment.units))
        later += segment.units
    assert max(repeated) <= WORKERS, repeated
    first = next(index for index, segment in enumerate(segments) if segment.units)
    assert not any(segment.listings for segment in segments[first + 1 :]), "a complete listing is used again"
    assert query(task.ledger, "SELECT count(*) FROM runs WHERE finished IS NOT NULL") == [(1,)]


def _assert_complete(served: ServedFleet, ledger: Path) -> None:
    """The ledger has exactly the rows of the forge."""
    assert query(ledger, "PRAGMA integrity_check") == [("ok",)]
    for kind in KINDS:
        expected = {
            target.removeprefix("github:"): Counter(identity(kind, row) for row in rows)
            for target, (_, _, rows) in served.outcomes(kind).items()
            if rows
        }
        assert names_by_repository(ledger, kind) == expected
    assert query(ledger, "SELECT status, count(*) FROM units GROUP BY 1") == [("ok", REPOSITORIES * len(KINDS))]
    assert query(ledger, "SELECT count(*), count(DISTINCT provider_id) FROM repositories") == [(REPOSITORIES,) * 2]


def test_parquet_files_are_complete_or_absent_when_the_process_is_killed_while_it_writes_them(
    served: ServedFleet, engine: str, tmp_path: Path
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  it repeats the moments of a failure
    dice = random.Random(seed)  # noqa: S311
    forge, store = served.forge, tmp_path / "out"
    forge.clear_log()
    target = [f"github:{OWNERS[1]}"]
    task = ChildRun(engine, forge.url, forge.token, target, KINDS, tmp_path / "night.sqlite", store, portion=10)
    parts: set[str] = set()
    for _ in range(12):
        name = dice.choice(KINDS)
        goal = dice.randrange(40_000)

        def is_time(name: str = name, goal: int = goal) -> bool:
            found = [path for path in store.glob(f".{name}.parquet.*.part") if _size(path) >= goal]
            parts.update(path.name for path in found)
            return bool(found)

        _kill_when(task, is_time)
        for path in store.glob("[!.]*"):
            pq.read_table(path)  # complete
    assert parts, "no process was killed while it wrote"
    _finish(task)
    rows: dict[str, list[Any]] = {kind: pq.read_table(store / f"{kind}.parquet").to_pylist() for kind in KINDS}
    assert sorted(path.name for path in store.iterdir()) == sorted(f"{kind}.parquet" for kind in KINDS)
    for kind in KINDS:
        expected = [
            row for name, (_, _, rows) in served.outcomes(kind).items() if name.startswith(target[0]) for row in rows
        ]
        assert len(rows[kind]) == len(expected)
    calls = Counter(request.path for request in forge.requests if request.path.startswith("/repos/"))
    assert len(calls) == REPOSITORIES // 4 * len(KINDS)
    assert max(calls.values()) == 1, "a run that was killed while it wrote only writes again"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
