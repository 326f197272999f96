"""Servers and tokens from variables of gh, glab and GitLab CI."""

from __future__ import annotations

import pytest

from GitFleet.cli.credentials import find_tokens
from GitFleet.cli.hosts import url_from_environment
from gitfleet_api import ProviderType
from support.command_line import CommandLine, empty_home, isolated

_GITHUB, _GITLAB = ProviderType.GITHUB, ProviderType.GITLAB
_NAMES = (
    *("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"),
    *("GITHUB_ACTIONS", "GITFLEET_WITHOUT", "CI_SERVER_URL", "NETRC"),
    *("GH_HOST", "GITLAB_HOST", "CI_API_V4_URL", "GITFLEET_GITHUB_URL", "GITFLEET_GITLAB_URL"),
)
_WORKFLOW = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://git.example/api/v3"}
_JOB = {"CI_JOB_TOKEN": "job", "CI_API_V4_URL": "https://ci.example/api/v4"}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in isolated(empty_home()).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("provider", "variables", "url"),
    [
        (_GITHUB, {}, None),
        (_GITHUB, {"GH_HOST": "github.com"}, None),
        (_GITHUB, {"GH_HOST": "git.example"}, "https://git.example/api/v3"),
        (_GITHUB, {"GH_HOST": "git.example:8443"}, "https://git.example:8443/api/v3"),
        (_GITHUB, {"GH_HOST": "octo.ghe.com"}, "https://api.octo.ghe.com"),
        (_GITHUB, {"GH_HOST": "git.example", "GITFLEET_GITHUB_URL": "https://mine/api"}, "https://mine/api"),
        (_GITHUB, _WORKFLOW, "https://git.example/api/v3"),
        (_GITHUB, {**_WORKFLOW, "GITHUB_API_URL": "https://api.github.com"}, None),
        (_GITHUB, {**_WORKFLOW, "GH_HOST": "other.example"}, "https://other.example/api/v3"),
        (_GITLAB, {}, None),
        (_GITLAB, {"GITLAB_HOST": "gitlab.com"}, None),
        (_GITLAB, {"GITLAB_HOST": "lab.example"}, "https://lab.example/api/v4"),
        (_GITLAB, {"GITLAB_HOST": "http://lab.example:8080/"}, "http://lab.example:8080/api/v4"),
        (_GITLAB, {"GITLAB_HOST": "lab.example", "GITFLEET_GITLAB_URL": "https://mine/api"}, "https://mine/api"),
        (_GITLAB, _JOB, "https://ci.example/api/v4"),
        (_GITLAB, {"GITLAB_HOST": "https://lab.example/gitlab/"}, "https://lab.example/gitlab/api/v4"),
        (_GITLAB, {**_JOB, "GITLAB_TOKEN": "own"}, None),
        (_GITLAB, {**_JOB, "GITLAB_HOST": "lab.example"}, "https://lab.example/api/v4"),
    ],
)
def test_the_first_variable_that_is_set_names_the_server(
    monkeypatch: pytest.MonkeyPatch, provider: ProviderType, variables: dict[str, str], url: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert url_from_environment(provider) == url


@pytest.mark.parametrize(
    ("variables", "url", "source"),
    [
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, None, "GH_TOKEN"),
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, "https://api.github.com", "GH_TOKEN"),
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, "https://api.octo.ghe.com", "GH_TOKEN"),
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, "https://git.example/api/v3", "GH_ENTERPRISE_TOKEN"),
        ({"GH_TOKEN": "a", "GITHUB_ENTERPRISE_TOKEN": "b"}, "https://git.example/api/v3", "GITHUB_ENTERPRISE_TOKEN"),
        ({"GH_TOKEN": "a"}, "https://git.example/api/v3", "GH_TOKEN"),
        ({"GH_ENTERPRISE_TOKEN": "b"}, None, None),
    ],
)
def test_enterprise_servers_have_their_own_variables(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str | None, source: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert find_tokens([_GITHUB], None, {_GITHUB: url}).sources.get(_GITHUB) == source


def test_a_job_token_is_sent_in_its_header_to_the_server_of_the_job_only(gitfleet_on: CommandLine) -> None:
    forge = gitfleet_on.forge
    forge.add_token("job-secret")
    job = {"CI_JOB_TOKEN": "job-secret", "CI_API_V4_URL": forge.gitlab_url, "GITLAB_TOKEN": None}
    assert len(gitfleet_on.run("repos", "gitlab:small", GITFLEET_GITLAB_URL=None, **job).rows) == 30
    assert {request.headers.get("job-token") for request in forge.requests} == {"job-secret"}
    assert {request.headers.get("private-token") for request in forge.requests} == {None}
    forge.clear_log()
    job["CI_API_V4_URL"] = "https://ci.example/api/v4"
    assert len(gitfleet_on.run("repos", "gitlab:small", **job).rows) == 30  # public data
    assert {request.token for request in forge.requests} == {None}


def test_gitlab_token_overrides_the_job_token(gitfleet: CommandLine) -> None:
    job = {"CI_JOB_TOKEN": "job-secret", "CI_API_V4_URL": gitfleet.forge.gitlab_url}
    assert len(gitfleet.run("repos", "gitlab:small", **job).rows) == 30
    assert {request.headers.get("private-token") for request in gitfleet.forge.requests} == {gitfleet.forge.token}


def test_doctor_finds_the_job_token(gitfleet: CommandLine) -> None:
    gitfleet.forge.add_token("job-secret")
    job = {"CI_JOB_TOKEN": "job-secret", "CI_API_V4_URL": gitfleet.forge.gitlab_url, "GITLAB_TOKEN": None}
    done = gitfleet.run("doctor", GITFLEET_GITLAB_URL=None, **job)
    assert "gitlab: 1 in CI_JOB_TOKEN (" in done.out
    assert "job-secret" not in done.out + done.err
    assert {"job-secret"} <= {request.headers.get("job-token") for request in gitfleet.forge.requests}
