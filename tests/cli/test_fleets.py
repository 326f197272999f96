"""Listing commands for whole owners, files of targets, stdin and filters."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from GitFleet.cli.times import parse_time
from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine

NOW = datetime(2026, 5, 4, 13, 14, 15, tzinfo=UTC)
HOUR = datetime(2026, 5, 4, 13, tzinfo=UTC)
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def fleet_forge() -> Iterator[Forge]:
    """A forge with archived, forked, old and private repositories, and some that are gone."""
    fleet = Fleet()
    fleet.add_user("ann")
    fleet.add_organization("aurora-labs", members=["ann"])
    for number in range(12):
        fleet.add_repository(
            "aurora-labs",
            f"api-{number:02}" if number % 2 else f"web-{number:02}",
            branches=["main", "next"],
            commits=3,
            pushed_at=ago(400 if number < 3 else 2),
            archived=number == 1,
            topics=["core"] if number < 4 else [],
            language="Python" if number < 6 else "C",
        )
    for days in (1, 20, 40, 90):
        fleet.add_pull_request("aurora-labs/web-00", f"{days} days", created_at=ago(days))
        fleet.add_issue("aurora-labs/web-02", f"{days} days", created_at=ago(days))
    fleet.add_organization("lost")
    for number in range(6):
        fleet.add_repository("lost", f"tool-{number}", branches=["main"], commits=1)
    for number in (2, 4):
        fleet.remove(f"lost/tool-{number}", listed=True)
    with Forge(fleet) as running:
        yield running


@pytest.fixture
def fleet_command(fleet_forge: Forge) -> CommandLine:
    """Runs commands with the default engine."""
    fleet_forge.clear_log()
    return CommandLine(fleet_forge)


@pytest.fixture
def fleet_command_on(fleet_forge: Forge, engine: str) -> CommandLine:
    """Runs commands with the engine under test."""
    fleet_forge.clear_log()
    return CommandLine(fleet_forge, engine)


def names(done_rows: list[dict[str, object]]) -> list[str]:
    return sorted({str(row["repository"]) for row in done_rows})


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_listing_command_takes_an_owner(fleet_command_on: CommandLine, provider: str) -> None:
    done = fleet_command_on.run("branches", f"{provider}:aurora-labs")
    assert (done.code, done.err) == (0, "")
    assert len(done.rows) == 24
    assert len(names(done.rows)) == 12
    assert {row["provider_type"] for row in done.rows} == {provider}


def test_a_repository_is_listed_once_however_often_it_is_named(fleet_command: CommandLine) -> None:
    done = fleet_command.run("tags", "github:aurora-labs", "github:aurora-labs/web-00", "github:aurora-labs/web-00")
    assert done.code == 0
    listed = [request.path for request in fleet_command.forge.requests if request.path.endswith("web-00/tags")]
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--no-archived"], 11),
        (["--archived"], 1),
        (["--no-forks"], 12),
        (["--name", "api-*"], 6),
        (["--name", "api-*", "--name", "web-00"], 7),
        (["--pushed-before", "90d"], 3),
        (["--pushed-after", "90d"], 9),
        (["--topic", "core"], 4),
        (["--language", "python"], 6),
        (["--visibility", "private"], 0),
        (["--no-archived", "--topic", "core", "--pushed-before", "1y"], 2),
    ],
)
def test_filters_choose_the_repositories(fleet_command: CommandLine, options: list[str], count: int) -> None:
    for command in ("repos", "details"):
        done = fleet_command.run(command, "github:aurora-labs", *options)
        assert (done.code, done.err) == (0, "")
        assert len(done.rows) == count


@pytest.mark.parametrize("command", ["pulls", "issues"])
def test_the_time_of_creation_is_a_filter_of_rows(fleet_command: CommandLine, command: str, tmp_path: Path) -> None:
    def titles(*options: str) -> set[str]:
        done = fleet_command.run(command, "github:aurora-labs", "--state", "open", *options)
        assert (done.code, done.err) == (0, "")
        return {row["title"] for row in done.rows} & {"1 days", "20 days", "40 days", "90 days"}

    assert titles("--created-before", "30d") == {"40 days", "90 days"}
    assert titles("--created-after", "30d") == {"1 days", "20 days"}
    assert titles("--created-after", "10w", "--created-before", "3w") == {"40 days"}
    path = tmp_path / "old.csv"
    done = fleet_command.run("prs", "github:aurora-labs", "--state", "open", "--created-before", "30d", "-o", str(path))
    assert (done.code, done.err) == (0, "")
    assert path.read_text().startswith("repository,")


def test_targets_come_from_a_file_and_from_stdin(fleet_command: CommandLine, tmp_path: Path) -> None:
    owners = tmp_path / "owners.txt"
    text = "# the fleet\ngithub:aurora-labs  # all\r\n\ngitlab:lost/tool-0\n"
    owners.write_bytes(b"\xef\xbb\xbf" + text.encode())
    first = fleet_command.run("branches", "--from", str(owners))
    assert (first.code, len(first.rows)) == (0, 25)
    for arguments in (["-"], ["--from", "-"]):
        done = fleet_command.run("branches", *arguments, stdin=text)
        assert sorted(map(str, done.rows)) == sorted(map(str, first.rows))
    done = fleet_command.run("branches", f"@{owners}")
    assert sorted(map(str, done.rows)) == sorted(map(str, first.rows))
    assert fleet_command.run("branches", "--from", str(owners), "--no-archived").code == 0


def test_a_file_or_stdin_without_targets_is_exit_code_2_and_nothing_is_sent(
    fleet_command: CommandLine, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("# none\n")
    for arguments in (["--from", str(empty)], [f"@{empty}"], ["github:aurora-labs", f"@{empty}"]):
        done = fleet_command.run("branches", *arguments)
        assert (done.code, done.error) == (2, f"gitfleet: no targets in {empty}")
    done = fleet_command.run("branches", "github:aurora-labs", "-", stdin="\n")
    assert (done.code, done.error) == (2, "gitfleet: no targets in stdin")
    assert fleet_command.forge.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["branches", "--from", "missing.txt"], "cannot read the targets in missing.txt: No such file"),
        (["branches", "-"], "no targets in stdin"),
        (["branches", "github:aurora-labs", "--pushed-before", "90"], "'90' is not a time: use a form like 2025-01-31"),
        (["branches", "gitlab:aurora-labs", "--language", "C"], "--language needs GitHub"),
        (
            ["branches", "https://example.org/a/b"],
            "the server of 'https://example.org/a/b': set --base-url",
        ),
        (["branches", "github:a/b/c"], "a target is"),
    ],
)
def test_wrong_targets_and_filters_are_exit_code_2_and_nothing_is_sent(
    fleet_command: CommandLine, arguments: list[str], message: str
) -> None:
    done = fleet_command.run(*arguments)
    assert done.code == 2
    assert message in done.error
    assert fleet_command.forge.requests == []


def test_missing_repositories_are_told_once_with_a_count_and_the_others_are_written(
    fleet_command_on: CommandLine, tmp_path: Path
) -> None:
    errors = tmp_path / "errors.jsonl"
    done = fleet_command_on.run("branches", "github:lost", "--errors", str(errors))
    assert done.code == 7
    assert names(done.rows) == ["lost/tool-0", "lost/tool-1", "lost/tool-3", "lost/tool-5"]
    first, same, end = done.err.splitlines()
    assert "not found, or not visible to this token" in first
    assert "the same error" in same
    assert end == (f"gitfleet: wrote 4 branches of 4 of 6 repositories; 2 repositories gone: see {errors}")
    lines = [json.loads(line) for line in errors.read_text().splitlines()]
    assert sorted((line["target"], line["kind"], line["status"]) for line in lines) == [
        ("github:lost/tool-2", "branches", "gone"),
        ("github:lost/tool-4", "branches", "gone"),
    ]


def test_a_repository_that_was_named_and_is_missing_has_its_own_exit_code(fleet_command: CommandLine) -> None:
    assert fleet_command.run("branches", "github:lost/tool-2", "github:lost/tool-1").code == 4
    assert fleet_command.run("branches", "github:nobody-at-all").code == 4
    assert fleet_command.run("branches", "github:nobody-at-all", "github:lost/tool-1").code == 4


def test_a_table_of_a_fleet_is_in_the_order_of_the_targets(fleet_command: CommandLine) -> None:
    done = fleet_command.run("branches", "github:lost", "github:aurora-labs/web-02", "--format", "csv")
    shown = [line.split(",")[0] for line in done.out.splitlines()[1:]]
    assert len(shown) == 6
    table = fleet_command.run("branches", "github:lost", "github:aurora-labs/web-02", "--format", "table")
    column = [line.split()[0] for line in table.out.splitlines()[1:]]
    assert column == [*(f"lost/tool-{number}" for number in (0, 1, 3, 5)), *["aurora-labs/web-02"] * 2]


def test_a_limit_ends_the_requests_for_a_fleet(fleet_command: CommandLine) -> None:
    done = fleet_command.run("branches", "github:aurora-labs", "--limit", "3", "--concurrency", "1")
    assert (done.code, len(done.rows)) == (0, 3)
    sent = [request for request in fleet_command.forge.requests if request.path.endswith("/branches")]
    assert len(sent) <= 4


def test_a_reader_that_closes_the_pipe_ends_the_command(fleet_command_on: CommandLine, tmp_path: Path) -> None:
    owners = tmp_path / "owners.txt"
    owners.write_text("github:aurora-labs\n")
    command = fleet_command_on.command("branches", "--from", str(owners), "--no-archived")
    environment = fleet_command_on.environment()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.stdout.close()
        assert process.wait(30) in (0, 141)
        assert process.stderr.read() == ""
    assert all(json.loads(line)["repository"].startswith("aurora-labs/") for line in lines)


def test_members_have_their_owner(fleet_command: CommandLine) -> None:
    done = fleet_command.run("members", "github:aurora-labs", "--fields", "owner,login")
    assert (done.code, done.err) == (0, "")
    assert {row["owner"] for row in done.rows} == {"aurora-labs"}
    assert "ann" in {row["login"] for row in done.rows}


def test_languages_and_details_have_a_row_per_language_and_repository(fleet_command: CommandLine) -> None:
    done = fleet_command.run("languages", "github:aurora-labs/web-00", "github:aurora-labs/web-10")
    assert done.code == 0
    assert all(set(row) == {"repository", "language", "amount"} for row in done.rows)
    details = fleet_command.run("details", "github:aurora-labs/web-00", "gitlab:aurora-labs/web-10")
    assert details.code == 0
    assert sorted(row["full_name"] for row in details.rows) == ["aurora-labs/web-00", "aurora-labs/web-10"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-01-31", datetime(2025, 1, 31, tzinfo=UTC)),
        ("2025-01-31T12:00Z", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ("2025-01-31 12:00", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ("12h", HOUR - timedelta(hours=12)),
        ("7d", DAY - timedelta(days=7)),
        (" 3W ", DAY - timedelta(weeks=3)),
        ("1y", DAY - timedelta(days=365)),
        ("0d", DAY),
    ],
)
def test_a_time_is_a_date_or_a_duration_before_now(text: str, time: datetime) -> None:
    assert parse_time(text, NOW) == time


@pytest.mark.parametrize("text", ["", "soon", "7", "7m", "-7d", "9999y", "7 days", "1.5d", "2025-13-01", "\u0667d"])
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time: use a form like"):
        parse_time(text, NOW)


def test_a_ledger_keeps_rows_and_failures_are_repeated(fleet_command_on: CommandLine, tmp_path: Path) -> None:
    ledger = tmp_path / "night.sqlite"
    done = fleet_command_on.run("branches", "github:lost", "--ledger", str(ledger))
    assert (done.code, done.out) == (7, "")
    problem, end = done.err.splitlines()
    assert "(2 repositories gone)" in problem
    assert "6 units, 6 repositories, 4 rows" in end
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("SELECT count(*) FROM branches").fetchone() == (4,)
    fleet_command_on.forge.clear_log()
    again = fleet_command_on.run("branches", "github:lost", "--ledger", str(ledger), "--failed")
    assert again.code == 7
    sent = {request.path for request in fleet_command_on.forge.requests if request.path.endswith("/branches")}
    assert sent == {"/repos/lost/tool-2/branches", "/repos/lost/tool-4/branches"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--failed"], "--failed needs --ledger FILE"),
        (["--ledger", "x.sqlite", "--limit", "3"], "it excludes --sort, --reverse and --limit"),
        (["--ledger", "x.sqlite", "--reverse"], "it excludes --sort, --reverse and --limit"),
        (["--ledger", "x.sqlite", "-o", "x.csv"], "it excludes -o, --format and --fields"),
        (["--ledger", "x.sqlite", "--errors", "x.jsonl"], "it excludes --append and --errors"),
        (["--ledger", "x.sqlite", "--append"], "it excludes --append and --errors"),
    ],
)
def test_options_that_exclude_a_ledger_are_exit_code_2(
    fleet_command: CommandLine, options: list[str], message: str
) -> None:
    done = fleet_command.run("branches", "github:lost", *options)
    assert done.code == 2
    assert message in done.error
    assert fleet_command.forge.requests == []


def test_an_audit_is_a_table_json_or_markdown(fleet_command_on: CommandLine) -> None:
    done = fleet_command_on.run("audit", "github:aurora-labs", "--format", "jsonl")
    assert done.code == 0
    assert done.err.startswith("gitfleet: 12 repositories: 1 archived")
    checks = {(row["check"], row["repository"]) for row in done.rows}
    assert ("archived", "aurora-labs/api-01") in checks
    assert ("inactive", "aurora-labs/web-00") in checks
    pulls = [row for row in done.rows if row["check"] == "old_pull_request"]
    assert {(row["subject"].partition(" ")[2], row["days"]) for row in pulls} >= {("40 days", 40), ("90 days", 90)}
    markdown = fleet_command_on.run("audit", "github:aurora-labs", "--format", "markdown", "--check", "archived", "-q")
    assert markdown.err == ""
    assert markdown.out.splitlines() == [
        "| repository | check | subject | days |",
        "| --- | --- | --- | --- |",
        "| aurora-labs/api-01 | archived |  |  |",
    ]
    table = fleet_command_on.run("audit", "github:aurora-labs", "--format", "table", "--check", "archived")
    assert [line.split() for line in table.out.splitlines()] == [
        ["REPOSITORY", "CHECK", "SUBJECT", "DAYS"],
        ["aurora-labs/api-01", "archived"],
    ]


def test_a_strict_audit_with_findings_is_exit_code_8(fleet_command: CommandLine) -> None:
    assert fleet_command.run("audit", "github:aurora-labs", "--check", "archived", "--strict").code == 8
    options = ("--check", "archived", "--no-archived", "--strict")
    assert fleet_command.run("audit", "github:aurora-labs", *options).code == 0
    assert fleet_command.run("audit", "github:lost", "--check", "no_license", "--strict").code == 7


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_searches_have_rows(fleet_command: CommandLine, provider: str) -> None:
    done = fleet_command.run("search", "repos", provider, "web", "--owner", "aurora-labs", "--fields", "full_name")
    assert (done.code, done.err) == (0, "")
    assert len(done.rows) == 6
    issues = fleet_command.run("search", "issues", provider, "days", "--owner", "aurora-labs", "--limit", "2")
    assert issues.code == 0
    assert len(issues.rows) == 2
    wrong = fleet_command.run("search", "repos", provider, "web", "--repository", "a/b")
    assert (wrong.code, wrong.error) == (2, "gitfleet: --repository is for issues and code; use --owner")


def test_a_plan_is_a_text_or_json(fleet_command_on: CommandLine) -> None:
    text = fleet_command_on.run("plan", "github:aurora-labs", "--kinds", "branches,pulls", "--format", "table")
    assert (text.code, text.err) == (0, "")
    assert text.out.startswith("Plan for github:aurora-labs: 12 repositories\n")
    assert "pull_requests" in text.out
    done = fleet_command_on.run("plan", "github:aurora-labs", "--kinds", "branches", "--format", "json", "--archived")
    assert json.loads(done.out)["targets"] == ["github:aurora-labs"]
    fleet_command_on.forge.clear_log()
    wrong = fleet_command_on.run("plan", "github:aurora-labs", "--kinds", "branchs")
    assert wrong.code == 2
    assert "did you mean 'branches'" in wrong.error
    assert fleet_command_on.forge.requests == []


def test_a_plan_counts_only_what_remains_for_a_ledger(fleet_command_on: CommandLine, tmp_path: Path) -> None:
    ledger = tmp_path / "night.sqlite"
    plan = ("plan", "github:aurora-labs", "--kinds", "pulls", "--format", "json", "--ledger", str(ledger))
    assert json.loads(fleet_command_on.run(*plan).out)["skipped"] == 0
    assert not ledger.exists()
    assert fleet_command_on.run("pulls", "github:aurora-labs", "--ledger", str(ledger)).code == 0
    with closing(sqlite3.connect(ledger)) as connection, connection:  # as if the run had been killed in the middle
        connection.execute("UPDATE kinds SET complete = 0")
        connection.execute("UPDATE units SET pass = 0 WHERE id IN (SELECT id FROM units LIMIT 5)")
    found = json.loads(fleet_command_on.run(*plan).out)
    assert found["skipped"] == 7
    assert found["calls"][1]["repositories"]["expected"] == 5


@pytest.mark.skipif(os.name != "posix", reason="the shell closes stdin")
def test_targets_from_a_closed_stdin_are_a_usage_error(fleet_command: CommandLine) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", *fleet_command.command("branches", "-")]
    done = subprocess.run(
        command, env=fleet_command.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (2, "gitfleet: cannot read the targets in -: it is closed\n")


def test_a_missing_repository_has_the_same_words_with_and_without_a_ledger(
    fleet_command: CommandLine, tmp_path: Path
) -> None:
    words = "gitfleet: github:aurora-labs/nope: not found, or not visible to this token (GitHub responded with"
    for options in ([], ["--ledger", str(tmp_path / "night.sqlite")]):
        done = fleet_command.run("branches", "github:aurora-labs/nope", *options)
        assert done.err.startswith(words)
        assert "/graphql" not in done.err
