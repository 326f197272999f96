"""Exit codes, and that every failure is one line."""

from __future__ import annotations

import socket

import pytest

from GitFleet.cli.exits import EXPLAINED, Exit
from support.command_line import CommandLine


@pytest.mark.parametrize(
    ("status", "code"), [(401, 3), (403, 3), (404, 4), (410, 4), (451, 4), (422, 1), (409, 1), (418, 1)]
)
def test_a_status_has_its_exit_code(gitfleet: CommandLine, status: int, code: int) -> None:
    gitfleet.forge.fail("*", status=status, times=None)
    done = gitfleet.run("repos", "github:acme")
    assert done.code == code
    assert done.error.startswith("gitfleet: github:acme: GET ")


def test_no_calls_left_is_5(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.limit(gitfleet_on.forge.token, remaining=0, reset_in=3000)
    done = gitfleet_on.run("repos", "github:acme")
    assert done.code == 5
    assert gitfleet_on.run("repos", "gitlab:acme", "--max-wait", "0").code == 5


def test_a_wrong_host_is_1(gitfleet_on: CommandLine) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers, and nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = gitfleet_on.run("repos", "github:acme", "--base-url", url)
    assert done.code == 1
    assert done.error.startswith(f"gitfleet: github:acme: GET {url}/")


def test_an_answer_that_is_no_json_is_1(gitfleet: CommandLine) -> None:
    gitfleet.forge.corrupt("/orgs/acme/repos", times=None)
    assert gitfleet.run("repos", "github:acme").code == 1


def test_an_engine_that_can_not_be_had_is_2(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", GITFLEET_BACKEND="steam")
    assert done.code == 2
    assert "GITFLEET_BACKEND must be 'native' or 'python'" in done.error


def test_debug_shows_where_an_error_came_from(gitfleet: CommandLine) -> None:
    plain, debug = (gitfleet.run("repos", "github:a b", *more) for more in ((), ("--debug",)))
    assert plain.code == debug.code == 2
    assert "Traceback" not in plain.err
    assert debug.err.startswith(plain.err)
    assert "Traceback" in debug.err


def test_debug_shows_where_the_error_of_a_listing_came_from(gitfleet: CommandLine) -> None:
    debug = gitfleet.run("repos", "github:nobody", "--debug")
    assert debug.code == 4
    assert "Traceback" in debug.err


def test_the_help_explains_every_code(gitfleet: CommandLine) -> None:
    said = gitfleet.run("--help").out
    assert all(str(int(code)) in EXPLAINED for code in Exit)
    assert all(line.strip() in said for line in EXPLAINED.splitlines()[1:])


def test_every_command_explains_itself(gitfleet: CommandLine) -> None:
    from GitFleet.cli.app import app

    for name, command in app.commands.items():
        assert command.get_short_help_str(200).endswith("."), name
    assert "stargazers_count" in gitfleet.run("repos", "--help").out
