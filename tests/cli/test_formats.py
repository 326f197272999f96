"""The output formats, and text from providers in them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from GitFleet import GitHubClient
from GitFleet.cli.output.table import display_width, format_table, truncate
from GitFleet.cli.resources import RESOURCES, Filters, Resource
from GitFleet.cli.targets import parse_target
from support.command_line import CommandLine
from support.raw_server import RawServer, always, http_response
from support.running import run

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


def test_json_output_is_one_array(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:acme", "--format", "json")
    assert [row["name"] for row in json.loads(done.out)] == [f"tool-{number:03}" for number in range(250)]


def test_json_is_written_while_pages_arrive(gitfleet: CommandLine) -> None:
    held = gitfleet.forge.stall(
        "/orgs/acme/repos", seconds=None, times=None, when=lambda request: request.query.get("page") == "2"
    )
    with gitfleet.start("repos", "github:acme", "--format", "json", "--fields", "name") as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == [
            "[\n",
            '{"name": "tool-000"},\n',
            '{"name": "tool-001"},\n',
        ]
        assert process.poll() is None
        held.cancel()
        process.kill()


@pytest.mark.parametrize(
    ("form", "text"),
    [("json", "[]\n"), ("jsonl", ""), ("csv", "name\n"), ("markdown", "| name |\n| --- |\n"), ("table", "")],
)
def test_an_empty_listing_is_valid_in_every_format(gitfleet: CommandLine, form: str, text: str) -> None:
    done = gitfleet.run("repos", "github:void", "--format", form, "--fields", "name")
    assert (done.code, done.out, done.err) == (0, text, "")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table", "markdown"])
@pytest.mark.parametrize("time", ["10889-08-02T05:31:50Z", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_outside_the_calendar_is_empty_in_every_format(gitfleet_on: CommandLine, form: str, time: str) -> None:
    rows = [{"sha": "a", "commit": {"message": "m", "author": {"name": "n", "email": "e", "date": time}}}]
    with RawServer(always(http_response(rows))) as server:
        arguments = ("commits", "github:o/r", "--format", form, "--fields", "sha,authored_at")
        done = gitfleet_on.run(*arguments, GITFLEET_GITHUB_URL=server.url)
    assert (done.code, done.err) == (0, "")
    assert "sha" in done.out.lower()
    assert time[:4] not in done.out


def test_fields_keep_the_names_of_the_option(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--limit", "1", "--fields", "stars,owner.login,name,stargazers_count")
    assert done.out == '{"stars": 0, "owner.login": "acme", "name": "tool-000", "stargazers_count": 0}\n'


def test_a_whole_row_has_every_field_but_nested_objects_only_sent_fields(gitfleet: CommandLine) -> None:
    (row,) = gitfleet.run("repos", "github:weird", "--limit", "1").rows
    assert set(row) >= {"id", "name", "description", "language", "created_at", "provider_type"}
    assert "raw_data" not in row
    assert set(row["owner"]) == {"id", "login", "type", "avatar_url", "html_url"}


def test_times_are_utc(gitfleet: CommandLine) -> None:
    (row,) = gitfleet.run("repos", "github:acme", "--limit", "1", "--fields", "created").rows
    assert row == {"created": "2020-01-01T00:00:00Z"}


def test_json_keeps_every_character_but_escapes_control_characters(
    gitfleet: CommandLine, hostile: dict[str, str]
) -> None:
    for form in ("json", "jsonl"):
        done = gitfleet.run("repos", "github:weird", "--format", form, "--fields", "name,description")
        rows = json.loads(done.out) if form == "json" else done.rows
        assert {row["name"]: row["description"] for row in rows} == hostile
        assert not _CONTROLS.search(done.out)
        assert "日本語" in done.out


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_tables_replace_control_characters(gitfleet: CommandLine, form: str) -> None:
    done = gitfleet.run("repos", "github:weird", "--format", form, "--fields", "name,description")
    assert not _CONTROLS.search(done.out)
    assert "\ufffd" in done.out
    header = 1 if form == "table" else 2
    assert len(done.out.splitlines()) == header + 5


def test_table_cells_are_not_markup(gitfleet: CommandLine, hostile: dict[str, str]) -> None:
    done = gitfleet.run("repos", "github:weird", "--format", "table", "--fields", "name,description")
    assert hostile["markup"] in done.out


def test_markup_in_markdown_cells_is_escaped(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:weird", "--format", "markdown", "--fields", "name,description")
    (line,) = [line for line in done.out.splitlines() if line.startswith("| markup |")]
    assert line == (r"| markup | \[bold red\]no\[/\] \| \`code\` \<b\>\&amp;\</b\> !\[x\](http://evil.example) |")


def test_csv_escapes_formulas_unless_csv_exact_is_set(gitfleet: CommandLine, hostile: dict[str, str]) -> None:
    arguments = ("repos", "github:weird", "--format", "csv", "--fields", "name,description,stars")
    safe, exact = (
        {row[0]: row[1:] for row in csv.reader(io.StringIO(gitfleet.run(*arguments, *more).out))}
        for more in ((), ("--csv-exact",))
    )
    assert safe["name"] == exact["name"] == ["description", "stars"]
    assert safe["formula"][0] == f"'{hostile['formula']}"
    assert exact["formula"][0] == hostile["formula"]
    assert safe["formula"][1] == "-1"  # numbers are not escaped
    assert {name: row[0] for name, row in exact.items() if name != "name"} == hostile


@pytest.mark.parametrize(
    "message",
    [
        "=1",
        "+1",
        "-1",
        "@a",
        "\t=1",
        "\r=1",
        "\n=1",
        "\r\n=1",
        " =1",
        "\ufeff=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
    ],
)
def test_csv_escapes_a_formula_behind_blanks_and_line_breaks(gitfleet_on: CommandLine, message: str) -> None:
    rows = [{"sha": "a", "commit": {"message": message}, "parents": []}]
    arguments = ("commits", "github:o/r", "--format", "csv", "--fields", "message,sha")
    with RawServer(always(http_response(rows))) as server:
        safe, exact = (
            gitfleet_on.run(*arguments, *more, GITFLEET_GITHUB_URL=server.url).out for more in ((), ("--csv-exact",))
        )
    assert list(csv.reader(io.StringIO(safe, newline=""))) == [["message", "sha"], [f"'{message}", "a"]]
    assert list(csv.reader(io.StringIO(exact, newline=""))) == [["message", "sha"], [message, "a"]]


@pytest.mark.parametrize("message", ["a =1", "text\n=1", "1+1", "", "é"])
def test_csv_keeps_text_that_is_no_formula(gitfleet: CommandLine, message: str) -> None:
    rows = [{"sha": "a", "commit": {"message": message}, "parents": []}]
    with RawServer(always(http_response(rows))) as server:
        arguments = ("commits", "github:o/r", "--format", "csv", "--fields", "message,sha")
        done = gitfleet.run(*arguments, GITFLEET_GITHUB_URL=server.url)
    assert list(csv.reader(io.StringIO(done.out, newline=""))) == [["message", "sha"], [message, "a"]]


def test_csv_has_a_column_for_every_field(gitfleet: CommandLine) -> None:
    done = gitfleet.run("issues", "github:octo-user/busy", "--format", "csv", "--limit", "1")
    header, row = csv.reader(io.StringIO(done.out))
    found = dict(zip(header, row, strict=True))
    assert found["repository"] == "octo-user/busy"
    assert found["author_login"]
    assert found["is_pull_request"] == "false"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.command)
def test_csv_equals_to_csv_of_the_listing(gitfleet: CommandLine, resource: Resource) -> None:
    target = parse_target(
        f"github:{'octo-user/busy' if resource.of_repository else 'acme'}", repository=resource.of_repository
    )
    written = io.StringIO()

    async def write() -> None:
        async with GitHubClient(gitfleet.forge.token, gitfleet.forge.url) as client:
            listing = resource.fetch(client, target, Filters())
            await listing.to_csv(written)

    run(write())
    rows = list(
        csv.reader(io.StringIO(gitfleet.run(resource.command, target.text, "--format", "csv", "--csv-exact").out))
    )
    if resource.of_repository:
        assert {row.pop(0) for row in rows} == {"repository", target.path}
    assert len(rows) > 1
    assert rows == list(csv.reader(io.StringIO(written.getvalue())))


def test_fields_can_have_the_names_of_table_columns(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--limit", "1", "--fields", "owner_login,name")
    assert done.rows == [{"owner_login": "acme", "name": "tool-000"}]


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.json", "["), ("a.jsonl", '{"name"'), ("a.csv", "name\n"), ("a.md", "| name |"), ("a", '{"name"')],
)
def test_the_suffix_of_the_file_selects_the_format(
    gitfleet: CommandLine, tmp_path: Path, name: str, start: str
) -> None:
    assert gitfleet.run("repos", "github:small", "--fields", "name", "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / name).read_text().startswith(start)


def test_a_table_has_the_order_of_the_arguments_and_a_provider_column(gitfleet: CommandLine) -> None:
    gitfleet.forge.stall("/orgs/acme/repos", seconds=0.5)
    both = gitfleet.run("repos", "gitlab:acme", "github:small", "--format", "table")
    assert both.out.startswith("PROVIDER ")
    assert [line.split()[0] for line in both.out.splitlines()[1:]] == ["gitlab"] * 250 + ["github"] * 30


def test_a_table_is_truncated_to_the_width_of_the_terminal_only() -> None:
    header, row = ["NAME", "STARS", "DESCRIPTION"], ["tool", "7", "long " * 30]
    assert format_table(header, [row], [False, True, False], None)[1] == f"tool      7  {('long ' * 30).rstrip()}"
    for line in format_table(header, [row], [False, True, False], 40):
        assert display_width(line) <= 40


def test_the_column_that_names_a_row_is_truncated_last() -> None:
    header, row = ["NUMBER", "FULL NAME", "DESCRIPTION", "UPDATED"], ["1", "n" * 30, "d" * 60, "2024-12-18 21:09"]
    right = [True, False, False, False]
    assert "n" * 30 in format_table(header, [row], right, 80)[1]
    assert "n" * 30 in format_table(header, [row], right, 66)[1]
    line = format_table(header, [row], right, 50)[1]
    assert (line.count("n"), display_width(line)) == (21, 50)
    assert format_table(["NAME", "A", "B"], [["n" * 60, "a" * 9, "b" * 9]], right[:3], 80)[1].count("n") == 57


def test_wide_characters_use_two_columns() -> None:
    assert display_width("日本é🚀") == 7
    assert truncate("日本語の説明", 7) == "日本語…"
    assert truncate("e\u0301e\u0301", 2) == "e\u0301e\u0301"
