"""One table for a whole fleet: its columns, its parts, and what is missing."""

from __future__ import annotations

import csv
import io
import os
import threading
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import BranchInfo, ConfigurationError, GitHubClient, GitLabClient, GitProviderClient
from gitfleet_api.tables import to_arrow
from gitfleet_fleet import Fleet, FleetEvent, IncompleteFleet, IncompleteFleetError, Repository
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.running import run

pytest.importorskip("pyarrow")
OWNER = "aurora-labs"


@pytest.fixture(scope="module")
def running() -> Iterator[Forge]:
    with Forge(Data.generate(organizations=2, repositories=40, users=6, seed=11)) as forge:
        yield forge


@pytest.fixture(scope="module")
def clients(running: Forge, engine: str) -> list[GitProviderClient]:
    github: GitProviderClient = GitHubClient(running.token, running.url, backend=engine, retry=None)  # type: ignore[arg-type]
    gitlab: GitProviderClient = GitLabClient(running.token, running.gitlab_url, backend=engine, retry=None)  # type: ignore[arg-type]
    return [github, gitlab]


def both(clients: list[GitProviderClient], **options: Any) -> Fleet:
    return Fleet(f"github:{OWNER}", f"gitlab:{OWNER}", clients=clients, **options)


def sorted_rows(table: Any) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: (row["provider"], row["repository"], row["name"]))


async def expected(fleet: Fleet) -> Any:
    """The table from the outcomes: each repository's rows as its listing's table has them."""
    rows = []
    async for outcome in fleet.each("branches"):
        assert outcome.repo is not None
        first = {"provider": outcome.repo.provider.value, "repository": outcome.repo.full_name}
        rows += [first | row for row in to_arrow(outcome.rows, model=BranchInfo).to_pylist()]
    return sorted(rows, key=lambda row: (row["provider"], row["repository"], row["name"]))


def test_a_table_has_the_provider_the_repository_and_the_columns_of_the_rows(clients: list[GitProviderClient]) -> None:
    async def main() -> None:
        fleet = both(clients)
        table = await fleet.table("branches")
        columns = to_arrow([], model=BranchInfo).column_names
        assert table.column_names == ["provider", "repository", *columns]
        assert sorted_rows(table) == await expected(fleet)
        assert set(table.column("provider").to_pylist()) == {"github", "gitlab"}

    run(main())


def test_batches_have_the_same_schema_and_the_size_that_was_asked_for(clients: list[GitProviderClient]) -> None:
    async def main() -> None:
        import pyarrow as pa

        fleet = both(clients)
        batches = [batch async for batch in fleet.batches("branches", batch_rows=7)]
        assert all(batch.num_rows == 7 for batch in batches[:-1])
        assert 0 < batches[-1].num_rows <= 7
        assert len(batches) > 3
        assert sorted_rows(pa.Table.from_batches(batches)) == await expected(fleet)

    run(main())


def test_all_forms_of_a_table_have_the_same_rows(clients: list[GitProviderClient], tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")

    async def main() -> None:
        import pyarrow.parquet as pq

        fleet = both(clients, name="*a*")
        table = await fleet.table("issues", state="open")
        assert table.num_rows > 10
        key = ["provider", "repository", "number"]
        wanted = table.sort_by([(name, "ascending") for name in key])
        await fleet.to_parquet(tmp_path / "x.parquet", "issues", state="open")
        assert pq.read_table(tmp_path / "x.parquet").sort_by([(name, "ascending") for name in key]).equals(wanted)
        frame = await fleet.to_polars("issues", state="open")
        assert frame.sort(key).to_dicts() == wanted.to_pylist()
        pandas = (await fleet.to_pandas("issues", state="open")).sort_values(key)
        for name in ("repository", "number", "title", "updated_at"):
            assert pandas[name].tolist() == wanted.column(name).to_pylist()
        await fleet.to_csv(tmp_path / "x.csv", "issues", state="open")
        with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert sorted((row["provider"], row["repository"], row["title"]) for row in rows) == sorted(
            (row["provider"], row["repository"], row["title"]) for row in wanted.to_pylist()
        )
        assert list(rows[0]) == table.column_names

    run(main())


def test_a_fleet_without_rows_has_a_table_with_columns(clients: list[GitProviderClient], tmp_path: Path) -> None:
    async def main() -> None:
        import pyarrow.parquet as pq

        fleet = both(clients, name="no such name")
        table = await fleet.table("issues")
        assert table.num_rows == 0
        await fleet.to_parquet(tmp_path / "x.parquet", "issues")
        assert pq.read_schema(tmp_path / "x.parquet").names == table.column_names
        out = io.StringIO()
        await fleet.to_csv(out, "issues")
        assert out.getvalue() == ",".join(table.column_names) + "\n"
        assert [batch async for batch in fleet.batches("issues")] == []

    run(main())


@dataclass
class Size:
    """A row of a user."""

    name: str
    branches: int | None


async def sizes(client: GitProviderClient, repo: Repository) -> Size:
    return Size(repo.name, len(await client.fetch_branches(repo.owner, repo.name)))


def test_dataclasses_of_a_function_of_the_user_have_their_fields_as_columns(clients: list[GitProviderClient]) -> None:
    async def main() -> None:
        fleet = both(clients)
        table = await fleet.table(sizes)
        assert table.column_names == ["provider", "repository", "name", "branches"]
        counts: dict[tuple[str, str], int] = {}
        for row in await expected(fleet):
            counts[row["provider"], row["repository"]] = counts.get((row["provider"], row["repository"]), 0) + 1
        assert {(row["provider"], row["repository"]): row["branches"] for row in table.to_pylist()} == counts

    run(main())


def test_rows_that_are_no_dataclasses_are_a_clear_error_and_no_file_is_left(
    clients: list[GitProviderClient], tmp_path: Path
) -> None:
    async def names(_client: GitProviderClient, repo: Repository) -> str:
        return repo.name

    @dataclass
    class Clash:
        repository: str

    async def clash(_client: GitProviderClient, repo: Repository) -> Clash:
        return Clash(repo.name)

    @dataclass
    class Other:
        amount: int

    async def mixed(_client: GitProviderClient, repo: Repository) -> object:
        return Size("x", 1) if repo.name < "m" else Other(1)

    async def main() -> None:
        fleet = both(clients)
        with pytest.raises(ConfigurationError, match="names: a table needs rows that are instances of a dataclass"):
            await fleet.to_csv(tmp_path / "x.csv", names)
        with pytest.raises(ConfigurationError, match="Clash: the table has a column 'repository' already"):
            await fleet.table(clash)
        with pytest.raises(ConfigurationError, match="there are objects of"):
            await fleet.to_parquet(tmp_path / "x.parquet", mixed)

    run(main())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def broken(engine: str) -> Iterator[tuple[Forge, GitHubClient]]:
    """A forge where two repositories are gone."""
    with Forge(Data.generate(organizations=1, repositories=12, users=2, seed=3)) as forge:
        names = [repo.name for repo in forge.fleet.owned_by(OWNER)]
        forge.fleet.remove(f"{OWNER}/{names[3]}", listed=True)
        forge.fleet.remove(f"{OWNER}/{names[5]}", listed=True)
        yield forge, GitHubClient(forge.token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]


def test_missing_rows_are_an_error_after_the_others_were_written(
    broken: tuple[Forge, GitHubClient], tmp_path: Path
) -> None:
    async def main() -> None:
        import pyarrow.parquet as pq

        fleet = Fleet(f"github:{OWNER}", clients=broken[1])
        with pytest.raises(IncompleteFleetError, match=r"rows are missing \(2 gone\)") as caught:
            await fleet.table("branches")
        assert [outcome.status for outcome in caught.value.outcomes] == ["gone", "gone"]
        table = caught.value.result
        gone = {outcome.target for outcome in caught.value.outcomes}
        assert gone.isdisjoint(f"github:{name}" for name in table.column("repository").to_pylist())
        with pytest.raises(IncompleteFleetError) as caught:
            await fleet.to_parquet(tmp_path / "x.parquet", "branches")
        assert caught.value.result is None
        assert pq.read_table(tmp_path / "x.parquet").num_rows == table.num_rows
        with pytest.raises(IncompleteFleetError):
            await fleet.to_csv(tmp_path / "x.csv", "branches")
        assert len((tmp_path / "x.csv").read_text().splitlines()) == 1 + table.num_rows
        batches = fleet.batches("branches")
        assert (await anext(batches)).num_rows == table.num_rows
        with pytest.raises(IncompleteFleetError):
            await anext(batches)

    run(main())


def test_missing_rows_can_be_an_event_or_ignored(
    broken: tuple[Forge, GitHubClient], caplog: pytest.LogCaptureFixture
) -> None:
    events: list[FleetEvent] = []

    async def main() -> None:
        fleet = Fleet(f"github:{OWNER}", clients=broken[1], on_event=events.append)
        table = await fleet.table("branches", on_incomplete="warn")
        found = [event for event in events if isinstance(event, IncompleteFleet)]
        assert [(event.kind, len(event.outcomes)) for event in found] == [("branches", 2)]
        assert "branches: rows are missing (2 gone)" in caplog.text
        events.clear()
        assert (await fleet.table("branches", on_incomplete="ignore")).num_rows == table.num_rows
        assert not any(isinstance(event, IncompleteFleet) for event in events)
        with pytest.raises(ConfigurationError, match="on_incomplete must be"):
            await fleet.table("branches", on_incomplete="never")  # type: ignore[arg-type]

    run(main())


def test_a_target_that_cannot_be_listed_is_missing(broken: tuple[Forge, GitHubClient]) -> None:
    async def main() -> None:
        fleet = Fleet("github:nobody-has-this-name", clients=broken[1])
        with pytest.raises(IncompleteFleetError) as caught:
            await fleet.table("branches")
        assert [(outcome.target, outcome.status) for outcome in caught.value.outcomes] == [
            ("github:nobody-has-this-name", "gone")
        ]
        assert caught.value.result.num_rows == 0

    run(main())


def test_a_file_that_exists_stays_until_the_new_one_is_complete(
    clients: list[GitProviderClient], tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("old")
    (tmp_path / "x.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("x.csv")

    async def fails(client: GitProviderClient, repo: Repository) -> Size:
        assert (tmp_path / "x.csv").read_text() == "old"
        return await sizes(client, repo)

    async def number(_client: GitProviderClient, _repo: Repository) -> object:
        return 1

    async def main() -> None:
        fleet = both(clients)
        with pytest.raises(ConfigurationError):
            await fleet.to_csv(tmp_path / "link.csv", number)
        assert (tmp_path / "x.csv").read_text() == "old"
        await fleet.to_csv(tmp_path / "link.csv", fails)

    run(main())
    assert (tmp_path / "x.csv").read_text().startswith("provider,repository,name,branches\n")
    assert (tmp_path / "x.csv").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.csv").is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_named_pipe_receives_the_rows_and_is_not_replaced(clients: list[GitProviderClient], tmp_path: Path) -> None:
    pipe, received = tmp_path / "rows", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    fleet = both(clients)
    run(fleet.to_csv(pipe, "branches"))
    reader.join(20)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
    assert len(list(csv.DictReader(io.StringIO(received[0], newline="")))) == run(fleet.table("branches")).num_rows


def test_a_file_name_of_the_largest_length_can_be_written(clients: list[GitProviderClient], tmp_path: Path) -> None:
    file = tmp_path / ("é" * 125 + ".csv")
    run(both(clients).to_csv(file, "branches"))
    assert list(tmp_path.iterdir()) == [file]


def test_a_wrong_call_or_path_is_an_error_before_anything_is_sent(
    clients: list[GitProviderClient], running: Forge, tmp_path: Path
) -> None:
    async def main() -> None:
        fleet = both(clients)
        before = len(running.requests)
        with pytest.raises(ConfigurationError, match="did you mean 'branches'"):
            await fleet.table("branchs")
        with pytest.raises(ConfigurationError, match="unexpected keyword argument 'colour'"):
            await fleet.table("branches", colour="blue")
        with pytest.raises(OSError, match="No such file"):
            await fleet.to_csv(tmp_path / "nowhere" / "x.csv", "branches")
        with pytest.raises(ConfigurationError, match="file must be a path"):
            await fleet.to_parquet(io.StringIO(), "branches")  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="batch_rows"):
            async with aclosing(fleet.batches("branches", batch_rows=0)) as batches:
                await anext(batches)
        assert len(running.requests) == before

    run(main())


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_text_that_utf8_cannot_represent_is_one_error_without_a_file(
    clients: list[GitProviderClient], tmp_path: Path, name: str
) -> None:
    async def half_of_a_pair(_client: GitProviderClient, _repo: Repository) -> list[_Text]:
        return [_Text("\ud800")]

    fleet = both(clients)
    write = fleet.to_csv if name == "x.csv" else fleet.to_parquet
    with pytest.raises(ConfigurationError, match="text was expected: 'utf-8' codec can't encode"):
        run(write(tmp_path / name, half_of_a_pair))
    assert not list(tmp_path.iterdir())


@dataclass
class _Text:
    text: str
