"""``gitfleet api``: requests to any endpoint."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine

BUSY = ("-F", "owner=octo-user", "-F", "repo=busy")


def test_an_object_is_written_unchanged(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("api", "github", "/repos/{owner}/{repo}", *BUSY)
    assert json.loads(done.out)["full_name"] == "octo-user/busy"
    assert len(done.out.splitlines()) == 1


def test_fields_are_selected_by_their_path(gitfleet: CommandLine) -> None:
    done = gitfleet.run("api", "github", "repos/octo-user/busy", "--fields", "name,owner.login,nothing.here")
    assert done.rows == [{"name": "busy", "owner.login": "octo-user", "nothing.here": None}]


def test_at_selects_a_part_of_the_response(gitfleet: CommandLine) -> None:
    done = gitfleet.run("api", "github", "/repos/octo-user/busy", "--at", "owner.login")
    assert done.rows == ["octo-user"]


def test_a_list_is_one_value_in_json_and_rows_in_other_formats(gitfleet: CommandLine) -> None:
    arguments = ("api", "github", "/orgs/small/repos?per_page=3", "--fields", "name")
    (whole,) = gitfleet.run(*arguments).rows
    assert len(whole) == 3
    assert gitfleet.run(*arguments, "--format", "jsonl").rows == whole
    assert gitfleet.run(*arguments, "--format", "csv").out == "".join(
        f"{line}\n" for line in ["name", *(row["name"] for row in whole)]
    )


def test_all_pages_of_a_listing_stream_as_json_lines(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("api", "github", "/orgs/{org}/repos", "-F", "org=acme", "--paginate")
    assert len({row["id"] for row in done.rows}) == len(done.rows) == 250
    assert "node_id" in done.rows[0]  # a field that no model has


def test_rows_below_a_key_name_the_option_that_selects_it(gitfleet: CommandLine) -> None:
    done = gitfleet.run("api", "github", "/search/repositories", "-F", "q=user:acme", "--paginate")
    assert done.code == 1
    assert "--at PATH names the key of the rows" in done.error


def test_at_selects_the_rows_of_wrapped_pages(gitfleet: CommandLine) -> None:
    arguments = ("api", "github", "/search/repositories", "-F", "q=user:acme", "--paginate", "--at", "items")
    done = gitfleet.run(*arguments, "--fields", "name")
    assert len(done.rows) == 250
    assert {request.query["q"] for request in gitfleet.forge.requests} == {"user:acme"}


def test_gitlab_accepts_a_path_as_id(gitfleet: CommandLine) -> None:
    done = gitfleet.run("api", "gitlab", "/projects/{id}/issues", "-F", "id=octo-user/busy", "--paginate")
    assert len(done.rows) == 10


def test_rows_can_be_any_json_value(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("/repos/octo-user/busy/names", status=200, body=["a", 2, None, 1.5], times=None)
    assert gitfleet.run("api", "github", "/repos/octo-user/busy/names", "--paginate").rows == ["a", 2, None, 1.5]


def test_remaining_fields_are_the_query_of_a_get_request(gitfleet: CommandLine) -> None:
    fields = (
        "-F",
        "state=closed",
        "-F",
        "per_page=5",
        "-f",
        "labels=true",
        "-F",
        "x=1",
        "-F",
        "x=null",
        "-F",
        "x=true",
    )
    assert gitfleet.run("api", "github", "/repos/{owner}/{repo}/issues?sort=created", *BUSY, *fields).code == 0
    (request,) = gitfleet.forge.requests
    assert request.query["state"] == "closed"
    assert (request.query["per_page"], request.query["labels"], request.query["sort"]) == ("5", "true", "created")


@pytest.mark.parametrize("value", ["007", "-0", "00", "1e5", "0x10", "1_000", "12", "9" * 40, "1.0", "+5", "True"])
def test_a_number_keeps_its_digits_in_a_path_and_in_a_query(gitfleet: CommandLine, value: str) -> None:
    gitfleet.forge.fail("*", status=200, body={}, times=None)
    arguments = ("/repos/{owner}/x", "-F", f"owner={value}", "-F", f"sha={value}")
    assert gitfleet.run("api", "github", *arguments).code == 0
    (request,) = gitfleet.forge.requests
    assert request.query["sha"] == value
    assert unquote(request.path) == f"/repos/{value}/x"


def test_constants_are_converted_in_a_query(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("*", status=200, body={}, times=None)
    assert gitfleet.run("api", "github", "/x", "-F", "a=true", "-F", "b=null", "-f", "c=null").code == 0
    assert gitfleet.forge.requests[0].query == {"a": "true", "c": "null"}


TYPED: dict[str, object] = {
    "007": 7,
    "-0": 0,
    "12": 12,
    "-9223372036854775808": -(2**63),
    "9223372036854775807": 2**63 - 1,
    "9223372036854775808": "9223372036854775808",
    "1e5": "1e5",
    "0x10": "0x10",
    "1_000": "1_000",
    "1.5": "1.5",
    "true": True,
    "null": None,
    "True": "True",
    "": "",
}


def test_fields_of_a_json_body_have_the_types_of_gh() -> None:
    with Forge(Fleet.generate(organizations=1, repositories=3)) as forge:
        name = forge.fleet.owned_by(forge.fleet.organizations[0].login)[0].full_name
        fields = [part for number, value in enumerate(TYPED) for part in ("-F", f"x{number}={value}")]
        done = CommandLine(forge).run("api", "github", f"/repos/{name}/issues", "-X", "POST", "-F", "title=x", *fields)
        assert done.code == 0
        assert forge.writes[0].body == {"title": "x"} | {f"x{n}": value for n, value in enumerate(TYPED.values())}


def test_other_methods_send_fields_as_json(tmp_path: Path) -> None:
    body = tmp_path / "text.md"
    body.write_text("from a file\n")
    with Forge(Fleet.generate(organizations=1, repositories=3)) as forge:
        gitfleet = CommandLine(forge)
        name = forge.fleet.owned_by(forge.fleet.organizations[0].login)[0].full_name
        path = f"/repos/{name}/issues"
        created = gitfleet.run("api", "github", path, "-X", "post", "-f", "title=12", "-F", f"body=@{body}")
        assert (created.code, created.rows[0]["title"], created.rows[0]["body"]) == (0, "12", "from a file\n")
        given = gitfleet.run("api", "github", path, "-X", "POST", "--input", "-", stdin='{"title": "from stdin"}')
        assert given.rows[0]["title"] == "from stdin"
        assert [write.body for write in forge.writes] == [
            {"title": "12", "body": "from a file\n"},
            {"title": "from stdin"},
        ]
        deleted = gitfleet.run("api", "github", f"/repos/{name}", "-X", "DELETE")
        assert (deleted.code, deleted.out, deleted.err) == (0, "", "")


def test_headers_are_sent(gitfleet: CommandLine) -> None:
    header = "accept: application/vnd.github.star+json"
    assert gitfleet.run("api", "github", "/repos/octo-user/busy/stargazers", "-H", header).code == 0
    assert gitfleet.forge.requests[0].headers["accept"] == "application/vnd.github.star+json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/repos/{owner}"], "no value for {owner}: add -F owner=..."),
        ([""], "PATH is empty"),
        (["/repos/{owner}", "-F", "owner=true"], "is not valid in a path"),
        (["/repos/{owner}", "-F", "owner=../user"], "owner"),
        (["/x", "-F", "nonsense"], "'nonsense' is not a field"),
        (["/x", "-F", "a=@/no/such/file"], "cannot read /no/such/file"),
        (["/x", "-H", "secret"], "-H requires a header"),
        (["/x", "-H", "authorization: Bearer secret"], "set by the client itself"),
        (["/x", "-X", "POST", "--paginate"], "--paginate requires GET"),
        (["/x", "-X", "POST", "--input", "-"], "--input - is not JSON"),
        (["/x", "--format", "table"], "--format table needs --fields"),
        (["/x", "-o", "x.csv"], "--format csv needs --fields"),
        (["/x", "--at", "a..b"], "--at must contain keys"),
        (["https://evil.example/x"], "path"),
    ],
)
def test_wrong_arguments_are_reported_in_one_line_and_nothing_is_sent(
    gitfleet: CommandLine, tmp_path: Path, arguments: list[str], message: str
) -> None:
    given = [str(tmp_path / part) if part == "x.csv" else part for part in arguments]
    done = gitfleet.run("api", "github", *given, stdin="{")
    assert done.code == 2
    assert message in done.error
    assert "secret" not in done.err
    assert gitfleet.forge.requests == []
    assert list(tmp_path.iterdir()) == []


def test_the_error_for_a_missing_part_lists_the_existing_keys(gitfleet: CommandLine) -> None:
    for at, message in (("nope", "the response has login, id, "), ("login.name", "login is not an object")):
        done = gitfleet.run("api", "github", "/user", "--at", at)
        assert (done.code, done.out) == (1, "")
        assert f"--at {at}: no such part, {message}" in done.error


@pytest.mark.parametrize(
    ("path", "field", "sent"),
    [
        ("/repos/octo-user/busy/labels/{name}", "name=good first issue", "/labels/good%20first%20issue"),
        ("/repos/octo-user/busy/contents/{+path}", "path=C#/what?.md", "/contents/C%23/what%3F.md"),
    ],
)
def test_names_with_blanks_and_signs_are_encoded(gitfleet_on: CommandLine, path: str, field: str, sent: str) -> None:
    assert gitfleet_on.run("api", "github", path, "-F", field).code == 4  # the forge has no such object
    assert [request.path.endswith(sent) for request in gitfleet_on.forge.requests] == [True]
