"""Listings: what comes out, when, and what is asked for."""

from __future__ import annotations

import json

import pytest

from support.command_line import CommandLine


def _pages(gitfleet: CommandLine, part: str) -> list[str]:
    return [request.query.get("page", "1") for request in gitfleet.forge.requests if part in request.path]


def test_every_repository_of_several_owners_comes_out_once(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:acme", "github:small", "gitlab:small", "github:acme")
    assert (done.code, done.err) == (0, "")
    names = sorted((row["provider_type"], row["full_name"]) for row in done.rows)
    acme = [("github", f"acme/tool-{number:03}") for number in range(250)]
    small = [(who, f"small/tool-{number:03}") for who in ("github", "gitlab") for number in range(30)]
    assert names == sorted(acme + small)


def test_rows_of_the_first_page_are_out_while_the_second_one_is_held_back(gitfleet_on: CommandLine) -> None:
    held = gitfleet_on.forge.stall(
        "/orgs/acme/repos", seconds=None, times=None, when=lambda request: request.query.get("page") == "2"
    )
    with gitfleet_on.start("repos", "github:acme", "--fields", "name") as process:
        assert process.stdout is not None
        rows = [json.loads(process.stdout.readline())["name"] for _ in range(100)]
        assert rows == [f"tool-{number:03}" for number in range(100)]
        assert process.poll() is None
        held.cancel()
        process.kill()


def test_a_limit_that_the_first_page_fills_asks_for_no_other(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:acme", "--limit", "20")
    assert len(done.rows) == 20
    assert _pages(gitfleet_on, "/repos") == ["1"]


def test_a_limit_asks_for_no_more_pages_than_it_needs(gitfleet_on: CommandLine) -> None:
    assert len(gitfleet_on.run("repos", "github:acme", "--limit", "200").rows) == 200
    assert sorted(_pages(gitfleet_on, "/repos")) == ["1", "2"]


def test_a_limit_counts_the_rows_of_all_owners(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "github:small", "--limit", "120")
    assert len(done.rows) == 120


def test_a_limit_gives_up_on_listings_that_hang(gitfleet: CommandLine) -> None:
    gitfleet.forge.stall("/orgs/small/repos", seconds=None, times=None)
    done = gitfleet.run("repos", "github:small", "github:acme", "--limit", "70")
    assert done.code == 0
    assert {row["owner"]["login"] for row in done.rows} == {"acme"}
    assert len(done.rows) == 70


def test_sorting_looks_at_all_rows_before_the_limit(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", "stars", "--limit", "3", "--fields", "name,stars")
    assert [row["stars"] for row in done.rows] == [249, 248, 247]
    lowest = gitfleet.run("repos", "github:acme", "--sort", "stars", "--reverse", "--limit", "2", "--fields", "stars")
    assert lowest.rows == [{"stars": 0}, {"stars": 1}]


@pytest.mark.parametrize("fields", ["", ",", "stars,name"])
def test_rows_are_sorted_by_one_field(gitfleet: CommandLine, fields: str) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", fields)
    assert (done.code, done.error) == (2, f"gitfleet: --sort takes one field, not {fields!r}")


def test_text_is_sorted_from_a_to_z(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", "name", "--limit", "2", "--fields", "name")
    assert done.rows == [{"name": "tool-000"}, {"name": "tool-001"}]


def test_an_owner_that_fails_does_not_lose_the_rows_of_the_others(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:nobody", "github:small")
    assert done.code == 4
    assert len(done.rows) == 30
    assert done.error.startswith("gitfleet: github:nobody: ")


def test_owners_that_fail_differently_make_the_general_exit_code(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("/orgs/small/repos", status=451, times=None)
    gitfleet.forge.fail("/orgs/acme/repos", status=403, times=None)
    done = gitfleet.run("repos", "github:acme", "github:small", "github:octo-user")
    assert done.code == 1
    assert [row["name"] for row in done.rows] == ["busy"]
    assert len(done.err.splitlines()) == 2


def test_a_page_that_fails_says_how_many_rows_came_before(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail(
        "/orgs/acme/repos", status=403, times=None, when=lambda request: request.query.get("page") == "2"
    )
    done = gitfleet.run("repos", "github:acme")
    assert done.code == 3
    assert len(done.rows) == 100
    assert done.error.endswith("(after 100 repositories)")


@pytest.mark.parametrize("provider", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("command", "count"),
    [("branches", 1), ("tags", 3), ("commits", 130), ("issues", 10), ("pulls", 4), ("releases", 2)],
)
def test_what_a_repository_has_names_the_repository(
    gitfleet: CommandLine, provider: str, command: str, count: int
) -> None:
    done = gitfleet.run(command, f"{provider}:octo-user/busy")
    assert (done.code, done.err) == (0, "")
    assert len(done.rows) == count
    assert {row["repository"] for row in done.rows} == {"octo-user/busy"}


def test_contributors_are_listed_with_those_without_an_account_on_request(gitfleet: CommandLine) -> None:
    plain = gitfleet.run("contributors", "github:octo-user/busy").rows
    everybody = gitfleet.run("contributors", "github:octo-user/busy", "--anonymous").rows
    assert plain
    assert len(everybody) >= len(plain)
    assert [request.query.get("anon") for request in gitfleet.forge.requests] == [None, "1"]


def test_filters_are_sent(gitfleet: CommandLine) -> None:
    assert gitfleet.run("issues", "github:octo-user/busy", "--state", "closed", "--since", "2020-01-31").code == 0
    times = ["--since", "2020-01-31T12:00:00+01:00", "--until", "2030-01-01", "--path", "src"]
    assert gitfleet.run("commits", "github:octo-user/busy", "--ref", "main", *times).code == 0
    issues, commits = (request.query for request in gitfleet.forge.requests)
    assert (issues["state"], issues["since"]) == ("closed", "2020-01-31T00:00:00Z")
    assert (commits["sha"], commits["path"]) == ("main", "src")
    assert (commits["since"], commits["until"]) == ("2020-01-31T11:00:00Z", "2030-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["repos", "python"], "write it like github:python"),
        (["repos", "sourcehut:x"], "unknown provider 'sourcehut'"),
        (["repos"], "Missing argument"),
        (["branches", "github:python"], "write it like github:owner/repo"),
        (["repos", "github:acme", "--fields", "stargazers"], "there is no field 'stargazers'; there are: id, name"),
        (["repos", "github:acme", "--fields", "owner.nose"], "there is no field 'owner.nose'; there are: id, login"),
        (["repos", "github:acme", "--fields", "name.first"], "that is no object"),
        (["repos", "github:acme", "--fields", ","], "names no field"),
        (["repos", "github:acme", "--sort", "glory"], "there is no field 'glory'"),
        (["repos", "github:acme", "--limit", "0"], "--limit"),
        (["repos", "github:ac me"], "owner"),
        (["repos", "github:acme", "github:../x"], "owner"),
        (["repos", "github:acme", "--format", "xml"], "'xml' is not one of"),
        (["issues", "github:octo-user/busy", "--since", "soon"], "'soon' is no time"),
        (["repos", "github:acme", "gitlab:small", "--base-url", "http://127.0.0.1:1"], "--base-url github="),
        (["repos", "github:acme", "--base-url", "gitlab=http://127.0.0.1:1"], "nothing is asked of gitlab"),
        (["repos", "github:acme", "--base-url", "ftp://x"], "base_url must start with http"),
        (["list"], "No such command 'list'"),
    ],
)
def test_wrong_arguments_are_one_line_and_nothing_is_sent(
    gitfleet: CommandLine, arguments: list[str], said: str
) -> None:
    done = gitfleet.run(*arguments)
    assert done.code == 2
    assert said in done.error
    assert done.out == ""
    assert gitfleet.forge.requests == []


def test_a_base_url_is_taken_from_the_option_before_the_environment(gitfleet: CommandLine) -> None:
    wrong = "http://127.0.0.1:9"
    urls = ["--base-url", f"github={gitfleet.forge.url}", "--base-url", f"gitlab={gitfleet.forge.gitlab_url}"]
    for given in (["--base-url", gitfleet.forge.url], urls[:2]):
        assert gitfleet.run("repos", "github:small", *given, GITFLEET_GITHUB_URL=wrong).code == 0
    both = gitfleet.run(
        "repos", "github:small", "gitlab:small", *urls, GITFLEET_GITHUB_URL=wrong, GITFLEET_GITLAB_URL=wrong
    )
    assert len(both.rows) == 60
