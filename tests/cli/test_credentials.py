"""Tokens: their sources, and that no output contains them."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import click
import pytest

from GitFleet.cli.app import COMMANDS, app
from support.command_line import CommandLine


def _used_tokens(gitfleet: CommandLine) -> set[str | None]:
    return {request.token for request in gitfleet.forge.requests}


def test_several_tokens_in_a_variable_are_used_as_a_pool(gitfleet: CommandLine) -> None:
    for token in ("first", "second"):
        gitfleet.forge.add_token(token)
    gitfleet.forge.limit("first", remaining=0, reset_in=3000)
    done = gitfleet.run("repos", "github:acme", GITHUB_TOKEN="first, second,")
    assert len(done.rows) == 250
    assert _used_tokens(gitfleet) == {"first", "second"}


def test_a_listing_that_began_with_one_token_does_not_continue_with_one_that_may_see_less(
    gitfleet: CommandLine,
) -> None:
    for token in ("first", "second"):
        gitfleet.forge.add_token(token)
    gitfleet.forge.limit("first", remaining=2, reset_in=3000)
    done = gitfleet.run("repos", "github:acme", GITHUB_TOKEN="first, second,")
    assert (done.code, len(done.rows)) == (5, 200)
    assert "left on GitHub with github token 1, or a token that certainly sees the same" in done.err
    assert _used_tokens(gitfleet) == {"first"}


def test_gh_token_overrides_github_token(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("from-gh")
    assert gitfleet.run("repos", "github:small", GH_TOKEN="from-gh").code == 0
    assert _used_tokens(gitfleet) == {"from-gh"}


def test_public_data_needs_no_token(gitfleet: CommandLine) -> None:
    assert len(gitfleet.run("repos", "github:small", GITHUB_TOKEN=None).rows) == 30
    assert _used_tokens(gitfleet) == {None}


def test_a_token_file_overrides_the_environment(gitfleet: CommandLine, tmp_path: Path) -> None:
    gitfleet.forge.add_token("from-file")
    file = tmp_path / "tokens"
    file.write_text("# mine\n\n from-file \n")
    assert gitfleet.run("repos", "github:small", "--token-file", str(file)).code == 0
    assert gitfleet.run("repos", "github:small", "--token-file", "-", stdin="from-file\n").code == 0
    assert _used_tokens(gitfleet) == {"from-file"}


def test_a_token_file_can_name_the_providers(gitfleet: CommandLine, tmp_path: Path) -> None:
    for token in ("for-hub", "for-lab"):
        gitfleet.forge.add_token(token)
    file = tmp_path / "tokens"
    file.write_text("github=for-hub\ngitlab = for-lab\n")
    assert len(gitfleet.run("repos", "github:small", "gitlab:small", "--token-file", str(file)).rows) == 60
    assert _used_tokens(gitfleet) == {"for-hub", "for-lab"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("text", ["from-file", "github=from-file\r\n", "# mine\r\nfrom-file\r\n"], ids=repr)
def test_a_token_file_can_have_a_byte_order_mark(
    gitfleet: CommandLine, tmp_path: Path, encoding: str, text: str
) -> None:
    gitfleet.forge.add_token("from-file")
    file = tmp_path / "tokens"
    file.write_bytes(f"{chr(0xFEFF) if encoding == 'utf-16-be' else ''}{text}".encode(encoding))
    assert gitfleet.run("repos", "github:small", "--token-file", str(file)).code == 0
    with file.open("rb") as stdin:
        done = subprocess.run(
            gitfleet.command("repos", "github:small", "--token-file", "-"),
            env=gitfleet.environment(),
            stdin=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert _used_tokens(gitfleet) == {"from-file"}


def test_a_variable_can_have_a_byte_order_mark(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("from-file")
    assert gitfleet.run("repos", "github:small", GH_TOKEN="\ufefffrom-file\r").code == 0
    assert _used_tokens(gitfleet) == {"from-file"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read the token file"),
        (b"secret-one\n", "name the provider, as in github=TOKEN"),
        (b"github=secret two\n", ", line 1: token "),
        (b"# nothing\n", "contains no token for github or gitlab"),
        (b"secret \xff", "it is not text in UTF-8 or UTF-16"),
        ("secret".encode("utf-16")[:-1], "it is not text in UTF-8 or UTF-16"),
    ],
)
def test_an_invalid_token_file_is_reported_in_one_line_without_the_token(
    gitfleet: CommandLine, tmp_path: Path, text: bytes | None, message: str
) -> None:
    file = tmp_path / "tokens"
    if text is not None:
        file.write_bytes(text)
    done = gitfleet.run("repos", "github:small", "gitlab:small", "--token-file", str(file))
    assert done.code == 2
    assert message in done.error
    assert "secret" not in done.error
    assert gitfleet.forge.requests == []


def test_no_option_accepts_a_token() -> None:
    options = {
        name
        for command in map(partial(app.get_command, click.Context(app)), COMMANDS)
        if command is not None
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    assert {name for name in options if "token" in name or "password" in name} == {"--token-file"}


@pytest.mark.parametrize("more", [(), ("-v",), ("--debug",)])
def test_a_rejected_token_gives_exit_code_3_and_is_not_printed(gitfleet_on: CommandLine, more: tuple[str, ...]) -> None:
    done = gitfleet_on.run("repos", "github:small", *more, GITHUB_TOKEN="wrong-secret")
    assert done.code == 3
    assert " 401: Bad credentials" in done.err
    assert "wrong-secret" not in done.err + done.out


def test_an_invalid_token_is_not_printed(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:small", GITHUB_TOKEN="wrong secret")
    assert done.code == 2
    assert done.error.startswith("gitfleet: GITHUB_TOKEN: token ")
    assert "wrong" not in done.err


def test_a_token_is_not_sent_to_another_machine_over_plain_http(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:small", "--base-url", "http://forge.example")
    assert done.code == 2
    assert "plain http" in done.error
