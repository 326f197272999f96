"""Listings as tables, straight from the columns that engines give."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, GitProviderClient, Listing, RepoInfo
from gitfleet_api.tables import to_arrow
from gitfleet_api.tables.schema import columns_of
from gitfleet_testing import Fleet, Forge
from support.running import run

pytest.importorskip("pyarrow")
OWNER = "aurora-labs"


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge(Fleet.generate(organizations=1, repositories=250, seed=11)) as running:
        yield running


@pytest.fixture(params=["github", "gitlab"])
def client(request: pytest.FixtureRequest, forge: Forge, engine: str) -> GitProviderClient:
    if request.param == "github":
        return GitHubClient(forge.token, forge.url, backend=engine)  # type: ignore[arg-type]
    return GitLabClient(forge.token, forge.gitlab_url, backend=engine)  # type: ignore[arg-type]


def listings(client: GitProviderClient, forge: Forge) -> dict[str, Listing[object]]:
    """Every listing there is."""
    name = forge.fleet.owned_by(OWNER)[0].name
    calls = ("branches", "tags", "commits", "releases", "issues", "pull_requests", "contributors")
    found = {what: getattr(client, f"fetch_{what}")(OWNER, name) for what in calls if client.supports(what)}
    return {**found, "repositories": client.fetch_repositories(OWNER), "members": client.fetch_members(OWNER)}


def test_the_table_of_a_listing_is_that_of_its_objects(client: GitProviderClient, forge: Forge) -> None:
    async def main() -> None:
        async with client:
            for what, listing in listings(client, forge).items():
                objects = await listing
                model = listing._decoder.model
                assert (await listing.to_arrow()).equals(to_arrow(objects, model=model)), what

    run(main())


def test_a_row_without_an_owner_has_no_owner(forge: Forge, engine: str) -> None:
    @dataclass
    class Odd:
        name: str

    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            decoder = client.fetch_repositories(OWNER)._decoder
            from gitfleet_api.tables.flat import FlatRowDecoder

            flat = FlatRowDecoder(decoder)
            width = len(decoder.projection(many=True).columns)
            names = [column.path for column in decoder.projection(many=True).columns]
            values: list[list[object]] = [[None, None] for _ in range(width)]
            for path, pair in {
                ("id",): [1, 2],
                ("name",): ["a", "b"],
                ("full_name",): ["o/a", "o/b"],
                ("owner", "id"): [None, 7],
                ("owner", "login"): [None, "o"],
            }.items():
                values[names.index(path)] = list(pair)
            first, second = flat.build(values)
            assert (first.owner_login, second.owner_login) == (None, "o")
            assert flat.keys(values) == ([1, 2], ["a", "b"])

    run(main())


def test_models_of_users_make_tables_as_well(forge: Forge, engine: str) -> None:
    @dataclass
    class Mine:
        name: str
        size: int

        def __post_init__(self) -> None:
            self.name = self.name.upper()

    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            table = await client.fetch_all("/orgs/{org}/repos", Mine, org=OWNER).to_arrow()
            assert table.column_names == ["name", "size"]
            assert table.num_rows == len(forge.fleet.owned_by(OWNER))
            assert all(name.isupper() for name in table["name"].to_pylist() if name.isalpha())

    run(main())


def test_an_empty_listing_keeps_its_columns(forge: Forge, engine: str) -> None:
    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            nobody = next(person.login for person in forge.fleet.users if not forge.fleet.owned_by(person.login))
            table = await client.fetch_repositories(nobody).to_arrow()
            assert table.num_rows == 0
            assert table.column_names == [column.name for column in columns_of(RepoInfo)]

    run(main())


def test_issues_leave_out_pull_requests_as_their_listing_does(forge: Forge, engine: str) -> None:
    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            name = forge.fleet.owned_by(OWNER)[0].name
            table = await client.fetch_issues(OWNER, name).to_arrow()
            assert not any(table["is_pull_request"].to_pylist())
            assert table.num_rows == len(await client.fetch_issues(OWNER, name))

    run(main())


def test_files_hold_a_line_for_each_row(forge: Forge, engine: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")

    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            listing = client.fetch_repositories(OWNER)
            await listing.to_csv(tmp_path / "all.csv")
            await listing.to_parquet(tmp_path / "all.parquet")

    run(main())
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(forge.fleet.owned_by(OWNER))
    assert {row["owner_login"] for row in rows} == {OWNER}
    assert parquet.read_table(tmp_path / "all.parquet").num_rows == len(rows)


def test_a_bad_file_is_refused_before_anything_is_sent(forge: Forge, engine: str) -> None:
    async def main() -> None:
        async with GitHubClient(forge.token, forge.url, backend=engine) as client:  # type: ignore[arg-type]
            before = len(forge.requests)
            with pytest.raises(ConfigurationError, match="path"):
                await client.fetch_repositories(OWNER).to_csv(5)  # type: ignore[arg-type]
            with pytest.raises(ConfigurationError, match="path"):
                await client.fetch_repositories(OWNER).to_parquet(5)  # type: ignore[arg-type]
            assert len(forge.requests) == before

    run(main())
