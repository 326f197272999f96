"""Calls of a run with a ledger: functions of the user, arguments, batches, rows that cannot be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

from gitfleet_api import BranchInfo, ConfigurationError, GitProviderClient, RepoInfo, sync
from gitfleet_fleet import Fleet, Repository
from gitfleet_fleet.sync import Fleet as SyncFleet
from support.clients import MakeClient
from support.fleets import OWNERS, ServedFleet, States, serve
from support.ledgers import PROVIDERS, client_of, query, run_fleet
from support.running import run

STATES = States(gone=3, blocked=2, renamed=2, empty=2, forbidden=2)


@pytest.fixture
def served() -> Iterator[ServedFleet]:
    with serve(60, STATES) as found:
        yield found


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
        async with client_of(make_client, engine, served, provider) as client:
            return [repo.info for repo in await Fleet(f"{provider}:{OWNERS[0]}", clients=client).repositories()]

    summary = run(
        run_fleet(client_of(make_client, engine, served, provider), path, sizes, owners=OWNERS[:1], store=tmp_path)
    )
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

    summary = run(
        run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", numbers, owners=OWNERS[:1])
    )
    assert {problem.message for problem in summary.problems} == {
        "column 'number': integer was expected: it needs more than 64 bits",
        "the rows have other columns than those of other repositories, which are number",
    }
    assert summary.units["numbers"] == {"ok": 29, "failed": 8}
    assert query(tmp_path / "night.sqlite", "SELECT DISTINCT number FROM numbers") == [(7,)]


def test_a_row_that_is_no_json_fails_its_unit_alone(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    async def pairs(_client: GitProviderClient, repo: Repository) -> list[Any]:
        return [{(1, 2): repo.name}] if repo.name.endswith("3") else [{"name": repo.name}]

    summary = run(
        run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", pairs, owners=OWNERS[:1])
    )
    (problem,) = summary.problems
    assert problem.message.startswith("a row cannot be stored as JSON: keys must be")
    assert summary.units["pairs"] == {"ok": 33, "failed": 4}


def test_half_a_surrogate_pair_is_stored_as_a_replacement_character(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    async def texts(_client: GitProviderClient, _repo: Repository) -> list[Any]:
        return [BranchInfo("half \ud83d", "0" * 40)]

    path = tmp_path / "night.sqlite"
    summary = run(run_fleet(client_of(make_client, engine, served), path, texts, owners=OWNERS[:1], store=tmp_path))
    assert not summary.problems
    assert query(path, "SELECT DISTINCT name FROM texts") == [("half \ufffd",)]


def test_several_arguments_of_a_call_share_a_table(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "night.sqlite"
    calls = [("pull_requests", {"state": "open"}), ("pull_requests", {"state": "closed"})]
    run(run_fleet(client_of(make_client, engine, served), path, calls, store=tmp_path))
    both = query(path, "SELECT count(*), count(DISTINCT unit_id) FROM pull_requests WHERE state = 'open'")
    assert query(path, "SELECT arguments FROM kinds ORDER BY 1") == [('{"state":"closed"}',), ('{"state":"open"}',)]
    assert both[0][0] > 0
    total = pq.read_table(tmp_path / "pull_requests.parquet").num_rows
    assert total == sum(len(rows) for _, _, rows in served.outcomes("pull_requests").values())


def test_details_of_many_repositories_are_batches_with_one_unit_each(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    path, forge = tmp_path / "night.sqlite", served.forge
    summary = run(run_fleet(client_of(make_client, engine, served), path, "details"))
    assert sum(request.path.endswith("/graphql") for request in forge.requests) < 10
    assert query(path, "SELECT count(*) FROM details") == [(summary.rows["details"],)]
    assert query(path, "SELECT sum(calls) > 0, count(*) FROM units WHERE status IS NOT NULL") == [(1, 60)]


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
        run(run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", calls, **options))
    assert message in str(caught.value)
    assert not served.forge.requests
    assert list(tmp_path.iterdir()) == []


def test_a_function_cannot_have_the_name_of_a_table_of_the_ledger(
    served: ServedFleet, make_client: MakeClient, engine: str, tmp_path: Path
) -> None:
    async def units(_client: GitProviderClient, _repo: Repository) -> None: ...

    with pytest.raises(ConfigurationError, match="a ledger itself has a table 'units'; rename the function"):
        run(run_fleet(client_of(make_client, engine, served), tmp_path / "night.sqlite", units))
    assert not served.forge.requests
