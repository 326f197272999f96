"""``gitfleet user`` and ``gitfleet rate-limit``."""

from __future__ import annotations

import json

import pytest

from support.command_line import CommandLine


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_an_account_is_that_of_the_token_or_the_one_named(gitfleet_on: CommandLine, provider: str) -> None:
    for arguments, login in (
        ([provider], "fleet-admin"),
        ([provider, "octo-user"], "octo-user"),
        ([f"{provider}:octo-user"], "octo-user"),
    ):
        done = gitfleet_on.run("user", *arguments, "--format", "json")
        assert json.loads(done.out)["login"] == login


def test_github_is_asked_where_no_provider_is_named(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "--fields", "login,provider").rows == [{"login": "fleet-admin", "provider": "github"}]


def test_an_account_that_is_not_there_is_exit_code_4(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "github", "nobody").code == 4


def test_the_account_of_no_token_is_exit_code_3(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "gitlab", GITLAB_TOKEN=None).code == 3


def test_two_names_for_an_account_are_refused(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "github:one", "two").code == 2


def test_every_token_has_a_row_of_calls_left(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("second", remaining=17)
    tokens = {"GITHUB_TOKEN": f"{gitfleet.forge.token},second"}
    done = gitfleet.run("rate-limit", "--fields", "token,remaining", **tokens)
    assert [row["token"] for row in done.rows] == ["github token 1", "github token 2", "gitlab token 1"]
    assert done.rows[1]["remaining"] == 17
    assert len(gitfleet.run("rate-limit", "github", "--format", "table", **tokens).out.splitlines()) == 3


def test_calls_left_without_a_token_are_told_too(gitfleet: CommandLine) -> None:
    done = gitfleet.run("rate-limit", "--resource", "search", GITHUB_TOKEN=None, GITLAB_TOKEN=None)
    assert [(row["token"], row["resource"]) for row in done.rows] == [("github without a token", "search")]


def test_a_budget_that_there_is_not_is_an_error(gitfleet: CommandLine) -> None:
    assert gitfleet.run("rate-limit", "gitlab", "--resource", "glory").code == 2
