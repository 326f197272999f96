"""Exit codes and error messages."""

from __future__ import annotations

import socket
import sys

import pytest

from GitFleet.cli.exit_codes import EXIT_CODES_HELP, ExitCode
from support.command_line import CommandLine


@pytest.mark.parametrize(
    ("status", "code"), [(401, 3), (403, 3), (404, 4), (410, 4), (451, 4), (422, 1), (409, 1), (418, 1)]
)
def test_every_error_status_has_an_exit_code(gitfleet: CommandLine, status: int, code: int) -> None:
    gitfleet.forge.fail("*", status=status, times=None)
    done = gitfleet.run("repos", "github:acme")
    assert done.code == code
    start = "not found, or not visible to this token (GitHub responded with 404" if status == 404 else "GET "
    assert done.error.startswith(f"gitfleet: github:acme: {start}")


def test_a_rate_limit_gives_exit_code_5(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.limit(gitfleet_on.forge.token, remaining=0, reset_in=3000)
    done = gitfleet_on.run("repos", "github:acme")
    assert done.code == 5
    assert gitfleet_on.run("repos", "gitlab:acme", "--max-wait", "0").code == 5


def test_an_unreachable_host_gives_exit_code_1(gitfleet_on: CommandLine) -> None:
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = gitfleet_on.run("repos", "github:acme", "--base-url", url)
    assert done.code == 1
    assert done.error.startswith(f"gitfleet: github:acme: GET {url}/")


def test_an_invalid_json_response_gives_exit_code_1(gitfleet: CommandLine) -> None:
    gitfleet.forge.corrupt("/orgs/acme/repos", times=None)
    assert gitfleet.run("repos", "github:acme").code == 1


def test_an_unknown_engine_gives_exit_code_2(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:acme", GITFLEET_BACKEND="steam")
    assert done.code == 2
    assert "GITFLEET_BACKEND must be 'native' or 'python'" in done.error


def test_debug_prints_the_traceback_of_an_error(gitfleet: CommandLine) -> None:
    plain, debug = (gitfleet.run("repos", "github:a b", *more) for more in ((), ("--debug",)))
    assert plain.code == debug.code == 2
    assert "Traceback" not in plain.err
    assert debug.err.startswith(plain.err)
    assert "Traceback" in debug.err


def test_debug_prints_the_traceback_of_a_listing_error(gitfleet: CommandLine) -> None:
    debug = gitfleet.run("repos", "github:missing", "--debug")
    assert debug.code == 4
    assert "Traceback" in debug.err


def test_the_help_explains_every_code(gitfleet: CommandLine) -> None:
    text = gitfleet.run("--help").out
    assert all(str(int(code)) in EXIT_CODES_HELP for code in ExitCode)
    assert all(line.strip() in text for line in EXIT_CODES_HELP.splitlines()[1:])


def test_every_command_has_a_short_help_text(gitfleet: CommandLine) -> None:
    from GitFleet.cli.app import app

    for name, command in app.commands.items():
        assert command.get_short_help_str(200).endswith("."), name
    assert "stargazers_count" in gitfleet.run("repos", "--help").out


def test_help_does_not_wrap_examples(gitfleet: CommandLine) -> None:
    for arguments, command in (((), "repos"), (("api",), "api"), (("completion",), "completion")):
        text = gitfleet.run(*arguments, "--help", COLUMNS="100").out
        assert "\\b" not in text
        examples = [line.strip() for line in text.splitlines() if f"gitfleet {command} " in line]
        assert len(set(examples)) == len(examples) >= 1
        assert all(line.count("gitfleet ") == 1 for line in examples)


def test_the_error_for_a_rejected_token_names_the_variables(gitfleet: CommandLine) -> None:
    for owner, variables in (("github:acme", "GH_TOKEN or GITHUB_TOKEN"), ("gitlab:acme", "GITLAB_TOKEN")):
        done = gitfleet.run("repos", owner, GITHUB_TOKEN="wrong", GITLAB_TOKEN="wrong")
        assert done.code == 3
        assert done.error.endswith(f"; set a valid token in {variables}, or use --token-file")


@pytest.mark.skipif(sys.platform == "win32", reason="needs 0.0.0.0 as another name of this machine")
def test_plain_http_to_another_machine_requires_allow_http(gitfleet_on: CommandLine) -> None:
    url = gitfleet_on.forge.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104  nothing is bound to it
    command = ("user", "github", "--base-url", url)
    refused = gitfleet_on.run(*command)
    assert refused.code == 2
    assert "plain http" in refused.error
    assert "--allow-http" in refused.error
    assert gitfleet_on.forge.requests == []
    assert gitfleet_on.run(*command, "--allow-http").code == 0
