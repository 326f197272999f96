"""``gitfleet user`` and ``gitfleet rate-limit``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.command_line import CommandLine


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_user_shows_the_account_of_the_token_or_the_named_account(gitfleet_on: CommandLine, provider: str) -> None:
    for arguments, login in (
        ([provider], "fleet-admin"),
        ([provider, "octo-user"], "octo-user"),
        ([f"{provider}:octo-user"], "octo-user"),
    ):
        done = gitfleet_on.run("user", *arguments, "--format", "json")
        assert json.loads(done.out)["login"] == login


def test_github_is_the_default_provider(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "--fields", "login,provider").rows == [{"login": "fleet-admin", "provider": "github"}]


def test_a_missing_account_gives_exit_code_4(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "github", "missing").code == 4


def test_user_without_login_and_token_gives_exit_code_3(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "gitlab", GITLAB_TOKEN=None).code == 3


def test_two_logins_give_exit_code_2(gitfleet: CommandLine) -> None:
    assert gitfleet.run("user", "github:one", "two").code == 2


def test_rate_limit_has_one_row_per_token(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("second", remaining=17)
    tokens: dict[str, Any] = {"GITHUB_TOKEN": f"{gitfleet.forge.token},second"}
    done = gitfleet.run("rate-limit", "--fields", "token,remaining", **tokens)
    assert [row["token"] for row in done.rows] == ["github token 1", "github token 2", "gitlab token 1"]
    assert done.rows[1]["remaining"] == 17
    assert len(gitfleet.run("rate-limit", "github", "--format", "table", **tokens).out.splitlines()) == 3


def test_rate_limit_works_without_a_token(gitfleet: CommandLine) -> None:
    done = gitfleet.run("rate-limit", "--resource", "search", GITHUB_TOKEN=None, GITLAB_TOKEN=None)
    assert [(row["token"], row["resource"]) for row in done.rows] == [("github without a token", "search")]


def test_an_unknown_budget_gives_exit_code_2(gitfleet: CommandLine) -> None:
    assert gitfleet.run("rate-limit", "gitlab", "--resource", "glory").code == 2
