"""Times outside Python's calendar: they are None in models, tables and files, and cost no other row."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import DecodeError, GitProviderClient
from support.clients import maker
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

GOOD = "2021-02-03T04:05:06Z"
TIMES = {
    "the year 0": "0000-06-01T00:00:00Z",
    "the year 10889": "10889-08-02T05:31:50.000Z",
    "the year 292277026596": "292277026596-12-04T15:30:07.000+00:00",
    "a negative year": "-0044-03-15T12:00:00Z",
    "a leap second": "2016-12-31T23:59:60Z",
    "an offset of days": "2020-01-01T00:00:00+518:00",
    "empty text": "",
    "before the year 1 in UTC": "0001-01-01T00:00:00.000+02:00",
    "after the year 9999 in UTC": "9999-12-31T23:59:59.000-05:00",
    "a number beyond the calendar": 1e300,
}


def _github(number: int, time: object) -> dict[str, object]:
    author = {"name": "n", "email": "e", "date": time}
    return {"sha": f"{number:040x}", "commit": {"message": "m", "author": author}, "parents": []}


def _gitlab(number: int, time: object) -> dict[str, object]:
    return {"id": f"{number:040x}", "message": "m", "authored_date": time, "parent_ids": []}


ROWS = {"github": _github, "gitlab": _gitlab}


@pytest.fixture(params=["github", "gitlab"])
def provider(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def _client(engine: str, provider: str, url: str) -> GitProviderClient:
    return maker(engine)(url) if provider == "github" else gitlab(engine, url)


def _serve(provider: str, time: object) -> RawServer:
    times = [GOOD, time, GOOD]
    return RawServer(always(http_response([ROWS[provider](number, each) for number, each in enumerate(times)])))


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES.keys())
def test_a_time_that_python_cannot_represent_is_none_and_the_other_rows_are_complete(
    engine: str, provider: str, time: object
) -> None:
    async def main() -> list[datetime | None]:
        async with _client(engine, provider, server.url) as client:
            return [commit.authored_at for commit in await client.fetch_commits("o", "r")]

    good = datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)
    with _serve(provider, time) as server:
        assert run(main()) == [good, None, good]


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES.keys())
def test_tables_and_files_have_an_empty_cell_for_it(engine: str, provider: str, time: object, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("pandas")

    async def main() -> Any:
        async with _client(engine, provider, server.url) as client:
            listing = client.fetch_commits("o", "r")
            await listing.to_csv(tmp_path / "all.csv")
            await listing.to_parquet(tmp_path / "all.parquet")
            return await listing.to_pandas()

    with _serve(provider, time) as server:
        frame = run(main())
    assert frame["authored_at"].isna().tolist() == [False, True, False]
    assert [value is None for value in parquet.read_table(tmp_path / "all.parquet")["authored_at"].to_pylist()] == [
        False,
        True,
        False,
    ]
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        assert [row["authored_at"] for row in csv.DictReader(file)] == [GOOD, "", GOOD]


@dataclass
class _Required:
    created_at: datetime


@dataclass
class _Optional:
    created_at: datetime | None = None


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES.keys())
def test_a_required_time_that_python_cannot_represent_is_an_error(engine: str, provider: str, time: object) -> None:
    async def main() -> None:
        async with _client(engine, provider, server.url) as client:
            assert await client.fetch_all("/x", _Optional) == [_Optional()]
            with pytest.raises(DecodeError, match="created_at") as caught:
                await client.fetch_all("/x", _Required)
        assert (caught.value.code, caught.value.row, caught.value.field) == ("decode_shape", 0, "created_at")

    with RawServer(always(http_response(json.dumps([{"created_at": time}])))) as server:
        run(main())


def test_text_that_is_no_time_is_an_error_in_optional_fields_too(engine: str, provider: str) -> None:
    async def main() -> None:
        async with _client(engine, provider, server.url) as client:
            with pytest.raises(DecodeError):
                await client.fetch_commits("o", "r")

    with _serve(provider, "yesterday") as server:
        run(main())
