"""Later runs with a ledger: they continue, refresh all, or repeat failures; nothing is deleted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gitfleet_api import BranchInfo, GitProviderClient, IncompleteListingError, ProviderType
from gitfleet_fleet import Fleet, FleetEvent, Plan, Repository, RunSummary, UnitDone
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, serve
from support.ledgers import client_of, query, run_fleet
from support.running import run

STATES = States(gone=3, blocked=2, renamed=2, empty=2, forbidden=2)


@pytest.fixture
def served() -> Iterator[ServedFleet]:
    with serve(60, STATES) as found:
        yield found


def test_a_complete_run_is_followed_by_one_that_refreshes_all(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    first = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    order = query(path, "SELECT unit_id FROM outcomes ORDER BY finished, unit_id")
    served.forge.clear_log()
    second = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    assert first.units == second.units
    assert first.rows == second.rows
    assert (second.resumed, second.skipped) == (False, 0)
    assert query(path, "SELECT count(*) FROM branches") == [(second.rows["branches"],)]
    assert len(order) == 60


async def _cancelled_after(client: GitProviderClient, path: Path, done: int, **options: Any) -> None:
    """A run that is cancelled when it has done some units."""
    reached = asyncio.Event()

    def count(event: FleetEvent) -> None:
        if isinstance(event, UnitDone) and event.done >= done:
            reached.set()

    task = asyncio.create_task(run_fleet(client, path, on_event=count, **options))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_run_keeps_what_it_has_done_and_the_next_one_continues(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(_cancelled_after(client_of(make_client, engine, served), path, 70))
    (kept,) = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0]
    assert kept >= 70
    assert query(path, "SELECT finished FROM runs") == [(None,)]
    forge.clear_log()
    events: list[FleetEvent] = []
    summary = run(run_fleet(client_of(make_client, engine, served), path, on_event=events.append))
    assert (summary.resumed, summary.skipped, summary.done) == (True, kept, 180 - kept)
    assert not any(request.path.startswith("/orgs/") for request in forge.requests), "the listing is used again"
    done = [event for event in events if isinstance(event, UnitDone)]
    assert [event.done for event in done] == list(range(kept + 1, 181))
    assert {event.total for event in done} == {180}
    assert str(summary).startswith(f"night.sqlite: {180 - kept} of 180 units, 60 repositories, ")


def test_a_run_that_continues_lists_again_what_was_not_listed_to_its_end(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    forge.stall(f"/orgs/{OWNERS[0]}/repos", seconds=None)

    async def stopped() -> None:
        task = asyncio.create_task(run_fleet(client_of(make_client, engine, served), path))
        async with asyncio.timeout(20):
            while not path.exists() or query(path, "SELECT count(*) FROM targets") != [(2,)]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(stopped())
    forge.clear_faults()
    forge.clear_log()
    summary = run(run_fleet(client_of(make_client, engine, served), path))
    assert summary.done == 180
    again = {request.path.split("/")[2] for request in forge.requests if request.path.endswith("/repos")}
    assert again == {OWNERS[0]}


def test_a_run_that_continues_after_another_fleet_has_used_the_ledger_loses_no_repository(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    run(_cancelled_after(client_of(make_client, engine, served), path, 70))
    other = run(run_fleet(client_of(make_client, engine, served), path, "branches", owners=OWNERS[:1]))
    assert other.repositories == 37
    summary = run(run_fleet(client_of(make_client, engine, served), path))
    assert summary.repositories == 60
    assert query(path, "SELECT count(*) FROM units WHERE status IS NULL") == [(0,)]


def test_failed_repeats_failures_only(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    forge.fail("**/branches", 500, times=9)
    first = run(run_fleet(client_of(make_client, engine, served), path))
    failed = first.units["branches"]["failed"]
    assert failed > 0
    missing = sum(problem.count for problem in first.problems)
    forge.clear_log()
    second = run(run_fleet(client_of(make_client, engine, served), path, failed=True))
    assert second.done == missing
    assert second.units["branches"].get("failed", 0) == 0
    assert not any(request.path.endswith("/repos") for request in forge.requests), "nothing is listed again"
    assert second.repositories == 60
    status = query(path, "SELECT status, count(*) FROM outcomes WHERE kind = 'branches' GROUP BY 1")
    expected = Counter(status for status, _, _ in served.outcomes("branches").values())
    assert dict(status) == expected


def test_failed_lists_targets_again_that_could_not_be_listed(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    fault = forge.fail(f"/orgs/{OWNERS[1]}/repos", 500, times=None)
    first = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    (problem,) = [problem for problem in first.problems if problem.kind == "repositories"]
    assert (problem.status, problem.count, problem.examples) == ("failed", 1, (f"github:{OWNERS[1]}",))
    fault.cancel()
    second = run(run_fleet(client_of(make_client, engine, served), path, "branches", failed=True))
    assert second.repositories == 60
    assert query(path, "SELECT count(*) FROM units WHERE status IS NULL") == [(0,)]
    assert first.repositories + 16 == 60


def test_the_oldest_results_are_refreshed_first(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE units SET finished = '2020-01-0' || (1 + id % 9) WHERE id % 3 = 0")
    connection.close()
    expected = query(path, "SELECT repository FROM outcomes ORDER BY finished, unit_id LIMIT 20")
    forge.clear_log()
    client = make_client(forge.url, forge.token, max_concurrency=1)
    run(run_fleet(client, path, "branches"))
    asked = [request.path.split("/")[2:4] for request in forge.requests if request.path.endswith("/branches")]
    assert ["/".join(names) for names in asked][:5] == [name for (name,) in expected][:5]


def test_a_failed_unit_keeps_the_rows_of_its_older_result_and_the_summary_says_so(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    first = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    before = query(path, "SELECT repository, name FROM branches ORDER BY 1, 2")
    forge.fail("**/branches", 500, times=None)
    second = run(run_fleet(client_of(make_client, engine, served), path, "branches", store=tmp_path))
    assert second.rows["branches"] == 0
    assert second.stale == first.units["branches"]["ok"] + first.units["branches"]["renamed"]
    assert f"older rows kept for {second.stale}" in str(second)
    assert query(path, "SELECT repository, name FROM branches ORDER BY 1, 2") == before
    stale = query(path, "SELECT count(*) FROM outcomes WHERE status = 'failed' AND rows > 0 AND rows_from < finished")
    assert stale == [(second.stale,)]
    assert pq.read_table(tmp_path / "branches.parquet").num_rows == len(before)
    forge.clear_faults()
    third = run(run_fleet(client_of(make_client, engine, served), path, "branches", failed=True))
    assert third.stale == 0
    assert query(path, "SELECT repository, name FROM branches ORDER BY 1, 2") == before


def test_a_vanished_repository_is_marked_and_its_rows_stay(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, fleet = tmp_path / "night.sqlite", served.forge.fleet
    run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    name = next(name for name in served.names if name not in served.states)
    (rows,) = query(path, "SELECT count(*) FROM branches WHERE repository = ?", name)[0]
    fleet.remove(name)
    summary = run(run_fleet(client_of(make_client, engine, served), path, "branches", store=tmp_path))
    assert (summary.repositories, summary.vanished) == (59, 1)
    assert query(path, "SELECT full_name FROM repositories WHERE vanished IS NOT NULL") == [(name,)]
    assert query(path, "SELECT count(*) FROM branches WHERE repository = ?", name) == [(rows,)]
    assert name not in pq.read_table(tmp_path / "branches.parquet")["repository"].to_pylist()
    third = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    assert third.vanished == 0


def test_an_owner_that_cannot_be_listed_keeps_its_repositories(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    forge.fail(f"/orgs/{OWNERS[1]}/repos", 500, times=None)
    summary = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    assert (summary.repositories, summary.vanished, summary.done) == (60, 0, 60)
    assert [problem.kind for problem in summary.problems].count("repositories") == 1


def test_a_renamed_repository_is_the_same_one(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, fleet = tmp_path / "night.sqlite", served.forge.fleet
    run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    name = next(name for name in served.names if name not in served.states)
    fleet.rename(name, f"{name}-new")
    summary = run(run_fleet(client_of(make_client, engine, served), path, "branches"))
    assert (summary.repositories, summary.vanished) == (60, 0)
    assert query(path, "SELECT count(*) FROM repositories") == [(60,)]
    assert query(path, "SELECT count(*) FROM branches WHERE repository = ?", name) == [(0,)]
    assert query(path, "SELECT count(*) > 0 FROM branches WHERE repository = ?", f"{name}-new") == [(1,)]


def test_an_incomplete_list_is_kept_until_there_is_a_complete_one(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    target = [f"github:{next(name for name in served.names if name not in served.states)}"]

    async def rows_of(number: int) -> RunSummary:
        async def call(_client: GitProviderClient, _repo: Repository) -> list[BranchInfo]:
            rows = [BranchInfo(f"b{index}", "0" * 40) for index in range(abs(number))]
            if number < 0:
                raise IncompleteListingError("rows are missing", ProviderType.GITHUB, rows=rows, gaps=())
            return rows

        async with client_of(make_client, engine, served) as client:
            return await Fleet(*target, clients=client).run(call, ledger=path)

    found = []
    for number in (-2, -3, 5, -4, 1):
        summary = run(rows_of(number))
        (state,) = query(path, "SELECT status, rows, partial FROM outcomes")
        found.append((*state, *query(path, "SELECT count(*) FROM call")[0], summary.stale))
    assert found == [
        ("failed", 2, 1, 2, 0),
        ("failed", 3, 1, 3, 0),
        ("ok", 5, 0, 5, 0),
        ("failed", 5, 0, 5, 1),
        ("ok", 1, 0, 1, 0),
    ]
    assert forge.requests


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """The size and the time of the last change of each file."""
    return {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir()}


@pytest.fixture
def plain() -> Iterator[ServedFleet]:
    """A fleet without anything that a plan cannot know."""
    with serve(30, States()) as found:
        yield found


def test_a_plan_with_the_ledger_of_an_interrupted_run_counts_what_remains_and_changes_no_file(
    plain: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"

    async def planned() -> Plan:
        async with client_of(make_client, engine, plain) as client:
            fleet = Fleet(*(f"github:{owner}" for owner in OWNERS), clients=client)
            return await fleet.plan(*KINDS, ledger=path)

    everything = run(planned())
    assert (everything.skipped, _files(tmp_path)) == (0, {})
    run(_cancelled_after(client_of(make_client, engine, plain), path, 40))
    (kept,) = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0]
    before = _files(tmp_path)
    rest = run(planned())
    assert _files(tmp_path) == before
    assert (rest.skipped, rest.repositories) == (kept, everything.repositories)
    listing, *calls = rest.calls
    assert listing.calls.expected == 0
    assert sum(call.repositories.expected for call in calls) == 90 - kept
    summary = run(run_fleet(client_of(make_client, engine, plain), path))
    assert abs(summary.calls - rest.total.expected) <= max(1, 0.05 * rest.total.expected)
    assert run(planned()).skipped == 0, "the next run refreshes all"
