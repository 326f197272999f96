"""The listing commands: their rows, their order and the requests they send."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest

from support.command_line import CommandLine


def _pages(gitfleet: CommandLine, part: str) -> list[str]:
    return [request.query.get("page", "1") for request in gitfleet.forge.requests if part in request.path]


def test_every_repository_of_several_owners_is_written_once(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:acme", "github:small", "gitlab:small", "github:acme")
    assert (done.code, done.err) == (0, "")
    names = sorted((row["provider_type"], row["full_name"]) for row in done.rows)
    acme = [("github", f"acme/tool-{number:03}") for number in range(250)]
    small = [(who, f"small/tool-{number:03}") for who in ("github", "gitlab") for number in range(30)]
    assert names == sorted(acme + small)


def test_rows_of_the_first_page_are_written_before_the_second_page_arrives(gitfleet_on: CommandLine) -> None:
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


def test_a_limit_within_the_first_page_sends_one_request(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:acme", "--limit", "20")
    assert len(done.rows) == 20
    assert _pages(gitfleet_on, "/repos") == ["1"]


def test_a_limit_requests_only_the_pages_it_needs(gitfleet_on: CommandLine) -> None:
    assert len(gitfleet_on.run("repos", "github:acme", "--limit", "200").rows) == 200
    assert sorted(_pages(gitfleet_on, "/repos")) == ["1", "2"]


def test_a_limit_applies_to_the_rows_of_all_owners(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "github:small", "--limit", "120")
    assert len(done.rows) == 120


def test_a_reached_limit_cancels_stalled_listings(gitfleet: CommandLine) -> None:
    gitfleet.forge.stall("/orgs/small/repos", seconds=None, times=None)
    done = gitfleet.run("repos", "github:small", "github:acme", "--limit", "70")
    assert done.code == 0
    assert {row["owner"]["login"] for row in done.rows} == {"acme"}
    assert len(done.rows) == 70


def test_sorting_uses_all_rows_before_the_limit(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", "stars", "--limit", "3", "--fields", "name,stars")
    assert [row["stars"] for row in done.rows] == [249, 248, 247]
    lowest = gitfleet.run("repos", "github:acme", "--sort", "stars", "--reverse", "--limit", "2", "--fields", "stars")
    assert lowest.rows == [{"stars": 0}, {"stars": 1}]


@pytest.mark.parametrize("fields", ["", ",", "stars,name"])
def test_sorting_requires_exactly_one_field(gitfleet: CommandLine, fields: str) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", fields)
    assert (done.code, done.error) == (2, f"gitfleet: --sort takes one field, not {fields!r}")


def test_text_is_sorted_from_a_to_z(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", "--sort", "name", "--limit", "2", "--fields", "name")
    assert done.rows == [{"name": "tool-000"}, {"name": "tool-001"}]


def test_a_failed_owner_does_not_affect_the_rows_of_others(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:missing", "github:small")
    assert done.code == 4
    assert len(done.rows) == 30
    error, end = done.err.splitlines()
    assert error.startswith("gitfleet: github:missing: not found, or not visible to this token (")
    assert end == "gitfleet: wrote 30 repositories of 1 of 2 owners; 1 owner gone: see --errors FILE"


def test_different_errors_of_owners_give_exit_code_1(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("/orgs/small/repos", status=451, times=None)
    gitfleet.forge.fail("/orgs/acme/repos", status=403, times=None)
    done = gitfleet.run("repos", "github:acme", "github:small", "github:octo-user")
    assert done.code == 1
    assert [row["name"] for row in done.rows] == ["busy"]
    *errors, end = done.err.splitlines()
    assert len(errors) == 2
    statuses = ("1 owner blocked, 1 forbidden", "1 owner forbidden, 1 blocked")
    line = "gitfleet: wrote 1 repository of 1 of 3 owners; {}: see --errors FILE"
    assert end in {line.format(text) for text in statuses}


def test_the_error_of_a_page_contains_the_number_of_rows_before_it(gitfleet: CommandLine) -> None:
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
def test_rows_from_a_repository_contain_its_path(
    gitfleet: CommandLine, provider: str, command: str, count: int
) -> None:
    done = gitfleet.run(command, f"{provider}:octo-user/busy")
    assert (done.code, done.err) == (0, "")
    assert len(done.rows) == count
    assert {row["repository"] for row in done.rows} == {"octo-user/busy"}


def test_anonymous_adds_contributors_without_an_account(gitfleet: CommandLine) -> None:
    plain = gitfleet.run("contributors", "github:octo-user/busy").rows
    anonymous = gitfleet.run("contributors", "github:octo-user/busy", "--anonymous").rows
    assert plain
    assert len(anonymous) >= len(plain)
    assert [request.query.get("anon") for request in gitfleet.forge.requests] == [None, "1"]


def test_filters_are_sent_to_the_provider(gitfleet: CommandLine) -> None:
    assert gitfleet.run("issues", "github:octo-user/busy", "--state", "closed", "--since", "2020-01-31").code == 0
    times = ["--since", "2020-01-31T12:00:00+01:00", "--until", "2030-01-01", "--path", "src"]
    assert gitfleet.run("commits", "github:octo-user/busy", "--ref", "main", *times).code == 0
    issues, commits = (request.query for request in gitfleet.forge.requests)
    assert (issues["state"], issues["since"]) == ("closed", "2020-01-31T00:00:00Z")
    assert (commits["sha"], commits["path"]) == ("main", "src")
    assert (commits["since"], commits["until"]) == ("2020-01-31T11:00:00Z", "2030-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["repos", "python"], "use a form like github:python"),
        (["repos", "sourcehut:x"], "unknown provider 'sourcehut'"),
        (["repos"], "no targets: name owners or repositories, such as github:python"),
        (["members", "github:python/cpython"], "names a repository"),
        (
            ["repos", "github:acme", "--fields", "stargazers"],
            "unknown field 'stargazers'; did you mean stargazers_count or stars? fields: id, name",
        ),
        (
            ["repos", "github:acme", "--fields", "owner.nose"],
            "unknown field 'owner.nose'; did you mean owner_type? fields: id, login",
        ),
        (["repos", "github:acme", "--fields", "name.first"], "the value is not an object"),
        (["repos", "github:acme", "--fields", ","], "--fields is empty"),
        (["repos", "github:acme", "--sort", "glory"], "unknown field 'glory'"),
        (["repos", "github:acme", "--limit", "0"], "--limit"),
        (["repos", "github:ac me"], "owner"),
        (["repos", "github:acme", "github:../x"], "owner"),
        (["repos", "github:acme", "--format", "xml"], "'xml' is not one of"),
        (["issues", "github:octo-user/busy", "--since", "soon"], "'soon' is not a time"),
        (["repos", "github:acme", "gitlab:small", "--base-url", "http://127.0.0.1:1"], "--base-url github="),
        (["repos", "github:acme", "--base-url", "gitlab=http://127.0.0.1:1"], "the command does not use gitlab"),
        (["repos", "github:acme", "--base-url", "ftp://x"], "base_url must start with http"),
        (["list"], "no such command 'list'"),
    ],
)
def test_wrong_arguments_are_reported_in_one_line_and_nothing_is_sent(
    gitfleet: CommandLine, arguments: list[str], message: str
) -> None:
    done = gitfleet.run(*arguments)
    assert done.code == 2
    assert message in done.error
    assert done.out == ""
    assert gitfleet.forge.requests == []


def test_the_base_url_option_overrides_the_environment(gitfleet: CommandLine) -> None:
    wrong = "http://127.0.0.1:9"
    urls = ["--base-url", f"github={gitfleet.forge.url}", "--base-url", f"gitlab={gitfleet.forge.gitlab_url}"]
    for given in (["--base-url", gitfleet.forge.url], urls[:2]):
        assert gitfleet.run("repos", "github:small", *given, GITFLEET_GITHUB_URL=wrong).code == 0
    both = gitfleet.run(
        "repos", "github:small", "gitlab:small", *urls, GITFLEET_GITHUB_URL=wrong, GITFLEET_GITLAB_URL=wrong
    )
    assert len(both.rows) == 60


def test_a_number_never_lists_the_projects_of_the_group_with_that_id(gitfleet_on: CommandLine) -> None:
    group = gitfleet_on.forge.fleet.account("small")
    assert group is not None
    done = gitfleet_on.run("repos", f"gitlab:{group.id}")
    assert (done.code, done.rows) == (4, [])
    assert f"no group or user '{group.id}'" in done.error


def test_a_cache_makes_a_second_run_cost_no_calls(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    for path in (tmp_path / "cache.sqlite", tmp_path):
        arguments = ("repos", "github:small", "--fields", "name", "--cache", str(path))
        rows = gitfleet_on.run(*arguments).rows
        gitfleet_on.forge.clear_log()
        assert gitfleet_on.run(*arguments).rows == rows
        assert {request.status for request in gitfleet_on.forge.requests} == {304}
    assert (tmp_path / "responses.sqlite").exists()


def test_a_cache_may_be_a_server_of_redis(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="needs Redis's client")
    from support.redis_server import RedisServer, find_redis  # needs packages that some sessions lack

    if find_redis() is None:
        pytest.skip("needs redis-server")
    with RedisServer(tmp_path) as server:
        arguments = ("repos", "github:small", "--fields", "name", "--cache", server.url)
        rows = gitfleet_on.run(*arguments).rows
        gitfleet_on.forge.clear_log()
        assert gitfleet_on.run(*arguments).rows == rows
        assert {request.status for request in gitfleet_on.forge.requests} == {304}


def test_a_file_that_is_no_cache_is_not_changed(gitfleet: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("precious" * 1000)
    done = gitfleet.run("repos", "github:small", "--cache", str(file))
    assert done.code == 0
    assert done.error.startswith(f"gitfleet: warning: the cache {file} is not used: ")
    assert file.read_text() == "precious" * 1000


def test_the_timeout_ends_a_silent_request(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.stall("/orgs/small/repos", seconds=None, times=None)
    started = time.monotonic()
    done = gitfleet_on.run("repos", "github:small", "--timeout", "0.5")
    assert done.code == 1
    assert "timed out" in done.error or "timeout" in done.error
    assert time.monotonic() - started < 20


def test_concurrency_limits_the_requests_in_flight(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.stall("/repos/*", seconds=0.2, times=None)
    targets = [f"github:acme/tool-{number:03}" for number in range(6)]
    done = gitfleet_on.run("branches", *targets, "--concurrency", "1")
    assert done.code == 0
    ordered = sorted(gitfleet_on.forge.requests, key=lambda request: request.started)
    assert len(ordered) == 6
    for first, later in itertools.pairwise(ordered):
        assert first.finished is not None
        assert later.started >= first.finished
    assert gitfleet_on.run("repos", "github:acme", "--concurrency", "0").code == 2
