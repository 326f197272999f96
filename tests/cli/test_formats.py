"""The output formats, and text from providers in them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from GitFleet import GitHubClient
from GitFleet.cli.output.table import TableColumnText, display_width, fit, format_lines, truncate
from GitFleet.cli.resources import RESOURCES, Filters, Resource
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
def test_a_time_outside_the_calendar_is_empty_in_every_format(gitfleet: CommandLine, form: str, time: str) -> None:
    rows = [{"sha": "a", "commit": {"message": "m", "author": {"name": "n", "email": "e", "date": time}}}]
    with RawServer(always(http_response(rows))) as server:
        arguments = ("commits", "github:o/r", "--format", form, "--fields", "sha,authored_at")
        done = gitfleet.run(*arguments, GITFLEET_GITHUB_URL=server.url)
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
def test_csv_escapes_a_formula_behind_blanks_and_line_breaks(gitfleet: CommandLine, message: str) -> None:
    rows = [{"sha": "a", "commit": {"message": message}, "parents": []}]
    arguments = ("commits", "github:o/r", "--format", "csv", "--fields", "message,sha")
    with RawServer(always(http_response(rows))) as server:
        safe, exact = (
            gitfleet.run(*arguments, *more, GITFLEET_GITHUB_URL=server.url).out for more in ((), ("--csv-exact",))
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


@pytest.mark.parametrize(
    "resource", [item for item in RESOURCES if item.of != "call"], ids=lambda resource: resource.command
)
def test_csv_equals_to_csv_of_the_listing(gitfleet: CommandLine, resource: Resource) -> None:
    names = ["octo-user", "busy"] if resource.of == "repository" else ["acme"]
    target = f"github:{'/'.join(names)}"
    written = io.StringIO()

    async def write() -> None:
        async with GitHubClient(gitfleet.forge.token, gitfleet.forge.url) as client:
            listing = resource.listing(client, names, Filters())
            await listing.to_csv(written)

    run(write())
    rows = list(csv.reader(io.StringIO(gitfleet.run(resource.command, target, "--format", "csv", "--csv-exact").out)))
    for name in resource.extra:
        assert {row.pop(0) for row in rows} == {name, "/".join(names)}
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


def _table(width: int | None, **columns: list[str]) -> list[str]:
    shown = [TableColumnText(name.upper(), cells, is_whole=name == "repo") for name, cells in columns.items()]
    return format_lines(shown, fit(shown, width)[0])


def test_a_table_has_no_limit_outside_a_terminal() -> None:
    assert _table(None, name=["tool"], description=["long " * 30])[1] == f"tool  {('long ' * 30).rstrip()}"


def test_the_last_columns_are_left_out_rather_than_shortened() -> None:
    columns = {
        "repo": ["r" * 30],
        "state": ["open"],
        "title": ["a long title " * 9],
        "author": ["jane"],
        "updated": ["2026-11-28"],
    }
    for width, header in (
        (120, ["REPO", "STATE", "TITLE", "AUTHOR", "UPDATED"]),
        (79, ["REPO", "STATE", "TITLE", "AUTHOR", "UPDATED"]),
        (78, ["REPO", "STATE", "TITLE", "AUTHOR"]),
        (66, ["REPO", "STATE", "TITLE"]),
        (58, ["REPO", "STATE"]),
    ):
        lines = _table(width, **columns)
        assert lines[0].split() == header, width
        assert display_width(lines[1]) <= width
        assert "r" * 30 in lines[1]
        assert ("2026-11-28" in lines[1]) == ("UPDATED" in header)
    assert display_width(_table(120, **columns)[1]) == 120  # the title gets the rest


def test_the_name_of_the_repository_is_never_shortened() -> None:
    for width in (80, 40, 10):
        header, row = _table(width, repo=["r" * 60], branch=["b" * 60], protected=["yes"])
        assert "r" * 60 in row
        assert header.split() == ["REPO", "BRANCH"]
    assert _table(80, repo=["r" * 60], branch=["b" * 60], protected=["yes"])[1].endswith("b…")


def test_long_names_are_shortened_after_forty_columns_if_that_saves_a_column() -> None:
    assert (
        _table(80, name=["n" * 70], protected=["yes"], sha=["0123456789"])[1] == f"{'n' * 56}…  yes        0123456789"
    )
    assert _table(54, name=["n" * 70], protected=["yes"], sha=["0123456789"])[0].split() == ["NAME", "PROTECTED"]


def test_wide_characters_use_two_columns() -> None:
    assert display_width("日本é🚀") == 7
    assert truncate("日本語の説明", 7) == "日本語…"
    assert truncate("e\u0301e\u0301", 2) == "e\u0301e\u0301"
    assert truncate("e\u0301" * 9, 3) == "e\u0301e\u0301…"
    assert truncate("日" * 9, 4) == "日…"


def test_an_emoji_of_several_characters_is_one_of_two_columns() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert display_width(family) == 2
    assert truncate(family * 4, 5) == f"{family * 2}…"


def test_tables_have_short_dates_and_shas_and_the_subjects_of_messages(gitfleet: CommandLine) -> None:
    out = gitfleet.run("commits", "github:octo-user/busy", "--format", "table", "--limit", "3").out
    header, *rows = out.splitlines()
    assert header.split() == ["SHA", "DATE", "AUTHOR", "NAME", "MESSAGE"]
    for row in rows:
        assert re.match(r"[0-9a-f]{10}  \d{4}-\d\d-\d\d  \S", row)
    body = [{"sha": "a" * 40, "commit": {"message": "Subject\n\nBody of\nthe message"}}]
    with RawServer(always(http_response(body))) as server:
        arguments = ("commits", "github:o/r", "--format", "table", "--fields", "sha,message")
        done = gitfleet.run(*arguments, GITFLEET_GITHUB_URL=server.url)
    assert done.out.splitlines()[1:] == [f"{'a' * 10}  Subject"]
    assert "reset_time" in gitfleet.run("rate-limit", "github").out
    table = gitfleet.run("rate-limit", "github", "--format", "table").out
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d$", table.rstrip())
