"""Tokens: where they come from, and that they show nowhere."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from GitFleet.cli.app import app
from support.command_line import CommandLine


def _used(gitfleet: CommandLine) -> set[str | None]:
    return {request.token for request in gitfleet.forge.requests}


def test_several_tokens_in_a_variable_are_a_pool(gitfleet: CommandLine) -> None:
    for token in ("first", "second"):
        gitfleet.forge.add_token(token)
    gitfleet.forge.limit("first", remaining=2, reset_in=3000)
    done = gitfleet.run("repos", "github:acme", GITHUB_TOKEN="first, second,")
    assert len(done.rows) == 250
    assert _used(gitfleet) == {"first", "second"}


def test_gh_token_goes_before_github_token(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("of-gh")
    assert gitfleet.run("repos", "github:small", GH_TOKEN="of-gh").code == 0
    assert _used(gitfleet) == {"of-gh"}


def test_without_a_token_public_data_comes_out(gitfleet: CommandLine) -> None:
    assert len(gitfleet.run("repos", "github:small", GITHUB_TOKEN=None).rows) == 30
    assert _used(gitfleet) == {None}


def test_a_token_file_goes_before_the_environment(gitfleet: CommandLine, tmp_path: Path) -> None:
    gitfleet.forge.add_token("of-file")
    file = tmp_path / "tokens"
    file.write_text("# mine\n\n of-file \n")
    assert gitfleet.run("repos", "github:small", "--token-file", str(file)).code == 0
    assert gitfleet.run("repos", "github:small", "--token-file", "-", stdin="of-file\n").code == 0
    assert _used(gitfleet) == {"of-file"}


def test_a_token_file_may_say_whose_its_tokens_are(gitfleet: CommandLine, tmp_path: Path) -> None:
    for token in ("for-hub", "for-lab"):
        gitfleet.forge.add_token(token)
    file = tmp_path / "tokens"
    file.write_text("github=for-hub\ngitlab = for-lab\n")
    assert len(gitfleet.run("repos", "github:small", "gitlab:small", "--token-file", str(file)).rows) == 60
    assert _used(gitfleet) == {"for-hub", "for-lab"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "can't read the token file"),
        (b"secret-one\n", "say whose token it is"),
        (b"github=secret two\n", "blanks"),
        (b"# nothing\n", "there is no token for github or gitlab"),
        (b"\xff\xfe", "it is not text"),
    ],
)
def test_a_bad_token_file_is_one_line_without_the_token(
    gitfleet: CommandLine, tmp_path: Path, text: bytes | None, said: str
) -> None:
    file = tmp_path / "tokens"
    if text is not None:
        file.write_bytes(text)
    done = gitfleet.run("repos", "github:small", "gitlab:small", "--token-file", str(file))
    assert done.code == 2
    assert said in done.error
    assert "secret" not in done.error
    assert gitfleet.forge.requests == []


def test_no_option_takes_a_token() -> None:
    options = {
        name
        for command in app.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    assert {name for name in options if "token" in name or "password" in name} == {"--token-file"}


@pytest.mark.parametrize("more", [(), ("-v",), ("--debug",)])
def test_a_refused_token_is_exit_code_3_and_is_not_shown(gitfleet_on: CommandLine, more: tuple[str, ...]) -> None:
    done = gitfleet_on.run("repos", "github:small", *more, GITHUB_TOKEN="wrong-secret")
    assert done.code == 3
    assert "GitHub answered 401: Bad credentials" in done.err
    assert "wrong-secret" not in done.err + done.out


def test_a_token_with_odd_characters_is_not_shown(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:small", GITHUB_TOKEN="wrong secret")
    assert done.code == 2
    assert done.error.startswith("gitfleet: GITHUB_TOKEN: token holds blanks")
    assert "wrong" not in done.err


def test_a_token_is_not_sent_over_plain_http_to_another_machine(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:small", "--base-url", "http://forge.example")
    assert done.code == 2
    assert "plain http" in done.error
