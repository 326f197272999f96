"""``gitfleet doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.command_line import CommandLine


def test_doctor_lists_packages_engines_and_the_default_engine(gitfleet_on: CommandLine, engine: str) -> None:
    done = gitfleet_on.run("doctor", "--offline")
    assert done.code == 0
    assert f"a new client uses: {engine} (set by GITFLEET_BACKEND)" in done.out
    for package in ("gitfleet-api", "httpx", "click", "rich"):
        assert f"\n  {package} " in done.out
    assert gitfleet_on.forge.requests == []


def test_doctor_lists_the_labels_of_tokens_but_not_the_tokens(gitfleet: CommandLine) -> None:
    done = gitfleet.run("doctor", "--offline", GITHUB_TOKEN="secret-a,secret-b", GITLAB_TOKEN=None)
    assert "github: 2 in GITHUB_TOKEN (github token 1, github token 2)" in done.out
    assert "gitlab: none (GITLAB_TOKEN is not set)" in done.out
    assert "secret" not in done.out + done.err


def test_doctor_lists_proxies_and_certificates_without_passwords(gitfleet: CommandLine, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.pem")
    found: dict[str, Any] = {
        "HTTPS_PROXY": "http://me:secret@proxy.example:3128",
        "NO_PROXY": "localhost",
        "SSL_CERT_FILE": missing,
    }
    done = gitfleet.run("doctor", "--offline", **found)
    assert "  HTTPS_PROXY=***@proxy.example:3128\n  NO_PROXY=localhost\n" in done.out
    assert f"  SSL_CERT_FILE={missing} (does not exist: no server is trusted)" in done.out
    assert "secret" not in done.out + done.err


def test_doctor_sends_one_request_to_each_provider(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("doctor")
    assert done.out.count("calls left") == 2
    assert sorted(request.path for request in gitfleet_on.forge.requests) == ["/api/v4/version", "/rate_limit"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"GITFLEET_GITHUB_URL": "http://127.0.0.1:9"}, "127.0.0.1:9 cannot be reached: "),
        ({"GITHUB_TOKEN": "wrong"}, "responds with an error: GET "),
        ({"GITFLEET_GITHUB_URL": "nonsense"}, "github cannot be queried: base_url must start"),
        ({"GITHUB_TOKEN": "a b"}, "github: GITHUB_TOKEN: token "),
    ],
)
def test_doctor_continues_after_a_problem(gitfleet: CommandLine, changed: dict[str, Any], message: str) -> None:
    done = gitfleet.run("doctor", **changed)
    assert (done.code, done.err) == (0, "")
    assert message in done.out


def test_doctor_exits_with_1_if_no_provider_responds(gitfleet_on: CommandLine) -> None:
    urls = {"GITFLEET_GITHUB_URL": "http://127.0.0.1:9", "GITFLEET_GITLAB_URL": "http://127.0.0.1:9"}
    done = gitfleet_on.run("doctor", **urls)
    assert done.code == 1
    assert done.out.count("127.0.0.1:9 cannot be reached: ") == 2
    assert done.out.splitlines()[-1].startswith("no provider can be used: ")
    assert gitfleet_on.run("doctor", "--offline", **urls).code == 0


def test_doctor_exits_with_1_if_no_engine_can_be_used(gitfleet: CommandLine) -> None:
    done = gitfleet.run("doctor", "--offline", GITFLEET_BACKEND="steam")
    assert done.code == 1
    assert "cannot create a client: GITFLEET_BACKEND must be" in done.out
