"""Runs of a fleet with a ledger: rows and outcomes in the file, runs that continue, failures that are repeated."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gitfleet_api import GitProviderClient
from gitfleet_fleet import Fleet, RunSummary
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
