"""Lists in which rows are missing, and rows that appear on two pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine, Finished
from support.raw_server import RawRequest, RawServer, http_response, route

SEARCH = ("api", "github", "/search/repositories", "--paginate", "--at", "items", "-F")


@pytest.fixture(scope="module")
def search_forge() -> Iterator[Forge]:
    """1,300 repositories of ``spread``, one per minute, and 1,300 of ``crowd``, all of one second."""
    fleet = Fleet()
    for owner, minutes in (("spread", 1), ("crowd", 0)):
        fleet.add_organization(owner)
        for number in range(1300):
            at = number * minutes
            created = f"2020-01-{1 + at // 1440:02}T{at // 60 % 24:02}:{at % 60:02}:00Z"
            fleet.add_repository(owner, f"r{number}", created_at=created, branches=1, contributors=1)
    with Forge(fleet) as running:
        running.limit(running.token, resource="search", limit=900, remaining=900)
        yield running


@pytest.fixture
def searching(search_forge: Forge, engine: str) -> CommandLine:
    return CommandLine(search_forge, engine)


def test_a_search_above_the_cap_writes_every_row_once(searching: CommandLine) -> None:
    done = searching.run(*SEARCH, "q=user:spread", "--fields", "name")
    assert sorted(row["name"] for row in done.rows) == sorted(f"r{number}" for number in range(1300))
    assert (done.code, done.err) == (0, "")


def test_a_search_that_cannot_be_split_writes_its_rows_and_exits_with_7(searching: CommandLine) -> None:
    done = searching.run(*SEARCH, "q=user:crowd", "--fields", "name")
    assert len({row["name"] for row in done.rows}) == len(done.rows) == 1000
    assert done.code == 7
    (line,) = done.err.splitlines()
    assert "300 rows missing" in line
    assert "(after 1,000 rows)" in line


def test_a_file_receives_the_rows_that_arrived(searching: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "found.jsonl"
    done = searching.run(*SEARCH, "q=user:crowd", "--fields", "name", "-o", str(target))
    assert done.code == 7
    assert len(target.read_text().splitlines()) == 1000


def test_rows_that_need_sorting_are_written_as_well(gitfleet: CommandLine) -> None:
    done = _with_pages(gitfleet, [[_repo(2), _repo(1)]], "repos", "github:acme", "--sort", "name", "--fields", "name")
    assert [row["name"] for row in done.rows] == ["r1", "r2"]
    assert done.code == 7
    assert "the organization with the id 7 are" in done.err


def test_a_warning_is_a_line_and_no_failure(searching: CommandLine) -> None:
    done = searching.run(*SEARCH, "q=user:crowd", "--fields", "name", "--on-incomplete", "warn")
    assert (len(done.rows), done.code) == (1000, 0)
    assert re.match(r"gitfleet: GET http://\S+: 300 rows are missing \(provider_cap\): ", done.err)
    assert len(done.err.splitlines()) == 1


def test_ignored_gaps_are_silent(searching: CommandLine) -> None:
    done = searching.run(*SEARCH, "q=user:crowd", "--fields", "name", "--on-incomplete", "ignore")
    assert (len(done.rows), done.code, done.err) == (1000, 0, "")


def _repo(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"r{number}", "full_name": f"acme/r{number}"}


def _with_pages(
    command_line: CommandLine, pages: list[list[Any]], *arguments: str, sso: bool = True, **env: str
) -> Finished:
    def choose(request: RawRequest) -> bytes:
        number = int(parse_qs(urlsplit(request.target).query).get("page", ["1"])[0])
        headers = {"X-GitHub-SSO": "partial-results; organizations=7"} if sso else {}
        if number < len(pages):
            headers["Link"] = f'<{request.target.partition("&page=")[0]}&page={number + 1}>; rel="next"'
        return http_response(pages[number - 1], headers=headers)

    with RawServer(route(choose)) as server:
        return command_line.run(*arguments, GITFLEET_GITHUB_URL=server.url, **env)


def test_a_row_that_moved_to_the_next_page_is_written_once_and_different_rows_with_one_id_twice(
    gitfleet_on: CommandLine,
) -> None:
    moved, other = {"id": 1, "x": [1, {"y": None}]}, {"id": 1, "x": [True, {"y": None}]}
    pages = [[moved, {"id": 2}], [moved, other, {"id": 3}]]
    done = _with_pages(gitfleet_on, pages, "api", "github", "/x", "--paginate", sso=False)
    assert list(map(json.dumps, done.rows)) == list(map(json.dumps, [moved, {"id": 2}, moved, other, {"id": 3}]))
    done = _with_pages(
        gitfleet_on, [[moved, {"id": 2}], [moved, {"id": 3}]], "api", "github", "/x", "--paginate", sso=False
    )
    assert done.rows == [moved, {"id": 2}, {"id": 3}]
