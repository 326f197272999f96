"""The sync fleet does what the asynchronous one does, without await."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gitfleet_fleet
from gitfleet_api import ConfigurationError
from gitfleet_api.sync import GitHubClient, GitLabClient, GitProviderClient, run
from gitfleet_fleet import FleetEvent, IncompleteFleetError, Repository, UnitDone
from gitfleet_fleet.sync import Fleet
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge

OWNER = "aurora-labs"


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge(Data.generate(organizations=2, repositories=60, users=6, seed=11)) as running:
        yield running


@pytest.fixture
def clients(forge: Forge, engine: str) -> Iterator[list[GitProviderClient]]:
    github: Any = GitHubClient(forge.token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]
    gitlab: Any = GitLabClient(forge.token, forge.gitlab_url, backend=engine, retry=None)  # type: ignore[arg-type]
    with github, gitlab:
        yield [github, gitlab]


def both(clients: list[GitProviderClient], **options: Any) -> Fleet:
    return Fleet(f"github:{OWNER}", f"gitlab:{OWNER}", clients=clients, **options)


def test_it_has_the_methods_and_parameters_of_the_asynchronous_fleet() -> None:
    def methods(owner: type) -> dict[str, list[str]]:
        found = {name: value for name, value in inspect.getmembers(owner, callable) if not name.startswith("_")}
        return {name: list(inspect.signature(value).parameters) for name, value in found.items()}

    assert methods(Fleet) == methods(gitfleet_fleet.Fleet)
    assert list(inspect.signature(Fleet).parameters) == list(inspect.signature(gitfleet_fleet.Fleet).parameters)


def test_the_outcomes_are_those_of_the_asynchronous_fleet(clients: list[GitProviderClient]) -> None:
    found = {(item.target, item.status): item.rows for item in both(clients).each("branches")}
    fleet = both(clients)._async

    async def main() -> dict[Any, Any]:
        return {(item.target, item.status): item.rows async for item in fleet.each("branches")}

    assert found == run(main())
    assert len(found) > 40


def test_repositories_and_tables_are_plain_values(clients: list[GitProviderClient], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    import pyarrow as pa
    import pyarrow.parquet as pq

    fleet = both(clients, archived=False)
    names = {repo.text for repo in fleet.repositories()}
    table = fleet.table("branches")
    assert {f"{row['provider']}:{row['repository']}" for row in table.to_pylist()} <= names
    batches = list(fleet.batches("branches", batch_rows=10))
    assert pa.Table.from_batches(batches).num_rows == table.num_rows
    assert len(fleet.to_pandas("branches")) == fleet.to_polars("branches").height == table.num_rows
    fleet.to_parquet(tmp_path / "x.parquet", "branches")
    assert pq.read_table(tmp_path / "x.parquet").num_rows == table.num_rows
    fleet.to_csv(tmp_path / "x.csv", "branches")
    assert len((tmp_path / "x.csv").read_text().splitlines()) == table.num_rows + 1


def test_functions_of_the_user_run_in_threads_with_the_sync_client(clients: list[GitProviderClient]) -> None:
    threads: set[int] = set()
    running, most = [0], [0]
    lock = threading.Lock()

    def count(client: GitProviderClient, repo: Repository) -> int:
        threads.add(threading.get_ident())
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        found = len(client.fetch_branches(repo.owner, repo.name).all())
        with lock:
            running[0] -= 1
        assert any(client is known for known in clients)
        return found

    found = list(both(clients).each(count))
    assert {item.kind for item in found} == {"count"}
    assert all(item.status == "ok" and item.calls > 0 for item in found), [item.error for item in found][:3]
    assert sum(sum(item.rows) for item in found) == sum(len(item.rows) for item in both(clients).each("branches"))
    assert threading.get_ident() not in threads
    assert most[0] > 1


def test_an_error_of_a_function_is_an_outcome(clients: list[GitProviderClient]) -> None:
    def fails(_client: GitProviderClient, repo: Repository) -> int:
        raise ValueError(repo.name)

    found = list(both(clients).each(fails))
    assert {item.status for item in found} == {"failed"}
    assert all(isinstance(item.error, ValueError) for item in found)


def test_a_function_that_raises_stop_iteration_fails_for_its_repository(clients: list[GitProviderClient]) -> None:
    def first(_client: GitProviderClient, _repo: Repository) -> object:
        return next(iter(()))

    found = list(both(clients).each(first))
    assert len(found) > 40
    assert {(item.status, str(item.error)) for item in found} == {("failed", "the function raised StopIteration")}


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["function", "where", "on_event"])
def test_an_exit_inside_a_function_of_the_user_reaches_the_caller(
    clients: list[GitProviderClient], place: str, error: BaseException
) -> None:
    def leave(*_: object) -> Any:
        raise error

    options = {} if place == "function" else {place: leave}
    with pytest.raises(type(error)):
        list(both(clients, **options).each(leave if place == "function" else "branches"))
    assert len(list(both(clients).each("branches"))) > 40  # the thread of the sync clients continues


def test_leaving_the_loop_ends_all_requests(clients: list[GitProviderClient], forge: Forge) -> None:
    forge.delay = 0.02
    try:
        for _ in both(clients, concurrency=2).each("branches"):
            break
        time.sleep(0.2)
        sent = len(forge.requests)
        time.sleep(0.2)
        assert len(forge.requests) == sent
    finally:
        forge.delay = 0


def test_events_arrive_and_missing_rows_are_an_error(clients: list[GitProviderClient]) -> None:
    pytest.importorskip("pyarrow")
    events: list[FleetEvent] = []
    fleet = Fleet(f"github:{OWNER}", "github:no-such-owner", clients=clients, on_event=events.append)
    with pytest.raises(IncompleteFleetError) as caught:
        fleet.table("branches")
    assert [item.target for item in caught.value.outcomes] == ["github:no-such-owner"]
    assert caught.value.result.num_rows > 0
    assert any(isinstance(event, UnitDone) for event in events)


def test_wrong_clients_targets_and_functions_are_clear_errors(clients: list[GitProviderClient]) -> None:
    async def coroutine(_client: GitProviderClient, _repo: Repository) -> None:
        return

    with pytest.raises(ConfigurationError, match="a sync client or listing is needed, not <GitHubClient"):
        Fleet(f"github:{OWNER}", clients=clients[0]._async)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="a Fleet needs a client"):
        Fleet(f"github:{OWNER}")
    with pytest.raises(ConfigurationError, match="a function of a sync client and a repository"):
        both(clients).each(coroutine)
    with pytest.raises(ConfigurationError, match="did you mean 'branches'"):
        next(both(clients).each("branchs"))


def test_a_sync_listing_is_a_target(clients: list[GitProviderClient]) -> None:
    listing = clients[0].fetch_repositories(OWNER)
    found = {item.target for item in Fleet(listing, clients=clients).each("tags")}
    assert found == {f"github:{repo.full_name}" for repo in listing}


def test_the_import_of_the_sync_api_loads_no_fleet() -> None:
    code = (
        "import GitFleet.sync, sys; assert 'gitfleet_fleet' not in sys.modules; print(GitFleet.sync.Fleet.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "gitfleet_fleet.sync\n", done.stderr
