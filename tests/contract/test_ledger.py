"""Runs of a fleet with a ledger: rows and outcomes in the file, runs that continue, failures that are repeated."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

from gitfleet_api import (
    BranchInfo,
    ConfigurationError,
    GitProviderClient,
    IncompleteListingError,
    ProviderType,
    RepoInfo,
    sync,
)
from gitfleet_fleet import Fleet, FleetEvent, Repository, RunSummary, TargetListed, UnitDone
from gitfleet_fleet.sync import Fleet as SyncFleet
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, serve
from support.gitlab_clients import gitlab
from support.ledgers import query
from support.running import run

STATES = States(gone=3, blocked=2, renamed=2, empty=2, forbidden=2)
PROVIDERS = ("github", "gitlab")


@pytest.fixture
def served() -> Iterator[ServedFleet]:
    with serve(60, STATES) as found:
        yield found


def _client(make_client: MakeClient, engine: str, served: ServedFleet, provider: str = "github") -> GitProviderClient:
    if provider == "gitlab":
        return gitlab(engine, served.forge.gitlab_url, served.forge.token)
    return make_client(served.forge.url, served.forge.token)


async def _run(client: GitProviderClient, path: Path, calls: Any = KINDS, **options: Any) -> RunSummary:
    events = options.pop("on_event", None)
    owners = options.pop("owners", OWNERS)
    async with client:
        fleet = Fleet(*(f"{client.provider_type}:{owner}" for owner in owners), clients=client, on_event=events)
        return await fleet.run(calls, ledger=path, **options)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_ledger_has_each_outcome_and_each_row(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, provider: str
) -> None:
    path, client = tmp_path / "night.sqlite", _client(make_client, engine, served, provider)
    summary = run(_run(client, path, store=tmp_path / "out"))
    total = 0
    for kind in KINDS:
        expected = served.outcomes(kind, provider)
        found = query(
            path, "SELECT repository, status, renamed_to, rows FROM outcomes WHERE kind = ? AND arguments = '{}'", kind
        )
        assert {f"{provider}:{name}": tuple(rest) for name, *rest in found} == {
            target: (status, name, len(rows)) for target, (status, name, rows) in expected.items()
        }
        assert summary.units[kind] == Counter(status for status, _, _ in expected.values())
        rows = pq.read_table(tmp_path / "out" / f"{kind}.parquet").to_pylist()
        total += len(rows)
        assert len(rows) == sum(len(rows) for _, _, rows in expected.values()) == summary.rows[kind]
    assert [path.name for path in summary.files] == [f"{kind}.parquet" for kind in KINDS]
    assert summary.calls == len(served.forge.requests)
    assert summary.repositories == 60
    assert not summary.resumed
    assert not summary.is_complete
    assert query(path, "SELECT sum(rows) FROM units") == [(total,)]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", [*KINDS, "details", "issues", "releases"])
def test_parquet_files_equal_the_table_of_the_fleet(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, provider: str, kind: str
) -> None:
    async def both() -> tuple[Any, Any]:
        client = _client(make_client, engine, served, provider)
        async with client:
            fleet = Fleet(*(f"{provider}:{owner}" for owner in OWNERS), clients=client)
            await fleet.run(kind, ledger=tmp_path / "night.sqlite", store=tmp_path)
            return pq.read_table(tmp_path / f"{kind}.parquet"), await fleet.table(kind, on_incomplete="ignore")

    written, table = run(both())
    assert written.schema.equals(table.schema)
    assert sorted(map(repr, written.to_pylist())) == sorted(map(repr, table.to_pylist()))


def test_the_file_is_private_and_nothing_else_remains(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", "branches", store=tmp_path / "out"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["night.sqlite", "out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["branches.parquet"]
    assert stat.S_IMODE((tmp_path / "night.sqlite").stat().st_mode) == 0o600


def test_no_file_of_a_run_contains_the_token(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    served.forge.fail("**/branches", 500, body={"message": f"wrong: {served.forge.token}"}, times=None)
    summary = run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", store=tmp_path))
    assert summary.problems
    for path in tmp_path.iterdir():
        assert served.forge.token.encode() not in path.read_bytes(), path


def test_a_complete_run_is_followed_by_one_that_refreshes_all(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    first = run(_run(_client(make_client, engine, served), path, "branches"))
    order = query(path, "SELECT unit_id FROM outcomes ORDER BY finished, unit_id")
    served.forge.clear_log()
    second = run(_run(_client(make_client, engine, served), path, "branches"))
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

    task = asyncio.create_task(_run(client, path, on_event=count, **options))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_run_keeps_what_it_has_done_and_the_next_one_continues(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(_cancelled_after(_client(make_client, engine, served), path, 70))
    (kept,) = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0]
    assert kept >= 70
    assert query(path, "SELECT finished FROM runs") == [(None,)]
    forge.clear_log()
    events: list[FleetEvent] = []
    summary = run(_run(_client(make_client, engine, served), path, on_event=events.append))
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
        task = asyncio.create_task(_run(_client(make_client, engine, served), path))
        async with asyncio.timeout(20):
            while not path.exists() or query(path, "SELECT count(*) FROM targets") != [(2,)]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(stopped())
    forge.clear_faults()
    forge.clear_log()
    summary = run(_run(_client(make_client, engine, served), path))
    assert summary.done == 180
    again = {request.path.split("/")[2] for request in forge.requests if request.path.endswith("/repos")}
    assert again == {OWNERS[0]}


def test_a_run_that_continues_after_another_fleet_has_used_the_ledger_loses_no_repository(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    run(_cancelled_after(_client(make_client, engine, served), path, 70))
    other = run(_run(_client(make_client, engine, served), path, "branches", owners=OWNERS[:1]))
    assert other.repositories == 37
    summary = run(_run(_client(make_client, engine, served), path))
    assert summary.repositories == 60
    assert query(path, "SELECT count(*) FROM units WHERE status IS NULL") == [(0,)]


@pytest.mark.parametrize("name", ["night's ledger?.sqlite", "a#b%20c", "Nächte.sqlite"])
def test_a_ledger_may_have_any_name(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, name: str
) -> None:
    run(_run(_client(make_client, engine, served), tmp_path / name, "branches", owners=OWNERS[2:]))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_failed_repeats_failures_only(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    forge.fail("**/branches", 500, times=9)
    first = run(_run(_client(make_client, engine, served), path))
    failed = first.units["branches"]["failed"]
    assert failed > 0
    missing = sum(problem.count for problem in first.problems)
    forge.clear_log()
    second = run(_run(_client(make_client, engine, served), path, failed=True))
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
    first = run(_run(_client(make_client, engine, served), path, "branches"))
    (problem,) = [problem for problem in first.problems if problem.kind == "repositories"]
    assert (problem.status, problem.count, problem.examples) == ("failed", 1, (f"github:{OWNERS[1]}",))
    fault.cancel()
    second = run(_run(_client(make_client, engine, served), path, "branches", failed=True))
    assert second.repositories == 60
    assert query(path, "SELECT count(*) FROM units WHERE status IS NULL") == [(0,)]
    assert first.repositories + 16 == 60


def test_the_oldest_results_are_refreshed_first(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(_run(_client(make_client, engine, served), path, "branches"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE units SET finished = '2020-01-0' || (1 + id % 9) WHERE id % 3 = 0")
    connection.close()
    expected = query(path, "SELECT repository FROM outcomes ORDER BY finished, unit_id LIMIT 20")
    forge.clear_log()
    client = make_client(forge.url, forge.token, max_concurrency=1)
    run(_run(client, path, "branches"))
    asked = [request.path.split("/")[2:4] for request in forge.requests if request.path.endswith("/branches")]
    assert ["/".join(names) for names in asked][:5] == [name for (name,) in expected][:5]


def test_a_failed_unit_keeps_the_rows_of_its_older_result_and_the_summary_says_so(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    first = run(_run(_client(make_client, engine, served), path, "branches"))
    before = query(path, "SELECT repository, name FROM branches ORDER BY 1, 2")
    forge.fail("**/branches", 500, times=None)
    second = run(_run(_client(make_client, engine, served), path, "branches", store=tmp_path))
    assert second.rows["branches"] == 0
    assert second.stale == first.units["branches"]["ok"] + first.units["branches"]["renamed"]
    assert f"older rows kept for {second.stale}" in str(second)
    assert query(path, "SELECT repository, name FROM branches ORDER BY 1, 2") == before
    stale = query(path, "SELECT count(*) FROM outcomes WHERE status = 'failed' AND rows > 0 AND rows_from < finished")
    assert stale == [(second.stale,)]
    assert pq.read_table(tmp_path / "branches.parquet").num_rows == len(before)
    forge.clear_faults()
    third = run(_run(_client(make_client, engine, served), path, "branches", failed=True))
    assert third.stale == 0
    assert query(path, "SELECT repository, name FROM branches ORDER BY 1, 2") == before


def test_a_vanished_repository_is_marked_and_its_rows_stay(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, fleet = tmp_path / "night.sqlite", served.forge.fleet
    run(_run(_client(make_client, engine, served), path, "branches"))
    name = next(name for name in served.names if name not in served.states)
    (rows,) = query(path, "SELECT count(*) FROM branches WHERE repository = ?", name)[0]
    fleet.remove(name)
    summary = run(_run(_client(make_client, engine, served), path, "branches", store=tmp_path))
    assert (summary.repositories, summary.vanished) == (59, 1)
    assert query(path, "SELECT full_name FROM repositories WHERE vanished IS NOT NULL") == [(name,)]
    assert query(path, "SELECT count(*) FROM branches WHERE repository = ?", name) == [(rows,)]
    assert name not in pq.read_table(tmp_path / "branches.parquet")["repository"].to_pylist()
    third = run(_run(_client(make_client, engine, served), path, "branches"))
    assert third.vanished == 0


def test_an_owner_that_cannot_be_listed_keeps_its_repositories(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    run(_run(_client(make_client, engine, served), path, "branches"))
    forge.fail(f"/orgs/{OWNERS[1]}/repos", 500, times=None)
    summary = run(_run(_client(make_client, engine, served), path, "branches"))
    assert (summary.repositories, summary.vanished, summary.done) == (60, 0, 60)
    assert [problem.kind for problem in summary.problems].count("repositories") == 1


def test_a_renamed_repository_is_the_same_one(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, fleet = tmp_path / "night.sqlite", served.forge.fleet
    run(_run(_client(make_client, engine, served), path, "branches"))
    name = next(name for name in served.names if name not in served.states)
    fleet.rename(name, f"{name}-new")
    summary = run(_run(_client(make_client, engine, served), path, "branches"))
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

        async with _client(make_client, engine, served) as client:
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


@pytest.mark.parametrize("provider", PROVIDERS)
def test_functions_of_the_user_have_a_table_and_find_the_info_of_each_repository_again(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, provider: str
) -> None:
    path = tmp_path / "night.sqlite"
    seen: list[RepoInfo | None] = []

    async def sizes(_client: GitProviderClient, repo: Repository) -> dict[str, object]:
        seen.append(repo.info)
        return {"name": repo.full_name, "private": repo.info is not None and repo.info.private}

    async def infos() -> list[RepoInfo | None]:
        async with _client(make_client, engine, served, provider) as client:
            return [repo.info for repo in await Fleet(f"{provider}:{OWNERS[0]}", clients=client).repositories()]

    summary = run(_run(_client(make_client, engine, served, provider), path, sizes, owners=OWNERS[:1], store=tmp_path))
    expected = run(infos())
    assert summary.rows["sizes"] == len(expected)
    assert sorted(seen, key=str) == sorted(expected, key=str)
    values = pq.read_table(tmp_path / "sizes.parquet")["value"].to_pylist()
    assert sorted(json.loads(value)["name"] for value in values) == sorted(info.full_name for info in expected if info)


def test_rows_that_cannot_be_stored_fail_their_unit_alone(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    @dataclass
    class Big:
        number: int

    async def numbers(_client: GitProviderClient, repo: Repository) -> list[Any]:
        return ["text"] if repo.name.endswith("3") else [Big(2**70 if repo.name.endswith("1") else 7)]

    summary = run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", numbers, owners=OWNERS[:1]))
    assert {problem.message for problem in summary.problems} == {
        "column 'number': integer was expected: it needs more than 64 bits",
        "the rows have other columns than those of other repositories, which are number",
    }
    assert summary.units["numbers"] == {"ok": 29, "failed": 8}
    assert query(tmp_path / "night.sqlite", "SELECT DISTINCT number FROM numbers") == [(7,)]


def test_half_a_surrogate_pair_is_stored_as_a_replacement_character(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    async def texts(_client: GitProviderClient, _repo: Repository) -> list[Any]:
        return [BranchInfo("half \ud83d", "0" * 40)]

    path = tmp_path / "night.sqlite"
    summary = run(_run(_client(make_client, engine, served), path, texts, owners=OWNERS[:1], store=tmp_path))
    assert not summary.problems
    assert query(path, "SELECT DISTINCT name FROM texts") == [("half \ufffd",)]


def test_several_arguments_of_a_call_share_a_table(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    calls = [("pull_requests", {"state": "open"}), ("pull_requests", {"state": "closed"})]
    run(_run(_client(make_client, engine, served), path, calls, store=tmp_path))
    both = query(path, "SELECT count(*), count(DISTINCT unit_id) FROM pull_requests WHERE state = 'open'")
    assert query(path, "SELECT arguments FROM kinds ORDER BY 1") == [('{"state":"closed"}',), ('{"state":"open"}',)]
    assert both[0][0] > 0
    total = pq.read_table(tmp_path / "pull_requests.parquet").num_rows
    assert total == sum(len(rows) for _, _, rows in served.outcomes("pull_requests").values())


def test_details_of_many_repositories_are_batches_with_one_unit_each(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    summary = run(_run(_client(make_client, engine, served), path, "details"))
    assert sum(request.path.endswith("/graphql") for request in forge.requests) < 10
    assert query(path, "SELECT count(*) FROM details") == [(summary.rows["details"],)]
    assert query(path, "SELECT sum(calls) > 0, count(*) FROM units WHERE status IS NOT NULL") == [(1, 60)]


def test_equal_errors_are_one_problem_with_three_examples(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    served.forge.fail("**/branches", 500, times=None)
    summary = run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", "branches"))
    (problem,) = summary.problems
    assert (problem.count, len(problem.examples), problem.code, problem.status) == (60, 3, "server_error", "failed")


def test_a_fleet_of_two_providers_has_one_ledger(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"

    async def both() -> RunSummary:
        clients = [_client(make_client, engine, served, provider) for provider in PROVIDERS]
        async with clients[0], clients[1]:
            fleet = Fleet(*(f"{name}:{owner}" for name in PROVIDERS for owner in OWNERS), clients=clients)
            return await fleet.run("branches", ledger=path, store=tmp_path)

    assert run(both()).repositories == 120
    found = Counter(pq.read_table(tmp_path / "branches.parquet")["provider"].to_pylist())
    for provider in PROVIDERS:
        expected = sum(len(rows) for _, _, rows in served.outcomes("branches", provider).values())
        assert query(path, "SELECT count(*) FROM branches WHERE provider = ?", provider) == [(expected,)]
        assert found[provider] == expected


def test_the_sync_fleet_runs_with_a_ledger(served: ServedFleet, engine: str, tmp_path: Path) -> None:
    path, seen = tmp_path / "night.sqlite", []

    def names(client: sync.GitHubClient, repo: Repository) -> dict[str, str]:
        seen.append(client)
        return {"name": repo.name}

    with sync.GitHubClient(served.forge.token, served.forge.url, backend=cast("Any", engine)) as client:
        fleet = SyncFleet(f"github:{OWNERS[0]}", clients=client)
        summary = fleet.run([names, ("pull_requests", {"state": "open"}), "branches"], ledger=path)
        assert set(seen) == {client}
    assert set(summary.units) == {"names", "pull_requests", "branches"}
    assert query(path, "SELECT count(*) FROM names") == [(37,)]


def test_events_of_a_run_begin_with_its_targets(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    events: list[FleetEvent] = []
    run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", "branches", on_event=events.append))
    assert [type(event) for event in events[:3]] == [TargetListed] * 3
    assert [(event.done, event.total) for event in events[3:] if isinstance(event, UnitDone)] == [
        (number, 60) for number in range(1, 61)
    ]


@pytest.mark.parametrize(
    ("calls", "options", "message"),
    [
        ((), {}, "a run needs a call"),
        (("branches", "branches"), {}, "the call 'branches' is named twice"),
        (("branches", "issues"), {"state": "open"}, "the argument 'state' is of one of several calls"),
        ({"issues": {}}, {}, "write a call with its arguments as a pair"),
        ([("issues", 1)], {}, "a call is a name, a function, or a pair"),
        ("branhces", {}, "did you mean 'branches'"),
        ("branches", {"store": "x.parquet"}, "store must be a folder"),
        ("branches", {"store": 1}, "store must be the path of a folder"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_sent(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, calls: Any, options: Any, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", calls, **options))
    assert message in str(caught.value)
    assert not served.forge.requests
    assert list(tmp_path.iterdir()) == []


def test_a_function_cannot_have_the_name_of_a_table_of_the_ledger(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    async def units(_client: GitProviderClient, _repo: Repository) -> None: ...

    with pytest.raises(ConfigurationError, match="a ledger has a table 'units' of its own; rename the function"):
        run(_run(_client(make_client, engine, served), tmp_path / "night.sqlite", units))
    assert not served.forge.requests
