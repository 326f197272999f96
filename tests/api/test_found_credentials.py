"""Credentials that the user has: where they are found, in which order, and for which server."""

from __future__ import annotations

import asyncio
import pickle
import warnings
from pathlib import Path

import pytest

from gitfleet_api import AuthError, ConfigurationError, GitHubClient, GitLabClient, GitProviderClient, ProviderType
from gitfleet_api.auth import (
    CREDENTIAL_SOURCES,
    CredentialWarning,
    FileStore,
    FoundCredentials,
    SignIn,
    find_credentials,
    search_credentials,
)
from gitfleet_testing import Forge
from support.found_programs import Machine, needs_programs

pytestmark = pytest.mark.usefixtures("machine")

_JOB = {"CI_JOB_TOKEN": "job-secret", "CI_API_V4_URL": "https://ci.example/api/v4"}
_WORKFLOW = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_TOKEN": "workflow-secret",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_SERVER_URL": "https://github.com",
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without credentials, which this process sees."""
    found = Machine.create(tmp_path)
    found.enter(monkeypatch)
    return found


def _tokens(found: FoundCredentials | None) -> list[str]:
    return [] if found is None else [str(item.token) for item in found.access_tokens]


def _fill(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a token for github.com into each source."""
    monkeypatch.setenv("GITHUB_TOKEN", "of-environment")
    FileStore().write(SignIn(ProviderType.GITHUB, "https://github.com", "client", "of-gitfleet", login="octo"))
    machine.add_program("gh", "print('of-gh')")
    machine.add_program("glab", "print('of-glab')")
    machine.add_helper("print('username=octo\\npassword=of-git')")
    machine.add_netrc("machine api.github.com login octo password of-netrc")


@needs_programs
def test_sources_are_searched_in_the_documented_order(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(machine, monkeypatch)
    found = list(search_credentials("github"))
    assert [item.source for item in found] == ["environment", "gitfleet", "gh", "git", "netrc"]
    assert list(CREDENTIAL_SOURCES) == ["environment", "gitfleet", "gh", "glab", "git", "netrc"]
    assert [_tokens(item) for item in found] == [["of-environment"], [], ["of-gh"], ["of-git"], ["of-netrc"]]
    assert {item.origin for item in found} == {"https://api.github.com"}
    assert [item.login for item in found] == [None, "octo", None, "octo", "octo"]


@needs_programs
def test_each_source_can_be_switched_off_and_is_then_not_even_asked(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(machine, monkeypatch)
    omitted: list[str] = []
    for expected in ("environment", "gitfleet", "gh", "git", "netrc", None):
        found = find_credentials("github", without=omitted)
        assert (found.source if found else None) == expected
        omitted.append(expected or "")
    machine.programs.joinpath("gh.log").unlink()
    assert find_credentials("github", without=["environment", "gitfleet", "gh", "git", "netrc"]) is None
    assert machine.log_of("gh") == ""


@needs_programs
def test_later_sources_are_not_asked_if_an_earlier_one_has_a_token(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(machine, monkeypatch)
    assert _tokens(find_credentials("github")) == ["of-environment"]
    assert machine.log_of("gh") + machine.log_of("git-credential-mine") == ""


def test_an_unknown_source_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(ConfigurationError, match="unknown sources: 'keychain'; known are environment, gitfleet"):
        find_credentials("github", without="keychain")


@pytest.mark.parametrize("host", ["", "ftp://git.example", "https://me:secret@git.example", "git.example\nhost=evil"])
def test_a_host_that_is_none_is_refused_before_anything_runs(machine: Machine, host: str) -> None:
    machine.add_program("gh", "print('of-gh')")
    with pytest.raises(ConfigurationError) as caught:
        find_credentials("github", host)
    assert "secret" not in str(caught.value)
    assert machine.log_of("gh") == ""


@pytest.mark.parametrize(
    ("variables", "host", "where"),
    [
        (_WORKFLOW, None, "GITHUB_TOKEN"),
        (_WORKFLOW, "https://api.github.com", "GITHUB_TOKEN"),
        (_WORKFLOW, "git.example", None),
        ({**_WORKFLOW, "GH_TOKEN": "mine"}, "git.example", "GH_TOKEN"),
        ({**_WORKFLOW, "GITHUB_API_URL": "https://git.example/api/v3"}, "git.example", "GITHUB_TOKEN"),
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, "git.example", "GH_ENTERPRISE_TOKEN"),
        ({"GH_ENTERPRISE_TOKEN": "b"}, None, None),
        ({"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b"}, "octo.ghe.com", "GH_TOKEN"),
    ],
)
def test_the_token_of_a_workflow_is_for_the_server_of_the_workflow_only(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], host: str | None, where: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = find_credentials("github", host)
    assert (found.where if found else None) == where


@pytest.mark.parametrize(
    ("variables", "host", "where"),
    [
        (_JOB, "ci.example", "CI_JOB_TOKEN"),
        (_JOB, "https://ci.example/api/v4", "CI_JOB_TOKEN"),
        (_JOB, None, None),
        (_JOB, "ci.example:8443", None),
        (_JOB, "http://ci.example", None),
        ({"CI_JOB_TOKEN": "job-secret"}, None, None),
        ({"CI_JOB_TOKEN": "job-secret", "CI_SERVER_URL": "https://ci.example"}, "ci.example", "CI_JOB_TOKEN"),
        ({**_JOB, "GITLAB_TOKEN": "mine"}, "ci.example", "GITLAB_TOKEN"),
    ],
)
def test_the_token_of_a_job_is_for_the_server_of_the_job_only(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], host: str | None, where: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = find_credentials("gitlab", host)
    assert (found.where if found else None) == where
    if where == "CI_JOB_TOKEN":
        assert found is not None
        assert (found.kind, found.header("x")) == ("job", ("job-token", "x"))


def test_a_variable_that_cannot_be_a_token_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret with spaces")
    with pytest.raises(ConfigurationError, match=r"^GITHUB_TOKEN: token contains whitespace") as caught:
        find_credentials("github")
    assert "secret" not in str(caught.value)


def _client(engine: str, provider: str, forge: Forge, found: FoundCredentials | None) -> GitProviderClient:
    backend: object = engine
    if provider == "github":
        return GitHubClient(found, forge.url, backend=backend)  # type: ignore[arg-type]
    return GitLabClient(found, forge.gitlab_url, backend=backend)  # type: ignore[arg-type]


@needs_programs
@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_clients_take_what_was_found_as_token(engine: str, provider: str, machine: Machine, forge: Forge) -> None:
    forge.add_token("of-git")
    machine.add_helper("print('username=octo\\npassword=of-git')")
    found = find_credentials(provider, forge.url if provider == "github" else forge.gitlab_url)

    async def main() -> None:
        async with _client(engine, provider, forge, found) as client:
            await client.fetch_user_info()
            assert await client.validate_credentials()

    asyncio.run(main())
    assert {request.token for request in forge.requests} == {"of-git"}


def test_several_tokens_of_a_variable_are_used_and_a_refused_one_is_named(
    engine: str, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.add_token("second-secret")
    monkeypatch.setenv("GH_TOKEN", "first-secret, second-secret")
    found = find_credentials("github", forge.url)

    async def read() -> None:
        async with _client(engine, "github", forge, found) as client:
            await client.fetch_user_info()

    asyncio.run(read())
    forge.revoke("second-secret")
    with pytest.raises(AuthError) as caught:
        asyncio.run(read())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_token_that_is_refused_is_sent_once(
    engine: str, provider: str, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN" if provider == "github" else "GITLAB_TOKEN", "wrong-secret")
    found = find_credentials(provider, forge.url if provider == "github" else forge.gitlab_url)

    async def read() -> None:
        async with _client(engine, provider, forge, found) as client:
            await client.fetch_user_info()

    with pytest.raises(AuthError) as caught:
        asyncio.run(read())
    assert "secret" not in str(caught.value)
    assert [request.status for request in forge.requests] == [401]


def test_found_credentials_are_refused_by_a_client_of_another_server(
    monkeypatch: pytest.MonkeyPatch, forge: Forge
) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret")
    with pytest.raises(ConfigurationError, match=r"the tokens of token of GH_TOKEN are for https://api.github.com"):
        GitHubClient(find_credentials("github"), forge.url)
    assert forge.requests == []


@needs_programs
def test_neither_repr_nor_pickle_shows_a_secret(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(machine, monkeypatch)
    for found in search_credentials("github"):
        assert f"of-{found.source}" not in repr(found) + found.name + found.where + repr(found.access_tokens)
        with pytest.raises(TypeError, match="holds secrets"):
            pickle.dumps(found)


def test_a_store_that_others_can_read_is_not_used_and_the_search_continues(machine: Machine) -> None:
    store = FileStore()
    store.write(SignIn(ProviderType.GITHUB, "https://github.com", "client", "of-gitfleet"))
    store.path.chmod(0o644)
    machine.add_netrc("machine github.com password of-netrc")
    with pytest.warns(CredentialWarning, match="chmod"):
        assert _tokens(find_credentials("github")) == ["of-netrc"]


def test_a_sign_in_is_for_its_server_only() -> None:
    FileStore().write(SignIn(ProviderType.GITLAB, "https://lab.example", "client", "of-gitfleet", login="octo"))
    found = find_credentials("gitlab", "lab.example")
    assert found is not None
    assert (found.source, found.login, found.origin) == ("gitfleet", "octo", "https://lab.example")
    assert "sign-ins.json" in found.where
    assert find_credentials("gitlab") is None
    assert find_credentials("gitlab", "lab.example:8443") is None


def test_nothing_is_found_and_nothing_warned_on_a_machine_without_credentials() -> None:
    with warnings.catch_warnings(action="error"):
        assert find_credentials("github") is None
        assert find_credentials("gitlab", "lab.example") is None
