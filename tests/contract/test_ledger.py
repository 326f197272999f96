"""Runs of a fleet with a ledger: rows and outcomes in the file, Parquet files, the summary."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gitfleet_fleet import Fleet, FleetEvent, RunSummary, TargetListed, UnitDone
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, serve
from support.ledgers import PROVIDERS, client_of, query, run_fleet
from support.running import run

STATES = States(gone=3, blocked=2, renamed=2, empty=2, forbidden=2)


@pytest.fixture
def served() -> Iterator[ServedFleet]:
    with serve(60, STATES) as found:
        yield found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_ledger_has_each_outcome_and_each_row(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, provider: str
) -> None:
    path, client = tmp_path / "night.sqlite", client_of(make_client, engine, served, provider)
    summary = run(run_fleet(client, path, store=tmp_path / "out"))
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
        client = client_of(make_client, engine, served, provider)
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
    run(
        run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", "branches", store=tmp_path / "out")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["night.sqlite", "out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["branches.parquet"]
    assert stat.S_IMODE((tmp_path / "night.sqlite").stat().st_mode) == 0o600


def test_no_file_of_a_run_contains_the_token(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    served.forge.fail("**/branches", 500, body={"message": f"wrong: {served.forge.token}"}, times=None)
    summary = run(run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", store=tmp_path))
    assert summary.problems
    for path in tmp_path.iterdir():
        assert served.forge.token.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", ["night's ledger?.sqlite", "a#b%20c", "Nächte.sqlite"])
def test_a_ledger_may_have_any_name(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path, name: str
) -> None:
    run(run_fleet(client_of(make_client, engine, served), tmp_path / name, "branches", owners=OWNERS[2:]))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_equal_errors_are_one_problem_with_three_examples(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    served.forge.fail("**/branches", 500, times=None)
    summary = run(run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", "branches"))
    (problem,) = summary.problems
    assert (problem.count, len(problem.examples), problem.code, problem.status) == (60, 3, "server_error", "failed")


def test_a_fleet_of_two_providers_has_one_ledger(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"

    async def both() -> RunSummary:
        clients = [client_of(make_client, engine, served, provider) for provider in PROVIDERS]
        async with clients[0], clients[1]:
            fleet = Fleet(*(f"{name}:{owner}" for name in PROVIDERS for owner in OWNERS), clients=clients)
            return await fleet.run("branches", ledger=path, store=tmp_path)

    assert run(both()).repositories == 120
    found = Counter(pq.read_table(tmp_path / "branches.parquet")["provider"].to_pylist())
    for provider in PROVIDERS:
        expected = sum(len(rows) for _, _, rows in served.outcomes("branches", provider).values())
        assert query(path, "SELECT count(*) FROM branches WHERE provider = ?", provider) == [(expected,)]
        assert found[provider] == expected


def test_events_of_a_run_begin_with_its_targets(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    events: list[FleetEvent] = []
    run(
        run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", "branches", on_event=events.append)
    )
    assert [type(event) for event in events[:3]] == [TargetListed] * 3
    assert [(event.done, event.total) for event in events[3:] if isinstance(event, UnitDone)] == [
        (number, 60) for number in range(1, 61)
    ]
